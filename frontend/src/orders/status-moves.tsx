"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/data/api";
import { MOVES, type OrderDetail, type OrderStatus, orderDetail } from "@/data/orders";
import { ApiError, isUnavailable, needsSignIn } from "@/data/problem";
import { write } from "@/data/write";
import { openSignIn } from "@/shell/sign-in-dialog";
import { Notice } from "@/ui/notice";

const NAMES: Partial<Record<OrderStatus, string>> = {
  confirmed: "Confirm",
  in_transit: "Send off",
  delivered: "Mark delivered",
  cancelled: "Cancel order",
};

/** Moves the order on. Another's quicker move is shown, not overwritten. */
export function StatusMoves({ order }: { order: OrderDetail }) {
  const client = useQueryClient();
  const move = useMutation<OrderDetail, Error, OrderStatus>({
    mutationFn: (status) =>
      write("PATCH", `/orders/${order.id}`, { body: { status }, version: order.version }),
    onSuccess: (moved) => {
      client.setQueryData(orderDetail(api, order.id).queryKey, moved);
      client.invalidateQueries({ queryKey: ["orders"], refetchType: "none" });
    },
    onError: () => client.invalidateQueries({ queryKey: orderDetail(api, order.id).queryKey }),
  });
  return (
    <div className="order-moves">
      {MOVES[order.status].map((status) => (
        <button
          key={status}
          type="button"
          className={`button ${status === "cancelled" ? "button-danger" : "button-primary"}`}
          disabled={move.isPending}
          onClick={() => move.mutate(status)}
        >
          {NAMES[status]}
        </button>
      ))}
      {move.error && <MoveRefused error={move.error} />}
    </div>
  );
}

function MoveRefused({ error }: { error: Error }) {
  if (needsSignIn(error))
    return (
      <Notice tone="warning" action="Sign in" onAction={openSignIn}>
        Moving orders needs a key that may change them.
      </Notice>
    );
  if (isUnavailable(error)) return <Notice tone="warning">This API does not move orders.</Notice>;
  if (error instanceof ApiError && error.status === 412)
    return (
      <Notice tone="warning">
        Someone changed this order a moment ago. This is how it stands now: look, then try again.
      </Notice>
    );
  return <Notice tone="danger">{error.message}</Notice>;
}

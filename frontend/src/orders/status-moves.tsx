"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/data/api";
import { MOVES, type OrderDetail, type OrderStatus, orderDetail } from "@/data/orders";
import { ApiError } from "@/data/problem";
import { write } from "@/data/write";
import { useSession } from "@/session/provider";
import { mayDo } from "@/session/session";
import { Notice } from "@/ui/notice";
import { Refusal } from "@/ui/refusal";

const NAMES: Partial<Record<OrderStatus, string>> = {
  confirmed: "Confirm",
  in_transit: "Send off",
  delivered: "Mark delivered",
  cancelled: "Cancel order",
};

/** Moves the order on. Another's quicker move is shown, not overwritten. */
export function StatusMoves({ order }: { order: OrderDetail }) {
  const client = useQueryClient();
  const { session } = useSession();
  const move = useMutation<OrderDetail, Error, OrderStatus>({
    mutationFn: (status) =>
      write("PATCH", `/orders/${order.id}`, { body: { status }, version: order.version }),
    onSuccess: (moved) => {
      client.setQueryData(orderDetail(api, order.id).queryKey, moved);
      client.invalidateQueries({ queryKey: ["orders"], refetchType: "none" });
    },
    onError: () => client.invalidateQueries({ queryKey: orderDetail(api, order.id).queryKey }),
  });
  // Whose session has ended keeps the buttons: trying one says what to do.
  if (session && !mayDo(session, "orders:write")) return null;
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
  if (error instanceof ApiError && error.status === 412)
    return (
      <Notice tone="warning">
        Someone changed this order a moment ago. This is how it stands now: look, then try again.
      </Notice>
    );
  return <Refusal error={error} doing="Moving orders" result="The order was not moved" />;
}

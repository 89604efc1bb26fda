import type { OrderStatus } from "@/data/orders";
import { words } from "@/ui/format";

const TONES: Record<OrderStatus, string> = {
  draft: "plain",
  confirmed: "warning",
  in_transit: "warning",
  delivered: "good",
  cancelled: "danger",
};

export function StatusBadge({ status }: { status: OrderStatus }) {
  return (
    <span className="badge" data-tone={TONES[status]}>
      {words(status)}
    </span>
  );
}

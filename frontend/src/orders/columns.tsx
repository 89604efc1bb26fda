import type { OrderRow } from "@/data/orders";
import { cut } from "@/grid/cut";
import { date, dateTime } from "@/ui/dates";
import { money, words } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";
import { StatusBadge } from "./status-badge";

export const COLUMNS = [
  { id: "name", label: "Order", sort: "reference" },
  { id: "status", label: "Status" },
  { id: "service", label: "Service" },
  { id: "priority", label: "Priority", sort: "priority" },
  { id: "eta", label: "Arrives", sort: "eta_date" },
  { id: "created", label: "Placed", sort: "created_at" },
  { id: "price", label: "Total", sort: "total", numeric: true },
] as const;

/** The cells of one order. */
export function orderCells(order: OrderRow) {
  return (
    <>
      <div role="gridcell" className="cell cell-name">
        <PlaceLink
          href={`/orders/${order.id}`}
          tabIndex={-1}
          className={`cell-link${cut(order.customer_name, 24)}`}
        >
          {order.customer_name}
          <small>{order.reference}</small>
        </PlaceLink>
      </div>
      <div role="gridcell" className="cell cell-status">
        <StatusBadge status={order.status} />
      </div>
      <div role="gridcell" className="cell cell-service">
        {words(order.service)}
      </div>
      <div role="gridcell" className="cell cell-priority" data-priority={order.priority}>
        {words(order.priority)}
      </div>
      <div role="gridcell" className="cell cell-eta">
        {order.eta_date ? date(order.eta_date) : "–"}
      </div>
      <div role="gridcell" className="cell cell-created">
        {dateTime(order.created_at)}
      </div>
      <div role="gridcell" className="cell cell-number cell-price">
        {money(order.total, order.currency)}
      </div>
    </>
  );
}

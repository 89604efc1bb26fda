"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/data/api";
import { type OrderDetail, orderDetail } from "@/data/orders";
import { useLiveChanges } from "@/live/use-live-changes";
import { Needs } from "@/session/needs";
import { date, dateTime } from "@/ui/dates";
import { Failure } from "@/ui/failure";
import { money, whole, words } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";
import { Documents } from "./documents";
import { StatusBadge } from "./status-badge";
import { StatusMoves } from "./status-moves";

export function OrderView({ id }: { id: number }) {
  return (
    <Needs scope="orders:read" what="this order" title="Order">
      <Order id={id} />
    </Needs>
  );
}

function Order({ id }: { id: number }) {
  const order = useQuery(orderDetail(api, id));
  useLiveChanges("orders");
  if (order.error && !order.data)
    return (
      <div className="page">
        <h1 className="sr-only">Order</h1>
        <Failure error={order.error} onRetry={() => order.refetch()} what="this order" />
      </div>
    );
  if (!order.data) return <OrderSkeleton />;
  const { data } = order;
  return (
    <article className="page order">
      <nav aria-label="Breadcrumbs" className="breadcrumbs">
        <PlaceLink href="/orders">Orders</PlaceLink>
        <span aria-hidden>/</span>
        <span>{data.reference}</span>
      </nav>
      <header className="order-head">
        <div>
          <h1>{data.customer_name}</h1>
          <p className="quiet">
            {data.reference} · placed {dateTime(data.created_at)} · version {data.version}
          </p>
        </div>
        <StatusBadge status={data.status} />
        <StatusMoves order={data} />
      </header>
      <Lines order={data} />
      <Transport order={data} />
      <Documents order={data} />
    </article>
  );
}

function Lines({ order }: { order: OrderDetail }) {
  return (
    <section className="section">
      <h2>
        {whole(order.lines.length)} {order.lines.length === 1 ? "line" : "lines"}
      </h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Lines">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Product</th>
              <th scope="col" className="number line-long">
                Quantity
              </th>
              <th scope="col" className="number line-long">
                Unit price
              </th>
              <th scope="col" className="number">
                Sum
              </th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line) => (
              <tr key={line.position}>
                <td>
                  {line.product_id ? (
                    <PlaceLink href={`/products/${line.product_id}`} className="link">
                      {line.name}
                    </PlaceLink>
                  ) : (
                    line.name
                  )}
                  <small>{line.sku}</small>
                  <span className="line-short">
                    {whole(line.quantity)} × {money(line.unit_price, order.currency)}
                  </span>
                </td>
                <td className="number line-long">{whole(line.quantity)}</td>
                <td className="number line-long">{money(line.unit_price, order.currency)}</td>
                <td className="number">{money(line.quantity * line.unit_price, order.currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className="line-long" colSpan={2} />
              <td className="number">{money(order.total, order.currency)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Transport({ order }: { order: OrderDetail }) {
  const facts: [string, string | null | undefined][] = [
    ["Terminal", `${order.terminal.name}, ${order.terminal.city} ${order.terminal.country}`],
    ["Service", `${words(order.service)}, ${order.priority} priority`],
    ["Leaves", order.etd_date && date(order.etd_date)],
    ["Arrives", order.eta_date && date(order.eta_date)],
    ["Load", `${whole(order.pallets)} pallets, ${whole(order.boxes)} boxes, ${whole(order.kilos)} kg`],
    ["Driver out", order.etd_driver && `${order.etd_driver.name}, ${order.etd_driver.phone}`],
    ["Driver in", order.eta_driver && `${order.eta_driver.name}, ${order.eta_driver.phone}`],
    ["Truck", order.truck?.license_plate],
    ["Trailer", order.trailer?.license_plate],
  ];
  return (
    <section className="section">
      <h2>Transport</h2>
      <dl className="facts facts-wide">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || <span className="quiet">not set</span>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function OrderSkeleton() {
  return (
    <div className="page order" aria-busy>
      <h1 className="quiet">Reading the order…</h1>
    </div>
  );
}

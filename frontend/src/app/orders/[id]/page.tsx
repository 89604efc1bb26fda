import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { orderDetail } from "@/data/orders";
import { serverClient } from "@/data/query-clients";
import { OrderView } from "@/orders/order-view";
import { currentSession, serverApi } from "@/server/caller";
import { mayDo } from "@/session/session";
import "@/styles/pages.css";
import "@/styles/workplace.css";

export const metadata: Metadata = {
  title: "Order",
  description: "One order with its lines, transport and documents.",
};

/** The order is in the first HTML; what fails here is asked again by the browser. */
export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  if (!/^[1-9]\d{0,17}$/.test(id)) notFound();
  const client = serverClient();
  if (mayDo(await currentSession(), "orders:read"))
    await client.prefetchQuery(orderDetail(await serverApi(), Number(id)));
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <OrderView id={Number(id)} />
    </HydrationBoundary>
  );
}

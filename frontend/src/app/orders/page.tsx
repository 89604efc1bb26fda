import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import type { SearchParams } from "nuqs/server";
import { pageOffset, pageQuery } from "@/data/list-source";
import { orderFacets, orderList } from "@/data/orders";
import { serverClient } from "@/data/query-clients";
import { OrdersView } from "@/orders/orders-view";
import { filtersOf, loadState } from "@/orders/url-state";
import { currentSession, serverApi } from "@/server/caller";
import { mayDo } from "@/session/session";
import "@/styles/pages.css";
import "@/styles/workplace.css";
import "@/styles/grid-orders.css";

export const metadata: Metadata = {
  title: "Orders",
  description: "Every order, by status, service and customer.",
};

export default async function OrdersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadState(searchParams);
  const filters = filtersOf(state);
  const api = await serverApi();
  const may = mayDo(await currentSession(), "orders:read");
  const client = serverClient();
  if (may)
    await Promise.all([
      client.prefetchQuery(pageQuery(orderList(api, filters), pageOffset(state.row - 1))),
      client.prefetchQuery(orderFacets(api, filters)),
    ]);
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <h1 className="sr-only">Orders</h1>
      <OrdersView />
    </HydrationBoundary>
  );
}

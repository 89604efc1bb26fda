import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { DashboardView } from "@/dashboard/dashboard-view";
import { productFacets } from "@/data/products";
import { serverClient } from "@/data/query-clients";
import { orderStats, productStats } from "@/data/stats";
import { currentSession, serverApi } from "@/server/caller";
import { mayDo } from "@/session/session";
import "@/styles/pages.css";
import "@/styles/workplace.css";

export const metadata: Metadata = {
  title: "Dashboard",
  description: "Prices, categories, brands, orders and the API's own latency in pictures.",
};

export default async function DashboardPage() {
  const api = await serverApi();
  const client = serverClient();
  await Promise.all([
    client.prefetchQuery(productStats(api)),
    client.prefetchQuery(productFacets(api, {})),
    mayDo(await currentSession(), "orders:read") && client.prefetchQuery(orderStats(api)),
  ]);
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <DashboardView />
    </HydrationBoundary>
  );
}

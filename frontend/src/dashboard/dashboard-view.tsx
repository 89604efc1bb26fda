"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/data/api";
import { productFacets } from "@/data/products";
import { productStats } from "@/data/stats";
import { Failure } from "@/ui/failure";
import { compact, money, whole } from "@/ui/format";
import { BarChart } from "./bar-chart";
import { BarTable } from "./bar-table";
import { OrdersByDay, OrdersByStatus } from "./orders-panels";
import { ServerPanels } from "./server-panels";

/** The catalogue, its orders and its API in pictures. */
export function DashboardView() {
  const stats = useQuery(productStats(api));
  const facets = useQuery(productFacets(api, {}));
  const prices = (facets.data?.price ?? []).map(({ from, to, count }) => ({
    label: to === null ? `${compact(from)}+` : compact(from),
    count,
  }));
  if (stats.error && !stats.data)
    return <Failure error={stats.error} onRetry={() => stats.refetch()} what="statistics" />;
  const { data } = stats;
  return (
    <div className="page">
      <h1>Dashboard</h1>
      <dl className="figures-row" aria-busy={!data}>
        <Figure name="Products" value={data && whole(data.count)} />
        <Figure name="Units in stock" value={data && compact(data.stock)} />
        <Figure name="Sold out" value={data && whole(data.out_of_stock)} />
        <Figure name="Median price" value={data && money(data.price.median ?? 0, "EUR")} />
        <Figure name="Mean price" value={data && money(data.price.avg ?? 0, "EUR")} />
        <Figure name="Dearest" value={data && money(data.price.max ?? 0, "EUR")} />
      </dl>
      <div className="panels">
        <BarChart
          title="Prices"
          note="Products from each price up to the next"
          unit="Products"
          columns={prices}
        />
        <OrdersByDay />
        <BarTable title="Products by category" unit="Products" bars={bars(data?.categories, "category")} />
        <BarTable title="Products by brand" unit="Products" bars={bars(data?.brands, "brand").slice(0, 15)} />
        <OrdersByStatus />
        <ServerPanels />
      </div>
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string | undefined }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>{value ?? "…"}</dd>
    </div>
  );
}

function bars(
  values: readonly { value: string; label: string; count: number }[] | undefined,
  filter: string,
) {
  return (values ?? []).map(({ value, label, count }) => ({
    label,
    count,
    href: `/?${filter}=${encodeURIComponent(value)}`,
  }));
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/data/api";
import { orderStats, ordersByDay } from "@/data/stats";
import { openSignIn } from "@/session/events";
import { useMay, useSession } from "@/session/provider";
import { mayDo } from "@/session/session";
import { words } from "@/ui/format";
import { Notice } from "@/ui/notice";
import { BarChart } from "./bar-chart";
import { BarTable } from "./bar-table";

const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function OrdersByDay() {
  const { session } = useSession();
  if (!session) return <ForTheSignedIn />;
  return mayDo(session, "orders:read") ? <Days /> : null;
}

function ForTheSignedIn() {
  return (
    <section className="panel panel-invitation">
      <h2>Orders by day and by status</h2>
      <p className="quiet">Figures of orders are for those who are signed in.</p>
      <button type="button" className="button" onClick={() => openSignIn()}>
        Sign in
      </button>
    </section>
  );
}

function Days() {
  const stats = useQuery(orderStats(api));
  const days = useQuery({ ...ordersByDay(api), enabled: stats.isSuccess });
  const labels = useMemo(() => (days.data ?? []).map(({ day }) => dayName.format(day)), [days.data]);
  const counts = useMemo(() => (days.data ?? []).map(({ count }) => count), [days.data]);
  const error = stats.error ?? days.error;
  if (error)
    return (
      <Notice tone="warning" action="Try again" onAction={() => (stats.error ? stats : days).refetch()}>
        The figures of orders could not be read: {error.message}
      </Notice>
    );
  return (
    <BarChart
      title="Orders by day"
      note="Fourteen days up to the last order, UTC"
      unit="Orders"
      labels={labels}
      values={counts}
    />
  );
}

export function OrdersByStatus() {
  const may = useMay("orders:read");
  const stats = useQuery({ ...orderStats(api), enabled: may });
  if (!stats.data) return null;
  const bars = stats.data.status.map(({ value, count }) => ({
    label: words(value),
    count,
    href: `/orders?status=${value}`,
  }));
  return <BarTable title="Orders by status" unit="Orders" bars={bars} />;
}

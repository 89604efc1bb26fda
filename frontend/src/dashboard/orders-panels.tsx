"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/data/api";
import { needsSignIn } from "@/data/problem";
import { orderStats, ordersByDay } from "@/data/stats";
import { openSignIn } from "@/shell/sign-in-dialog";
import { words } from "@/ui/format";
import { Notice } from "@/ui/notice";
import { BarChart } from "./bar-chart";
import { BarTable } from "./bar-table";

const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function OrdersByDay() {
  const stats = useQuery(orderStats(api));
  const days = useQuery({ ...ordersByDay(api), enabled: stats.isSuccess });
  const labels = useMemo(() => (days.data ?? []).map(({ day }) => dayName.format(day)), [days.data]);
  const counts = useMemo(() => (days.data ?? []).map(({ count }) => count), [days.data]);
  if (stats.error) {
    const signIn = needsSignIn(stats.error);
    return (
      <Notice
        tone="warning"
        action={signIn ? "Sign in" : "Try again"}
        onAction={signIn ? openSignIn : () => stats.refetch()}
      >
        {signIn
          ? "Figures of orders need a key."
          : `The figures of orders could not be read: ${stats.error.message}`}
      </Notice>
    );
  }
  return (
    <BarChart
      title="Orders by day"
      note="The last fourteen days with orders, UTC"
      unit="Orders"
      labels={labels}
      values={counts}
    />
  );
}

export function OrdersByStatus() {
  const stats = useQuery(orderStats(api));
  if (!stats.data) return null;
  const bars = stats.data.status.map(({ value, count }) => ({
    label: words(value),
    count,
    href: `/orders?status=${value}`,
  }));
  return <BarTable title="Orders by status" unit="Orders" bars={bars} />;
}

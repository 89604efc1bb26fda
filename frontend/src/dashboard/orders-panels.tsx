"use client";

import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "@/data/api";
import { orderStats, ordersByDay } from "@/data/stats";
import { openSignIn } from "@/session/events";
import { useMay, useSession } from "@/session/provider";
import { mayDo } from "@/session/session";
import { dayAndMonth } from "@/ui/dates";
import { words } from "@/ui/format";
import { Notice } from "@/ui/notice";
import { useSeen } from "@/ui/use-seen";
import { BarChart } from "./bar-chart";
import { BarTable } from "./bar-table";

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

/** Each day is a request: they are asked for when the panel is on the screen. */
function Days() {
  const place = useRef<HTMLDivElement>(null);
  const seen = useSeen(place);
  const stats = useQuery(orderStats(api));
  const days = useQuery({ ...ordersByDay(api), enabled: seen && stats.isSuccess });
  const error = stats.error ?? days.error;
  if (error)
    return (
      <Notice tone="warning" action="Try again" onAction={() => (stats.error ? stats : days).refetch()}>
        The figures of orders could not be read: {error.message}
      </Notice>
    );
  return (
    <div ref={place} className="min-w-0">
      <BarChart
        title="Orders by day"
        note="Fourteen days up to the last order, UTC"
        unit="Orders"
        columns={(days.data ?? []).map(({ day, count }) => ({ label: dayAndMonth(day), count }))}
      />
    </div>
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

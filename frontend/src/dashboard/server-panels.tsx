"use client";

import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { answersByTier, latencies, readMetrics } from "@/data/metrics";
import { whole } from "@/ui/format";
import { useSeen } from "@/ui/use-seen";
import { BarTable } from "./bar-table";

const REFRESH_MS = 5_000;

/** How the API itself is doing, from its metrics: from the time they are seen, refreshed every few seconds. */
export function ServerPanels() {
  const place = useRef<HTMLElement>(null);
  const metrics = useQuery({
    enabled: useSeen(place),
    queryKey: ["metrics"],
    queryFn: ({ signal }) => readMetrics(signal),
    refetchInterval: REFRESH_MS,
    retry: false,
  });
  if (metrics.error) return <p className="panel quiet">The API's metrics are not open to this page.</p>;
  const routes = latencies(metrics.data ?? []).slice(0, 10);
  const tiers = answersByTier(metrics.data ?? []);
  const hits = tiers
    .filter(({ label }) => label.startsWith("HIT") || label === "STALE")
    .reduce((sum, { count }) => sum + count, 0);
  const all = tiers.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      {all > 0 && (
        <BarTable
          title={`Cache: ${((hits / all) * 100).toFixed(1)} % of answers were ready`}
          unit="Answers"
          bars={tiers}
        />
      )}
      <section ref={place} className="panel panel-wide">
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Latency">
          <table className="table">
            <caption>Latency in the API, since it started</caption>
            <thead>
              <tr>
                <th scope="col">Route</th>
                <th scope="col" className="number">
                  Requests
                </th>
                <th scope="col" className="number">
                  Half within
                </th>
                <th scope="col" className="number">
                  95 %
                </th>
                <th scope="col" className="number">
                  99 %
                </th>
              </tr>
            </thead>
            <tbody>
              {routes.map(({ route, count, p50, p95, p99 }) => (
                <tr key={route}>
                  <th scope="row">
                    <code>{route}</code>
                  </th>
                  <td className="number">{whole(count)}</td>
                  {[p50, p95, p99].map((value, index) => (
                    <td key={index} className="number">
                      {value.toFixed(1)} ms
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

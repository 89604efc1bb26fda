import { ApiError } from "./problem";

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The API's metrics as samples. The browser's cache is passed by: they are of this moment. */
export async function readMetrics(signal?: AbortSignal): Promise<Sample[]> {
  const response = await fetch("/metrics", { signal, cache: "no-store" });
  if (!response.ok) throw new ApiError(response.status, { detail: "The metrics could not be read." });
  return samples(await response.text());
}

/** Read Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function samples(text: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split("\n")) {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!parts) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (parts[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels[name as string] = value as string;
    found.push({ name: parts[1] as string, labels, value: Number(parts[3]) });
  }
  return found;
}

export interface RouteLatency {
  route: string;
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Latency percentiles (ms) of each route, read from a histogram's buckets as Prometheus' histogram_quantile does. */
export function latencies(all: readonly Sample[]): RouteLatency[] {
  const routes = new Map<string, Map<number, number>>();
  for (const { name, labels, value } of all) {
    if (name !== "catalogue_request_duration_seconds_bucket" || !labels.route?.startsWith("/api/")) continue;
    const buckets = routes.get(labels.route) ?? new Map<number, number>();
    const end = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
    buckets.set(end, (buckets.get(end) ?? 0) + value);
    routes.set(labels.route, buckets);
  }
  return [...routes]
    .map(([route, buckets]) => {
      const sorted = [...buckets].sort(([one], [other]) => one - other);
      const at = (share: number) => quantile(sorted, share) * 1000;
      return { route, count: sorted.at(-1)?.[1] ?? 0, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    })
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count);
}

function quantile(buckets: readonly (readonly [number, number])[], share: number): number {
  const wanted = (buckets.at(-1)?.[1] ?? 0) * share;
  let [start, below] = [0, 0];
  for (const [end, count] of buckets) {
    if (count >= wanted) {
      if (!Number.isFinite(end)) return start;
      return start + ((end - start) * (wanted - below)) / Math.max(1, count - below);
    }
    [start, below] = [end, count];
  }
  return start;
}

/** Answers by the tier of the cache that gave them; empty when the API does not count them. */
export function answersByTier(all: readonly Sample[]): { label: string; count: number }[] {
  const tiers = new Map<string, number>();
  for (const { name, labels, value } of all) {
    if (name !== "catalogue_cache_answers_total" || !labels.outcome) continue;
    tiers.set(labels.outcome, (tiers.get(labels.outcome) ?? 0) + value);
  }
  return [...tiers].map(([label, count]) => ({ label, count })).sort((one, other) => other.count - one.count);
}

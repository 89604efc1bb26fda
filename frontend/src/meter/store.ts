/** What the meter shows of the latest requests. Times are milliseconds. */
export interface Reading {
  at: number;
  path: string;
  method: string;
  status: number;
  elapsedMs: number;
  serverMs: number | null;
  databaseMs: number | null;
  /** The answer's X-Cache: HIT-LOCAL, HIT-SHARED, STALE, MISS or BYPASS; null when the API does not say. */
  cache: string | null;
  bytes: number | null;
}

const KEPT = 48;

let readings: readonly Reading[] = [];
let reachable = true;
const listeners = new Set<() => void>();

export function recordAnswer(request: Request, response: Response, elapsedMs: number): void {
  const timing = response.headers.get("server-timing") ?? "";
  setReachable(response.headers.get("retry-after") === null || response.status !== 503);
  const length = response.headers.get("content-length");
  const reading: Reading = {
    at: Date.now(),
    path: new URL(request.url).pathname,
    method: request.method,
    status: response.status,
    elapsedMs,
    serverMs: duration(timing, "total"),
    databaseMs: duration(timing, "db"),
    cache: response.headers.get("x-cache"),
    bytes: length === null ? null : Number(length),
  };
  readings = [...readings.slice(1 - KEPT), reading];
  notifyLater();
}

export function recordFailure(): void {
  setReachable(false);
}

function setReachable(now: boolean): void {
  if (reachable === now) return;
  reachable = now;
  notify();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentReadings(): readonly Reading[] {
  return readings;
}

/** Whether the latest request found the API. */
export function isReachable(): boolean {
  return reachable;
}

/** The duration that Server-Timing gives to `name`, in milliseconds. */
export function duration(timing: string, name: string): number | null {
  const found = new RegExp(`(?:^|[,\\s])${name};(?:[^,]*;)?dur=([\\d.]+)`).exec(timing);
  return found ? Number(found[1]) : null;
}

function notify(): void {
  for (const listener of listeners) listener();
}

const GATHER_MS = 300;
let isWaiting = false;

/** What requests cost is shown a little later, several at a time: what they asked for is drawn first. */
function notifyLater(): void {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    notify();
  }, GATHER_MS);
}

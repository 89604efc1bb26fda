"use client";

import { usePathname } from "next/navigation";
import { memo, useSyncExternalStore } from "react";
import { whole } from "@/ui/format";
import { currentRows, subscribe as subscribeRows } from "./position";
import { currentReadings, type Reading, subscribe } from "./store";

const NONE: readonly Reading[] = [];

/** The strip at the foot: what the latest requests cost, which tier answered, and where in the list this is. */
export function Meter() {
  const readings = useSyncExternalStore(subscribe, currentReadings, () => NONE);
  const last = readings.at(-1);
  return (
    <footer className="meter" aria-label="Requests">
      <div className="meter-strip">
        {last ? (
          <>
            <Bars readings={readings} />
            <span className="meter-item" title="From the request to its answer, in this browser">
              <b>{last.elapsedMs.toFixed(0)} ms</b>
            </span>
            <span className="meter-item max-sm:hidden" title="In the API, and of it in PostgreSQL">
              api {inMs(last.serverMs)} · db {inMs(last.databaseMs)}
            </span>
            <span className="meter-tier" data-tier={tier(last)}>
              {last.cache ?? (last.databaseMs === 0 ? "NO DATABASE" : "DATABASE")}
            </span>
            <span className="meter-path max-md:hidden">
              {last.method} {last.path}
            </span>
          </>
        ) : (
          <span className="meter-item">Every request shows its cost here.</span>
        )}
        <Rows />
      </div>
    </footer>
  );
}

/** Apart from the rest, because it changes with every frame of scrolling. */
function Rows() {
  const rows = useSyncExternalStore(subscribeRows, currentRows, () => null);
  const onList = ["/", "/orders"].includes(usePathname());
  if (!rows || !onList) return null;
  return (
    <span className="meter-rows" title="Rows on the screen">
      rows {whole(rows.first + 1)}–{whole(rows.end)}
    </span>
  );
}

/** One bar a request: its height is the time (logarithmic, 1 ms to 1 s), its colour what answered. */
const Bars = memo(function Bars({ readings }: { readings: readonly Reading[] }) {
  const shown = readings.slice(-32);
  return (
    <svg aria-hidden viewBox="0 0 128 16" className="meter-bars">
      {shown.map((reading, index) => {
        const height = Math.min(16, 2 + Math.log10(Math.max(1, reading.elapsedMs)) * 4.7);
        const x = 128 - (shown.length - index) * 4;
        return (
          <rect
            key={reading.at + index}
            x={x}
            y={16 - height}
            width="3"
            height={height}
            data-tier={tier(reading)}
          />
        );
      })}
    </svg>
  );
});

function tier({ status, cache }: Reading): string {
  if (status >= 400) return "error";
  if (cache?.startsWith("HIT") || status === 304) return "hit";
  return cache === "STALE" ? "stale" : "miss";
}

function inMs(value: number | null): string {
  return value === null ? "–" : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

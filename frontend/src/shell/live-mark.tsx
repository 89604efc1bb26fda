"use client";

import { useSyncExternalStore } from "react";
import { currentLive, subscribe } from "@/live/status";

const TEXTS = { none: "", live: "Live", waiting: "Reconnecting", off: "Not live" };

/** Whether the rows follow what is committed. */
export function LiveMark() {
  const live = useSyncExternalStore(subscribe, currentLive, () => "none" as const);
  return (
    <span
      className="live-mark max-sm:hidden"
      data-live={live}
      title="Rows on the screen follow committed changes while this is live"
    >
      {TEXTS[live]}
    </span>
  );
}

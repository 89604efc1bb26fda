"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { isReachable, subscribe } from "@/meter/store";

const RETRY_MS = 3_000;

/** Says that the API does not answer, keeps asking, and reads everything again when it does. */
export function OfflineBanner() {
  const client = useQueryClient();
  const reachable = useSyncExternalStore(subscribe, isReachable, () => true);
  const retry = () => client.refetchQueries({ type: "active" });
  useEffect(() => {
    if (reachable) return;
    const again = () => client.refetchQueries({ type: "active" });
    const timer = window.setInterval(again, RETRY_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [reachable, client]);
  if (reachable) return null;
  return (
    <div role="alert" className="offline">
      The API does not answer. What you see may be old; it is asked again every few seconds.
      <button type="button" className="button button-small" onClick={retry}>
        Try now
      </button>
    </div>
  );
}

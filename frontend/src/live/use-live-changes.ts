"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSession } from "@/session/provider";
import { setLive } from "./status";

interface Change {
  position: number;
  dataset: string;
  operation: string;
  /** Null: too many to name. */
  ids: number[] | null;
  changed_at: string;
}

/** Changes that come within this are answered by one reading. */
const GATHER_MS = 300;

/** Follow the committed changes of a dataset: what is on the screen is read again, and only that. */
export function useLiveChanges(dataset: "products" | "orders"): void {
  const client = useQueryClient();
  const caller = useSession().session?.name;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another caller may follow what the one before could not
  useEffect(() => {
    let timer = 0;
    let stream: EventSource | null = null;
    const gathered = new Set<number>();
    let everything = false;
    const readAgain = () => {
      const ids = new Set(gathered);
      const all = everything;
      gathered.clear();
      everything = false;
      timer = 0;
      client.invalidateQueries({
        queryKey: [dataset],
        refetchType: "active",
        predicate: (query) => all || concerns(query.queryKey, query.state.data, ids),
      });
    };
    const onChange = (event: MessageEvent<string>) => {
      const change = parsed(event.data);
      if (change?.ids && change.operation === "update") for (const id of change.ids) gathered.add(id);
      else everything = true;
      timer ||= window.setTimeout(readAgain, GATHER_MS);
    };
    const open = () => {
      stream = new EventSource(`/api/v1/changes?dataset=${dataset}`);
      stream.onopen = () => setLive("live");
      stream.onmessage = onChange;
      // The log no longer holds what was missed: everything is read again.
      stream.addEventListener("reset", onChange);
      stream.onerror = () => setLive(stream?.readyState === EventSource.CLOSED ? "off" : "waiting");
    };
    // After the page is at rest: following changes must not slow its start.
    const idle = window.setTimeout(open, 800);
    return () => {
      clearTimeout(idle);
      clearTimeout(timer);
      stream?.close();
      setLive("none");
    };
  }, [client, dataset, caller]);
}

/** Whether a kept answer may show one of these records. */
function concerns(key: readonly unknown[], data: unknown, ids: Set<number>): boolean {
  if (key.includes("detail") || key.includes("history")) return ids.has(Number(key.at(-1)));
  if (!key.includes("page")) return key.includes("facets");
  const items = (data as { items?: readonly { id: number }[] } | undefined)?.items;
  return items?.some((item) => ids.has(item.id)) ?? true;
}

function parsed(text: string): Change | null {
  try {
    return JSON.parse(text) as Change;
  } catch {
    return null;
  }
}

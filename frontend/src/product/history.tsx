"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/data/api";
import { type HistoryEntry, productHistory } from "@/data/history";
import { isUnavailable } from "@/data/problem";
import { useMay } from "@/session/provider";
import { dateTime } from "@/ui/dates";
import { words } from "@/ui/format";

const HIDDEN = new Set(["updated_at", "version", "id", "created_at"]);

/** Who changed what, and when; for those who may see it. */
export function History({ id }: { id: number }) {
  return useMay("audit:read") ? <Changes id={id} /> : null;
}

function Changes({ id }: { id: number }) {
  const history = useQuery({ ...productHistory(api, id), retry: false });
  return (
    <section className="section">
      <h2>Changes</h2>
      {history.isLoading && <p className="quiet">Reading the changes…</p>}
      {history.error && <p className="quiet">{reason(history.error)}</p>}
      {history.data?.length === 0 && <p className="quiet">Nothing has changed since changes are kept.</p>}
      {history.data && history.data.length > 0 && (
        <ol className="history">
          {history.data.map((entry) => (
            <li key={entry.id}>
              <p>
                <b>{sentence(entry)}</b>{" "}
                <span className="quiet">
                  {entry.actor ? `by ${entry.actor} · ` : ""}
                  {dateTime(entry.changed_at)}
                </span>
              </p>
              <Differences entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Differences({ entry }: { entry: HistoryEntry }) {
  const names = Object.keys({ ...(entry.old as object), ...(entry.new as object) }).filter(
    (name) => !HIDDEN.has(name),
  );
  if (entry.operation !== "update" || names.length === 0) return null;
  return (
    <ul className="differences">
      {names.map((name) => (
        <li key={name}>
          <span className="quiet">{words(name)}</span> <del>{shown(fieldOf(entry.old, name))}</del> →{" "}
          <ins>{shown(fieldOf(entry.new, name))}</ins>
        </li>
      ))}
    </ul>
  );
}

function fieldOf(values: unknown, name: string): unknown {
  return (values as Record<string, unknown> | null)?.[name];
}

function sentence({ operation }: HistoryEntry): string {
  const names: Record<string, string> = { insert: "Listed", update: "Changed", delete: "Deleted" };
  return names[operation] ?? words(operation);
}

function reason(error: Error): string {
  if (isUnavailable(error)) return "This API does not keep a history.";
  return error.message;
}

export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

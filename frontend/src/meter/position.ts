/** Which rows of which list are on the screen, for the meter. */
export interface ShownRows {
  list: string;
  /** Counted from 0, end exclusive. */
  first: number;
  end: number;
}

/** Rows that pass faster than this (ms) cannot be read. */
const LEGIBLE_MS = 150;

let shown: ShownRows | null = null;
let latest: ShownRows | null = null;
let isWaiting = false;
const listeners = new Set<() => void>();

export function showRows(list: string, first: number, end: number): void {
  latest = { list, first, end };
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    shown = latest;
    for (const listener of listeners) listener();
  }, LEGIBLE_MS);
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentRows = (): ShownRows | null => shown;

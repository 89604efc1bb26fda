/** Which rows of which list are on the screen, for the meter. */
export interface ShownRows {
  list: string;
  /** Counted from 0, end exclusive. */
  first: number;
  end: number;
}

let shown: ShownRows | null = null;
const listeners = new Set<() => void>();

export function showRows(list: string, first: number, end: number): void {
  shown = { list, first, end };
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentRows = (): ShownRows | null => shown;

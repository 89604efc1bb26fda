/** `none`: nothing on the screen is to be followed. */
export type Live = "none" | "off" | "waiting" | "live";

let live: Live = "none";
const listeners = new Set<() => void>();

export function setLive(next: Live): void {
  live = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentLive = (): Live => live;

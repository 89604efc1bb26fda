import type { QueryClient } from "@tanstack/react-query";

/** Rows of one request of a virtual list. A page starts at a multiple of this. */
export const PAGE_ROWS = 100;

export interface ListPage<Row> {
  items: readonly Row[];
  /** Rows in the whole list; null when it was not counted. */
  total: number | null;
  total_is?: "exact" | "estimate";
  /** The query as it was understood, where a word was corrected. */
  corrected_q?: string;
}

/** A list that can be read at any row. Equal keys mean equal lists. */
export interface ListSource<Row> {
  key: readonly string[];
  fetchPage: (offset: number, signal?: AbortSignal) => Promise<ListPage<Row>>;
}

/** Where the page that holds `row` begins. */
export function pageOffset(row: number): number {
  return Math.max(0, Math.floor(row / PAGE_ROWS)) * PAGE_ROWS;
}

export function pageKey(key: readonly string[], offset: number): readonly (string | number)[] {
  return [...key, "page", offset];
}

/** The query of one page, for the server's prefetch and the browser alike. */
export function pageQuery<Row>(source: ListSource<Row>, offset: number) {
  return {
    queryKey: pageKey(source.key, offset),
    queryFn: ({ signal }: { signal?: AbortSignal }) => source.fetchPage(offset, signal),
  };
}

const KEPT_PAGES = 40;

/** Forget the pages seen longest ago, so that scrolling for an hour does not fill the memory. */
export function forgetOldPages(client: QueryClient): void {
  const pages = client
    .getQueryCache()
    .findAll({ predicate: (query) => query.queryKey.at(-2) === "page" && !query.isActive() });
  if (pages.length <= KEPT_PAGES) return;
  pages.sort((one, other) => one.state.dataUpdatedAt - other.state.dataUpdatedAt);
  for (const query of pages.slice(0, pages.length - KEPT_PAGES))
    client.removeQueries({ queryKey: query.queryKey, exact: true });
}

import type { QueryClient } from "@tanstack/react-query";

/** Rows of one request of a virtual list. A page starts at a multiple of this. */
export const PAGE_ROWS = 100;

export interface Total {
  /** Rows in the whole list; null when it was not counted. */
  total: number | null;
  total_is?: "exact" | "estimate";
}

export interface ListPage<Row> extends Total {
  items: readonly Row[];
  /** Where the list is long and its index is still being made: the rows are near their number, and neighbours. */
  offset_is?: "estimate";
  /** The query as it was understood, where a word was corrected. */
  corrected_q?: string;
}

/** A list that can be read at any row. Equal keys mean equal lists. */
export interface ListSource<Row> {
  key: readonly string[];
  fetchPage: (offset: number, signal?: AbortSignal) => Promise<ListPage<Row>>;
  /** How long it is, without its rows. */
  fetchTotal: (signal?: AbortSignal) => Promise<Total>;
}

/** Where the page that holds `row` begins. */
export function pageOffset(row: number): number {
  return Math.max(0, Math.floor(row / PAGE_ROWS)) * PAGE_ROWS;
}

export function pageKey(key: readonly string[], offset: number): readonly (string | number)[] {
  return [...key, "page", offset];
}

/** When to ask again (ms, each time later) for what is only an estimate; false when it is none, or was asked often. */
export function againAfter(isEstimate: boolean, times: number): number | false {
  return isEstimate && times < 7 ? 250 * 2 ** times : false;
}

/** The query of one page, for the server's prefetch and the browser alike. */
export function pageQuery<Row>(source: ListSource<Row>, offset: number) {
  return {
    queryKey: pageKey(source.key, offset),
    queryFn: ({ signal }: { signal?: AbortSignal }) => source.fetchPage(offset, signal),
    refetchInterval: ({ state }: { state: { data?: ListPage<Row>; dataUpdateCount: number } }) =>
      againAfter(state.data?.offset_is === "estimate", state.dataUpdateCount),
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

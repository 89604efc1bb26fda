"use client";

import {
  keepPreviousData,
  type QueryClient,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import {
  againAfter,
  forgetOldPages,
  type ListPage,
  type ListSource,
  PAGE_ROWS,
  pageKey,
  pageOffset,
  pageQuery,
  type Total,
} from "@/data/list-source";

interface Range {
  first: number;
  end: number;
}

export interface Pages<Row> {
  rowAt: (row: number) => Row | undefined;
  /** Why rows of the range are missing, if they could not be read. */
  error: Error | null;
  retry: () => void;
}

/** Rows of `first` up to `end`, read by pages of PAGE_ROWS. While `resting` is false nothing new is asked for. */
export function usePages<Row>(
  source: ListSource<Row>,
  range: Range,
  resting: boolean,
  total: number,
): Pages<Row> {
  const client = useQueryClient();
  const wanted = useRef<number[]>([]);
  const travel = useRef({ first: range.first, step: 0 });
  const wantedKey = useRef(source.key);
  // Kept while the rows stay the same: the page ahead would be given up by the next rendering, and asked for again.
  if (travel.current.first !== range.first)
    travel.current = { first: range.first, step: range.first - travel.current.first };
  if (resting || wantedKey.current !== source.key) {
    wanted.current = offsets(ahead(range, travel.current.step, total));
    wantedKey.current = source.key;
  }

  const rests = wanted.current.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same pages are the same queries, frame after frame
  const queries = useMemo(() => wanted.current.map((offset) => pageQuery(source, offset)), [source, rests]);
  const results = useQueries({ queries });
  // biome-ignore lint/correctness/useExhaustiveDependencies: when other pages are wanted, old ones may go
  useEffect(() => forgetOldPages(client), [client, rests]);

  const pages = new Map<number, ListPage<Row> | undefined>();
  for (const offset of offsets(range)) {
    const index = wanted.current.indexOf(offset);
    pages.set(offset, index < 0 ? client.getQueryData(pageKey(source.key, offset)) : results[index]?.data);
  }
  const failed = results.filter((result) => result.error && !result.data);
  return {
    rowAt: (row) => pages.get(pageOffset(row))?.items[row - pageOffset(row)],
    error: failed[0]?.error ?? null,
    retry: () => {
      for (const result of failed) result.refetch();
    },
  };
}

/** A little more in the direction of travel: the next page is there before its first row is. */
function ahead({ first, end }: Range, step: number, total: number): Range {
  if (step === 0 || Math.abs(step) > PAGE_ROWS) return { first, end };
  const margin = PAGE_ROWS / 2;
  return step > 0
    ? { first, end: Math.min(total, end + margin) }
    : { first: Math.max(0, first - margin), end };
}

function offsets({ first, end }: Range): number[] {
  const found: number[] = [];
  for (let offset = pageOffset(first); offset < end; offset += PAGE_ROWS) found.push(offset);
  return found;
}

/** Ask for the page of a row at once, before anything is drawn for it. */
export function useEarlyPage<Row>(source: ListSource<Row>): (row: number) => void {
  const client = useQueryClient();
  return useCallback(
    (row) => void client.prefetchQuery(pageQuery(source, pageOffset(row))),
    [client, source],
  );
}

export interface ShownList<Row> {
  /** The list on the screen: the one asked for, or the one before it until the first rows are here. */
  source: ListSource<Row>;
  total: number;
  isEstimate: boolean;
  /** The query as corrected by the API, if it was. */
  correctedQuery: string | undefined;
  /** The rows on the screen are of the list before. */
  isOutdated: boolean;
  isLoading: boolean;
  error: Error | null;
  retry: () => void;
}

interface Head<Row> {
  source: ListSource<Row>;
  page: ListPage<Row>;
}

/** The list to show for `source`, entered at `row`: old rows stay until the new ones are there. */
export function useShownList<Row>(source: ListSource<Row>, row: number): ShownList<Row> {
  const client = useQueryClient();
  const entry = useRef({ key: source.key, offset: pageOffset(row) });
  if (entry.current.key.join() !== source.key.join())
    entry.current = { key: source.key, offset: pageOffset(row) };
  const { offset } = entry.current;
  const known = client.getQueryData<ListPage<Row>>(pageKey(source.key, offset));
  const head = useQuery<Head<Row>>({
    ...headQuery(client, source, offset),
    initialData: known && { source, page: known },
    placeholderData: keepPreviousData,
  });
  const shown = head.data?.source ?? source;
  const counted = useTotal(shown, head.data?.page);
  return {
    source: shown,
    total: counted.total,
    isEstimate: counted.isEstimate,
    correctedQuery: head.data?.page.corrected_q,
    isOutdated: head.isPlaceholderData && head.isFetching,
    isLoading: head.isPending,
    error: head.isPlaceholderData || !head.data ? head.error : null,
    retry: () => head.refetch(),
  };
}

/** Ask for the beginning of a list at once, before anything is drawn for it. */
export function useEarlyList<Row>(): (source: ListSource<Row>) => void {
  const client = useQueryClient();
  return useCallback((source) => void client.prefetchQuery(headQuery(client, source, 0)), [client]);
}

function headQuery<Row>(client: QueryClient, source: ListSource<Row>, offset: number) {
  return {
    queryKey: [...source.key, "head", offset],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Head<Row>> => {
      const page = await source.fetchPage(offset, signal);
      client.setQueryData(pageKey(source.key, offset), page);
      return { source, page };
    },
  };
}

/** The list's length; an estimate is asked again after a while until it is exact, at most a few times. */
function useTotal<Row>(source: ListSource<Row>, first: ListPage<Row> | undefined) {
  const isEstimate = first?.total_is === "estimate";
  const again = useQuery<Total>({
    queryKey: [...source.key, "total"],
    queryFn: ({ signal }) => source.fetchTotal(signal),
    enabled: isEstimate,
    initialData: first,
    refetchInterval: ({ state }) => againAfter(state.data?.total_is === "estimate", state.dataUpdateCount),
  });
  const latest = (isEstimate && again.data) || first;
  return { total: latest?.total ?? first?.items.length ?? 0, isEstimate: latest?.total_is === "estimate" };
}

"use client";

import { debounce, useQueryStates } from "nuqs";
import { useCallback, useMemo } from "react";
import { type CatalogueState, filtersOf, parsers, sortOf } from "./url-state";

/** Filters, sort and view of the catalogue: read from the address and written to it. */
export function useCatalogue() {
  const [state, set] = useQueryStates(parsers, { history: "replace", shallow: true, scroll: false });
  const filters = useMemo(() => filtersOf(state), [state]);

  /** Change a filter: the list starts at its first row, and Back returns to the one before. */
  const filter = useCallback(
    (change: Partial<CatalogueState>) => void set({ ...change, row: null }, { history: "push" }),
    [set],
  );
  /** Typing replaces the address when it rests: each change of it makes the whole page look where it is. */
  const search = useCallback(
    (q: string) => void set({ q: q || null, row: null }, { limitUrlUpdates: debounce(300) }),
    [set],
  );
  const remember = useCallback(
    (row: number) => void set({ row: row > 0 ? row + 1 : null }, { limitUrlUpdates: debounce(150) }),
    [set],
  );
  const clear = useCallback(
    () =>
      filter({
        q: "",
        category: [],
        brand: [],
        min_price: null,
        max_price: null,
        min_rating: null,
        in_stock: null,
      }),
    [filter],
  );
  return { state, filters, sort: sortOf(state), filter, search, remember, clear, set };
}

export type Catalogue = ReturnType<typeof useCatalogue>;

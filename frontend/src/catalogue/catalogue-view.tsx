"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/data/api";
import { type ProductRow, productList } from "@/data/products";
import { TableHead } from "@/grid/table-head";
import { useEarlyList, useShownList } from "@/grid/use-pages";
import { type GridHandle, VirtualGrid } from "@/grid/virtual-grid";
import { useLiveChanges } from "@/live/use-live-changes";
import { showRows } from "@/meter/position";
import { Empty } from "@/ui/empty";
import { Failure } from "@/ui/failure";
import { CardsHead } from "./cards-head";
import { ChosenFilters } from "./chosen-filters";
import { COLUMNS, productCard, productCells } from "./columns";
import { FacetsPanel } from "./facets-panel";
import { SearchBox } from "./search-box";
import { Toolbar } from "./toolbar";
import { filtersOf } from "./url-state";
import { useCardsAcross } from "./use-cards-across";
import { useCatalogue } from "./use-catalogue";
import { useTiles } from "./use-tiles";

/** The whole filtered list, its filters and its search. */
export function CatalogueView() {
  const catalogue = useCatalogue();
  const { state, filters, sort, filter, remember } = catalogue;
  const router = useRouter();
  const grid = useRef<GridHandle>(null);
  const source = useMemo(() => productList(api, filters), [filters]);
  const row = Math.max(0, state.row - 1);
  const list = useShownList(source, row);
  const cards = state.view === "cards";
  const main = useRef<HTMLDivElement>(null);
  const across = useCardsAcross(main, cards);
  const tiles = useTiles(!cards);
  useLiveChanges("products");

  const open = useCallback((product: ProductRow) => router.push(`/products/${product.id}`), [router]);
  const askEarly = useEarlyList<ProductRow>();
  const search = (q: string) => {
    askEarly(productList(api, filtersOf({ ...state, q })));
    catalogue.search(q);
  };
  const onVisible = useCallback((first: number, end: number) => showRows("products", first, end), []);
  useGoToKey(() => document.querySelector<HTMLInputElement>(".go-to input")?.focus());

  return (
    <div className="catalogue">
      <FacetsPanel catalogue={catalogue} waits={list.isOutdated || list.isLoading} />
      <section className="list" ref={main} style={tiles}>
        <SearchBox value={state.q} onChange={search} onLeave={() => grid.current?.focus()} />
        <Toolbar
          catalogue={catalogue}
          total={list.total}
          isEstimate={list.isEstimate}
          onGoTo={(to) => grid.current?.goToRow(to)}
        />
        <ChosenFilters state={state} filter={filter} />
        {list.correctedQuery && (
          <p className="corrected" role="status">
            Showing results for <b>{list.correctedQuery}</b>. Nothing is spelt “{state.q}” here.
          </p>
        )}
        {list.error ? (
          <Failure error={list.error} onRetry={list.retry} what="products" />
        ) : list.total === 0 && !list.isLoading ? (
          <Empty title="No product matches" action="Clear the filters" onAction={catalogue.clear}>
            Take away a filter, or search for fewer words.
          </Empty>
        ) : (
          <VirtualGrid
            source={list.source}
            total={list.total}
            span={cards ? across : 1}
            row={list.isOutdated ? 0 : Math.min(row, Math.max(0, list.total - 1))}
            onRow={remember}
            onVisible={onVisible}
            onOpen={open}
            label="Products"
            className={cards ? "grid-cards" : `grid-products density-${state.density}`}
            head={
              cards ? (
                <CardsHead />
              ) : (
                <TableHead columns={COLUMNS} sort={sort} onSort={(next) => filter({ sort: next })} />
              )
            }
            content={cards ? productCard : productCells}
            handle={grid}
            isOutdated={list.isOutdated}
          />
        )}
      </section>
    </div>
  );
}

/** `g` asks for a row number, wherever the focus is outside a field. */
function useGoToKey(onKey: () => void): void {
  const [latest] = useState(() => ({ onKey }));
  latest.onKey = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input, textarea, select");
      if (event.key !== "g" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      latest.onKey();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [latest]);
}

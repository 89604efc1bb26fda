"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/data/api";
import { categories, type Facets, productFacets } from "@/data/products";
import { usePhone } from "@/ui/phone";
import { useLate } from "@/ui/use-late";
import { useRests } from "@/ui/use-rests";
import { CategoryTree } from "./category-tree";
import { PriceFacet } from "./price-facet";
import { BrandFacet, RatingFacet, StockFacet } from "./simple-facets";
import type { Catalogue } from "./use-catalogue";

export const FACETS_ID = "filters";
const NO_FACETS: Facets = {};
const NONE: never[] = [];

interface Props {
  catalogue: Catalogue;
  /** Rows go before counts, and so does the next letter of who types. */
  waits: boolean;
}

/**
 * The filters, each value with the number of products it would show. On narrow screens it opens over the list, and a
 * phone draws it when it opens for the first time.
 */
export function FacetsPanel(props: Props) {
  const [wanted, setWanted] = useState(!usePhone());
  useEffect(() => {
    setWanted((before) => before || matchMedia("(min-width: 64rem)").matches);
  }, []);
  return (
    <aside
      id={FACETS_ID}
      popover="auto"
      aria-label="Filters"
      className="facets"
      onBeforeToggle={() => setWanted(true)}
    >
      {wanted && <Filters {...props} />}
    </aside>
  );
}

function Filters({ catalogue, waits }: Props) {
  const { state, filters, filter, clear } = catalogue;
  const rests = useRests(state.q);
  const facets = useQuery({
    ...productFacets(api, filters),
    enabled: !waits && rests,
    placeholderData: (previous) => previous,
  });
  const isLate = useLate(facets.isPlaceholderData);
  const tree = useQuery(categories(api));
  const values = facets.data ?? NO_FACETS;
  const choose = useChoosing(filter);
  const chosen = Object.keys(filters).some((name) => name !== "sort");
  return (
    <div data-outdated={isLate || undefined}>
      <div className="facets-head">
        <h2>Filters</h2>
        {chosen && (
          <button type="button" className="link-button" onClick={clear}>
            Clear all
          </button>
        )}
        <button
          type="button"
          className="icon-button lg:hidden"
          popoverTarget={FACETS_ID}
          popoverTargetAction="hide"
          aria-label="Close filters"
        >
          ✕
        </button>
      </div>
      {facets.error && <p className="facets-error">The counts could not be read: {facets.error.message}</p>}
      <StockFacet values={values.in_stock ?? NONE} chosen={state.in_stock} onChoose={choose.in_stock} />
      <CategoryTree
        categories={tree.data ?? NONE}
        counts={values.category ?? NONE}
        chosen={state.category}
        onChoose={choose.category}
      />
      <PriceFacet
        key={`${state.min_price}-${state.max_price}`}
        buckets={values.price ?? NONE}
        min={state.min_price}
        max={state.max_price}
        onChoose={choose.price}
      />
      <RatingFacet buckets={values.rating ?? NONE} chosen={state.min_rating} onChoose={choose.rating} />
      <BrandFacet values={values.brand ?? NONE} chosen={state.brand} onChoose={choose.brand} />
    </div>
  );
}

/** The same functions from render to render, so that a letter typed in the search does not draw the facets again. */
function useChoosing(filter: Catalogue["filter"]) {
  return useMemo(
    () => ({
      in_stock: (in_stock: boolean | null) => filter({ in_stock }),
      category: (category: string[]) => filter({ category }),
      brand: (brand: string[]) => filter({ brand }),
      price: (min_price: number | null, max_price: number | null) => filter({ min_price, max_price }),
      rating: (min_rating: number | null) => filter({ min_rating }),
    }),
    [filter],
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "@/data/api";
import { categories, productFacets } from "@/data/products";
import { CategoryTree } from "./category-tree";
import { PriceFacet } from "./price-facet";
import { BrandFacet, RatingFacet, StockFacet } from "./simple-facets";
import type { Catalogue } from "./use-catalogue";

export const FACETS_ID = "filters";

/** The filters, each value with the number of products it would show. On narrow screens it opens over the list. */
export function FacetsPanel({ catalogue }: { catalogue: Catalogue }) {
  const { state, filters, filter, toggle, clear } = catalogue;
  const facets = useQuery({ ...productFacets(api, filters), placeholderData: (previous) => previous });
  const tree = useQuery(categories(api));
  const chosen = Object.keys(filters).some((name) => name !== "sort");
  return (
    <aside
      id={FACETS_ID}
      popover="auto"
      aria-label="Filters"
      className="facets"
      data-outdated={facets.isPlaceholderData || undefined}
    >
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
      <StockFacet
        values={facets.data?.in_stock ?? []}
        chosen={state.in_stock}
        onChoose={(in_stock) => filter({ in_stock })}
      />
      <CategoryTree
        categories={tree.data ?? []}
        counts={facets.data?.category ?? []}
        chosen={state.category}
        onChoose={(category) => filter({ category })}
      />
      <PriceFacet
        key={`${state.min_price}-${state.max_price}`}
        buckets={facets.data?.price ?? []}
        min={state.min_price}
        max={state.max_price}
        onChoose={(min_price, max_price) => filter({ min_price, max_price })}
      />
      <RatingFacet
        buckets={facets.data?.rating ?? []}
        chosen={state.min_rating}
        onChoose={(min_rating) => filter({ min_rating })}
      />
      <BrandFacet
        values={facets.data?.brand ?? []}
        chosen={state.brand}
        onToggle={(value) => toggle("brand", value)}
      />
    </aside>
  );
}

"use client";

import { whole, words } from "@/ui/format";
import type { CatalogueState } from "./url-state";
import type { Catalogue } from "./use-catalogue";

interface Chosen {
  label: string;
  without: Partial<CatalogueState>;
}

/** The filters that are on, each with a way to take it away: they may be out of sight in the panel. */
export function ChosenFilters({ state, filter }: Pick<Catalogue, "state" | "filter">) {
  const chosen = chosenOf(state);
  if (chosen.length === 0) return null;
  return (
    <ul className="chosen" aria-label="Filters that are on">
      {chosen.map(({ label, without }) => (
        <li key={label}>
          <button
            type="button"
            className="chip"
            aria-label={`Take away: ${label}`}
            onClick={() => filter(without)}
          >
            {label} <span aria-hidden>✕</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function chosenOf(state: CatalogueState): Chosen[] {
  const { category, brand, min_price, max_price, min_rating, in_stock } = state;
  const without = <T,>(values: readonly T[], value: T) => values.filter((one) => one !== value);
  const chosen: Chosen[] = [];
  if (in_stock !== null)
    chosen.push({ label: in_stock ? "In stock" : "Out of stock", without: { in_stock: null } });
  for (const value of new Set(category))
    chosen.push({ label: words(value), without: { category: without(category, value) } });
  for (const value of new Set(brand))
    chosen.push({ label: words(value), without: { brand: without(brand, value) } });
  if (min_price !== null || max_price !== null)
    chosen.push({ label: range(min_price, max_price), without: { min_price: null, max_price: null } });
  if (min_rating !== null)
    chosen.push({ label: `Rated ${min_rating} or better`, without: { min_rating: null } });
  return chosen;
}

function range(least: number | null, most: number | null): string {
  if (least === null) return `Up to ${whole(most ?? 0)}`;
  return most === null ? `From ${whole(least)}` : `${whole(least)} to ${whole(most)}`;
}

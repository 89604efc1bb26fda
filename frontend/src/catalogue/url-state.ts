import {
  type inferParserType,
  parseAsBoolean,
  parseAsFloat,
  parseAsInteger,
  parseAsNativeArrayOf,
  parseAsString,
  parseAsStringLiteral,
} from "nuqs/server";
import type { ProductFilters, ProductSort } from "@/data/products";

export const SORTABLE = [
  "name",
  "price",
  "stock",
  "rating",
  "review_count",
  "created_at",
  "updated_at",
  "id",
  "relevance",
] as const;

/** What the catalogue's address holds. `row` is counted from 1, as people count. */
export const parsers = {
  q: parseAsString.withDefault(""),
  category: parseAsNativeArrayOf(parseAsString).withDefault([]),
  brand: parseAsNativeArrayOf(parseAsString).withDefault([]),
  min_price: parseAsFloat,
  max_price: parseAsFloat,
  min_rating: parseAsFloat,
  in_stock: parseAsBoolean,
  sort: parseAsString.withDefault(""),
  row: parseAsInteger.withDefault(1),
  view: parseAsStringLiteral(["table", "cards"]).withDefault("table"),
  density: parseAsStringLiteral(["comfortable", "compact"]).withDefault("comfortable"),
};

export type CatalogueState = inferParserType<typeof parsers>;

/** The API's filters for an address; what the API would refuse is left out, so that any address opens. */
export function filtersOf(state: CatalogueState): ProductFilters {
  const q = state.q.trim();
  return {
    ...(q && { q }),
    ...(state.category.length > 0 && { category: unique(state.category) }),
    ...(state.brand.length > 0 && { brand: unique(state.brand) }),
    ...between("min_price", state.min_price, 1e10),
    ...between("max_price", state.max_price, 1e10),
    ...between("min_rating", state.min_rating, 5),
    ...(state.in_stock !== null && { in_stock: state.in_stock }),
    ...(sortOf(state).length > 0 && { sort: sortOf(state) }),
  };
}

/** The sort keys that exist, in order, each once. */
export function sortOf({ sort, q }: Pick<CatalogueState, "sort" | "q">): ProductSort[] {
  const keys = new Map<string, ProductSort>();
  for (const key of sort.split(",")) {
    const field = key.replace(/^-/, "") as (typeof SORTABLE)[number];
    if (!SORTABLE.includes(field) || (field === "relevance" && !q.trim())) continue;
    if (!keys.has(field)) keys.set(field, key as ProductSort);
  }
  return [...keys.values()].slice(0, 4);
}

function between(name: string, value: number | null, most: number): Record<string, number> {
  return value !== null && value >= 0 && value <= most ? { [name]: value } : {};
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
    .filter((value) => value.length > 0 && value.length <= 100)
    .sort()
    .slice(0, 200);
}

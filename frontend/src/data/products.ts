import { type Api, unwrap } from "./api";
import type { ListPage, ListSource, Total } from "./list-source";
import { PAGE_ROWS } from "./list-source";
import { queryString } from "./query-string";
import type { components, paths } from "./schema";

export type Product = components["schemas"]["Product"];
export type Facets = NonNullable<components["schemas"]["ProductPage"]["facets"]>;
export type Category = components["schemas"]["Category"];
export type Suggestions = components["schemas"]["Suggestions"];
type ListQuery = NonNullable<paths["/api/v1/products"]["get"]["parameters"]["query"]>;
export type ProductSort = NonNullable<ListQuery["sort"]>[number];

const ROW_FIELDS = [
  "sku",
  "name",
  "category",
  "brand",
  "price",
  "currency",
  "stock",
  "rating",
  "review_count",
] as const;

/** What a row of the list shows. */
export type ProductRow = Pick<Product, "id" | (typeof ROW_FIELDS)[number]>;

export type ProductFilters = Pick<
  ListQuery,
  "q" | "category" | "brand" | "min_price" | "max_price" | "min_rating" | "in_stock"
> & { sort?: ProductSort[] };

export function productList(api: Api, filters: ProductFilters): ListSource<ProductRow> {
  return {
    key: ["products", "list", queryString(filters)],
    fetchPage: (offset, signal) =>
      unwrap(
        api.GET("/api/v1/products", {
          params: { query: { ...filters, offset, limit: PAGE_ROWS, fields: [...ROW_FIELDS] } },
          signal,
        }),
      ) as Promise<ListPage<ProductRow>>,
    fetchTotal: (signal) =>
      unwrap(
        api.GET("/api/v1/products", { params: { query: { ...filters, limit: 1, fields: ["id"] } }, signal }),
      ) as Promise<Total>,
  };
}

export function productFacets(api: Api, { sort: _, ...filters }: ProductFilters) {
  return {
    queryKey: ["products", "facets", queryString(filters)],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/products", {
          params: {
            query: {
              ...filters,
              limit: 1,
              fields: ["id"],
              count: "none",
              facets: ["category", "brand", "price", "rating", "in_stock"],
            },
          },
          signal,
        }),
      ).then((page) => page.facets as Facets),
  };
}

export function categories(api: Api) {
  return {
    queryKey: ["products", "categories"],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(api.GET("/api/v1/products/categories", { signal })).then((page) => page.items as Category[]),
    staleTime: 300_000,
  };
}

export function suggestions(api: Api, q: string) {
  return {
    queryKey: ["products", "suggest", q],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(api.GET("/api/v1/products/suggest", { params: { query: { q } }, signal })),
    staleTime: 30_000,
  };
}

export function productDetail(api: Api, id: number) {
  return {
    queryKey: ["products", "detail", id],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/products/{identity}", { params: { path: { identity: id } }, signal }),
      ) as Promise<Product>,
  };
}

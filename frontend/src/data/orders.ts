import { type Api, unwrap } from "./api";
import { type ListPage, type ListSource, PAGE_ROWS, type Total } from "./list-source";
import { queryString } from "./query-string";
import type { components, paths } from "./schema";

export type Order = components["schemas"]["Order"];
export type OrderDetail = components["schemas"]["OrderDetail"];
export type OrderDocument = components["schemas"]["OrderDocument"] & {
  texts_status?: string;
  texts_error?: string | null;
};
export type OrderStatus = Order["status"];
export type OrderFacets = NonNullable<components["schemas"]["OrderPage"]["facets"]>;
type ListQuery = NonNullable<paths["/api/v1/orders"]["get"]["parameters"]["query"]>;
export type OrderFilters = Pick<ListQuery, "q" | "status" | "service" | "priority" | "sort">;

const ROW_FIELDS = [
  "reference",
  "status",
  "service",
  "priority",
  "customer_name",
  "eta_date",
  "created_at",
  "total",
  "currency",
] as const;

export type OrderRow = Pick<Order, "id" | (typeof ROW_FIELDS)[number]>;

export function orderList(api: Api, filters: OrderFilters): ListSource<OrderRow> {
  return {
    key: ["orders", "list", queryString(filters)],
    fetchPage: (offset, signal) =>
      unwrap(
        api.GET("/api/v1/orders", {
          params: { query: { ...filters, offset, limit: PAGE_ROWS, fields: [...ROW_FIELDS] } },
          signal,
        }),
      ) as Promise<ListPage<OrderRow>>,
    fetchTotal: (signal) =>
      unwrap(
        api.GET("/api/v1/orders", { params: { query: { ...filters, limit: 1, fields: ["id"] } }, signal }),
      ) as Promise<Total>,
  };
}

export function orderFacets(api: Api, { sort: _, ...filters }: OrderFilters) {
  return {
    queryKey: ["orders", "facets", queryString(filters)],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/orders", {
          params: {
            query: {
              ...filters,
              limit: 1,
              fields: ["id"],
              count: "none",
              facets: ["status", "service", "priority"],
            },
          },
          signal,
        }),
      ).then((page) => page.facets as OrderFacets),
  };
}

export function orderDetail(api: Api, id: number) {
  return {
    queryKey: ["orders", "detail", id],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/orders/{identity}", { params: { path: { identity: id } }, signal }),
      ) as Promise<OrderDetail>,
  };
}

export function documentTexts(api: Api, order: number, document: number) {
  return {
    queryKey: ["orders", "texts", order, document],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/orders/{identity}/documents/{document}/texts", {
          params: { path: { identity: order, document } },
          signal,
        }),
      ),
  };
}

/** The statuses that an order may move to (the API holds the same rule). */
export const MOVES: Record<OrderStatus, readonly OrderStatus[]> = {
  draft: ["confirmed", "cancelled"],
  confirmed: ["in_transit", "cancelled"],
  in_transit: ["delivered", "cancelled"],
  delivered: [],
  cancelled: [],
};

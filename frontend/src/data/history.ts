import { type Api, unwrap } from "./api";
import type { components } from "./schema";

/** One committed change of a record, with its values before and after. */
export type HistoryEntry = components["schemas"]["ProductHistoryPage"]["items"][number];

const SHOWN = 20;

/** A product's last changes, newest first. */
export function productHistory(api: Api, id: number) {
  return {
    queryKey: ["products", "history", id],
    queryFn: async ({ signal }: { signal?: AbortSignal }) => {
      const path = { identity: id };
      const page = await unwrap(api.GET("/api/v1/products/{identity}/history", { params: { path }, signal }));
      return page.items.slice(0, SHOWN);
    },
  };
}

/** Products like this one: of its category, best rated first. */
export async function relatedProducts(api: Api, product: { id: number; category: string }) {
  const page = await unwrap(
    api.GET("/api/v1/products", {
      params: {
        query: {
          category: [product.category],
          in_stock: true,
          sort: ["-rating", "-review_count"],
          limit: 7,
          count: "none",
          fields: ["name", "category", "price", "currency", "rating", "review_count"],
        },
      },
    }),
  );
  return page.items.filter((item) => item.id !== product.id).slice(0, 6);
}

import { type Api, unwrap } from "./api";
import { ApiError, apiErrorFrom } from "./problem";

/** One committed change of a record, newest first in its history. */
export interface HistoryEntry {
  position: number;
  operation: string;
  actor: string | null;
  changed_at: string;
  old: Record<string, unknown> | null;
  new: Record<string, unknown> | null;
}

interface HistoryPage {
  items: readonly (Omit<HistoryEntry, "old" | "new"> &
    Partial<HistoryEntry> & { values?: Partial<HistoryEntry> })[];
}

/** A product's last changes, with the values before and after. */
export function productHistory(id: number) {
  return {
    queryKey: ["products", "history", id],
    queryFn: async ({ signal }: { signal?: AbortSignal }): Promise<HistoryEntry[]> => {
      const response = await fetch(`/api/v1/products/${id}/history?limit=20`, { signal }).catch(
        (error: Error) => {
          if (error.name === "AbortError") throw error;
          throw new ApiError(0, { detail: "The network gave no answer." });
        },
      );
      if (!response.ok) throw await apiErrorFrom(response);
      const page = (await response.json()) as HistoryPage;
      return page.items.map((item) => ({
        ...item,
        old: item.old ?? item.values?.old ?? null,
        new: item.new ?? item.values?.new ?? null,
      }));
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

import {
  createLoader,
  type inferParserType,
  parseAsInteger,
  parseAsNativeArrayOf,
  parseAsString,
  parseAsStringLiteral,
} from "nuqs/server";
import type { OrderFilters } from "@/data/orders";

export const STATUSES = ["draft", "confirmed", "in_transit", "delivered", "cancelled"] as const;
export const SERVICES = ["economy", "standard", "express", "freight"] as const;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
const SORTABLE = ["reference", "eta_date", "created_at", "total", "priority"];

export const parsers = {
  q: parseAsString.withDefault(""),
  status: parseAsNativeArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
  service: parseAsNativeArrayOf(parseAsStringLiteral(SERVICES)).withDefault([]),
  priority: parseAsNativeArrayOf(parseAsStringLiteral(PRIORITIES)).withDefault([]),
  sort: parseAsString.withDefault(""),
  row: parseAsInteger.withDefault(1),
};

export type OrdersState = inferParserType<typeof parsers>;

export const loadState = createLoader(parsers);

/** The API's filters for an address; what the API would refuse is left out. */
export function filtersOf({ q, status, service, priority, sort }: OrdersState): OrderFilters {
  const keys = sort.split(",").filter((key) => SORTABLE.includes(key.replace(/^-/, "")));
  return {
    ...(q.trim() && { q: q.trim() }),
    ...(status.length > 0 && { status: [...new Set(status)].sort() }),
    ...(service.length > 0 && { service: [...new Set(service)].sort() }),
    ...(priority.length > 0 && { priority: [...new Set(priority)].sort() }),
    ...(keys.length > 0 && { sort: keys as OrderFilters["sort"] }),
  };
}

import { type Api, unwrap } from "./api";

export function productStats(api: Api) {
  return {
    queryKey: ["products", "stats"],
    queryFn: ({ signal }: { signal?: AbortSignal }) => unwrap(api.GET("/api/v1/products/stats", { signal })),
  };
}

export function orderStats(api: Api) {
  return {
    queryKey: ["orders", "stats"],
    queryFn: ({ signal }: { signal?: AbortSignal }) => unwrap(api.GET("/api/v1/orders/stats", { signal })),
  };
}

const DAYS = 14;
const DAY_MS = 86_400_000;

/** Orders of each of the last days that had any: midnight (UTC, ms) and how many. */
export function ordersByDay(api: Api) {
  return {
    queryKey: ["orders", "by-day"],
    queryFn: async ({ signal }: { signal?: AbortSignal }) => {
      const newest = await unwrap(
        api.GET("/api/v1/orders", {
          params: { query: { limit: 1, sort: ["-created_at"], fields: ["created_at"], count: "none" } },
          signal,
        }),
      );
      const last = newest.items[0]?.created_at;
      if (!last) return [];
      const end = Math.floor(Date.parse(last) / DAY_MS) * DAY_MS;
      const days = Array.from({ length: DAYS }, (_, index) => end - (DAYS - 1 - index) * DAY_MS);
      const counts = await fewAtATime(days, (day) => countOf(api, day, signal));
      return days.map((day, index) => ({ day, count: counts[index] as number }));
    },
    staleTime: 60_000,
  };
}

const AT_A_TIME = 3;

/** What `ask` answers for each of `values`, in their order; never more than a few are asked at a time. */
async function fewAtATime<T, R>(values: readonly T[], ask: (value: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const left = values.entries();
  const work = async () => {
    for (const [index, value] of left) answers[index] = await ask(value);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return answers;
}

async function countOf(api: Api, day: number, signal?: AbortSignal): Promise<number> {
  const query = {
    created_from: new Date(day).toISOString(),
    created_to: new Date(day + DAY_MS).toISOString(),
    limit: 1,
    fields: ["id" as const],
    count: "exact" as const,
  };
  return (await unwrap(api.GET("/api/v1/orders", { params: { query }, signal }))).total ?? 0;
}

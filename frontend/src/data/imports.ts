import { type Api, unwrap } from "./api";
import type { components } from "./schema";

export type ImportJob = components["schemas"]["ImportJob"];
export type RefusedValue = components["schemas"]["RefusedValue"];

export const isRunning = (job: ImportJob): boolean =>
  ["queued", "running", "cancelling"].includes(job.status);

const WATCH_MS = 700;
const SHOWN_JOBS = 20;
const SHOWN_VALUES = 100;

/** One import, asked again while it runs. */
export function importJob(api: Api, id: number) {
  return {
    queryKey: ["imports", "job", id],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      unwrap(
        api.GET("/api/v1/imports/{identity}", { params: { path: { identity: id } }, signal }),
      ) as Promise<ImportJob>,
    refetchInterval: ({ state }: { state: { data?: ImportJob } }) =>
      state.data && !isRunning(state.data) ? false : WATCH_MS,
  };
}

/** The latest imports, the newest first. */
export function importJobs(api: Api) {
  return {
    queryKey: ["imports", "list"],
    queryFn: async ({ signal }: { signal?: AbortSignal }) => {
      const query = { sort: ["-id" as const], limit: SHOWN_JOBS };
      return (await unwrap(api.GET("/api/v1/imports", { params: { query }, signal }))).items as ImportJob[];
    },
  };
}

/** The first values that an import refused, by line. */
export function refusedValues(api: Api, id: number, rows: number) {
  return {
    queryKey: ["imports", "refused", id, rows],
    queryFn: async ({ signal }: { signal?: AbortSignal }) => {
      const params = { path: { identity: id }, query: { limit: SHOWN_VALUES } };
      const page = await unwrap(api.GET("/api/v1/imports/{identity}/errors", { params, signal }));
      // A file only where a format is asked for.
      return (page as { items: RefusedValue[] }).items;
    },
  };
}

import { ApiError, apiErrorFrom } from "./problem";

export interface ImportJob {
  id: number;
  status: "queued" | "running" | "cancelling" | "completed" | "failed" | "cancelled";
  file_name: string;
  size_bytes: number;
  dry_run: boolean;
  on_error: string;
  rows_read: number;
  rows_created: number;
  rows_updated: number;
  rows_unchanged: number;
  rows_failed: number;
  progress: string;
  error_detail: string | null;
  created_at: string;
  finished_at: string | null;
}

export interface RefusedValue {
  id: number;
  line: number;
  column: string | null;
  value: string | null;
  code: string;
  message: string;
}

interface Page<T> {
  items: readonly T[];
  total: number | null;
}

async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`/api/v1${path}`, { signal }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { detail: "The network gave no answer." });
  });
  if (!response.ok) throw await apiErrorFrom(response);
  return (await response.json()) as T;
}

export const isRunning = (job: ImportJob): boolean =>
  ["queued", "running", "cancelling"].includes(job.status);

const WATCH_MS = 700;

/** One import, asked again while it runs. */
export function importJob(id: number) {
  return {
    queryKey: ["imports", "job", id],
    queryFn: ({ signal }: { signal?: AbortSignal }) => read<ImportJob>(`/imports/${id}`, signal),
    refetchInterval: ({ state }: { state: { data?: ImportJob } }) =>
      state.data && !isRunning(state.data) ? false : WATCH_MS,
  };
}

export function importJobs() {
  return {
    queryKey: ["imports", "list"],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      read<Page<ImportJob>>("/imports?sort=-id&limit=20", signal),
  };
}

export function refusedValues(id: number, rows: number) {
  return {
    queryKey: ["imports", "refused", id, rows],
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      read<Page<RefusedValue>>(`/imports/${id}/errors?limit=100`, signal),
  };
}

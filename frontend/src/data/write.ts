import { recordAnswer, recordFailure } from "@/meter/store";
import { noteSession } from "@/session/events";
import { ApiError, apiErrorFrom } from "./problem";

interface Options {
  body?: unknown;
  form?: FormData;
  /** The version that this change is of: another one is refused with 412. */
  version?: number;
  signal?: AbortSignal;
  /** A name for this attempt: sent again, it has its effect once. */
  idempotencyKey?: string;
}

/** Change something at the API and return its answer; a refusal is thrown as an ApiError. */
export async function write<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.version !== undefined) headers.set("if-match", `"${options.version}"`);
  if (options.idempotencyKey) headers.set("idempotency-key", options.idempotencyKey);
  const request = new Request(`/api/v1${path}`, {
    method,
    headers,
    body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    signal: options.signal,
  });
  const started = performance.now();
  const response = await fetch(request).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    recordFailure();
    throw new ApiError(0, { detail: "The network gave no answer: nothing is known to be changed." });
  });
  recordAnswer(request, response, performance.now() - started);
  noteSession((name) => response.headers.get(name));
  if (!response.ok) throw await apiErrorFrom(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

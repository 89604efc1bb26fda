import createClient, { type Middleware } from "openapi-fetch";
import { recordAnswer, recordFailure } from "@/meter/store";
import { noteSession } from "@/session/events";
import { ApiError, type Problem } from "./problem";
import { queryString } from "./query-string";
import type { paths } from "./schema";

export type Api = ReturnType<typeof createApi>;

/** A client of the API, typed by its OpenAPI document. The one place where the page makes requests. */
export function createApi(baseUrl: string, headers: Record<string, string> = {}) {
  return createClient<paths>({ baseUrl, headers, querySerializer: queryString });
}

const started = new WeakMap<Request, number>();

const metered: Middleware = {
  onRequest({ request }) {
    started.set(request, performance.now());
  },
  onResponse({ request, response }) {
    recordAnswer(request, response, performance.now() - (started.get(request) ?? performance.now()));
    noteSession((name) => response.headers.get(name));
  },
  onError({ error }) {
    if ((error as Error).name !== "AbortError") recordFailure();
  },
};

/** The browser's client: same origin, passed on to the API by the page's server, each request metered. */
export const api = createApi("");
api.use(metered);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; a refusal is thrown as an ApiError, and so is a network that gives no answer. */
export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<T> {
  return (await unwrapWithResponse(pending)).data;
}

export async function unwrapWithResponse<T>(
  pending: Promise<Answer<T>>,
): Promise<{ data: T; response: Response }> {
  const answer = await pending.catch((error: Error) => {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiError(0, { title: "No answer", detail: "The network gave no answer.", code: "offline" });
  });
  if (!answer.response.ok) throw new ApiError(answer.response.status, asProblem(answer.error));
  return { data: answer.data as T, response: answer.response };
}

function asProblem(error: unknown): Partial<Problem> {
  return typeof error === "object" && error !== null ? (error as Partial<Problem>) : {};
}

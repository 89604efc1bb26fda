import type { Client } from "openapi-fetch";
import { queryString } from "./query-string";
import type { paths } from "./schema";

/** Reading from the API, typed by its OpenAPI document. */
export type Api = Pick<Client<paths>, "GET">;

/** Told of each request: that it has an answer, or none. */
export interface Watch {
  onAnswer: (request: Request, response: Response, elapsedMs: number) => void;
  onFailure: () => void;
}

interface Init {
  params?: { path?: Record<string, string | number>; query?: Record<string, unknown> };
  signal?: AbortSignal;
}

/**
 * What openapi-fetch does for a GET, behind its types. The library itself is for far more than this page asks for,
 * and would be 2 kB of each page's first script.
 */
export function createReader(baseUrl: string, headers: Record<string, string>, watch?: Watch): Api {
  const read = async (path: string, { params = {}, signal }: Init = {}) => {
    const query = queryString(params.query ?? {});
    const request = new Request(`${baseUrl}${filled(path, params.path ?? {})}${query && `?${query}`}`, {
      headers,
      signal,
    });
    const response = await watched(request, watch);
    const content = await response.json().catch((error: Error) => {
      if (response.ok || error.name === "AbortError") throw error;
    });
    return response.ok ? { data: content, response } : { error: content, response };
  };
  return { GET: read as Api["GET"] };
}

async function watched(request: Request, watch: Watch | undefined): Promise<Response> {
  const started = performance.now();
  try {
    const response = await fetch(request);
    watch?.onAnswer(request, response, performance.now() - started);
    return response;
  } catch (error) {
    if ((error as Error).name !== "AbortError") watch?.onFailure();
    throw error;
  }
}

/** `/products/{identity}` with its parts put in. */
function filled(path: string, parts: Readonly<Record<string, string | number>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])));
}

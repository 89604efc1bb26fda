import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem";

/** For one request of the page's server: what fails is asked again by the browser, so here it is asked once. */
export function serverClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

/** For as long as the page is open in a browser. */
export function browserClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        gcTime: 120_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && isPassing(error),
        retryDelay: (count) => 300 * 2 ** count,
      },
    },
  });
}

/** Whether asking again may help: no answer, or a server that is busy. */
function isPassing(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}

"use client";

import { notifyManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { ApiError } from "@/data/problem";
import { SessionProvider } from "@/session/provider";
import type { Session } from "@/session/session";
import { Phone } from "@/ui/phone";

// An answer is drawn with the task that brought it, and not after a timer.
notifyManager.setScheduler(queueMicrotask);

interface Props {
  session: Session | null;
  phone: boolean;
  children: ReactNode;
}

export function Providers({ session, phone, children }: Props) {
  const [client] = useState(makeClient);
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        <SessionProvider session={session}>
          <Phone value={phone}>{children}</Phone>
        </SessionProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}

function makeClient(): QueryClient {
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

"use client";

import { notifyManager, QueryClientProvider } from "@tanstack/react-query";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { browserClient } from "@/data/query-clients";
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
  const [client] = useState(browserClient);
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

import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { importJobs } from "@/data/imports";
import { serverClient } from "@/data/query-clients";
import { ImportsView } from "@/imports/imports-view";
import { currentSession, serverApi } from "@/server/caller";
import { mayDo } from "@/session/session";
import "@/styles/pages.css";
import "@/styles/imports.css";
import "@/styles/workplace.css";

export const metadata: Metadata = {
  title: "Imports",
  description: "Bring in products from a file: map its columns, try it, see what is refused, import it.",
};

export default async function ImportsPage() {
  const client = serverClient();
  if (mayDo(await currentSession(), "imports:write"))
    await client.prefetchQuery(importJobs(await serverApi()));
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <ImportsView />
    </HydrationBoundary>
  );
}

"use client";

import { Empty } from "@/ui/empty";

/** When the server could not make a page: mostly because the API did not answer. */
export default function PageFailure({ reset }: { error: Error; reset: () => void }) {
  return (
    <Empty
      title="This page could not be made"
      action="Try again"
      onAction={() => location.reload() ?? reset()}
    >
      The API behind it did not answer, or not as expected. Trying again often helps.
    </Empty>
  );
}

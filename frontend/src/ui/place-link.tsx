"use client";

import { useRouter } from "next/navigation";
import type { ComponentProps, MouseEvent } from "react";

/** A link to another place of this page. It costs a row of a list nothing: no prefetch, nothing observed. */
export function PlaceLink({ href, ...anchor }: ComponentProps<"a"> & { href: string }) {
  const router = useRouter();
  const go = (event: MouseEvent) => {
    // With these keys (or another button) a link opens elsewhere: the browser's business.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    router.push(href);
  };
  return <a {...anchor} href={href} onClick={go} />;
}

"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";
import { currentWish, subscribeWish } from "./events";

const SignInDialog = lazy(() => import("./sign-in-dialog"));

/** Asks for a key or a password when something wants one. `keyFile` is where a development key is kept; else empty. */
export function SignIn({ keyFile }: { keyFile: string }) {
  const wish = useSyncExternalStore(subscribeWish, currentWish, () => null);
  return (
    wish && (
      <Suspense>
        <SignInDialog wish={wish} keyFile={keyFile} />
      </Suspense>
    )
  );
}

"use client";

import { openSignIn } from "./events";
import { useSession } from "./provider";

/** Says that a session is over while somebody is at work. */
export function EndedBanner() {
  const { hasEnded } = useSession();
  if (!hasEnded) return null;
  return (
    <div role="status" className="banner">
      Your session has ended. What you typed is still here.
      <button type="button" className="button button-small" onClick={() => openSignIn()}>
        Sign in again
      </button>
    </div>
  );
}

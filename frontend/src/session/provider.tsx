"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { subscribeEnd } from "./events";
import { mayDo, type Scope, type Session } from "./session";

interface Known {
  session: Session | null;
  /** It was there and is over: revoked, expired, or ended in another tab. */
  hasEnded: boolean;
  signedIn: (session: Session) => void;
  signOut: () => Promise<void>;
}

const Context = createContext<Known | null>(null);
const CHANNEL = "catalogue-session";

/** Keeps who is signed in: as the server's HTML says, then as sign-ins, sign-outs and the API's answers say. */
export function SessionProvider({
  session: first,
  children,
}: {
  session: Session | null;
  children: ReactNode;
}) {
  const [session, setSession] = useState(first);
  const [hasEnded, setHasEnded] = useState(false);
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    setSession(first);
    if (first) setHasEnded(false);
  }, [first]);
  const signedIn = useCallback(
    (next: Session) => {
      setSession(next);
      setHasEnded(false);
      void client.invalidateQueries();
      router.refresh();
    },
    [client, router],
  );
  useEffect(
    () =>
      subscribeEnd(() => {
        setSession((before) => {
          if (before) setHasEnded(true);
          return null;
        });
      }),
    [],
  );
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Session | null>) => {
      if (data) signedIn(data);
      else location.reload();
    };
    return () => channel.close();
  }, [signedIn]);
  const known = useMemo<Known>(
    () => ({
      session,
      hasEnded,
      signedIn: (next) => {
        tellOtherTabs(next);
        signedIn(next);
      },
      signOut: async () => {
        await fetch("/session", { method: "DELETE" });
        tellOtherTabs(null);
        // Nothing that was read for them stays in memory.
        location.reload();
      },
    }),
    [session, hasEnded, signedIn],
  );
  return <Context value={known}>{children}</Context>;
}

export function useSession(): Known {
  const known = useContext(Context);
  if (!known) throw new Error("there is no SessionProvider above this");
  return known;
}

export function useMay(scope: Scope): boolean {
  return mayDo(useSession().session, scope);
}

function tellOtherTabs(session: Session | null): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(session);
  channel.close();
}

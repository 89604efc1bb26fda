"use client";

import { type ReactNode, useState } from "react";
import { Empty } from "@/ui/empty";
import { openSignIn } from "./events";
import { useSession } from "./provider";
import { mayDo, type Scope } from "./session";

interface Props {
  scope: Scope;
  /** What is behind it: "orders". */
  what: string;
  title?: string;
  children: ReactNode;
}

/** Shows its children to those who may see them, to others why not. What was open stays when a session ends. */
export function Needs({ scope, what, title, children }: Props) {
  const { session } = useSession();
  const may = mayDo(session, scope);
  const [wasOpen, setWasOpen] = useState(may);
  if (may && !wasOpen) setWasOpen(true);
  if (may || (wasOpen && !session)) return children;
  return (
    <>
      {title && <h1 className="sr-only">{title}</h1>}
      {session ? <MissingScope scope={scope} what={what} /> : <SignInFirst what={what} />}
    </>
  );
}

export function SignInFirst({ what }: { what: string }) {
  return (
    <Empty
      drawing="lock"
      title={`Sign in to see ${what}`}
      action="Sign in"
      onAction={() => openSignIn()}
      primary
    >
      They are for people and programs that the API knows. Products may be looked at by anybody.
    </Empty>
  );
}

export function MissingScope({ scope, what }: { scope: string; what: string }) {
  return (
    <Empty
      drawing="lock"
      title={`You may not see ${what}`}
      action="Sign in as somebody else"
      onAction={() => openSignIn()}
    >
      What you are signed in with lacks the scope <code>{scope}</code>. An administrator can give it to you.
    </Empty>
  );
}

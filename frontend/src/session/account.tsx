"use client";

import { openSignIn } from "./events";
import { useSession } from "./provider";
import { callerName } from "./session";

const MENU = "account-menu";

/** Signing in; or who is signed in, what they may do, and signing out. */
export function Account() {
  const { session, signOut } = useSession();
  if (!session)
    return (
      <button type="button" className="button button-small" onClick={() => openSignIn()}>
        Sign in
      </button>
    );
  const name = callerName(session);
  return (
    <>
      <button type="button" className="account" popoverTarget={MENU}>
        <span aria-hidden className="account-letter" data-letter={name.charAt(0).toUpperCase()} />
        <span className="sr-only">Signed in as</span>
        <span className="account-name max-sm:sr-only">{name}</span>
      </button>
      <div id={MENU} popover="auto" className="account-menu">
        <p>
          <b>{name}</b>
        </p>
        <p className="quiet">May use:</p>
        <ul className="account-scopes">
          {session.scopes.map((scope) => (
            <li key={scope}>
              <code>{scope}</code>
            </li>
          ))}
        </ul>
        <button type="button" className="button" onClick={signOut}>
          Sign out
        </button>
      </div>
    </>
  );
}

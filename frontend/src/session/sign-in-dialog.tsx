"use client";

import { useEffect, useRef, useState } from "react";
import { closeSignIn, type SignInWish } from "./events";
import { useSession } from "./provider";
import type { Session } from "./session";

const TITLE = "sign-in-title";
const FAILURE = "sign-in-failure";

/** Loaded when somebody wants to sign in; `keyFile` is as in `SignIn`. */
export default function SignInDialog({ wish, keyFile }: { wish: SignInWish; keyFile: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { signedIn } = useSession();
  const [byKey, setByKey] = useState(keyFile !== "");
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const element = dialog.current;
    if (!element?.open) element?.showModal();
    element?.querySelector<HTMLElement>("input:not([hidden])")?.focus();
  }, []);
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    const outcome = await signIn(byKey ? { key: given.key?.trim() } : given);
    setBusy(false);
    if (typeof outcome === "string") return setFailure(outcome);
    closeSignIn();
    signedIn(outcome);
    wish.afterwards?.(outcome);
  };
  const choose = (next: boolean) => {
    setByKey(next);
    setFailure("");
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={TITLE} onClose={closeSignIn}>
      <form onSubmit={submit} className="form">
        <h2 id={TITLE} className="dialog-title">
          Sign in
        </h2>
        {wish.reason && <p>{wish.reason}</p>}
        <div className="segments" role="group" aria-label="Sign in with">
          <Way chosen={!byKey} onChoose={() => choose(false)} name="Name and password" />
          <Way chosen={byKey} onChoose={() => choose(true)} name="API key" />
        </div>
        {byKey ? <KeyField failure={failure} keyFile={keyFile} /> : <PasswordFields failure={failure} />}
        <p id={FAILURE} role="alert" className="form-failure">
          {failure}
        </p>
        <div className="form-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={busy}>
            {busy ? "Signing in…" : "Sign in"}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Way({ name, chosen, onChoose }: { name: string; chosen: boolean; onChoose: () => void }) {
  return (
    <button type="button" className="segment" aria-pressed={chosen} onClick={onChoose}>
      {name}
    </button>
  );
}

function PasswordFields({ failure }: { failure: string }) {
  const wrong = { "aria-invalid": failure !== "", "aria-describedby": FAILURE };
  return (
    <>
      <label className="form-field">
        <span>Name</span>
        <input
          name="username"
          className="field"
          autoComplete="username"
          autoCapitalize="none"
          maxLength={100}
          required
          {...wrong}
        />
      </label>
      <label className="form-field">
        <span>Password</span>
        <input
          name="password"
          type="password"
          className="field"
          autoComplete="current-password"
          maxLength={256}
          required
          {...wrong}
        />
      </label>
    </>
  );
}

function KeyField({ failure, keyFile }: { failure: string; keyFile: string }) {
  return (
    <>
      <label className="form-field">
        <span>API key</span>
        <input
          name="key"
          type="password"
          className="field"
          autoComplete="off"
          required
          aria-invalid={failure !== ""}
          aria-describedby={FAILURE}
        />
      </label>
      <p className="form-hint">
        {keyFile ? (
          <>
            This is a development installation: its key for everything is in <code>{keyFile}</code>.
          </>
        ) : (
          <>
            <code>catalogue key create</code> makes one.
          </>
        )}
      </p>
    </>
  );
}

/** The session; a text is why there is none. */
async function signIn(given: Record<string, string | undefined>): Promise<Session | string> {
  const answer = await fetch("/session", { method: "POST", body: JSON.stringify(given) }).catch(() => null);
  if (!answer) return "The page’s server does not answer: try again.";
  const body = (await answer.json().catch(() => ({}))) as Session & { detail?: string };
  return answer.ok ? body : (body.detail ?? "Signing in did not work: try again.");
}

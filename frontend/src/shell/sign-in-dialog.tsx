"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

const ID = "sign-in";

/** Open the dialog, from wherever something asks for a key. */
export function openSignIn(): void {
  (document.getElementById(ID) as HTMLDialogElement | null)?.showModal();
}

export function SignInButton({ signedIn }: { signedIn: boolean }) {
  const signOut = async () => {
    await fetch("/session", { method: "DELETE" });
    location.reload();
  };
  return (
    <>
      <button type="button" className="button button-small" onClick={signedIn ? signOut : openSignIn}>
        {signedIn ? "Sign out" : "Sign in"}
      </button>
      {!signedIn && <SignInDialog />}
    </>
  );
}

function SignInDialog() {
  const router = useRouter();
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    const key = String(new FormData(event.currentTarget).get("key")).trim();
    const answer = await fetch("/session", { method: "POST", body: JSON.stringify({ key }) }).catch(
      () => null,
    );
    setBusy(false);
    if (answer?.ok) return location.reload();
    const refusal = answer && ((await answer.json().catch(() => null)) as { detail?: string } | null);
    setFailure(refusal?.detail ?? "The page's server does not answer: try again.");
    router.refresh();
  };
  return (
    <dialog id={ID} className="dialog" aria-labelledby={`${ID}-title`}>
      <form onSubmit={submit} className="form">
        <h2 id={`${ID}-title`}>Sign in</h2>
        <p>
          Orders, editing and imports need an API key. In development <code>make run</code> keeps one in{" "}
          <code>.data/admin-key</code>.
        </p>
        <input name="username" autoComplete="username" value="catalogue" readOnly hidden />
        <label className="form-field">
          <span>API key</span>
          <input
            name="key"
            type="password"
            className="field"
            autoComplete="current-password"
            required
            aria-invalid={failure !== ""}
            aria-describedby={`${ID}-failure`}
          />
        </label>
        <p id={`${ID}-failure`} role="alert" className="form-failure">
          {failure}
        </p>
        <div className="form-actions">
          <button
            type="button"
            className="button"
            onClick={(event) => event.currentTarget.closest("dialog")?.close()}
          >
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

"use client";

import { ApiError, isUnavailable, needsSignIn } from "@/data/problem";
import { openSignIn } from "@/shell/sign-in-dialog";
import { Empty } from "./empty";

interface Props {
  error: Error;
  onRetry?: () => void;
  /** What could not be read or done: "orders". */
  what: string;
}

/** Why something cannot be shown, with the way on: sign in, try again, or go without. */
export function Failure({ error, onRetry, what }: Props) {
  if (needsSignIn(error)) {
    const forbidden = (error as ApiError).status === 403;
    return (
      <Empty
        title={forbidden ? `Your key does not open ${what}` : `Sign in to see ${what}`}
        action="Sign in"
        onAction={openSignIn}
      >
        {forbidden ? "Sign in with a key that has the scope." : "They are private: the API asks for a key."}
      </Empty>
    );
  }
  if (isUnavailable(error)) {
    return <Empty title="Not available">This API does not offer {what}.</Empty>;
  }
  const status = error instanceof ApiError ? error.status : 0;
  const title = status === 422 || status === 400 ? "The API refused this" : `The ${what} could not be read`;
  return (
    <Empty title={title} action="Try again" onAction={onRetry}>
      {error.message}
    </Empty>
  );
}

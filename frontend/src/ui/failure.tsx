"use client";

import { ApiError, isUnavailable, missingScope, needsSignIn } from "@/data/problem";
import { MissingScope, SignInFirst } from "@/session/needs";
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
    const scope = missingScope(error);
    return scope ? <MissingScope scope={scope} what={what} /> : <SignInFirst what={what} />;
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

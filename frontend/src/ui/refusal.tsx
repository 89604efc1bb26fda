"use client";

import { ApiError, missingScope, needsSignIn } from "@/data/problem";
import { openSignIn } from "@/session/events";
import { Notice } from "./notice";

interface Props {
  error: Error;
  /** What was tried: "Changing products". */
  doing: string;
  /** What did not happen: "Nothing was changed". */
  result: string;
  /** Said instead where the record, or the whole operation, is not there. */
  gone?: string;
}

/** Why something was not done, with the way on. What was typed stays where it is. */
export function Refusal({ error, doing, result, gone }: Props) {
  if (needsSignIn(error)) {
    const scope = missingScope(error);
    return (
      <Notice
        tone="warning"
        action={scope ? "Sign in as somebody else" : "Sign in"}
        onAction={() => openSignIn({ reason: "What you typed stays as it is." })}
      >
        {scope ? (
          <>
            {result}: what you are signed in with lacks the scope <code>{scope}</code>.
          </>
        ) : (
          `${result}: ${doing.toLowerCase()} is for those who are signed in.`
        )}
      </Notice>
    );
  }
  const status = error instanceof ApiError ? error.status : 0;
  if (gone && [404, 405, 501].includes(status)) return <Notice tone="warning">{gone}</Notice>;
  const field = error instanceof ApiError ? error.problem.errors?.[0]?.message : undefined;
  const detail = status === 422 && field ? field : error.message;
  return (
    <Notice tone="danger">
      {result}: {detail}
    </Notice>
  );
}

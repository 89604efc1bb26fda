"use client";

import { useRef } from "react";
import { whole } from "@/ui/format";

/** Any row by its number, counted from 1. */
export function GoToRow({ total, onGoTo }: { total: number; onGoTo: (row: number) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    const row = Number(input.current?.value.replaceAll(/[\s.,']/g, ""));
    if (!Number.isInteger(row) || row < 1 || total === 0) return input.current?.select();
    onGoTo(Math.min(row, total) - 1);
  };
  return (
    <form className="go-to" onSubmit={submit}>
      <input
        ref={input}
        className="field field-small"
        inputMode="numeric"
        size={10}
        placeholder="Go to row"
        aria-label={`Go to row, 1 to ${whole(total)}`}
      />
    </form>
  );
}

import type { ReactNode } from "react";
import { whole } from "@/ui/format";

export function Facet({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="facet">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  count: number | undefined;
  checked: boolean;
  /** Some of what it stands for is chosen. */
  partly?: boolean;
  className?: string;
  onChange: () => void;
}

/** One value of a facet: what it is, and how many products it would show. */
export function Choice({ label, count, checked, partly = false, className = "", onChange }: ChoiceProps) {
  return (
    <label className={`choice ${className}`} data-empty={count === 0 || undefined}>
      <input
        type="checkbox"
        checked={checked}
        ref={(box) => {
          if (box) box.indeterminate = partly && !checked;
        }}
        onChange={onChange}
      />
      <span className="choice-label">{label}</span>
      <span className="choice-count">{count === undefined ? "" : whole(count)}</span>
    </label>
  );
}

"use client";

import { whole } from "@/ui/format";
import { chosenOf } from "./chosen-filters";
import { FACETS_ID } from "./facets-panel";
import { GoToRow } from "./go-to-row";
import type { Catalogue } from "./use-catalogue";

interface Props {
  catalogue: Catalogue;
  total: number;
  isEstimate: boolean;
  onGoTo: (row: number) => void;
}

const SORTS: readonly [string, string][] = [
  ["", "Best order"],
  ["-rating,price", "Best rated"],
  ["price", "Cheapest first"],
  ["-price", "Dearest first"],
  ["-created_at", "Newest first"],
  ["-updated_at", "Last changed"],
  ["-review_count", "Most reviewed"],
  ["name", "Name A–Z"],
];

/** What the list is, and how it is shown. */
export function Toolbar({ catalogue, total, isEstimate, onGoTo }: Props) {
  const { state, sort, filter, set } = catalogue;
  const current = sort.join(",");
  const on = chosenOf(state).length;
  const known = SORTS.some(([value]) => value === current);
  return (
    <div className="toolbar" role="toolbar" aria-label="The list">
      <button type="button" className="button lg:hidden" popoverTarget={FACETS_ID}>
        Filters{on > 0 && <span className="count">{on}</span>}
      </button>
      <p
        className="total"
        aria-live="polite"
        title={isEstimate ? "An estimate: the exact number is being counted" : "Counted exactly"}
      >
        {isEstimate && <span className="total-about">about </span>}
        <strong>{whole(total)}</strong> {total === 1 ? "product" : "products"}
      </p>
      <div className="toolbar-space" />
      <label className="toolbar-field">
        <span className="sr-only">Sort</span>
        <select className="select" value={current} onChange={(event) => filter({ sort: event.target.value })}>
          {!known && <option value={current}>{sort.map(spoken).join(", then ")}</option>}
          {SORTS.map(([value, label]) => (
            <option key={value} value={value}>
              {value === "" ? (state.q ? "Most relevant" : "As listed") : label}
            </option>
          ))}
        </select>
      </label>
      <div className="segments" role="group" aria-label="View">
        <Toggle
          label="Table"
          pressed={state.view === "table"}
          onPress={() => void set({ view: "table" })}
          icon="M3 5h14M3 10h14M3 15h14"
        />
        <Toggle
          label="Cards"
          pressed={state.view === "cards"}
          onPress={() => void set({ view: "cards" })}
          icon="M3 3h6v6H3zm8 0h6v6h-6zM3 11h6v6H3zm8 0h6v6h-6z"
        />
      </div>
      <button
        type="button"
        className="icon-button max-sm:hidden"
        aria-pressed={state.density === "compact"}
        aria-label="Compact lines"
        title="Compact lines"
        onClick={() => void set({ density: state.density === "compact" ? "comfortable" : "compact" })}
      >
        <svg aria-hidden viewBox="0 0 20 20" className="icon">
          <path d="M3 4h14M3 8h14M3 12h14M3 16h14" />
        </svg>
      </button>
      <GoToRow total={total} onGoTo={onGoTo} />
    </div>
  );
}

function Toggle({
  label,
  pressed,
  onPress,
  icon,
}: {
  label: string;
  pressed: boolean;
  onPress: () => void;
  icon: string;
}) {
  return (
    <button
      type="button"
      className="segment segment-icon"
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onPress}
    >
      <svg aria-hidden viewBox="0 0 20 20" className="icon">
        <path d={icon} />
      </svg>
    </button>
  );
}

function spoken(key: string): string {
  const field = key.replace(/^-/, "").replace("_", " ");
  return key.startsWith("-") ? `${field} ↓` : `${field} ↑`;
}

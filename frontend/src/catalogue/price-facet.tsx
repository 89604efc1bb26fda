"use client";

import { memo, useState } from "react";
import type { Facets } from "@/data/products";
import { compact, whole } from "@/ui/format";
import { Facet } from "./facet";

interface Props {
  buckets: NonNullable<Facets["price"]>;
  min: number | null;
  max: number | null;
  onChoose: (min: number | null, max: number | null) => void;
}

/** Prices as a histogram with a handle at each end of the range, and the range in figures. */
export const PriceFacet = memo(function PriceFacet({ buckets, min, max, onChoose }: Props) {
  const edges = [...buckets.map((bucket) => bucket.from), Number.POSITIVE_INFINITY];
  const [low, setLow] = useState<number | null>(null);
  const [high, setHigh] = useState<number | null>(null);
  const last = buckets.length;
  const lowIndex = low ?? place(edges, min ?? 0);
  const highIndex =
    high ??
    (max === null
      ? last
      : Math.max(
          lowIndex + 1,
          edges.findIndex((edge) => edge > max),
        ));
  const highest = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const commit = () => {
    if (low === null && high === null) return;
    // A handle that was not moved keeps its end as it was, also between two bars.
    const least = low === null ? min : lowIndex > 0 ? (edges[lowIndex] as number) : null;
    const most = high === null ? max : highIndex < last ? below(edges[highIndex] as number) : null;
    onChoose(least, most);
  };
  const handle = {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    className: "range",
    disabled: last === 0,
    onPointerUp: commit,
    onKeyUp: commit,
    onBlur: commit,
  } as const;
  return (
    <Facet title="Price">
      <div className="histogram" aria-hidden>
        {buckets.map((bucket, index) => (
          <span
            key={bucket.from}
            title={`${bucket.from}${bucket.to === null ? "+" : `–${bucket.to}`}: ${whole(bucket.count)}`}
            data-in={(index >= lowIndex && index < highIndex) || undefined}
            style={{ height: `${Math.max(2, (bucket.count / highest) * 100)}%` }}
          />
        ))}
      </div>
      <div className="range-pair">
        <input
          {...handle}
          aria-label="Lowest price"
          aria-valuetext={`from ${edges[lowIndex] ?? 0}`}
          value={Math.min(lowIndex, last)}
          onChange={(event) => setLow(Math.min(Number(event.target.value), highIndex - 1))}
        />
        <input
          {...handle}
          aria-label="Highest price"
          aria-valuetext={highIndex >= last ? "no end" : `to ${edges[highIndex]}`}
          value={highIndex}
          onChange={(event) => setHigh(Math.max(Number(event.target.value), lowIndex + 1))}
        />
      </div>
      <Figures
        min={low === null ? min : (edges[lowIndex] ?? null)}
        max={high === null ? max : (edges[highIndex] ?? null)}
        onChoose={onChoose}
      />
    </Facet>
  );
});

function Figures({ min, max, onChoose }: Omit<Props, "buckets">) {
  const submit = (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    onChoose(figure(values.get("min")), figure(values.get("max")));
  };
  const key = `${min}-${max}`;
  return (
    <form className="figures" onSubmit={submit} key={key}>
      <input
        name="min"
        className="field field-small"
        inputMode="decimal"
        placeholder="from"
        aria-label="Price from"
        defaultValue={shown(min)}
      />
      <span aria-hidden>–</span>
      <input
        name="max"
        className="field field-small"
        inputMode="decimal"
        placeholder="to"
        aria-label="Price to"
        defaultValue={shown(max)}
      />
      <button type="submit" className="button button-small">
        Set
      </button>
    </form>
  );
}

function place(edges: number[], value: number): number {
  return Math.max(
    0,
    edges.findLastIndex((edge) => edge <= value),
  );
}

/** The highest price under a bucket's (exclusive) end. */
function below(edge: number): number {
  return Math.round(edge * 100 - 1) / 100;
}

function shown(value: number | null): string {
  return value === null || !Number.isFinite(value) ? "" : value >= 1e6 ? compact(value) : String(value);
}

function figure(value: FormDataEntryValue | null): number | null {
  const number = Number.parseFloat(String(value).replace(",", "."));
  return Number.isFinite(number) && number >= 0 ? number : null;
}

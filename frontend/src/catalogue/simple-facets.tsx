"use client";

import { memo, useState } from "react";
import type { Facets } from "@/data/products";
import { whole } from "@/ui/format";
import { Choice, Facet } from "./facet";

interface StockProps {
  values: NonNullable<Facets["in_stock"]>;
  chosen: boolean | null;
  onChoose: (chosen: boolean | null) => void;
}

export const StockFacet = memo(function StockFacet({ values, chosen, onChoose }: StockProps) {
  return (
    <Facet title="Availability">
      {[true, false].map((value) => (
        <Choice
          key={String(value)}
          label={value ? "In stock" : "Out of stock"}
          count={values.find((one) => one.value === value)?.count}
          checked={chosen === value}
          onChange={() => onChoose(chosen === value ? null : value)}
        />
      ))}
    </Facet>
  );
});

interface RatingProps {
  buckets: NonNullable<Facets["rating"]>;
  chosen: number | null;
  onChoose: (chosen: number | null) => void;
}

export const RatingFacet = memo(function RatingFacet({ buckets, chosen, onChoose }: RatingProps) {
  return (
    <Facet title="Rating">
      <div className="segments">
        {[4, 3, 2, 1].map((least) => {
          const count = buckets
            .filter((bucket) => bucket.from >= least)
            .reduce((sum, bucket) => sum + bucket.count, 0);
          return (
            <button
              key={least}
              type="button"
              className="segment"
              aria-pressed={chosen === least}
              onClick={() => onChoose(chosen === least ? null : least)}
            >
              <span>
                <span className="star" />
                {least}+<span className="sr-only"> and better, products: </span>
              </span>
              <small>{buckets.length ? whole(count) : ""}</small>
            </button>
          );
        })}
      </div>
    </Facet>
  );
});

interface BrandProps {
  values: NonNullable<Facets["brand"]>;
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
}

const SHORT = 8;

export const BrandFacet = memo(function BrandFacet({ values, chosen, onChoose }: BrandProps) {
  const [wanted, setWanted] = useState("");
  const [all, setAll] = useState(false);
  const found = values.filter(({ label }) => label.toLowerCase().includes(wanted.trim().toLowerCase()));
  const shown =
    all || wanted ? found : found.filter(({ value }, index) => index < SHORT || chosen.includes(value));
  return (
    <Facet title="Brand">
      <input
        type="search"
        className="field field-small"
        placeholder="Find a brand"
        aria-label="Find a brand"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.map(({ value, label, count }) => (
        <Choice
          key={value}
          label={label}
          count={count}
          checked={chosen.includes(value)}
          onChange={() =>
            onChoose(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
          }
        />
      ))}
      {wanted && found.length === 0 && <p className="facet-empty">No brand has “{wanted}” in its name.</p>}
      {!wanted && found.length > SHORT && (
        <button type="button" className="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${found.length}`}
        </button>
      )}
    </Facet>
  );
});

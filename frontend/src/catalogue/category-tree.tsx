"use client";

import { memo, type ReactNode, useState } from "react";
import type { Category, Facets } from "@/data/products";
import { Choice, Facet } from "./facet";

interface Props {
  categories: readonly Category[];
  counts: NonNullable<Facets["category"]>;
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
}

/** A tree of up to this many categories is shown open. */
const SHORT = 24;

interface Family {
  root: Category;
  children: Category[];
}

/** Categories as a tree. Choosing a root chooses everything below it. */
export const CategoryTree = memo(function CategoryTree({ categories, counts, chosen, onChoose }: Props) {
  const count = new Map(counts.map((value) => [value.value, value.count]));
  const of = (slug: string) => count.get(slug) ?? (counts.length ? 0 : undefined);
  const flip = (slugs: string[], on: boolean) =>
    onChoose(on ? [...new Set([...chosen, ...slugs])] : chosen.filter((slug) => !slugs.includes(slug)));
  return (
    <Facet title="Category">
      {branches(categories).map(({ root, children }) => {
        const slugs = [root.slug, ...children.map((child) => child.slug)];
        const picked = slugs.filter((slug) => chosen.includes(slug)).length;
        return (
          <Branch
            key={root.slug}
            label={root.label}
            isOpen={picked > 0 || categories.length <= SHORT}
            root={
              <Choice
                label={root.label}
                count={counts.length ? slugs.reduce((sum, slug) => sum + (of(slug) ?? 0), 0) : undefined}
                checked={picked === slugs.length}
                partly={picked > 0}
                onChange={() => flip(slugs, picked < slugs.length)}
              />
            }
          >
            {children.map((child) => (
              <Choice
                key={child.slug}
                label={child.label}
                count={of(child.slug)}
                checked={chosen.includes(child.slug)}
                onChange={() => flip([child.slug], !chosen.includes(child.slug))}
              />
            ))}
          </Branch>
        );
      })}
    </Facet>
  );
});

interface BranchProps {
  label: string;
  isOpen: boolean;
  root: ReactNode;
  children: ReactNode[];
}

/** A root with what is below it, to be folded away. */
function Branch({ label, isOpen, root, children }: BranchProps) {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const open = wanted ?? isOpen;
  return (
    <div>
      <div className="branch-root">
        <button
          type="button"
          className="branch-toggle"
          aria-expanded={open}
          aria-label={`Categories in ${label}`}
          disabled={children.length === 0}
          onClick={() => setWanted(!open)}
        >
          ›
        </button>
        {root}
      </div>
      {open && <div className="branch-children">{children}</div>}
    </div>
  );
}

/** Roots with all that is below them, at any depth; a category whose parent is unknown is a root. */
function branches(categories: readonly Category[]): Family[] {
  const bySlug = new Map(categories.map((category) => [category.slug, category]));
  const found = new Map<string, Family>();
  for (const category of categories)
    if (!parentOf(category, bySlug)) found.set(category.slug, { root: category, children: [] });
  for (const category of categories) {
    let root = category;
    for (let depth = 0; depth < 16; depth++) root = parentOf(root, bySlug) ?? root;
    if (root !== category) found.get(root.slug)?.children.push(category);
  }
  return [...found.values()];
}

function parentOf(category: Category, bySlug: Map<string, Category>): Category | undefined {
  return category.parent === null ? undefined : bySlug.get(category.parent);
}

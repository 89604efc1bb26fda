"use client";

import { COLUMNS } from "./columns";
import { nextSort } from "./use-catalogue";

interface Props {
  sort: readonly string[];
  onSort: (sort: string) => void;
}

/** The table's head. A click sorts by a column, with Shift it adds the column to the sort. */
export function TableHead({ sort, onSort }: Props) {
  return (
    <div role="rowgroup" className="virtual-grid-head">
      <div role="row" aria-rowindex={1} className="virtual-line">
        {COLUMNS.map((column) => {
          const place = sort.findIndex((key) => key.replace(/^-/, "") === column.sort);
          const descending = sort[place]?.startsWith("-");
          return (
            <div
              key={column.id}
              role="columnheader"
              aria-sort={place < 0 ? undefined : descending ? "descending" : "ascending"}
              className={`cell cell-${column.id} ${column.numeric ? "cell-number" : ""}`}
            >
              {column.sort ? (
                <button
                  type="button"
                  className="head-button"
                  title="Sort; with Shift: add to the sort"
                  onClick={(event) => onSort(nextSort(sort, column.sort as string, event.shiftKey))}
                >
                  {column.label}
                  {place >= 0 && (
                    <span aria-hidden className="sort-mark">
                      {descending ? "↓" : "↑"}
                      {sort.length > 1 && <sub>{place + 1}</sub>}
                    </span>
                  )}
                </button>
              ) : (
                column.label
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** As cards there are no columns to name, but a grid has a head for those who listen. */
export function CardsHead() {
  return (
    <div role="rowgroup" className="virtual-grid-head sr-only">
      <div role="row" aria-rowindex={1}>
        <div role="columnheader">Products</div>
      </div>
    </div>
  );
}

"use client";

import { nextSort } from "./next-sort";

export interface Column {
  id: string;
  label: string;
  /** The API's name for sorting by it. */
  sort?: string;
  numeric?: boolean;
}

interface Props {
  columns: readonly Column[];
  sort: readonly string[];
  onSort: (sort: string) => void;
}

/** The table's head. A click sorts by a column, with Shift it adds the column to the sort. */
export function TableHead({ columns, sort, onSort }: Props) {
  return (
    <div role="rowgroup" className="virtual-grid-head">
      <div role="row" aria-rowindex={1} className="virtual-line">
        {columns.map((column) => {
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

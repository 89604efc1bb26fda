"use client";

import { memo, type ReactNode } from "react";
import { whole } from "@/ui/format";

/** Draws the cells of one item. Must not change from render to render, or every line draws again. */
export type LineContent<Row> = (item: Row, row: number) => ReactNode;

interface Props<Row> {
  /** Of the active row, or its cell; all others have none, so that a drag writes less. */
  id: string;
  line: number;
  span: number;
  /** Pixels below the canvas' top edge; null before anything was measured. */
  y: number | null;
  /** How many lines are above it in the document, where `y` is null; else 0, so that a line that stays draws nothing. */
  place: number;
  item: Row | undefined;
  items: (Row | undefined)[] | undefined;
  /** The active row if it is on this line, else -1. */
  active: number;
  content: LineContent<Row>;
  onActivate: (row: number) => void;
}

function Line<Row>({ id, line, span, y, place, item, items, active, content, onActivate }: Props<Row>) {
  const transform = y === null ? `translateY(calc(var(--line) * ${place}))` : `translateY(${y}px)`;
  if (items) {
    return (
      <div role="row" aria-rowindex={line + 2} className="virtual-line" style={{ transform }}>
        {items.map((one, index) => (
          <Cell
            key={index}
            id={id}
            item={one}
            row={line * span + index}
            {...{ active, content, onActivate }}
          />
        ))}
      </div>
    );
  }
  return (
    <div
      role="row"
      id={active >= 0 ? id : undefined}
      aria-rowindex={line + 2}
      data-active={active >= 0 || undefined}
      className="virtual-line"
      style={{ transform }}
      onClick={() => onActivate(line)}
    >
      {item === undefined ? <Ghost row={line} /> : <Content content={content} item={item} row={line} />}
    </div>
  );
}

interface CellProps<Row> {
  id: string;
  item: Row | undefined;
  row: number;
  active: number;
  content: LineContent<Row>;
  onActivate: (row: number) => void;
}

function Cell<Row>({ id, item, row, active, content, onActivate }: CellProps<Row>) {
  return (
    <div
      role="gridcell"
      id={active === row ? id : undefined}
      data-active={active === row || undefined}
      className="virtual-card"
      onClick={() => onActivate(row)}
    >
      {item === undefined ? (
        <span className="ghost-number">{whole(row + 1)}</span>
      ) : (
        <Content {...{ content, item, row }} />
      )}
    </div>
  );
}

/** Apart from its line, so that a line which only moves does not draw its cells again. */
const Content = memo(function Content<Row>({
  content,
  item,
  row,
}: {
  content: LineContent<Row>;
  item: Row;
  row: number;
}) {
  return content(item, row);
}) as <Row>(props: { content: LineContent<Row>; item: Row; row: number }) => ReactNode;

/** A row that is on its way: one element, so that a drag can pass thousands of them. */
function Ghost({ row }: { row: number }) {
  return (
    <div role="gridcell" className="ghost">
      <span className="ghost-number">{whole(row + 1)}</span>
    </div>
  );
}

export const GridLine = memo(Line) as typeof Line;

"use client";

import {
  type ReactNode,
  type RefObject,
  useCallback,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { ListSource } from "@/data/list-source";
import { Notice } from "@/ui/notice";
import { usePhone } from "@/ui/phone";
import { useLate } from "@/ui/use-late";
import { GridLine, type LineContent } from "./grid-line";
import { moved } from "./keys";
import { PositionBubble } from "./position-bubble";
import { useEarlyPage, usePages } from "./use-pages";
import { useScaledScroll } from "./use-scaled-scroll";
import { slots } from "./window";

export interface GridHandle {
  goToRow: (row: number) => void;
  focus: () => void;
}

interface Props<Row> {
  source: ListSource<Row>;
  total: number;
  /** Items on a line: 1 in a table, more as cards. */
  span?: number;
  /** Row to begin at; a change of it (or of the list) scrolls there. */
  row: number;
  /** Called when scrolling has stopped. */
  onRow: (row: number) => void;
  /** Called with the rows on the screen, counted from 0, end exclusive. */
  onVisible?: (first: number, end: number) => void;
  onOpen: (item: Row) => void;
  label: string;
  className: string;
  head: ReactNode;
  content: LineContent<Row>;
  handle?: RefObject<GridHandle | null>;
  isOutdated: boolean;
}

/** Lines in the server's HTML, as a table and as cards; for a phone, and for others. */
const SERVER_LINES = { phone: { table: 13, cards: 4 }, other: { table: 24, cards: 5 } };

/** A grid over a list of any length; only the lines on the screen exist. The scroller itself has the focus. */
export function VirtualGrid<Row>(props: Props<Row>) {
  const { source, total, span = 1, row, onRow, onVisible, onOpen, content } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  const [active, setActive] = useState(row);
  const lines = Math.ceil(total / span);
  const reported = useRef(row);
  const drawnFirst = SERVER_LINES[usePhone() ? "phone" : "other"];
  const { window, goTo, reveal } = useScaledScroll({
    scroller,
    canvas: body,
    lines,
    initialLine: Math.floor(row / span),
    initialLines: span === 1 ? drawnFirst.table : drawnFirst.cards,
    onMove: (line, visible) => onVisible?.(line * span, Math.min(total, (line + visible) * span)),
    onStop: (line) => {
      reported.current = line * span;
      onRow(line * span);
    },
  });
  const first = window.first * span;
  const end = Math.min(total, window.end * span);
  const pages = usePages(source, { first, end }, window.draggedTo === null, total);

  const listKey = `${source.key.join()} ${span}`;
  const entered = useRef(listKey);
  useLayoutEffect(() => {
    if (entered.current === listKey && reported.current === row) return;
    entered.current = listKey;
    reported.current = row;
    goTo(Math.floor(row / span));
    setActive(row);
  }, [listKey, row, span, goTo]);

  const askEarly = useEarlyPage(source);
  const goToRow = useCallback(
    (target: number) => {
      askEarly(target);
      goTo(Math.floor(target / span));
      setActive(target);
    },
    [askEarly, goTo, span],
  );
  useImperativeHandle(props.handle, () => ({ goToRow, focus: () => scroller.current?.focus() }), [goToRow]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    const item = pages.rowAt(active);
    if (event.key === "Enter" && item) onOpen(item);
    const target = moved(event, { active, span, page: window.visible * span, total });
    if (target === null) return;
    event.preventDefault();
    askEarly(target);
    setActive(target);
    reveal(Math.floor(target / span));
  };

  const shownLines = [];
  for (const { line, slot } of slots(window)) {
    const items: (Row | undefined)[] = [];
    for (let index = line * span; index < Math.min(total, (line + 1) * span); index++)
      items.push(pages.rowAt(index));
    shownLines.push(
      <GridLine
        key={slot}
        id={id}
        line={line}
        span={span}
        y={window.measured ? line * window.lineHeight - window.shift : null}
        place={window.measured ? 0 : line - window.first}
        item={span === 1 ? items[0] : undefined}
        items={span === 1 ? undefined : items}
        active={active >= line * span && active < (line + 1) * span ? active : -1}
        content={content}
        onActivate={setActive}
      />,
    );
  }
  const isLate = useLate(props.isOutdated);
  const activeIsDrawn = active >= first && active < end;
  return (
    <div className="relative min-h-0 min-w-0 flex-1">
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={lines + 1}
        aria-busy={props.isOutdated}
        aria-activedescendant={activeIsDrawn ? id : undefined}
        data-outdated={isLate || undefined}
        data-dragging={window.draggedTo !== null || undefined}
        className={`virtual-grid ${props.className}`}
        onKeyDown={onKeyDown}
        onFocusCapture={(event) => keepFocus(event, scroller.current)}
      >
        {props.head}
        <div
          ref={body}
          role="rowgroup"
          className="virtual-grid-body"
          data-placed={window.measured || undefined}
          style={{
            height: window.measured ? window.canvas : `calc(var(--line) * ${window.end - window.first})`,
          }}
        >
          {shownLines}
        </div>
      </div>
      <PositionBubble row={window.draggedTo === null ? null : window.draggedTo * span} total={total} />
      {pages.error && (
        <Notice
          className="absolute inset-x-4 bottom-4"
          tone="danger"
          action="Try again"
          onAction={pages.retry}
        >
          These rows could not be read: {pages.error.message}
        </Notice>
      )}
    </div>
  );
}

/** Elements of a line come and go; the focus stays on the grid, which does not. */
function keepFocus(event: React.FocusEvent, grid: HTMLElement | null): void {
  if ((event.target as HTMLElement).closest(".virtual-grid-body")) grid?.focus({ preventScroll: true });
}

import type { ScaledScroll } from "./scaled-scroll";

/** Pixels drawn beyond each edge of the viewport, at least; a drag's steps are longer than any. */
const MARGIN = 120;
/** And so many more in the direction of travel, so that not every frame of scrolling has lines to draw. */
const STOCK = 260;

export interface Window {
  /** False until the scroller has been measured: in the server's HTML lines stand by style rules alone. */
  measured: boolean;
  /** First line to draw, and the one after the last. */
  first: number;
  end: number;
  /** The line whose elements come first in the document, and the one that has the first elements; see `slots`. */
  base: number;
  origin: number;
  shift: number;
  canvas: number;
  lineHeight: number;
  /** Lines wholly visible at a time. */
  visible: number;
  /** Line at the top edge while the thumb is dragged (steps too long to read what passes), else null. */
  draggedTo: number | null;
}

export interface Measures {
  lineHeight: number;
  viewport: number;
  canvasLimit: number;
  lines: number;
}

/** What stands in the server's HTML: `count` lines from `first`. */
export function unmeasured(first: number, count: number, lines: number): Window {
  const start = Math.max(0, Math.min(first, lines - count));
  return {
    measured: false,
    first: start,
    end: start + count,
    base: start,
    origin: start,
    shift: 0,
    canvas: 0,
    lineHeight: 0,
    visible: count,
    draggedTo: null,
  };
}

/**
 * What to draw, after `before` was drawn; once scrolling has stopped, in the order in which it is read. While `bare`,
 * only what is on the screen.
 */
export function windowOf(
  scroll: ScaledScroll,
  { lineHeight, viewport, lines }: Measures,
  before: Window,
  { dragging, rests, bare }: { dragging: boolean; rests: boolean; bare: boolean },
): Window {
  const top = Math.floor(scroll.position / lineHeight);
  const bottom = top + Math.ceil(viewport / lineHeight) + 1;
  const margin = dragging || bare ? 0 : Math.ceil(MARGIN / lineHeight);
  const stock = dragging || bare ? 0 : Math.ceil(STOCK / lineHeight);
  const drawn = Math.min(lines, bottom - top + 2 * margin + stock);
  const drawnBefore = before.end - before.first;
  const same = drawn === drawnBefore;
  const above = Math.max(0, top - margin);
  const suffices = same && before.first <= above && before.end >= Math.min(lines, bottom + margin);
  const upwards = same && before.first > above && before.first < bottom;
  const wanted = upwards ? above - stock : above;
  const first = suffices ? before.first : Math.max(0, Math.min(wanted, lines - drawn));
  const end = first + drawn;
  const overlaps = first < before.end && before.first < end;
  const moves = same && overlaps;
  // Lines that were there keep their elements when more come to them.
  const grows = drawn > drawnBefore && overlaps && before.origin === before.first;
  return {
    measured: true,
    first,
    end,
    base: moves && !rests ? before.base : first,
    origin: moves || grows ? before.origin : first,
    shift: scroll.rowShift,
    canvas: scroll.canvas,
    lineHeight,
    visible: Math.max(1, Math.floor(viewport / lineHeight)),
    draggedTo: dragging ? top : null,
  };
}

/**
 * The lines in the order of the document, each with the number of its elements. A line that leaves hands its elements
 * to the one that comes, and all keep their places while they move: an element put elsewhere is laid out anew.
 */
export function slots({ first, end, base, origin }: Window): { line: number; slot: number }[] {
  const drawn = end - first;
  return Array.from({ length: drawn }, (_, index) => {
    const line = first + modulo(base + index - first, drawn);
    return { line, slot: modulo(line - origin, drawn) };
  });
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

export function isSame(one: Window, other: Window): boolean {
  return (Object.keys(one) as (keyof Window)[]).every((name) => one[name] === other[name]);
}

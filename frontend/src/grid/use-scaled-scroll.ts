"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { ScaledScroll } from "./scaled-scroll";

const STOPPED_AFTER_MS = 140;
/** Lines beyond each edge of the viewport; a drag's steps are longer than any. */
const OVERSCAN = 3;

export interface Window {
  /** False until the scroller has been measured: in the server's HTML lines stand by style rules alone. */
  measured: boolean;
  /** First line to draw, and the one after the last. */
  first: number;
  end: number;
  /** Line at the top edge of the viewport. */
  top: number;
  shift: number;
  canvas: number;
  lineHeight: number;
  /** Lines wholly visible at a time. */
  visible: number;
  /** Whether the thumb is being dragged: steps too long to read what passes. */
  dragging: boolean;
}

export interface ScaledScroller {
  window: Window;
  /** Scroll so that `line` is at the top edge. */
  goTo: (line: number) => void;
  /** Scroll as little as makes `line` visible. */
  reveal: (line: number) => void;
}

interface Options {
  scroller: RefObject<HTMLElement | null>;
  /** The element inside, as high as the canvas. */
  canvas: RefObject<HTMLElement | null>;
  lines: number;
  initialLine: number;
  /** Lines of the server's HTML, before anything was measured. */
  initialLines: number;
  onStop: (line: number) => void;
}

/** Ties a ScaledScroll to its element, whose style gives the lengths `--line`, `--head` and `--canvas-limit`. */
export function useScaledScroll({
  scroller,
  canvas,
  lines,
  initialLine,
  initialLines,
  onStop,
}: Options): ScaledScroller {
  const scroll = useRef<ScaledScroll>(null);
  scroll.current ??= new ScaledScroll();
  const measures = useRef<Measures>({ lineHeight: 0, viewport: 0, canvasLimit: 0, lines });
  const drag = useRef({ active: false, held: false, lastJumpAt: 0, stopTimer: 0 });
  const stopped = useRef(onStop);
  stopped.current = onStop;
  const [shown, setShown] = useState<Window>(() =>
    unmeasured(initialLine, Math.min(initialLines, lines), lines),
  );

  const update = useCallback(() => {
    const next = windowOf(scroll.current as ScaledScroll, measures.current, drag.current.active);
    setShown((current) => (isSame(current, next) ? current : next));
  }, []);

  const write = useCallback(
    (top: number) => {
      const element = scroller.current;
      if (canvas.current && element) {
        // Now, and not with the next rendering: a scroller cannot go beyond what it holds.
        canvas.current.style.height = `${(scroll.current as ScaledScroll).canvas}px`;
        if (Math.abs(element.scrollTop - top) >= 0.5) element.scrollTop = top;
      }
      update();
    },
    [scroller, canvas, update],
  );

  const stop = useCallback(() => {
    drag.current.active = false;
    const state = scroll.current as ScaledScroll;
    flushSync(() => write(state.settle()));
    stopped.current(Math.round(state.position / (measures.current.lineHeight || 1)));
  }, [write]);

  useMeasuring(scroller, measures, lines, () => {
    const state = scroll.current as ScaledScroll;
    const { lineHeight, viewport, canvasLimit } = measures.current;
    const top = shown.measured ? state.position : initialLine * lineHeight;
    state.resize(measures.current.lines * lineHeight, viewport, canvasLimit);
    write(state.moveTo(top));
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const timers = drag.current;
    const onScroll = () => {
      const state = scroll.current as ScaledScroll;
      if (Math.abs(element.scrollTop - state.top) < 0.5) return;
      const jumped = state.scrolled(element.scrollTop);
      const now = performance.now();
      if (jumped) {
        // A lone jump reads at once; a thumb that is held, or jumps that follow closely, read when they rest.
        timers.active = timers.held || now - timers.lastJumpAt < STOPPED_AFTER_MS;
        timers.lastJumpAt = now;
      }
      flushSync(() => (state.isStuck ? write(state.settle()) : update()));
      clearTimeout(timers.stopTimer);
      timers.stopTimer = window.setTimeout(stop, STOPPED_AFTER_MS);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    const stopWatching = watchThumb(element, timers);
    return () => {
      element.removeEventListener("scroll", onScroll);
      stopWatching();
      clearTimeout(timers.stopTimer);
    };
  }, [scroller, update, write, stop]);

  const goTo = useCallback(
    (line: number) => {
      const state = scroll.current as ScaledScroll;
      write(state.moveTo(line * measures.current.lineHeight));
      clearTimeout(drag.current.stopTimer);
      drag.current.stopTimer = window.setTimeout(stop, STOPPED_AFTER_MS);
    },
    [write, stop],
  );

  const reveal = useCallback(
    (line: number) => {
      const { position } = scroll.current as ScaledScroll;
      const { lineHeight, viewport } = measures.current;
      const y = line * lineHeight;
      if (y < position) goTo(line);
      else if (y + lineHeight > position + viewport) goTo(line + 1 - viewport / lineHeight);
    },
    [goTo],
  );

  return { window: shown, goTo, reveal };
}

/** Keep `held` true while the scrollbar of `element` is under a pressed button. Returns how to end that. */
function watchThumb(element: HTMLElement, drag: { held: boolean }): () => void {
  const press = ({ target, offsetX }: PointerEvent) => {
    drag.held = target === element && offsetX >= element.clientWidth;
  };
  // Not every browser tells of the release over a scrollbar: the next move without a button does.
  const move = ({ buttons }: PointerEvent) => {
    if (buttons === 0) drag.held = false;
  };
  element.addEventListener("pointerdown", press);
  window.addEventListener("pointermove", move, { passive: true });
  window.addEventListener("pointerup", move);
  return () => {
    element.removeEventListener("pointerdown", press);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", move);
  };
}

interface Measures {
  lineHeight: number;
  viewport: number;
  canvasLimit: number;
  lines: number;
}

/** Call `onChange` before the first paint, and whenever the number of lines or the scroller's size changes. */
function useMeasuring(
  scroller: RefObject<HTMLElement | null>,
  measures: RefObject<Measures>,
  lines: number,
  onChange: () => void,
): void {
  const change = useRef(onChange);
  change.current = onChange;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      const length = (name: string) => Number.parseFloat(style.getPropertyValue(name));
      measures.current = {
        lines,
        lineHeight: length("--line"),
        viewport: element.clientHeight - length("--head"),
        canvasLimit: length("--canvas-limit"),
      };
      change.current();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, measures, lines]);
}

function unmeasured(first: number, count: number, lines: number): Window {
  const start = Math.max(0, Math.min(first, lines - count));
  return {
    measured: false,
    first: start,
    end: start + count,
    top: start,
    shift: 0,
    canvas: 0,
    lineHeight: 0,
    visible: count,
    dragging: false,
  };
}

function windowOf(
  scroll: ScaledScroll,
  { lineHeight, viewport, lines }: Measures,
  dragging: boolean,
): Window {
  const top = Math.floor(scroll.position / lineHeight);
  const overscan = dragging ? 0 : OVERSCAN;
  const drawn = Math.ceil(viewport / lineHeight) + 1 + 2 * overscan;
  const first = Math.max(0, Math.min(top - overscan, lines - drawn));
  return {
    measured: true,
    first,
    end: Math.min(lines, first + drawn),
    top,
    shift: scroll.rowShift,
    canvas: scroll.canvas,
    lineHeight,
    visible: Math.max(1, Math.floor(viewport / lineHeight)),
    dragging,
  };
}

function isSame(one: Window, other: Window): boolean {
  return (Object.keys(one) as (keyof Window)[]).every((name) => one[name] === other[name]);
}

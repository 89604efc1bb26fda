"use client";

import {
  type RefObject,
  startTransition,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { whenIdle } from "@/ui/when-idle";
import { watchPointer, watchThumb } from "./pointer";
import { ScaledScroll } from "./scaled-scroll";
import { isSame, type Measures, unmeasured, type Window, windowOf } from "./window";

const STOPPED_AFTER_MS = 140;

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
  /** Called with the line at the top edge and the number of visible ones, whenever either may have changed. */
  onMove: (line: number, visible: number) => void;
  onStop: (line: number) => void;
}

/** Ties a ScaledScroll to its element, whose style gives the lengths `--line`, `--head` and `--canvas-limit`. */
export function useScaledScroll({
  scroller,
  canvas,
  lines,
  initialLine,
  initialLines,
  onMove,
  onStop,
}: Options): ScaledScroller {
  const scroll = useRef<ScaledScroll>(null);
  scroll.current ??= new ScaledScroll();
  const measures = useRef<Measures>({ lineHeight: 0, viewport: 0, canvasLimit: 0, lines });
  const drag = useRef({ active: false, held: false, lastJumpAt: 0, stopTimer: 0 });
  const listener = useRef({ onMove, onStop });
  listener.current = { onMove, onStop };
  const [shown, setShown] = useState<Window>(() =>
    unmeasured(initialLine, Math.min(initialLines, lines), lines),
  );
  const latest = useRef(shown);
  // At first only what is on the screen: what is beyond its edges comes when there is time, or with the first step.
  const bare = useRef(true);

  const update = useCallback((rests = false) => {
    const state = scroll.current as ScaledScroll;
    const how = { dragging: drag.current.active, rests, bare: bare.current };
    const next = windowOf(state, measures.current, latest.current, how);
    if (!isSame(latest.current, next)) {
      latest.current = next;
      setShown(next);
    }
    listener.current.onMove(Math.floor(state.position / measures.current.lineHeight), next.visible);
  }, []);

  const write = useCallback(
    (top: number, rests = false) => {
      const element = scroller.current;
      if (canvas.current && element) {
        // Now, and not with the next rendering: a scroller cannot go beyond what it holds.
        canvas.current.style.height = `${(scroll.current as ScaledScroll).canvas}px`;
        if (Math.abs(element.scrollTop - top) >= 0.5) element.scrollTop = top;
      }
      update(rests);
    },
    [scroller, canvas, update],
  );

  const stop = useCallback(() => {
    drag.current.active = false;
    if (scroller.current) delete scroller.current.dataset.scrolling;
    const state = scroll.current as ScaledScroll;
    flushSync(() => write(state.settle(), true));
    listener.current.onStop(Math.round(state.position / (measures.current.lineHeight || 1)));
  }, [scroller, write]);

  useMeasuring(scroller, measures, lines, () => {
    const state = scroll.current as ScaledScroll;
    const { lineHeight, viewport, canvasLimit } = measures.current;
    const { measured } = latest.current;
    const top = measured ? state.position : initialLine * lineHeight;
    state.resize(measures.current.lines * lineHeight, viewport, canvasLimit);
    const place = () => write(state.moveTo(top), true);
    // The server's lines stand where they belong already when nothing is scrolled: no need to hurry.
    if (measured || top > 0) place();
    else startTransition(place);
  });

  useEffect(
    () =>
      whenIdle(() => {
        if (!bare.current || !latest.current.measured) return;
        bare.current = false;
        startTransition(() => update());
      }),
    [update],
  );

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const timers = drag.current;
    const onScroll = () => {
      const state = scroll.current as ScaledScroll;
      if (Math.abs(element.scrollTop - state.top) < 0.5) return;
      if (element.dataset.scrolling === undefined) element.dataset.scrolling = "";
      bare.current = false;
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
    const stopWatching = [watchThumb(element, timers), watchPointer(element)];
    return () => {
      element.removeEventListener("scroll", onScroll);
      for (const end of stopWatching) end();
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

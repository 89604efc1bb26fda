import { expect, test } from "@playwright/test";
import { ScaledScroll } from "../src/grid/scaled-scroll";
import { slots, unmeasured, type Window, windowOf } from "../src/grid/window";

const LINE = 44;
const MEASURES = { lineHeight: LINE, viewport: 660, canvasLimit: 8_000_000, lines: 100_000 };

function at(line: number) {
  const scroll = new ScaledScroll();
  scroll.resize(MEASURES.lines * LINE, MEASURES.viewport, MEASURES.canvasLimit);
  scroll.moveTo(line * LINE);
  return scroll;
}

const elements = (window: Window) => new Map(slots(window).map(({ line, slot }) => [line, slot]));

for (const line of [0, 5_000]) {
  test(`lines keep their elements from the server's HTML on, at line ${line}`, () => {
    const scroll = at(line);
    const served = unmeasured(line, 13, MEASURES.lines);
    const bare = windowOf(scroll, MEASURES, served, { dragging: false, rests: true, bare: true });
    const full = windowOf(scroll, MEASURES, bare, { dragging: false, rests: false, bare: false });
    expect(full.end - full.first).toBeGreaterThan(bare.end - bare.first);
    for (const [before, after] of [
      [served, bare],
      [bare, full],
    ] as const) {
      const now = elements(after);
      const kept = [...elements(before)].filter(([one]) => now.has(one));
      expect(kept.length).toBeGreaterThan(10);
      for (const [one, slot] of kept) expect(now.get(one)).toBe(slot);
      expect(new Set(now.values()).size).toBe(now.size);
    }
  });
}

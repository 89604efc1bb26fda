import { expect, test } from "@playwright/test";
import { JUMP, ScaledScroll } from "../src/grid/scaled-scroll";

const LINE = 44;
const VIEWPORT = 800;
const LIMIT = 8_000_000;

function over(rows: number): ScaledScroll {
  const scroll = new ScaledScroll();
  scroll.resize(rows * LINE, VIEWPORT, LIMIT);
  return scroll;
}

/** Numbers that are the same in every run. */
function* pseudoRandom(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

for (const rows of [1, 18, 1_000, 181_818, 181_819, 1_000_000, 10_000_000]) {
  test(`every position of ${rows} rows can be gone to and stays where it is`, () => {
    const scroll = over(rows);
    const furthest = Math.max(0, rows * LINE - VIEWPORT);
    const furthestTop = Math.max(0, scroll.canvas - VIEWPORT);
    const random = pseudoRandom(rows);
    let worst = 0;
    for (let index = 0; index < 2_000; index++) {
      const wanted = Math.round((random.next().value as number) * furthest);
      const top = scroll.moveTo(wanted);
      worst = Math.max(worst, Math.abs(scroll.position - wanted), -top, top - furthestTop);
      scroll.settle();
      worst = Math.max(worst, Math.abs(scroll.position - wanted));
    }
    expect(worst).toBeLessThan(0.001);
  });

  test(`the ends of the scrollbar are the ends of ${rows} rows`, () => {
    const scroll = over(rows);
    const furthestTop = Math.max(0, scroll.canvas - VIEWPORT);
    expect(scroll.moveTo(0)).toBe(0);
    expect(scroll.moveTo(rows * LINE)).toBe(furthestTop);
    expect(scroll.position).toBe(Math.max(0, rows * LINE - VIEWPORT));
  });
}

test("small steps move the rows pixel by pixel, anywhere, over five thousand rows", () => {
  for (const start of [0, 3_000, 123_456, 5_000_000, 9_990_000]) {
    const scroll = over(10_000_000);
    let top = scroll.moveTo(start * LINE);
    let expected = scroll.position;
    let worst = 0;
    for (let step = 0; step < (5_000 * LINE) / 100; step++) {
      top += 100;
      expected += 100;
      if (expected > 10_000_000 * LINE - VIEWPORT) break;
      scroll.scrolled(top);
      if (scroll.isStuck) top = scroll.settle();
      worst = Math.max(worst, Math.abs(scroll.position - expected));
    }
    expect(worst).toBeLessThan(0.001);
  }
});

test("steps up from anywhere meet row 0 without a jump", () => {
  const scroll = over(10_000_000);
  let top = scroll.moveTo(20_000 * LINE);
  let worst = 0;
  for (let expected = scroll.position; expected > 0; expected -= 100) {
    worst = Math.max(worst, Math.abs(scroll.position - expected));
    top -= 100;
    scroll.scrolled(Math.max(0, top));
    if (scroll.isStuck) top = scroll.settle();
  }
  expect(worst).toBeLessThan(0.001);
});

test("a long step maps the scrollbar to the whole list", () => {
  const scroll = over(10_000_000);
  scroll.moveTo(0);
  expect(scroll.scrolled(LIMIT / 2)).toBe(true);
  expect(scroll.position / (10_000_000 * LINE)).toBeCloseTo(0.5, 3);
  expect(scroll.scrolled(LIMIT / 2 + JUMP)).toBe(false);
});

test("a list that shrinks keeps the position inside", () => {
  const scroll = over(10_000_000);
  scroll.moveTo(9_000_000 * LINE);
  scroll.resize(100 * LINE, VIEWPORT, LIMIT);
  expect(scroll.position).toBe(100 * LINE - VIEWPORT);
});

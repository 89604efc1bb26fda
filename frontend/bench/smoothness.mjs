import { bareRows } from "./bare.mjs";
import {
  atMost,
  drag,
  frames,
  goTo,
  inBrowser,
  line,
  median,
  open,
  percentile,
  perSecond,
  wheel,
} from "./browser.mjs";

const JUMPS = Number(process.env.JUMPS ?? 500);

/** Goal 4: how many times slower the processor is made. */
const SLOWER = 4;
/** Longer than a frame and a half of 60 in a second: one was dropped. */
const DROPPED_MS = 25;
/** A frame at 60 in a second, and what its clock is off by. */
const FRAME_MS = 17;

/** Goals 3, 4, 8, 9 and 11: how it moves. */
export const smoothness = ({ site, rows, wants }) =>
  inBrowser(async function* (browser) {
    const { page, cdp, asked, close } = await open(browser, { site });
    if (wants(3) || wants(11)) yield* atFullSpeed(page, rows);
    // Before the other drags, which leave the last page in memory.
    if (wants(9) || wants(11)) yield await dragged(page, asked);
    if (wants(4)) yield* throttled(page, cdp, rows, await bareRows(browser, SLOWER));
    if (wants(8)) yield* memory(page, cdp);
    const shift = await page.evaluate(() => globalThis.seen.shift);
    yield atMost(11, "layout shift, scrolling included", shift, 0.005, "", 4);
    await close();
  });

async function* atFullSpeed(page, rows) {
  await goTo(page, Math.floor(rows / 4));
  // A first round for the browser to translate what it will run.
  await wheel(page, 60, 100);
  await page.evaluate(() => (globalThis.seen.tasks.length = 0));
  const gaps = [];
  for (let round = 0; round < 3; round++) gaps.push(...(await frames(page, () => wheel(page, 250, 100))));
  const tasks = await page.evaluate(() => globalThis.seen.tasks);
  const dropped = gaps.filter((gap) => gap > DROPPED_MS).length / gaps.length;
  const longest = Math.max(0, ...tasks);
  yield atMost(3, "p95 frame while the wheel turns", percentile(gaps, 0.95), FRAME_MS, "ms", 1);
  yield atMost(3, `of ${gaps.length} frames dropped`, dropped * 100, 1, "%", 1);
  const task = longest === 0 ? "< 50 ms" : `${longest.toFixed(0)} ms`;
  yield line(3, "longest task while it does", task, "≤ 50 ms", longest <= 50);
}

async function* throttled(page, cdp, rows, bare) {
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const wheels = [];
  const thumbs = [];
  for (let round = 0; round < 3; round++) {
    await goTo(page, Math.floor(rows / 3));
    wheels.push(perSecond(await frames(page, () => wheel(page, 120, 100))));
    await goTo(page, 1);
    thumbs.push(perSecond(await frames(page, () => drag(page, 100))));
  }
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const atLeast = (what, values, least) =>
    line(4, what, `${median(values).toFixed(0)} fps`, `≥ ${least} fps`, median(values) >= least);
  yield atLeast(
    `processor ${SLOWER} times slower: wheel (median of 3; bare rows ${bare.toFixed(0)})`,
    wheels,
    55,
  );
  yield atLeast(`processor ${SLOWER} times slower: thumb (median of 3)`, thumbs, 45);
}

async function dragged(page, asked) {
  await goTo(page, 1);
  asked.length = 0;
  await drag(page, 80);
  await page.waitForTimeout(600);
  return atMost(9, "API calls of a drag over the whole list", asked.length, 5, "");
}

/** Goal 8: jumps to rows that were not seen before, each when the one before is drawn. */
async function* memory(page, cdp) {
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Runtime.getHeapUsage")).usedSize / 1e6;
  };
  // What is kept on purpose (forty pages, the meter's readings) is full before it counts.
  await page.evaluate(jump, { from: 0, to: 60 });
  const before = await heap();
  await page.evaluate(jump, { from: 60, to: 60 + JUMPS });
  const after = await heap();
  const nodes = await page.evaluate(() => document.querySelectorAll("[role=grid] *").length);
  yield atMost(8, `script heap after ${JUMPS} jumps`, after, 15, "MB", 1);
  yield atMost(8, "its growth over 1,000 jumps", ((after - before) * 1_000) / JUMPS, 2, "MB", 2);
  yield atMost(8, "elements in the grid", nodes, 300, "");
}

/** In the page: one jump after the other. */
async function jump({ from, to }) {
  const input = document.querySelector(".go-to input");
  const rows = Number(document.querySelector("[role=grid]").ariaRowCount) - 1;
  const drawn = (row) =>
    document.querySelector(`.virtual-grid-body [aria-rowindex="${row + 1}"] .cell-price`);
  for (let index = from; index < to; index++) {
    const row = 1 + ((index * 7_919_003) % (rows - 50));
    input.value = String(row);
    input.form.requestSubmit();
    while (!drawn(row)) await new Promise(requestAnimationFrame);
  }
}

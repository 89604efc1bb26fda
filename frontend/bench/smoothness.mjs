import { atMost, drag, frames, goTo, line, median, open, percentile, perSecond, wheel } from "./browser.mjs";

/** Longer than a frame and a half of 60 in a second: one was dropped. */
const DROPPED_MS = 25;
/** A frame at 60 in a second, and what its clock is off by. */
const FRAME_MS = 17;

/** Goals 3, 4, 8, 9 and 11: how it moves. */
export async function smoothness(browser, { site, rows }) {
  const { page, cdp, asked, close } = await open(browser, { site });
  const results = [
    ...(await atFullSpeed(page, rows)),
    ...(await throttled(page, cdp, rows)),
    ...(await dragged(page, asked)),
    ...(await memory(page, cdp)),
  ];
  const shift = await page.evaluate(() => globalThis.seen.shift);
  results.push(atMost(11, "layout shift, scrolling included", shift, 0.005, "", 4));
  await close();
  return results;
}

async function atFullSpeed(page, rows) {
  await goTo(page, Math.floor(rows / 4));
  // A first round for the browser to translate what it will run.
  await wheel(page, 60, 100);
  await page.evaluate(() => (globalThis.seen.tasks.length = 0));
  const gaps = [];
  for (let round = 0; round < 3; round++) gaps.push(...(await frames(page, () => wheel(page, 250, 100))));
  const tasks = await page.evaluate(() => globalThis.seen.tasks);
  const dropped = gaps.filter((gap) => gap > DROPPED_MS).length / gaps.length;
  const longest = Math.max(0, ...tasks);
  return [
    atMost(3, "p95 frame while the wheel turns", percentile(gaps, 0.95), FRAME_MS, "ms", 1),
    atMost(3, `of ${gaps.length} frames dropped`, dropped * 100, 1, "%", 1),
    line(
      3,
      "longest task while it does",
      longest === 0 ? "< 50 ms" : `${longest.toFixed(0)} ms`,
      "≤ 50 ms",
      longest <= 50,
    ),
  ];
}

async function throttled(page, cdp, rows) {
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
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
  return [
    atLeast("processor 4 times slower: wheel (median of 3)", wheels, 55),
    atLeast("processor 4 times slower: thumb (median of 3)", thumbs, 45),
  ];
}

async function dragged(page, asked) {
  await goTo(page, 1);
  asked.length = 0;
  await drag(page, 80);
  await page.waitForTimeout(600);
  return [atMost(9, "API calls of a drag over the whole list", asked.length, 5, "")];
}

/** Goal 8: a thousand jumps. */
async function memory(page, cdp) {
  const jumps = Number(process.env.JUMPS ?? 1_000);
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Runtime.getHeapUsage")).usedSize / 1e6;
  };
  const jump = (count) =>
    page.evaluate(async (times) => {
      const scroller = document.querySelector("[role=grid]");
      const room = scroller.scrollHeight - scroller.clientHeight;
      for (let index = 0; index < times; index++) {
        scroller.scrollTop = (index * 7_919_000) % room;
        await new Promise((done) => setTimeout(done, 60));
      }
    }, count);
  await jump(100);
  const before = await heap();
  await jump(jumps);
  const after = await heap();
  await page.waitForSelector(".virtual-grid-body .cell-price");
  const nodes = await page.evaluate(() => document.querySelectorAll("[role=grid] *").length);
  return [
    atMost(8, "script heap", after, 15, "MB", 1),
    atMost(8, "its growth over 1,000 jumps", ((after - before) * 1_000) / jumps, 2, "MB", 2),
    atMost(8, "elements in the grid", nodes, 300, ""),
  ];
}

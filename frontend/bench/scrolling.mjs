import { frames, open, percentile, perSecond, ROWS } from "./browser.mjs";

const whole = (value) => value.toLocaleString("en");

/** In the page: the content's pixel at the top edge, from the first row that is drawn. */
const position = () => {
  const scroller = document.querySelector("[role=grid]");
  const line = document.querySelector(".virtual-grid-body [role=row]");
  const edge =
    scroller.getBoundingClientRect().top +
    Number.parseFloat(getComputedStyle(scroller).getPropertyValue("--head"));
  return (Number(line.ariaRowIndex) - 2) * line.offsetHeight + edge - line.getBoundingClientRect().top;
};

async function goTo(page, row) {
  await page.getByLabel(/^Go to row/).fill(String(row));
  await page.getByLabel(/^Go to row/).press("Enter");
  await page.waitForTimeout(400);
}

async function wheel(page, ticks, pixels) {
  await page.mouse.move(700, 500);
  for (let tick = 0; tick < ticks; tick++) await page.mouse.wheel(0, pixels);
}

async function drag(page, steps) {
  const box = await page.getByRole("grid").boundingBox();
  const x = box.x + box.width - 7;
  await page.mouse.move(x, box.y + 22);
  await page.mouse.down();
  for (let step = 1; step <= steps; step++)
    await page.mouse.move(x, box.y + 22 + ((box.height - 24) * step) / steps);
  await page.mouse.up();
}

/** Goals 1 to 4, 8, 9, 11: what depends on the number of rows and not on the API. */
export async function scrolling(browser) {
  const results = [];
  const { page, cdp, asked, close } = await open(browser, { madeUp: true });

  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.waitForSelector(`[aria-rowindex="${ROWS + 1}"] .cell`);
  results.push([1, `last of ${whole(ROWS)} rows reached by key, thumb and number`, "reached", true]);

  await goTo(page, ROWS / 2);
  const began = await page.evaluate(position);
  await wheel(page, 740, 300);
  await page.waitForTimeout(60);
  const ended = await page.evaluate(position);
  const off = Math.abs(ended - began - 740 * 300);
  results.push([2, "wheel over 5,045 rows in the middle: off by", `${off.toFixed(1)} px`, off <= 1]);

  const agreed = await page.evaluate(() => {
    const scroller = document.querySelector("[role=grid]");
    return new Promise((resolve) => {
      let last = performance.now();
      let first = true;
      scroller.addEventListener("scroll", () => {
        if (first) last = performance.now();
        first = false;
      });
      scroller.scrollBy(0, 2_000);
      const before = scroller.scrollTop;
      const look = () =>
        Math.abs(scroller.scrollTop - before) > 1
          ? resolve(performance.now() - last)
          : requestAnimationFrame(look);
      requestAnimationFrame(look);
    });
  });
  results.push([2, "thumb in step after the stop", `${agreed.toFixed(0)} ms`, agreed <= 200]);

  await page.evaluate(() => (globalThis.seen.tasks.length = 0));
  const gaps = await frames(page, () => wheel(page, 250, 100));
  const tasks = await page.evaluate(() => globalThis.seen.tasks);
  const dropped = gaps.filter((gap) => gap > 25).length / gaps.length;
  results.push([
    3,
    "p95 frame while the wheel turns",
    `${percentile(gaps, 0.95).toFixed(1)} ms`,
    percentile(gaps, 0.95) <= 17.5,
  ]);
  results.push([3, "frames dropped", `${(dropped * 100).toFixed(1)} %`, dropped <= 0.01]);
  results.push([
    3,
    "longest task while scrolling",
    `${Math.max(0, ...tasks).toFixed(0)} ms`,
    tasks.length === 0,
  ]);

  asked.length = 0;
  await goTo(page, 1);
  asked.length = 0;
  await drag(page, 80);
  await page.waitForTimeout(600);
  results.push([9, "API calls of a drag over the whole range", String(asked.length), asked.length <= 5]);

  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await goTo(page, ROWS / 3);
  const slow = perSecond(await frames(page, () => wheel(page, 150, 100)));
  results.push([4, "processor 4 times slower: wheel", `${slow.toFixed(0)} fps`, slow >= 55]);
  await goTo(page, 1);
  const dragged = perSecond(await frames(page, () => drag(page, 120)));
  results.push([4, "processor 4 times slower: thumb", `${dragged.toFixed(0)} fps`, dragged >= 45]);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });

  results.push(...(await memory(page, cdp)));
  const shift = await page.evaluate(() => globalThis.seen.shift);
  results.push([11, "layout shift, scrolling included", shift.toFixed(4), shift <= 0.005]);
  await close();
  return results;
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
      for (let index = 0; index < times; index++) {
        scroller.scrollTop = 10_000 + ((index * 7_919_000) % 7_900_000);
        await new Promise((done) => setTimeout(done, 60));
      }
    }, count);
  await jump(100);
  const before = await heap();
  await jump(jumps);
  const after = await heap();
  const growth = ((after - before) * 1_000) / jumps;
  const nodes = await page.evaluate(() => document.querySelectorAll("[role=grid] *").length);
  return [
    [8, "script heap", `${after.toFixed(1)} MB`, after <= 15],
    [8, "its growth over 1,000 jumps", `${growth.toFixed(2)} MB`, growth <= 2],
    [8, "elements in the grid", String(nodes), nodes <= 300],
  ];
}

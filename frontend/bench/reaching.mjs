import { atMost, drag, goTo, inBrowser, line, open, wheel } from "./browser.mjs";

const TICKS = Number(process.env.TICKS ?? 740);
const PIXELS = 300;

/** In the page: the content's pixel at the top edge, from the first row that is drawn. */
const position = () => {
  const scroller = document.querySelector("[role=grid]");
  const row = document.querySelector(".virtual-grid-body [role=row]");
  const edge =
    scroller.getBoundingClientRect().top +
    Number.parseFloat(getComputedStyle(scroller).getPropertyValue("--head"));
  return (Number(row.ariaRowIndex) - 2) * row.offsetHeight + edge - row.getBoundingClientRect().top;
};

const lastRow = (rows) => `[aria-rowindex="${rows + 1}"] .cell`;

/** Goals 1, 2 and 13: every row can be reached, and the wheel moves them pixel by pixel. */
export const reaching = ({ site, rows, wants }) =>
  inBrowser(async function* (browser) {
    const { page, close } = await open(browser, { site });
    if (wants(1)) yield await reached(page, rows);
    if (wants(2)) yield* turned(page, rows);
    if (wants(13)) yield told(page, rows);
    await close();
  });

async function reached(page, rows) {
  const there = { timeout: 10_000 };
  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.waitForSelector(lastRow(rows), there);
  await page.keyboard.press("Home");
  await page.waitForSelector(`[aria-rowindex="2"] .cell`, there);
  await drag(page, 40);
  await page.waitForSelector(lastRow(rows), there);
  await goTo(page, rows - 60);
  await wheel(page, 40, 200);
  await page.waitForSelector(lastRow(rows), there);
  await goTo(page, Math.floor(rows / 2));
  await page.waitForSelector(`[aria-rowindex="${Math.floor(rows / 2) + 1}"] .cell`, there);
  await page.goto(`/?row=${rows}`);
  await page.waitForSelector(lastRow(rows), there);
  return line(
    1,
    `row ${rows.toLocaleString("en")} by wheel, key, thumb, number, address`,
    "yes",
    "yes",
    true,
  );
}

/** Down 5,045 rows in each part of the list, and the scrollbar's correction afterwards. */
async function* turned(page, rows) {
  const off = [];
  let backwards = 0;
  for (const start of [200, Math.floor(rows / 2), rows - 6_000]) {
    await goTo(page, start);
    const began = await page.evaluate(position);
    await page.evaluate(watchSteps, String(position));
    await wheel(page, TICKS, PIXELS);
    await page.waitForTimeout(60);
    off.push(Math.abs((await page.evaluate(position)) - began - TICKS * PIXELS));
    backwards += await page.evaluate(() => globalThis.endSteps());
  }
  const turnedRows = Math.floor((TICKS * PIXELS) / 44).toLocaleString("en");
  yield atMost(2, `wheel over 3 × ${turnedRows} rows: off by`, Math.max(...off), 1, "px", 1);
  yield atMost(2, "frames in which rows went the other way", backwards, 0, "");
  await goTo(page, Math.floor(rows / 2));
  const agreed = [];
  for (let round = 0; round < 5; round++) agreed.push(await page.evaluate(settled));
  yield atMost(2, "thumb in step after the stop, worst of 5", Math.max(...agreed), 200, "ms");
}

/** In the page: count the frames in which the rows are further up than in the one before. */
function watchSteps(source) {
  const where = new Function(`return (${source})()`);
  let last = where();
  let backwards = 0;
  let on = true;
  const look = () => {
    const now = where();
    if (now < last - 1) backwards++;
    last = now;
    if (on) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  globalThis.endSteps = () => {
    on = false;
    return backwards;
  };
}

/** In the page: from the last step of the scrollbar until it is rewritten. */
const settled = () => {
  const scroller = document.querySelector("[role=grid]");
  return new Promise((resolve) => {
    let last = performance.now();
    scroller.addEventListener("scroll", () => (last = performance.now()), { once: true });
    scroller.scrollBy(0, 2_000);
    const before = scroller.scrollTop;
    const look = () =>
      Math.abs(scroller.scrollTop - before) > 1
        ? resolve(performance.now() - last)
        : requestAnimationFrame(look);
    requestAnimationFrame(look);
  });
};

async function told(page, rows) {
  const scroller = page.getByRole("grid");
  await goTo(page, 1_000);
  await page.locator('[aria-rowindex="1003"]').click({ position: { x: 400, y: 20 } });
  await wheel(page, 100, 300);
  await page.waitForTimeout(300);
  const state = await page.evaluate(() => ({
    count: Number(document.querySelector("[role=grid]").ariaRowCount),
    focus: document.activeElement?.getAttribute("role"),
    drawn: [...document.querySelectorAll(".virtual-grid-body [role=row]")].map((row) => [
      Number(row.ariaRowIndex),
      row.getBoundingClientRect().top,
    ]),
  }));
  const byPlace = state.drawn.sort(([, one], [, other]) => one - other);
  const inOrder = byPlace.every(([index], at) => at === 0 || index === byPlace[at - 1][0] + 1);
  const met = state.count === rows + 1 && inOrder && state.focus === "grid";
  await scroller.blur();
  return line(13, "rows told truly, focus on the grid when its row has left", met ? "yes" : "no", "yes", met);
}

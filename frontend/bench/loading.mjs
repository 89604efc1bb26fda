import { gzipSync } from "node:zlib";
import { atMost, inBrowser, line, median, open } from "./browser.mjs";

const ROUNDS = 9;

/** Goals 5, 10, 14 and 15, with the real API. */
export const loading = ({ wants }) =>
  inBrowser(async function* (browser) {
    if (wants(5)) yield* cold(browser);
    const { page, foreign, close } = await open(browser);
    if (wants(5)) yield* warm(page);
    if (wants(14)) yield* restored(page);
    if (wants(15)) yield atMost(15, "requests to anybody else", foreign.length, 0, "");
    await close();
    if (wants(10)) yield* scripts(browser);
  });

async function* cold(browser) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const visit = await open(browser);
    times.push((await paints(visit.page)).rows);
    await visit.close();
  }
  yield atMost(5, "first rows, cold (median of 5)", median(times), 500, "ms");
}

async function* warm(page) {
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto("/");
    await page.waitForTimeout(700);
    seen.push(await paints(page));
  }
  const middle = (name) => median(seen.map((paint) => paint[name]));
  yield atMost(5, `first rows, warm (median of ${ROUNDS})`, middle("rows"), 200, "ms");
  yield atMost(5, `largest paint, desktop (median of ${ROUNDS})`, middle("largest"), 600, "ms");
}

/** The first paint has rows when the server's HTML has; that it does is checked. */
async function paints(page) {
  const html = await (await page.request.get("/")).text();
  if (!html.includes("cell-price"))
    throw new Error("The server's HTML has no rows: the first paint shows none.");
  return page.evaluate(() => ({
    rows: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    largest: globalThis.seen.paint,
  }));
}

const ROW = 50_001;
const DEEP = `/?row=${ROW}&sort=-price`;
const DEEP_ROW = `.virtual-grid-body [aria-rowindex="${ROW + 1}"] .cell`;

/** Goal 14: an address opens at its row, and Back and Forward return to it, the first row never shown before. */
async function* restored(page) {
  const shared = [];
  const back = [];
  const forward = [];
  let first = 0;
  const note = async (times, { time, sawFirst }) => {
    times.push(time);
    first += sawFirst;
  };
  await page.addInitScript(watchRow, { selector: DEEP_ROW });
  for (let round = 0; round < 5; round++) {
    await page.goto(DEEP);
    await note(shared, await page.evaluate(() => globalThis.rowShown));
    await page.waitForTimeout(500);
    await page.locator(`${DEEP_ROW} a`).first().click();
    await page.locator(".product-facts").waitFor();
    await page.waitForTimeout(300);
    await note(back, await page.evaluate(goneThere, { steps: -1, selector: DEEP_ROW }));
    await page.waitForTimeout(500);
    await note(forward, await page.evaluate(goneThere, { steps: 1, selector: ".product-facts" }));
    await page.waitForTimeout(300);
  }
  yield atMost(14, "a shared address to its row (median of 5)", median(shared), 300, "ms");
  yield atMost(14, "Back to the row and filters (median of 5)", median(back), 300, "ms");
  yield atMost(14, "Forward to the product (median of 5)", median(forward), 300, "ms");
  yield atMost(14, "times that row 1 was seen before", first, 0, "");
}

/** In the page, from its start: the time until the row is drawn and visible, and whether the first row was before. */
function watchRow({ selector }) {
  globalThis.rowShown = new Promise((resolve) => {
    let sawFirst = 0;
    const look = () => {
      if (document.querySelector('.virtual-grid-body [aria-rowindex="2"] .cell')) sawFirst = 1;
      if (document.querySelector(selector)) resolve({ time: performance.now(), sawFirst });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** In the page: go in the history, and the time until what is there has been drawn. */
function goneThere({ steps, selector }) {
  return new Promise((resolve) => {
    let sawFirst = 0;
    const began = performance.now();
    history.go(steps);
    const look = () => {
      if (document.querySelector('.virtual-grid-body [aria-rowindex="2"] .cell')) sawFirst = 1;
      if (document.querySelector(selector)) resolve({ time: performance.now() - began, sawFirst });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Goal 10: the scripts that a page asks for by itself, compressed with gzip -9 (browsers are sent Brotli). */
async function* scripts(browser) {
  const list = await scriptsOf(browser, "/");
  const dashboard = await scriptsOf(browser, "/dashboard");
  const known = new Set(list.map(({ name }) => name));
  const added = dashboard.filter(({ name }) => !known.has(name));
  const kilobytes = (files, size) => files.reduce((sum, file) => sum + file[size], 0) / 1000;
  yield atMost(10, "script of the first load, gzip", kilobytes(list, "gzip"), 170, "kB");
  yield line(10, "the same as sent, Brotli", `${kilobytes(list, "sent").toFixed(0)} kB`, "", true);
  yield atMost(10, "what the dashboard adds, its charts too, gzip", kilobytes(added, "gzip"), 30, "kB");
}

async function scriptsOf(browser, address) {
  const { page, close } = await open(browser, { address });
  await page.waitForTimeout(1_000);
  const files = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => /\.js(\?|$)/.test(name))
      .map(({ name, encodedBodySize }) => ({ name, sent: encodedBodySize })),
  );
  await close();
  for (const file of files)
    file.gzip = gzipSync(Buffer.from(await (await fetch(file.name)).arrayBuffer()), { level: 9 }).length;
  return files;
}

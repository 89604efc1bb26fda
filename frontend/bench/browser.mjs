import { chromium } from "@playwright/test";

export const BASE_URL = process.env.BASE_URL ?? "http://127.0.0.1:3000";
/** Rows of the made-up list for what depends on their number alone; its answers take DELAY_MS. */
export const ROWS = Number(process.env.ROWS ?? 10_000_000);
export const DELAY_MS = 15;

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || undefined,
    ignoreDefaultArgs: ["--hide-scrollbars"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--enable-precise-memory-info",
    ],
  });
}

/**
 * A page of its own, with what it does recorded. With `madeUp` the list has ROWS rows and no database behind it.
 * @param {import("@playwright/test").Browser} browser
 */
export async function open(browser, { madeUp = false, address = "/" } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: BASE_URL });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await page.addInitScript(record);
  const asked = [];
  const foreign = [];
  page.on("request", (request) => {
    if (/\/api\/v1\/products\?.*offset=/.test(request.url())) asked.push(request.url());
    if (request.url().startsWith("http") && !request.url().startsWith(BASE_URL)) foreign.push(request.url());
  });
  if (madeUp) await page.route("**/api/v1/products?*offset=*", answer);
  await page.goto(madeUp ? "/?q=the-made-up-list" : address);
  await page.waitForFunction(
    () => document.querySelector(".virtual-grid-body .cell") || document.querySelector(".empty"),
  );
  if (madeUp) {
    // The server's HTML is of the real list; another search in the browser asks for the made-up one.
    await page.getByRole("combobox", { name: "Search products" }).fill("made up");
    await page.waitForFunction(
      (rows) => Number(document.querySelector("[role=grid]")?.ariaRowCount) === rows + 1,
      ROWS,
    );
  }
  await page.waitForTimeout(1_000);
  return { page, cdp, asked, foreign, close: () => context.close() };
}

/** @param {import("@playwright/test").Route} route */
async function answer(route) {
  const query = new URL(route.request().url()).searchParams;
  const offset = Number(query.get("offset"));
  const items = Array.from({ length: Math.max(0, Math.min(100, ROWS - offset)) }, (_, index) =>
    item(offset + index),
  );
  await new Promise((done) => setTimeout(done, DELAY_MS));
  await route
    .fulfill({ json: { items, total: ROWS, total_is: "exact", offset, next: null, prev: null } })
    .catch(() => undefined);
}

/** @param {number} row */
function item(row) {
  return {
    id: row + 1,
    sku: `CTL-${String(row + 1).padStart(8, "0")}`,
    name: `Made-up product number ${row + 1}`,
    category: ["audio", "cameras", "camping", "kitchen"][row % 4],
    brand: "acme",
    price: 9.99 + (row % 1000),
    currency: "EUR",
    stock: row % 50,
    rating: (row % 50) / 10,
    review_count: row % 300,
  };
}

/** In the page: long tasks, layout shifts and the largest paint from the start on. */
function record() {
  const seen = { tasks: [], shift: 0, paint: 0 };
  Object.assign(globalThis, { seen });
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("longtask", ({ duration }) => seen.tasks.push(duration));
  watch("layout-shift", (entry) => {
    if (!entry.hadRecentInput) seen.shift += entry.value;
  });
  watch("largest-contentful-paint", ({ startTime }) => {
    seen.paint = startTime;
  });
}

/** Times between frames (ms) while `action` runs. */
export async function frames(page, action) {
  await page.evaluate(() => {
    const times = [];
    let on = true;
    const tick = (now) => {
      times.push(now);
      if (on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(globalThis, { endFrames: () => ((on = false), times) });
  });
  await action();
  const times = await page.evaluate(() => globalThis.endFrames());
  return times.slice(1).map((time, index) => time - times[index]);
}

/** @param {number[]} values */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const perSecond = (gaps) => 1000 / (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length);

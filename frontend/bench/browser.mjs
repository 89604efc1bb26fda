import { chromium } from "@playwright/test";

export const BASE_URL = process.env.BASE_URL ?? "http://127.0.0.1:3000";
/** Rows of the made-up list for what depends on their number alone; its answers take DELAY_MS. */
export const ROWS = Number(process.env.ROWS ?? 10_000_000);
export const DELAY_MS = 15;

/**
 * What `measure` tells with a browser of its own, which is gone before the next one starts.
 * @param {(browser: import("@playwright/test").Browser) => AsyncGenerator} measure
 */
export async function* inBrowser(measure) {
  const browser = await launch();
  try {
    yield* measure(browser);
  } finally {
    await browser.close();
  }
}

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
 * A page in a profile of its own, with what it does recorded.
 * @param {import("@playwright/test").Browser} browser
 */
export async function open(browser, { site = BASE_URL, address = "/" } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: site });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await page.addInitScript(record);
  const asked = [];
  const foreign = [];
  page.on("request", (request) => {
    if (/\/api\/v1\/products\?.*offset=/.test(request.url())) asked.push(request.url());
    if (request.url().startsWith("http") && !request.url().startsWith(site)) foreign.push(request.url());
  });
  await page.goto(address);
  await page.waitForTimeout(1_000);
  return { page, cdp, asked, foreign, close: () => context.close() };
}

/** In the page: long tasks, layout shifts and the largest paint from the start on. */
function record() {
  const seen = { tasks: [], shift: 0, paint: 0 };
  const burst = { first: 0, last: 0, sum: 0 };
  Object.assign(globalThis, { seen });
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("longtask", ({ duration }) => seen.tasks.push(duration));
  watch("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    // The worst burst counts (https://web.dev/articles/cls): at most 5 s long, ended by a second of rest.
    const joins = entry.startTime - burst.last < 1_000 && entry.startTime - burst.first < 5_000;
    if (!joins) Object.assign(burst, { first: entry.startTime, sum: 0 });
    burst.last = entry.startTime;
    burst.sum += entry.value;
    seen.shift = Math.max(seen.shift, burst.sum);
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
    Object.assign(globalThis, {
      endFrames: () => {
        on = false;
        return times;
      },
    });
  });
  await action();
  const times = await page.evaluate(() => globalThis.endFrames());
  return times.slice(1).map((time, index) => time - times[index]);
}

export async function goTo(page, row) {
  await page.getByLabel(/^Go to row/).fill(String(row));
  await page.getByLabel(/^Go to row/).press("Enter");
  await page.waitForTimeout(400);
}

/** Turn the wheel over the list, as fast as the browser takes it. */
export async function wheel(page, ticks, pixels) {
  await page.mouse.move(700, 500);
  for (let tick = 0; tick < ticks; tick++) await page.mouse.wheel(0, pixels);
}

/** Take the thumb from the top of the list to its end. */
export async function drag(page, steps) {
  const box = await page.getByRole("grid").boundingBox();
  const x = box.x + box.width - 7;
  await page.mouse.move(x, box.y + 22);
  await page.mouse.down();
  for (let step = 1; step <= steps; step++)
    await page.mouse.move(x, box.y + 22 + ((box.height - 24) * step) / steps);
  await page.mouse.up();
}

/** @param {number[]} values */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param {number[]} values */
export const median = (values) => percentile(values, 0.5);

export const perSecond = (gaps) => 1000 / (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length);

/** A line of the table: which goal, what was measured, the value, what is wanted, whether it is so (null: unknown). */
export const line = (goal, what, value, wanted, met) => ({ goal, what, value, wanted, met });

/** A line for a figure of which at most `most` is wanted. */
export function atMost(goal, what, value, most, unit, digits = 0) {
  return line(
    goal,
    what,
    `${value.toFixed(digits)} ${unit}`.trim(),
    `≤ ${most} ${unit}`.trim(),
    value <= most,
  );
}

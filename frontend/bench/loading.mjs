import { open, percentile } from "./browser.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 20);

/** Goals 5, 6, 7, 10, 15, with the real API. */
export async function loading(browser) {
  const results = [];
  const cold = await open(browser);
  const first = await paints(cold.page);
  results.push([5, "first rows, cold", `${first.rows.toFixed(0)} ms`, first.rows <= 500]);
  const warm = [];
  const largest = [];
  for (let round = 0; round < 8; round++) {
    await cold.page.goto("/");
    await cold.page.waitForTimeout(700);
    const { rows, largest: paint } = await paints(cold.page);
    warm.push(rows);
    largest.push(paint);
  }
  results.push([
    5,
    "first rows, warm (median)",
    `${percentile(warm, 0.5).toFixed(0)} ms`,
    percentile(warm, 0.5) <= 200,
  ]);
  results.push([
    5,
    "largest paint, desktop (median)",
    `${percentile(largest, 0.5).toFixed(0)} ms`,
    percentile(largest, 0.5) <= 600,
  ]);
  results.push(...(await jumps(cold.page)), ...(await typing(cold.page)));
  results.push([15, "requests to anybody else", String(cold.foreign.length), cold.foreign.length === 0]);
  await cold.close();
  results.push(...(await scripts(browser)));
  return results;
}

async function paints(page) {
  return page.evaluate(() => ({
    rows: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    largest: globalThis.seen.paint,
  }));
}

/** What the page added to the server's own time, for requests that match: elapsed (ms) less Server-Timing. */
async function jumps(page) {
  const total = Number((await page.locator(".total strong").innerText()).replaceAll(",", ""));
  const added = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const row = 1 + ((round * 7_919 * 13) % (total - 200));
    await page.getByLabel(/^Go to row/).fill(String(row));
    const [elapsed] = await Promise.all([
      page.evaluate(untilDrawn, { test: "row", row }),
      page.getByLabel(/^Go to row/).press("Enter"),
    ]);
    added.push(elapsed - (await serverTime(page, `offset=${Math.floor((row - 1) / 100) * 100}`)));
    await page.waitForTimeout(250);
  }
  const p95 = percentile(added, 0.95);
  return [[6, `jump to rows over the server's time, p95 of ${ROUNDS}`, `${p95.toFixed(0)} ms`, p95 <= 80]];
}

/** In the page: the time from the next key press until the row is drawn with its values, or the list is of the words. */
const untilDrawn = ({ test, row, q }) =>
  new Promise((resolve) => {
    addEventListener(
      test === "row" ? "keydown" : "input",
      () => {
        const began = performance.now();
        const there = () =>
          test === "row"
            ? document.querySelector(`[aria-rowindex="${row + 1}"] .cell`)
            : performance
                .getEntriesByType("resource")
                .some(
                  ({ name, responseEnd }) =>
                    responseEnd && name.includes("offset=") && new URL(name).searchParams.get("q") === q,
                ) && !document.querySelector("[data-outdated][role=grid]");
        const look = () => (there() ? resolve(performance.now() - began) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      },
      { once: true, capture: true },
    );
  });

async function typing(page) {
  const box = page.getByRole("combobox", { name: "Search products" });
  const added = [];
  for (const word of ["titanium", "walnut", "camping"]) {
    await box.fill("");
    await page.waitForTimeout(400);
    for (let length = 1; length <= word.length; length++) {
      const q = word.slice(0, length);
      const [elapsed] = await Promise.all([
        page.evaluate(untilDrawn, { test: "q", q }),
        box.press(word[length - 1]),
      ]);
      added.push(elapsed - (await serverTime(page, `q=${q}`)));
      await page.waitForTimeout(150);
    }
  }
  const p95 = percentile(added, 0.95);
  return [
    [
      7,
      `keystroke to rows over the server's time, p95 of ${added.length}`,
      `${p95.toFixed(0)} ms`,
      p95 <= 60,
    ],
  ];
}

/** The API's own time for the last request whose address has `part`. */
function serverTime(page, part) {
  return page.evaluate((wanted) => {
    const entries = performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("offset=") && name.includes(wanted));
    return entries.at(-1)?.serverTiming.find(({ name }) => name === "total")?.duration ?? 0;
  }, part);
}

/** Goal 10: script bytes as they come over the wire. */
async function scripts(browser) {
  const sizeOf = async (address) => {
    const { page, close } = await open(browser, { address: "/" });
    if (address !== "/") {
      await page.goto(address);
      await page.waitForTimeout(1_500);
    }
    const sizes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter(({ name }) => /\.js(\?|$)/.test(name))
        .map(({ name, encodedBodySize }) => [name, encodedBodySize]),
    );
    await close();
    return new Map(sizes);
  };
  const list = await sizeOf("/");
  const sum = [...list.values()].reduce((all, size) => all + size, 0) / 1000;
  const charts =
    [...(await sizeOf("/dashboard"))]
      .filter(([name]) => !list.has(name))
      .reduce((all, [, size]) => all + size, 0) / 1000;
  return [
    [10, "script of the first load, compressed", `${sum.toFixed(0)} kB`, sum <= 170],
    [10, "what the dashboard adds, charts included", `${charts.toFixed(0)} kB`, charts <= 30],
  ];
}

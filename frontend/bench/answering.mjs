import { atMost, inBrowser, median, open, percentile } from "./browser.mjs";

const JUMPS = 40;
/** No two begin alike: what was asked for once is kept, and asks for nothing. */
const WORDS = ["titanium", "walnut", "camping", "leather", "portable"];
const PATIENCE_MS = 10_000;

/** Goals 6 and 7, with the real API: what the page adds to the server's own time (its Server-Timing). */
export const answering = ({ wants }) =>
  inBrowser(async function* (browser) {
    const { page, close } = await open(browser);
    if (wants(6)) yield* added(6, "jump to rows", await jumps(page), 80);
    if (wants(7)) yield* added(7, "keystroke to rows", await typing(page), 60);
    await close();
  });

function* added(goal, what, times, most) {
  const over = `${what} over the server's time, p95 of ${times.length}`;
  yield atMost(goal, `${over} (median ${median(times).toFixed(0)} ms)`, percentile(times, 0.95), most, "ms");
}

async function jumps(page) {
  const total = Number((await page.locator(".total strong").innerText()).replaceAll(",", ""));
  const added = [];
  for (let round = 1; round <= JUMPS; round++) {
    const row = 1 + ((round * 7_919 * 13) % (total - 200));
    await page.getByLabel(/^Go to row/).fill(String(row));
    const [elapsed] = await Promise.all([
      page.evaluate(untilRow, { row, patience: PATIENCE_MS }),
      page.getByLabel(/^Go to row/).press("Enter"),
    ]);
    added.push(elapsed - (await serverTime(page, `offset=${Math.floor((row - 1) / 100) * 100}`)));
    await page.waitForTimeout(250);
  }
  return added;
}

async function typing(page) {
  const box = page.getByRole("combobox", { name: "Search products" });
  const added = [];
  for (const word of WORDS) {
    await box.fill("");
    await page.waitForTimeout(500);
    for (let length = 1; length <= word.length; length++) {
      const q = word.slice(0, length);
      const [elapsed] = await Promise.all([
        page.evaluate(untilList, { q, patience: PATIENCE_MS }),
        box.press(word[length - 1]),
      ]);
      added.push(elapsed - (await serverTime(page, `q=${q}`)));
      await page.waitForTimeout(150);
    }
  }
  return added;
}

/** In the page: the time from the next key until the row is drawn with its values. */
function untilRow({ row, patience }) {
  performance.clearResourceTimings();
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`row ${row} was not drawn`)), patience);
    const start = ({ timeStamp }) => {
      const look = () =>
        document.querySelector(`[aria-rowindex="${row + 1}"] .cell`)
          ? resolve(performance.now() - timeStamp)
          : requestAnimationFrame(look);
      requestAnimationFrame(look);
    };
    addEventListener("keydown", start, { once: true, capture: true });
  });
}

/** In the page: the time from the next letter until the list on the screen is the one of the words. */
function untilList({ q, patience }) {
  performance.clearResourceTimings();
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`the list of ${q} was not drawn`)), patience);
    const start = ({ timeStamp }) => {
      const isHere = () =>
        performance
          .getEntriesByType("resource")
          .some(({ name }) => name.includes("offset=") && new URL(name).searchParams.get("q") === q);
      const look = () =>
        isHere() && !document.querySelector("[role=grid][aria-busy=true]")
          ? resolve(performance.now() - timeStamp)
          : requestAnimationFrame(look);
      requestAnimationFrame(look);
    };
    addEventListener("input", start, { once: true, capture: true });
  });
}

/** The API's own time (ms) for the last request whose address has `part`. */
function serverTime(page, part) {
  return page.evaluate((wanted) => {
    const entries = performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("offset=") && name.includes(wanted));
    return entries.at(-1)?.serverTiming.find(({ name }) => name === "total")?.duration ?? 0;
  }, part);
}

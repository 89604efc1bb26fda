/** Measures the page against its goals and prints them side by side. Needs a running Catalogue at BASE_URL. */
import { BASE_URL, DELAY_MS, launch, ROWS } from "./browser.mjs";
import { loading } from "./loading.mjs";
import { scrolling } from "./scrolling.mjs";

const GOALS = {
  1: "every row reachable",
  2: "1:1 (±1 px), thumb ≤ 200 ms",
  3: "p95 ≤ 17 ms, ≤ 1 %, no task over 50 ms",
  4: "wheel ≥ 55, thumb ≥ 45 fps",
  5: "warm ≤ 200, cold ≤ 500, paint ≤ 600 ms",
  6: "≤ 80 ms",
  7: "≤ 60 ms",
  8: "≤ 15 MB, ≤ 2 MB, ≤ 300",
  9: "≤ 5",
  10: "≤ 170 kB, charts ≤ 30 kB",
  11: "≤ 0.005",
  15: "0",
};

if (!(await fetch(BASE_URL).catch(() => null))) {
  console.error(`Nothing answers at ${BASE_URL}: start it with make run, or set BASE_URL.`);
  process.exit(2);
}
const browser = await launch();
const results = [...(await loading(browser)), ...(await scrolling(browser))].sort(
  ([one], [other]) => one - other,
);
await browser.close();
console.log(
  `\nGoals 5, 6, 7, 10, 15 with the API at ${BASE_URL}; the others over ${ROWS.toLocaleString("en")} made-up rows, ${DELAY_MS} ms an answer.`,
);
console.log("Goals 12 (make lighthouse), 13 and 14 (make web-test) have commands of their own.\n");
for (const [goal, what, value, met] of results) {
  console.log(
    `${String(goal).padStart(3)}  ${met ? "met " : "MISS"}  ${what.padEnd(58)} ${value.padStart(10)}   ${GOALS[goal]}`,
  );
}
process.exit(results.every(([, , , met]) => met) ? 0 : 1);

/**
 * Measures the page against its goals and prints them side by side. Needs a running Catalogue at BASE_URL.
 *
 * Arguments are the numbers of the goals that are wanted (all of them without); REAL=1 measures what depends on the
 * number of rows over the real list, however long, in place of ROWS made-up rows. Each figure is printed when it is
 * known, all of them once more at the end. The exit code is 1 when a goal is missed or could not be measured.
 */
import { answering } from "./answering.mjs";
import { BASE_URL, line, ROWS } from "./browser.mjs";
import { inspecting, judging } from "./judging.mjs";
import { loading } from "./loading.mjs";
import { servePage } from "./made-up.mjs";
import { reaching } from "./reaching.mjs";
import { heading, summary, table, told } from "./report.mjs";
import { smoothness } from "./smoothness.mjs";

/** What measures, and which goals. */
const GROUPS = [
  [loading, [5, 10, 14, 15]],
  [answering, [6, 7]],
  [reaching, [1, 2, 13]],
  [smoothness, [3, 4, 8, 9, 11]],
  [inspecting, [12]],
  [judging, [5, 12]],
];
const OF_ROWS = new Set([reaching, smoothness]);

if (!(await fetch(BASE_URL).catch(() => null))) {
  console.error(`Nothing answers at ${BASE_URL}: start it with make run, or set BASE_URL.`);
  process.exit(2);
}
const wanted = process.argv.slice(2).map(Number);
const wants = (goal) => wanted.length === 0 || wanted.includes(goal);
const groups = GROUPS.filter(([, goals]) => goals.some(wants));
const real = process.env.REAL === "1";
const rows = real ? await realRows() : ROWS;
const madeUp = !real && groups.some(([measure]) => OF_ROWS.has(measure)) ? await servePage() : null;
const list = { site: madeUp?.address ?? BASE_URL, rows };

console.log(heading(rows, real));
const results = [];
for (const [measure, goals] of groups) {
  const before = results.length;
  const show = (result) => {
    results.push(result);
    console.log(told(result));
  };
  try {
    for await (const result of measure({ ...list, wants })) if (wants(result.goal)) show(result);
  } catch ({ message }) {
    const known = new Set(results.slice(before).map(({ goal }) => goal));
    const left = goals.filter((goal) => wants(goal) && !known.has(goal));
    for (const goal of left.length > 0 ? left : goals.filter(wants).slice(-1))
      show(line(goal, `not measured: ${message.trim().split("\n")[0]}`, "-", "", null));
  }
}
madeUp?.close();

console.log(`\n${table(results)}\n\n${summary(results)}`);
process.exit(results.every(({ met }) => met) ? 0 : 1);

async function realRows() {
  const answer = await fetch(`${BASE_URL}/api/v1/products?limit=1&count=exact&fields=id`);
  return (await answer.json()).total;
}

/**
 * Measures the page against its goals and prints them side by side. Needs a running Catalogue at BASE_URL.
 *
 * Arguments are the numbers of the goals that are wanted (all of them without); REAL=1 measures what depends on the
 * number of rows over the real list, however long, in place of ROWS made-up rows.
 */
import { answering } from "./answering.mjs";
import { BASE_URL, DELAY_MS, launch, ROWS } from "./browser.mjs";
import { inspecting, judging } from "./judging.mjs";
import { loading } from "./loading.mjs";
import { servePage } from "./made-up.mjs";
import { reaching } from "./reaching.mjs";
import { smoothness } from "./smoothness.mjs";

/** Each group with its goals. */
const GROUPS = [
  [loading, [5, 10, 14, 15]],
  [answering, [6, 7]],
  [reaching, [1, 2, 13]],
  [smoothness, [3, 4, 8, 9, 11]],
  [inspecting, [12]],
  [judging, [12]],
];
const OF_ROWS = new Set([reaching, smoothness]);

if (!(await fetch(BASE_URL).catch(() => null))) {
  console.error(`Nothing answers at ${BASE_URL}: start it with make run, or set BASE_URL.`);
  process.exit(2);
}
const wanted = process.argv.slice(2).map(Number);
const groups = GROUPS.filter(
  ([, goals]) => wanted.length === 0 || goals.some((goal) => wanted.includes(goal)),
);
const real = process.env.REAL === "1";
const rows = real ? await realRows() : ROWS;
const madeUp = !real && groups.some(([group]) => OF_ROWS.has(group)) ? await servePage() : null;
const list = { site: madeUp?.address ?? BASE_URL, rows };

const browser = await launch();
const results = [];
for (const [group, goals] of groups) {
  const figures = group(browser, list).catch(({ message }) => [
    {
      goal: goals[0],
      what: `not measured: ${message.trim().split("\n")[0]}`,
      value: "-",
      wanted: "",
      met: false,
    },
  ]);
  results.push(...(await figures));
}
await browser.close();
madeUp?.close();

print();
process.exit(results.every(({ met }) => met) ? 0 : 1);

async function realRows() {
  const answer = await fetch(`${BASE_URL}/api/v1/products?limit=1&count=exact&fields=id`);
  return (await answer.json()).total;
}

function print() {
  const of = `${rows.toLocaleString("en")} ${real ? "real" : "made-up"} rows`;
  console.log(`\nGoals 5, 6, 7, 10, 12, 14, 15 with the page and API at ${BASE_URL}.`);
  console.log(`Goals 1 to 4, 8, 9, 11, 13 over ${of}${real ? "" : `, ${DELAY_MS} ms an answer`}.\n`);
  const shown = results
    .filter(({ goal }) => wanted.length === 0 || wanted.includes(goal))
    .sort((one, other) => one.goal - other.goal);
  const width = Math.max(...shown.map(({ what }) => what.length));
  for (const { goal, what, value, wanted: least, met } of shown)
    console.log(
      `${String(goal).padStart(3)}  ${met ? "reached" : "MISSED "}  ${what.padEnd(width)}  ${value.padStart(8)}   ${least}`,
    );
}

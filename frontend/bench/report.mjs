import { cpus, loadavg } from "node:os";
import { BASE_URL, DELAY_MS } from "./browser.mjs";

/** @typedef {{ goal: number, what: string, value: string, wanted: string, met: boolean | null }} Result */

const started = performance.now();

/** Which rows, which machine. */
export function heading(rows, real) {
  const of = `${rows.toLocaleString("en")} ${real ? "real" : "made-up"} rows`;
  return [
    `Goals 5, 6, 7, 10, 12, 14, 15 with the page and API at ${BASE_URL}.`,
    `Goals 1 to 4, 8, 9, 11, 13 over ${of}${real ? "" : `, ${DELAY_MS} ms an answer`}.`,
    `${cpus().length} × ${cpus()[0]?.model ?? "a processor"}; ${load()}.\n`,
  ].join("\n");
}

const load = () => `load ${loadavg()[0].toFixed(1)}`;

/** A figure as it becomes known. */
export function told(result) {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  return `${seconds.padStart(4)} s  ${row(result, result.what.length)}`;
}

/** @param {readonly Result[]} results */
export function table(results) {
  const width = Math.max(...results.map(({ what }) => what.length));
  return [...results]
    .sort((one, other) => one.goal - other.goal)
    .map((result) => row(result, width))
    .join("\n");
}

/** Which goals were reached, and which were not. */
export function summary(results) {
  const goals = new Map();
  for (const { goal, met } of results) goals.set(goal, goals.has(goal) ? worse(goals.get(goal), met) : met);
  const those = (met) =>
    [...goals.keys()]
      .filter((goal) => goals.get(goal) === met)
      .sort((one, other) => one - other)
      .join(", ") || "none";
  return `Goals reached: ${those(true)}; missed: ${those(false)}; not measured: ${those(null)} (${load()}).`;
}

/** A goal with one figure missed is missed; with one not measured, it is not known to be reached. */
function worse(one, other) {
  if (one === false || other === false) return false;
  return one === null || other === null ? null : true;
}

function row({ goal, what, value, wanted, met }, width) {
  const state = met === null ? "UNKNOWN" : met ? "reached" : "MISSED ";
  return `${String(goal).padStart(3)}  ${state}  ${what.padEnd(width)}  ${value.padStart(8)}   ${wanted}`;
}

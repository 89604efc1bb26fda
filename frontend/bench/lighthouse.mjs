/** Lets Lighthouse judge the list and a product, on a desktop and on a phone; fails under the goals. */
import { spawnSync } from "node:child_process";
import { chromium } from "@playwright/test";
import { BASE_URL } from "./browser.mjs";

/** Later versions want a newer Node.js than this page does. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const GOALS = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };

let missed = 0;
for (const address of ["/", "/products/42"]) {
  for (const form of ["desktop", "mobile"]) {
    const scores = judged(address, form);
    const line = Object.entries(GOALS).map(
      ([name, goal]) => `${name} ${scores[name]}${scores[name] < goal ? ` (goal ${goal})` : ""}`,
    );
    missed += Object.entries(GOALS).filter(([name, goal]) => scores[name] < goal).length;
    console.log(
      `${address.padEnd(14)} ${form.padEnd(8)} ${line.join(", ")}; largest paint ${scores.paint}, shift ${scores.shift}${scores.failed}`,
    );
  }
}
process.exit(missed > 0 ? 1 : 0);

function judged(address, form) {
  const command = ["--yes", LIGHTHOUSE, BASE_URL + address, "--output=json", "--quiet"];
  command.push("--chrome-flags=--headless=new --no-sandbox --disable-gpu", "--no-enable-error-reporting");
  if (form === "desktop") command.push("--preset=desktop");
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM || chromium.executablePath() };
  const run = spawnSync("npx", command, { env, encoding: "utf8", maxBuffer: 1e8 });
  if (run.status !== 0) throw new Error(run.stderr.slice(-600));
  const { categories, audits } = JSON.parse(run.stdout);
  const scores = Object.fromEntries(
    Object.keys(GOALS).map((name) => [name, Math.round(categories[name].score * 100)]),
  );
  const failed = ["accessibility", "best-practices", "seo"]
    .flatMap((name) =>
      categories[name].auditRefs.filter(
        ({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1,
      ),
    )
    .map(({ id }) => id);
  return {
    ...scores,
    paint: audits["largest-contentful-paint"].displayValue,
    shift: audits["cumulative-layout-shift"].displayValue,
    failed: failed.length > 0 ? `; ${failed.join(", ")}` : "",
  };
}

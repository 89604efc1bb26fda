import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "@playwright/test";
import { atMost, BASE_URL, inBrowser, line } from "./browser.mjs";

/** Later versions want a newer Node.js than this page does. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const GOALS = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };
/**
 * The page gets a process of its own (its cross-origin-opener-policy). One that the browser kept in stock may begin to
 * trace after the page has begun, and Lighthouse ends with NO_NAVSTART; one that starts when it is needed traces from
 * its start. The other names are what Lighthouse switches off: of two such lists, the browser takes the last.
 */
const WITHOUT = [
  "SpareRendererForSitePerProcess",
  "RenderDocument",
  "Translate",
  "OptimizationHints",
  "MediaRouter",
  "DialMediaRouteProvider",
  "CertificateTransparencyComponentUpdater",
  "AutofillServerCommunication",
];
const LARGEST_PAINT_PHONE_MS = 2_000;

/** As a visitor sees them: orders ask to sign in. */
const OPEN_TO_ALL = ["/", "/?view=cards", "/products/42", "/orders"];
const SIGNED_IN = ["/orders", "/orders/4", "/dashboard", "/imports"];

/** Goal 12, and the largest paint on a phone of goal 5: what Lighthouse says of each view, with a browser of its own. */
export async function* judging({ wants }) {
  const views = wants(12) ? OPEN_TO_ALL : ["/"];
  const session = wants(12) ? await signedIn() : "";
  for (const form of wants(12) ? ["mobile", "desktop"] : ["mobile"]) {
    for (const address of views) yield* judged(address, form, "");
    for (const address of session ? SIGNED_IN : []) yield* judged(address, form, session);
  }
  if (wants(12) && !session)
    console.warn("Views for those who are signed in were left out: give ADMIN_API_KEY.");
}

/** Goal 12: axe over each view, light and dark. */
export const inspecting = () =>
  inBrowser(async function* (browser) {
    const found = [];
    let looked = 0;
    const session = await signedIn();
    for (const colorScheme of ["light", "dark"])
      for (const cookie of session ? ["", session] : [""]) {
        const context = await browser.newContext({
          baseURL: BASE_URL,
          colorScheme,
          extraHTTPHeaders: cookie ? { cookie } : {},
        });
        const page = await context.newPage();
        for (const address of [...(cookie ? SIGNED_IN : OPEN_TO_ALL), "/?q=zzzzqqqq"]) {
          await page.goto(address);
          await page.waitForTimeout(800);
          const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
          looked++;
          found.push(...violations.map(({ id }) => `${address} ${colorScheme}: ${id}`));
        }
        await context.close();
      }
    for (const violation of found) console.warn(violation);
    yield atMost(12, `what axe finds in ${looked / 2} views, light and dark`, found.length, 0, "");
  });

/** The cookie of somebody signed in with the key of `make run` (or ADMIN_API_KEY); empty without one. */
async function signedIn() {
  const key = process.env.ADMIN_API_KEY || fileKey();
  if (!key) return "";
  const answer = await fetch(`${BASE_URL}/session`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ key }),
  });
  if (!answer.ok) throw new Error(`The page does not take the key: ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

function fileKey() {
  try {
    return readFileSync(new URL("../../.data/admin-key", import.meta.url), "utf8").trim();
  } catch {
    return "";
  }
}

function* judged(address, form, session) {
  const view = session ? `${address} signed in` : address;
  const report = lighthouse(address, form, session);
  const tellsPaint = form === "mobile" && address === "/";
  if (report.failure) {
    const what = `Lighthouse, ${form}, ${view}: ${report.failure}`;
    for (const goal of tellsPaint ? [12, 5] : [12]) yield line(goal, what, "-", "", null);
    return;
  }
  const scores = Object.entries(GOALS).map(([name, goal]) => ({
    name,
    goal,
    score: Math.round(report.categories[name].score * 100),
  }));
  const failed = ["accessibility", "best-practices", "seo"]
    .flatMap((name) => report.categories[name].auditRefs)
    .filter(({ id, weight }) => weight > 0 && (report.audits[id].score ?? 1) < 1)
    .map(({ id }) => id);
  if (failed.length > 0) console.warn(`${view} ${form}: ${failed.join(", ")}`);
  const metric = (name) => report.audits[name].numericValue;
  const paint = metric("largest-contentful-paint");
  const { benchmarkIndex } = report.environment;
  const detail = `paint ${seconds(paint)}, blocked ${metric("total-blocking-time").toFixed(0)} ms, processor ${benchmarkIndex.toFixed(0)}`;
  yield line(
    12,
    `Lighthouse, ${form}, ${view} (${detail})`,
    scores.map(({ score }) => score).join(" / "),
    scores.map(({ goal }) => goal).join(" / "),
    scores.every(({ score, goal }) => score >= goal),
  );
  if (tellsPaint) yield atMost(5, "largest paint, phone (Lighthouse)", paint, LARGEST_PAINT_PHONE_MS, "ms");
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

function lighthouse(address, form, session) {
  const command = ["--yes", LIGHTHOUSE, BASE_URL + address, "--output=json", "--quiet"];
  command.push("--disable-full-page-screenshot");
  command.push(`--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-features=${WITHOUT}`);
  command.push("--no-enable-error-reporting");
  if (form === "desktop") command.push("--preset=desktop");
  if (session) command.push(`--extra-headers=${JSON.stringify({ Cookie: session })}`);
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM || chromium.executablePath() };
  const run = spawnSync("npx", command, { env, encoding: "utf8", maxBuffer: 1e8 });
  return run.status === 0 ? JSON.parse(run.stdout) : { failure: run.stderr.trim().split("\n")[0] };
}

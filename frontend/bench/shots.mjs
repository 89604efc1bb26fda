/** Takes the pictures in docs/screenshots of the Catalogue that runs at BASE_URL, signed in with its ADMIN_KEY. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BASE_URL, launch } from "./browser.mjs";
import { PHONE } from "./phone.mjs";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = fileURLToPath(new URL("docs/screenshots/", ROOT));
const KEY = process.env.ADMIN_KEY || readFileSync(new URL(".data/admin-key", ROOT), "utf8").trim();
const VIEWS = [
  ["list", "/?row=50001&sort=-price", ".cell-name"],
  ["cards", "/?view=cards&category=cameras&category=audio", ".card-name"],
  ["product", "/products/42", ".related-card"],
  ["edit", "/products/42", ".related-card", (page) => page.getByRole("button", { name: "Edit" }).click()],
  ["orders", "/orders", ".cell-name"],
  ["order", "/orders/4", ".order-head"],
  ["dashboard", "/dashboard", ".uplot canvas"],
  ["imports", "/imports", ".drop"],
];
const FORMS = [
  ["desktop", { width: 1280, height: 800 }, "light"],
  ["dark", { width: 1280, height: 800 }, "dark"],
  ["phone", { width: 360, height: 780 }, "light", PHONE],
];

const browser = await launch();
for (const [form, viewport, colorScheme, userAgent] of FORMS) {
  const context = await browser.newContext({ viewport, colorScheme, userAgent });
  const page = await context.newPage();
  await take(page, form, ["sign-in", "/orders", ".empty", (at) => at.locator(".empty .button").click()]);
  const answer = await context.request.post(`${BASE_URL}/session`, { data: { key: KEY } });
  if (!answer.ok()) throw new Error(`signing in: ${await answer.text()}`);
  for (const view of VIEWS) await take(page, form, view);
  await context.close();
}
await browser.close();

/** @param {import("@playwright/test").Page} page */
async function take(page, form, [name, address, sign, act]) {
  await page.goto(BASE_URL + address);
  await page.locator(sign).first().waitFor();
  await act?.(page);
  // Charts are drawn and the live mark is on.
  await page.waitForTimeout(2_000);
  await page.screenshot({ path: `${FOLDER}${name}-${form}.jpg`, type: "jpeg", quality: 72 });
}

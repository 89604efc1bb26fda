/** Takes the pictures in docs/screenshots of the Catalogue that runs at BASE_URL. */
import { BASE_URL, launch } from "./browser.mjs";

const FOLDER = new URL("../../docs/screenshots/", import.meta.url).pathname;
const VIEWS = [
  ["list", "/?row=50001&sort=-price", ".cell-name"],
  ["cards", "/?view=cards&category=cameras&category=audio", ".card-name"],
  ["product", "/products/42", ".related-card"],
  ["orders", "/orders", ".cell-name"],
  ["order", "/orders/4", ".order-head"],
  ["dashboard", "/dashboard", ".uplot canvas"],
  ["imports", "/imports", ".drop"],
];
const FORMS = [
  ["desktop", { width: 1280, height: 800 }, "light"],
  ["dark", { width: 1280, height: 800 }, "dark"],
  ["phone", { width: 390, height: 780 }, "light"],
];

const browser = await launch();
for (const [form, viewport, colorScheme] of FORMS) {
  const page = await browser.newPage({ viewport, colorScheme });
  for (const [name, address, sign] of VIEWS) {
    await page.goto(BASE_URL + address);
    await page.locator(sign).first().waitFor();
    // Charts are drawn and the live mark is on.
    await page.waitForTimeout(2_000);
    await page.screenshot({ path: `${FOLDER}${name}-${form}.jpg`, type: "jpeg", quality: 72 });
  }
  await page.close();
}
await browser.close();

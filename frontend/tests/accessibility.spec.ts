import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { ADMIN_KEY, expect, ready, signIn, test } from "./page";

/** In the dark only colours differ from the light. */
async function violations(page: Page, scheme: "light" | "dark" = "light"): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ rules: { "target-size": { enabled: true } } });
  const result = await (scheme === "dark"
    ? new AxeBuilder({ page }).withRules(["color-contrast"])
    : axe
  ).analyze();
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ target }) => target.join(" "))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

/** Views and their states: an address, what shows that it is there, and what to do first. */
const STATES: [string, string, string, ((page: Page) => Promise<unknown>)?][] = [
  ["the list", "/", ".cell-name"],
  ["the list, deep and filtered", "/?category=cameras&sort=-price&row=500&density=compact", ".cell-name"],
  ["cards", "/?view=cards", ".virtual-card .card-name"],
  ["nothing found", "/?q=zzzzqqqq&max_price=1", ".empty"],
  [
    "suggestions",
    "/",
    ".cell-name",
    (page) =>
      page
        .getByRole("combobox", { name: "Search products" })
        .pressSequentially("cam")
        .then(() => page.getByRole("option").first().waitFor()),
  ],
  ["a product", "/products/42", ".related-card"],
  [
    "a product being edited",
    "/products/42",
    ".related-card",
    (page) =>
      page
        .getByRole("button", { name: "Edit" })
        .click()
        .then(() => page.getByRole("dialog").waitFor()),
  ],
  ["no product", "/products/999999999", ".empty"],
  ["orders", "/orders", ".cell-name"],
  ["an order", "/orders/1", ".order-head"],
  ["the dashboard", "/dashboard", ".uplot canvas"],
  ["imports", "/imports", "main > *"],
];

const VISITORS_STATES: typeof STATES = [
  ["signing in", "/", ".cell-name", (page) => page.getByRole("button", { name: "Sign in" }).click()],
  ["orders, asking to sign in", "/orders", ".empty"],
  ["imports, asking to sign in", "/imports", ".empty"],
  ["a visitor's dashboard", "/dashboard", ".uplot canvas"],
  ["a visitor's product", "/products/42", ".related-card"],
];

for (const scheme of ["light", "dark"] as const) {
  for (const state of [...STATES, ...VISITORS_STATES]) {
    const [name, address, sign, act] = state;
    test(`${name} in ${scheme} has no violation`, async ({ page, context }) => {
      if (STATES.includes(state)) await signIn(context, ADMIN_KEY);
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(address);
      await page.locator(sign).first().waitFor();
      await act?.(page);
      expect(await violations(page, scheme)).toEqual([]);
    });
  }
}

test("the filters over the list of a phone have no violation", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/");
  await ready(page);
  await page.getByRole("button", { name: "Filters" }).click();
  expect(await violations(page)).toEqual([]);
});

test("the dashboard's charts have their figures in tables", async ({ page, request }) => {
  await page.goto("/dashboard");
  const stats = await (await request.get("/api/v1/products/stats")).json();
  await expect(page.getByRole("table", { name: "Prices" }).getByRole("row")).not.toHaveCount(0);
  const category = stats.categories[0];
  await expect(
    page.getByRole("table", { name: "Products by category" }).getByRole("row", { name: category.label }),
  ).toContainText(category.count.toLocaleString("en-GB"));
  await expect(page.locator(".uplot canvas").first()).toBeVisible();
});

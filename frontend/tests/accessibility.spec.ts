import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { ADMIN_KEY, expect, PASSWORD, PHONE, ready, signIn, test } from "./page";
import { STATES } from "./states";

// Fewer rows on the screen: axe looks at each of them.
test.use({ viewport: { width: 1280, height: 480 } });

/** What axe finds, in the light; in the dark only colours differ. Without frames its simpler mode sees the same. */
async function violations(page: Page): Promise<string[]> {
  const light = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
    .analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"], runOnly: ["color-contrast"] })
    .analyze();
  return [...light.violations, ...dark.violations].map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ target }) => target.join(" "))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

for (const { name, address, sign, whose = "administrator", act } of STATES) {
  test(`${name}: no violation, in light and in dark`, async ({ page, context, request }) => {
    if (whose === "administrator") await signIn(context, { key: ADMIN_KEY });
    if (whose === "viewer") await signIn(context, { username: "viewer", password: PASSWORD });
    await page.goto(address);
    await page.locator(sign).first().waitFor();
    await act?.(page, request);
    expect(await violations(page)).toEqual([]);
  });
}

test.describe("on a phone", () => {
  test.use({ userAgent: PHONE });

  test("the filters over the list: no violation", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/");
    await ready(page);
    await page.getByRole("button", { name: "Filters" }).click();
    await page.locator(".choice").first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  for (const address of [
    "/",
    "/?view=cards",
    "/products/42",
    "/orders",
    "/orders/1",
    "/dashboard",
    "/imports",
  ]) {
    test(`${address} fits a phone of 360 pixels`, async ({ page, context }) => {
      await signIn(context, { key: ADMIN_KEY });
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(address);
      await page.locator("main > *").first().waitFor();
      const wide = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return [scrollWidth, scrollHeight, document.querySelector("main")?.scrollWidth];
      });
      expect(wide).toEqual([360, 740, expect.any(Number)]);
      expect(wide[2]).toBeLessThanOrEqual(360);
    });
  }
});

test("the dashboard's charts have their figures in tables", async ({ page, request, context }) => {
  await signIn(context, { key: ADMIN_KEY });
  await page.goto("/dashboard");
  const stats = await (await request.get("/api/v1/products/stats")).json();
  await expect(page.getByRole("table", { name: "Prices" }).getByRole("row")).not.toHaveCount(0);
  const category = stats.categories[0];
  await expect(
    page.getByRole("table", { name: "Products by category" }).getByRole("row", { name: category.label }),
  ).toContainText(category.count.toLocaleString("en-GB"));
  await expect(page.getByRole("table", { name: "Orders by day" }).getByRole("row")).toHaveCount(15);
  await expect(page.locator(".uplot canvas").first()).toBeVisible();
});

test("the dashboard's hit ratio and percentiles are those of the API's metrics", async ({
  page,
  request,
  context,
}) => {
  await signIn(context, { key: ADMIN_KEY });
  for (let time = 0; time < 3; time++) await request.get("/api/v1/products?limit=7");
  await page.goto("/dashboard");
  // The metrics are asked for when their panel is seen.
  const latency = page.getByRole("table", { name: "Latency in the API, since it started" });
  await latency.scrollIntoViewIfNeeded();
  const tiers = page.getByRole("table", { name: /^Cache: [\d.]+ % of answers were ready$/ });
  await expect(tiers.getByRole("row", { name: /^HIT-LOCAL/ })).toBeVisible();
  const counted = async () => {
    const metrics = await (await request.get("/metrics")).text();
    return [...metrics.matchAll(/^catalogue_cache_answers_total\{outcome="HIT-LOCAL".*\} ([\d.e+]+)$/gm)]
      .map(([, value]) => Number(value))
      .reduce((sum, value) => sum + value, 0);
  };
  const least = await counted();
  await expect
    .poll(async () =>
      Number(
        (
          await tiers
            .getByRole("row", { name: /^HIT-LOCAL/ })
            .locator(".bar-count")
            .innerText()
        ).replaceAll(",", ""),
      ),
    )
    .toBeGreaterThanOrEqual(least);
  await expect(latency.getByRole("row", { name: /^\/api\/v1\/products\s/ })).toContainText(/[\d.]+ ms/);
});

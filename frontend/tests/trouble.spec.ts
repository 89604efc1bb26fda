import { expect, grid, ready, test, topRow } from "./page";

test("rows that cannot be read say so, and come when asked again", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  let broken = true;
  await page.route("**/api/v1/products?*offset=*", (route) =>
    broken
      ? route.fulfill({
          status: 500,
          contentType: "application/problem+json",
          body: '{"title":"Internal error","detail":"Something broke."}',
        })
      : route.continue(),
  );
  await grid(page).evaluate((scroller) => scroller.scrollTo(0, 2_000_000));
  const alert = page.getByRole("alert").filter({ hasText: "could not be read" });
  await expect(alert).toContainText("Something broke.");
  broken = false;
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await topRow(page)).ghost).toBe(false);
  await expect(alert).toBeHidden();
});

test("an API that does not answer is said at the top, and the page recovers by itself", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.route("**/api/**", (route) => route.abort());
  await grid(page).evaluate((scroller) => scroller.scrollTo(0, 2_000_000));
  await expect(page.getByText("The API does not answer")).toBeVisible();
  await page.unroute("**/api/**");
  await expect(page.getByText("The API does not answer")).toBeHidden();
  await expect.poll(async () => (await topRow(page)).ghost).toBe(false);
});

test("requests that are no longer wanted are aborted", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  const aborted: string[] = [];
  page.on("requestfailed", (request) => aborted.push(request.url()));
  await page.route("**/api/v1/products?*offset=*", async (route) => {
    await new Promise((done) => setTimeout(done, 400));
    await route.continue().catch(() => undefined);
  });
  for (const top of [1_000_000, 2_000_000, 3_000_000]) {
    const asked = page.waitForRequest(/offset=/);
    await grid(page).evaluate((scroller, to) => scroller.scrollTo(0, to), top);
    await asked;
  }
  await expect.poll(() => aborted.filter((url) => url.includes("offset=")).length).toBeGreaterThanOrEqual(2);
});

test("every answer of the page carries its security headers", async ({ request }) => {
  const { headers } = { headers: (await request.get("/")).headers() };
  expect(headers["content-security-policy"]).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic'/);
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["x-frame-options"]).toBe("DENY");
  expect(headers).not.toHaveProperty("x-powered-by");
  const other = (await request.get("/")).headers()["content-security-policy"];
  expect(other).not.toBe(headers["content-security-policy"]);
});

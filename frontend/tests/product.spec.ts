import { expect, ready, rows, test } from "./page";

test("a product's page is whole without scripts", async ({ browser, baseURL, request }) => {
  const product = await (await request.get("/api/v1/products/42")).json();
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto("/products/42");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(product.name);
  await expect(page).toHaveTitle(`${product.name} · Catalogue`);
  await expect(page.locator('meta[name="description"]')).toHaveAttribute(
    "content",
    new RegExp(product.name.slice(0, 20)),
  );
  const data = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent()) ?? "");
  expect(data).toMatchObject({
    "@type": "Product",
    sku: product.sku,
    offers: { price: product.price.toFixed(2) },
  });
  await expect(page.getByRole("heading", { name: /^Best rated in/ })).toBeVisible();
  await context.close();
});

test("a product that is not there is a 404 with a way on", async ({ page }) => {
  for (const address of ["/products/999999999", "/products/abc", "/products/0"]) {
    expect((await page.goto(address))?.status()).toBe(404);
    await expect(page.getByRole("link", { name: "To the products" })).toBeVisible();
  }
});

test("a picture that does not load gives way to a drawing", async ({ page }) => {
  await page.route("**/images/**", (route) => route.abort());
  await page.goto("/products/42");
  await expect(page.locator("svg.product-picture")).toBeVisible();
});

test("a product opens from the list by key, and from its relatives", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  const name = (await rows(page).nth(1).locator(".cell-link").innerText()).split("\n")[0] as string;
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  const related = page.locator(".related-card").first();
  const relative = await related.locator(".related-name").innerText();
  await related.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(relative);
});

import { expect, grid, PHONE, ready, rows, test, topRow, total } from "./page";

test("the first rows are in the server's HTML", async ({ page, request }) => {
  const first = (await (await request.get("/api/v1/products?limit=1")).json()).items[0];
  expect(await (await request.get("/")).text()).toContain(first.name);
  await page.goto("/");
  await ready(page);
  await expect(rows(page).first()).toContainText(first.name);
});

test("a facet filters, its count is right, and back takes it away", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  const all = await total(page);
  const choice = page.locator(".choice", { hasText: "Cameras" });
  const count = Number((await choice.locator(".choice-count").innerText()).replaceAll(",", ""));
  await choice.click();
  await expect(page).toHaveURL(/category=cameras/);
  await expect.poll(() => total(page)).toBe(count);
  await expect(rows(page).first().locator(".cell-category")).toHaveText("Cameras");
  await page.goBack();
  await expect.poll(() => total(page)).toBe(all);
  await page.goForward();
  await expect.poll(() => total(page)).toBe(count);
});

test("a root of the tree stands for everything below it", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.locator(".branch-root .choice", { hasText: "Electronics" }).click();
  await expect(page).toHaveURL(/category=audio/);
  await expect(page).toHaveURL(/category=electronics/);
  await expect(page.locator(".choice", { hasText: "Audio" }).getByRole("checkbox")).toBeChecked();
});

test("typing searches, words are offered, and clearing brings everything back", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  const all = await total(page);
  const box = page.getByRole("combobox", { name: "Search products" });
  await page.keyboard.press("/");
  await expect(box).toBeFocused();
  await page.keyboard.type("camer");
  await expect(page.getByRole("option").first()).toBeVisible();
  await expect.poll(() => total(page)).toBeLessThan(all);
  await box.press("ArrowDown");
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await box.press("Enter");
  await expect(page).toHaveURL(/q=camera/);
  await expect(rows(page).first()).toContainText(/camera/i);
  await box.fill("");
  await expect.poll(() => total(page)).toBe(all);
});

test("a search that finds nothing says what to do", async ({ page }) => {
  await page.goto("/?q=zzzz-nothing-is-called-this-zzzz&brand=acme&max_price=1");
  await expect(page.getByRole("heading", { name: "No product matches" })).toBeVisible();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await ready(page);
});

test("columns sort, and with Shift one after the other", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.getByRole("button", { name: "Price" }).click();
  await expect(page).toHaveURL(/sort=price/);
  await page.getByRole("button", { name: "Rating" }).click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/sort=price,rating/);
  await expect(page.getByRole("columnheader", { name: /Price/ })).toHaveAttribute("aria-sort", "ascending");
  const cheapest = (await (await page.request.get("/api/v1/products?sort=price,rating&limit=1")).json())
    .items[0];
  await expect(rows(page).first()).toContainText(cheapest.sku);
});

test("a shared address opens at its row, with its filters, and never shows row 1 first", async ({
  page,
  request,
}) => {
  const address = "/?brand=acme&sort=-price&row=1001";
  const item = (
    await (await request.get("/api/v1/products?brand=acme&sort=-price&offset=1000&limit=1")).json()
  ).items[0];
  const html = await (await request.get(address)).text();
  expect(html).toContain(item.sku);
  expect(html).toContain('aria-rowindex="1002"');
  expect(html).not.toContain('aria-rowindex="2"');
  await page.goto(address);
  await ready(page);
  expect((await topRow(page)).row).toBe(1001);
  await expect(page.locator(".choice", { hasText: "Acme" }).getByRole("checkbox")).toBeChecked();
});

test("back from a product is back at the row it was at", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.getByLabel(/^Go to row/).fill("54321");
  await page.getByLabel(/^Go to row/).press("Enter");
  await expect(page).toHaveURL(/row=54321/);
  await expect.poll(() => topRow(page)).toMatchObject({ row: 54_321, ghost: false });
  await rows(page).nth(4).locator(".cell-link").click();
  await expect(page).toHaveURL(/products\/\d+/);
  await page.goBack();
  await ready(page);
  await expect.poll(async () => (await topRow(page)).row).toBe(54_321);
});

test("a range of prices by its figures, and by the handle", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.getByLabel("Price from").fill("10");
  await page.getByLabel("Price to").fill("240");
  await page.getByRole("button", { name: "Set" }).click();
  await expect(page).toHaveURL(/min_price=10/);
  await expect(page).toHaveURL(/max_price=240/);
  const counted = (
    await (await page.request.get("/api/v1/products?min_price=10&max_price=240&limit=1&count=exact")).json()
  ).total;
  await expect.poll(() => total(page)).toBe(counted);
  await page.getByLabel("Lowest price").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).not.toHaveURL(/min_price=10(&|$)/);
  await expect(page).toHaveURL(/max_price=240/);
});

test("an address that makes no sense still opens", async ({ page }) => {
  await page.goto("/?row=-5&min_price=abc&min_rating=99&sort=nonsense,-price,price&in_stock=maybe&view=none");
  await ready(page);
  expect((await topRow(page)).row).toBe(1);
});

test.describe("a browser that calls itself a phone's", () => {
  test.use({ userAgent: PHONE });

  test("has the filters over the list", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/");
    await ready(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expect(page.getByRole("complementary")).toBeHidden();
    await page.getByRole("button", { name: "Filters" }).click();
    await page.locator(".choice", { hasText: "In stock" }).click();
    await page.getByRole("button", { name: "Close filters" }).click();
    await expect(page.getByRole("complementary")).toBeHidden();
    await expect(page).toHaveURL(/in_stock=true/);
    await expect(grid(page)).toBeVisible();
  });

  test("has the filters beside the list where its screen is wide", async ({ page }) => {
    await page.goto("/");
    await ready(page);
    await page.locator(".choice", { hasText: "In stock" }).click();
    await expect(page).toHaveURL(/in_stock=true/);
  });
});

test("filters that are on stand over the list, and go one by one", async ({ page }) => {
  await page.goto("/?brand=acme&brand=zenith&category=cameras&max_price=50&min_rating=4&in_stock=true");
  await ready(page);
  const chosen = page.getByRole("list", { name: "Filters that are on" });
  await expect(chosen.getByRole("button")).toHaveCount(6);
  const before = await total(page);
  await chosen.getByRole("button", { name: "Take away: Zenith" }).click();
  await expect(page).not.toHaveURL(/zenith/);
  await expect(page).toHaveURL(/brand=acme/);
  await expect.poll(() => total(page)).toBeLessThan(before);
  await chosen.getByRole("button", { name: "Take away: Up to 50" }).click();
  await expect(page).not.toHaveURL(/max_price/);
  await page.goBack();
  await expect(chosen.getByRole("button", { name: "Take away: Up to 50" })).toBeVisible();
});

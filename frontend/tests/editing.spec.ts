import { ADMIN_KEY, alive, expect, ready, rows, signIn, test } from "./page";

test.use({ key: ADMIN_KEY });

test("two people edit one product: the slower one sees what differs and loses nothing", async ({
  page,
  browser,
  baseURL,
  request,
}) => {
  const address = "/api/v1/products/77";
  const before = await (await request.get(address)).json();
  const other = await browser.newContext({ baseURL });
  await signIn(other, { key: ADMIN_KEY });
  const quicker = await other.newPage();
  for (const one of [page, quicker]) {
    await alive(one, await one.goto("/products/77"));
    await one.getByRole("button", { name: "Edit" }).click();
    await expect(one.getByRole("dialog")).toBeVisible();
  }
  await quicker.getByLabel("Price", { exact: true }).fill("123.45");
  await quicker.getByLabel("Stock").fill(String(before.stock + 1));
  await quicker.getByRole("button", { name: "Save" }).click();
  await expect(quicker.getByRole("dialog")).toBeHidden();
  await expect(quicker.locator(".product-price")).toHaveText("€123.45");

  await page.getByLabel("Price", { exact: true }).fill("99.99");
  await page.getByLabel("Name", { exact: true }).fill(`${before.name} edited`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(
    page.getByRole("heading", { name: "Someone changed this; here is what differs" }),
  ).toBeVisible();
  expect((await (await request.get(address)).json()).price).toBe(123.45);
  const price = page.getByRole("row", { name: /^Price/ });
  await expect(price).toContainText("123.45");
  await expect(price).toContainText("99.99");
  await page.getByRole("radio", { name: "Price: take theirs" }).check();
  await page.getByRole("button", { name: "Go on with this" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  const after = await (await request.get(address)).json();
  expect(after).toMatchObject({ price: 123.45, stock: before.stock + 1, name: `${before.name} edited` });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${before.name} edited`);
  await expect(page.locator(".history")).toContainText("123.45");
  await request.patch(address, { data: { name: before.name, price: before.price, stock: before.stock } });
});

test("a value that the API refuses is told at its field, and what was typed stays", async ({ page }) => {
  await page.goto("/products/78");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Price", { exact: true }).fill("-5");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Price", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Price", { exact: true })).toHaveValue("-5");
});

test("rows on the screen follow what others commit", async ({ page, request }) => {
  await page.goto("/?row=201");
  await ready(page);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const shown = rows(page).filter({ hasText: "CTL-00000205" });
  const before = await (await request.get("/api/v1/products/205")).json();
  await request.patch("/api/v1/products/205", { data: { stock: 4_321 } });
  await expect(shown.locator(".cell-stock")).toHaveText("4321");
  await request.patch("/api/v1/products/205", { data: { stock: before.stock } });
  await expect(shown.locator(".cell-stock")).not.toHaveText("4321");
});

test("the meter tells what a request cost and where the list is", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.getByLabel(/^Go to row/).fill("70000");
  await page.getByLabel(/^Go to row/).press("Enter");
  const meter = page.locator(".meter");
  await expect(meter).toContainText(/rows 70,000–/);
  await expect(meter).toContainText(/\d+ ms/);
  await expect(meter).toContainText(/api [\d.]+ ms · db/);
});

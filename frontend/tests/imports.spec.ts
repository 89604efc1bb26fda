import { ADMIN_KEY, expect, test } from "./page";

test.use({ key: ADMIN_KEY });

test("a file is mapped, tried, seen through and imported", async ({ page, request }) => {
  const run = `T${Date.now()}`;
  const lines = [
    "Article;Title;Group;Price",
    `${run}-1;Lamp of glass;kitchen;12,50`,
    `${run}-2;Lamp of brass;kitchen;7,00`,
    `${run}-3;;kitchen;9,00`,
    `${run}-4;Lamp of clay;kitchen;cheap`,
  ];
  await page.goto("/imports");
  await page
    .getByLabel("File of products")
    .setInputFiles({ name: "lamps.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
  await expect(page.getByLabel("Column for SKU")).toHaveValue("Article");
  await expect(page.getByLabel("Column for Name")).toHaveValue("Title");
  await expect(page.getByText("Still needed: Brand, Currency.")).toBeVisible();
  await page.getByLabel("Brand for all rows").fill("acme");
  await page.getByLabel("Currency for all rows").fill("EUR");
  await page.getByRole("button", { name: "Dry run", exact: true }).click();
  await expect(
    page.getByText("Nothing is changed yet. The refused rows below would be left out."),
  ).toBeVisible();
  const refused = page.getByRole("region", { name: "Refused rows" });
  await expect(refused.getByRole("row", { name: /^4 / })).toBeVisible();
  await expect(refused.getByRole("row", { name: /^5 .*cheap/ })).toBeVisible();
  const search = async () =>
    (await (await request.get(`/api/v1/products?sku=${run}-1&sku=${run}-2&count=exact`)).json()).total;
  expect(await search()).toBe(0);
  await page.getByRole("button", { name: "Import it now", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Import of lamps.csv" })).toBeVisible();
  await expect.poll(search).toBe(2);
  await expect(page.locator(".figure", { hasText: "Made" })).toContainText("2");
});

test("a file without columns cannot be started", async ({ page }) => {
  await page.goto("/imports");
  await page
    .getByLabel("File of products")
    .setInputFiles({ name: "empty.csv", mimeType: "text/csv", buffer: Buffer.from("") });
  await expect(page.getByText("No columns were found")).toBeVisible();
  await expect(page.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
});

import { ADMIN_KEY, expect, grid, rows, test, total } from "./page";

test.use({ key: ADMIN_KEY });

test("orders are filtered by status and found by customer", async ({ page }) => {
  await page.goto("/orders");
  await expect(rows(page).first()).toBeVisible();
  const tab = page.locator(".status-tab", { hasText: "Delivered" });
  const count = Number((await tab.locator("span").innerText()).replaceAll(",", ""));
  await tab.click();
  await expect(page).toHaveURL(/status=delivered/);
  await expect.poll(() => total(page)).toBe(count);
  await expect(rows(page).first().locator(".badge")).toHaveText("Delivered");
  await page.getByLabel("Search orders").fill("ORD-0000004");
  await tab.click();
  await expect(rows(page).first()).toContainText("ORD-0000004");
});

test("an order shows its lines, their sum, its transport and the text of its documents", async ({
  page,
  request,
}) => {
  const list = await (await request.get("/api/v1/orders?limit=200&sort=id&fields=id")).json();
  const details = await Promise.all(
    list.items
      .slice(0, 60)
      .map(async ({ id }: { id: number }) => (await request.get(`/api/v1/orders/${id}`)).json()),
  );
  const order = details.find(({ documents }) =>
    documents.some((one: { content_type: string }) => one.content_type.startsWith("text/")),
  );
  await page.goto(`/orders/${order.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(order.customer_name);
  await expect(page.locator("tbody tr")).toHaveCount(order.lines.length);
  await expect(page.locator("tfoot")).toContainText(
    order.total.toLocaleString("en-GB", { minimumFractionDigits: 2 }),
  );
  await expect(page.getByText(order.terminal.name)).toBeVisible();
  await page.getByRole("button", { name: "Text" }).first().click();
  await expect(page.locator(".document-text")).not.toBeEmpty();
});

test("an order opens from the list", async ({ page }) => {
  await page.goto("/orders?status=draft");
  await expect(rows(page).first()).toBeVisible();
  const reference = await rows(page).first().locator("small").innerText();
  await grid(page).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".order-head")).toContainText(reference);
  await expect(page.getByRole("button", { name: "Confirm" })).toBeVisible();
});

test("a file that would be refused is not sent, and the page says why", async ({ page }) => {
  await page.goto("/orders/1");
  const sent: string[] = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  const file = page.getByLabel("Add a document");
  for (const [name, size, reason] of [
    ["empty.pdf", 0, "is empty"],
    ["large.pdf", 10_485_761, "at most 10 MB"],
    ["program.exe", 10, "of a kind that is not taken"],
  ] as const) {
    await file.setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(size) });
    await page.getByRole("button", { name: "Upload" }).click();
    await expect(page.locator(".upload").getByRole("alert")).toContainText(reason);
  }
  expect(sent).toEqual([]);
});

test("a document is uploaded, its text is taken, and it can be fetched again", async ({ page, request }) => {
  const name = `note für Ørsted ${Date.now()}.txt`;
  await page.goto("/orders/2");
  await page.getByLabel("Add a document").setInputFiles({
    name,
    mimeType: "text/plain",
    buffer: Buffer.from("Leave it at the back door."),
  });
  await page.getByLabel("Kind").selectOption("other");
  await page.getByRole("button", { name: "Upload" }).click();
  const document = page.locator(".documents li", { hasText: name });
  await expect(document).toBeVisible();
  await document.getByRole("button", { name: "Text" }).click();
  await expect(document.locator(".document-text")).toContainText("Leave it at the back door.");
  const address = await document.getByRole("link", { name: "Download" }).getAttribute("href");
  expect(await (await request.get(address as string)).text()).toBe("Leave it at the back door.");
});

test("an order moves on, and a move that someone else made is shown", async ({ page, request }) => {
  const body = {
    service: "standard",
    terminal_id: 1,
    customer_name: "Test of moves",
    lines: [{ product_id: 3, quantity: 1 }],
  };
  const made = await (await request.post("/api/v1/orders", { data: body })).json();
  await page.goto(`/orders/${made.id}`);
  await expect(page.getByRole("button", { name: "Confirm" })).toBeVisible();
  let raced = false;
  await page.route(`**/api/v1/orders/${made.id}`, async (route) => {
    if (route.request().method() === "PATCH" && !raced) {
      raced = true;
      await request.patch(`/api/v1/orders/${made.id}`, { data: { priority: "urgent" } });
    }
    await route.continue();
  });
  await page.getByRole("button", { name: "Cancel order" }).click();
  await expect(page.getByText("Someone changed this order a moment ago.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel order" }).click();
  await expect(page.locator(".order-head .badge")).toHaveText("Cancelled");
});

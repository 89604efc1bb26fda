import type { BrowserContext, Page } from "@playwright/test";
import { ADMIN_KEY, expect, PASSWORD, ready, rows, test } from "./page";

interface Kept {
  name: string;
  access: string;
  refresh: string;
  renewAt: number;
}

const dialog = (page: Page) => page.getByRole("dialog", { name: "Sign in" });

async function fillIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await dialog(page).getByRole("button", { name: "Name and password" }).click();
  await dialog(page).getByLabel("Name", { exact: true }).fill(name);
  await dialog(page).getByLabel("Password", { exact: true }).fill(password);
  await dialog(page).getByRole("button", { name: "Sign in" }).click();
}

/** Signs in by the dialog that is not open yet. */
async function signInAs(page: Page, name: string): Promise<void> {
  await page.locator("header").getByRole("button", { name: "Sign in" }).click();
  await fillIn(page, name);
  await expect(page.getByRole("button", { name: `Signed in as ${name}` })).toBeVisible();
}

/** What the browser keeps and no script can read. */
async function kept(context: BrowserContext): Promise<{ value: string; session: Kept }> {
  const cookie = (await context.cookies()).find(({ name }) => name.endsWith("catalogue_session"));
  const value = cookie?.value ?? "";
  return { value, session: JSON.parse(Buffer.from(value, "base64url").toString() || "{}") };
}

async function keep(context: BrowserContext, url: string, session: object): Promise<void> {
  const value = Buffer.from(JSON.stringify(session)).toString("base64url");
  await context.addCookies([{ name: "catalogue_session", value, url, httpOnly: true, sameSite: "Lax" }]);
}

test("a visitor looks at products, and is asked to sign in where that is needed", async ({ page }) => {
  for (const [address, title] of [
    ["/orders", "Sign in to see orders"],
    ["/orders/1", "Sign in to see this order"],
    ["/imports", "Sign in to see imports"],
  ] as const) {
    await page.goto(address);
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expect(page.getByRole("alert").filter({ hasText: /./ })).toHaveCount(0);
  }
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "Orders by day and by status" })).toBeVisible();
  await page.goto("/products/42");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Changes" })).toHaveCount(0);
});

test("a name and a password open what was asked for, and signing out closes it", async ({
  page,
  context,
  request,
}) => {
  await page.goto("/orders?status=draft");
  await page.locator(".empty").getByRole("button", { name: "Sign in" }).click();
  await fillIn(page, "clerk", "not the password");
  await expect(dialog(page).getByRole("alert")).toHaveText("The name or the password is wrong.");
  await expect(dialog(page).getByLabel("Name", { exact: true })).toHaveValue("clerk");
  await fillIn(page, "clerk");
  await expect(rows(page).first().locator(".badge")).toHaveText("Draft");
  expect(page.url()).toContain("status=draft");

  const cookie = (await context.cookies()).find(({ name }) => name === "catalogue_session");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  expect(await page.evaluate(() => document.cookie)).not.toContain("catalogue_session");
  const { session } = await kept(context);

  await page.getByRole("button", { name: "Signed in as clerk" }).click();
  await expect(page.getByText("orders:write")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to see orders" })).toBeVisible();
  expect((await kept(context)).value).toBe("");
  const again = await request.post("/api/v1/auth/refresh", { data: { refresh_token: session.refresh } });
  expect(again.status()).toBe(401);
});

test("a key signs in too, and the dialog says where that of a development installation is", async ({
  page,
}) => {
  await page.goto("/products/79");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(dialog(page)).toContainText("Editing products is for those who are signed in.");
  await dialog(page).getByRole("button", { name: "API key" }).click();
  await expect(dialog(page)).toContainText("admin-key");
  for (const [key, reason] of [
    ["short", "not an API key"],
    ["cat_invented_key_of_nobody", "does not know this key"],
  ] as const) {
    await dialog(page).getByLabel("API key").fill(key);
    await dialog(page).getByRole("button", { name: "Sign in" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText(reason);
  }
  await dialog(page).getByLabel("API key").fill(ADMIN_KEY);
  await dialog(page).getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("dialog", { name: /^Edit / })).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { name: "Changes" })).toBeVisible();
});

test("what somebody may not do is not offered, and a shared address says what is missing", async ({
  page,
}) => {
  await page.goto("/orders/1");
  await signInAs(page, "viewer");
  await expect(page.locator(".order-head")).toBeVisible();
  await expect(page.getByText("documents:read")).toBeVisible();
  for (const name of ["Upload", "Text", "Confirm", "Cancel order"])
    await expect(page.getByRole("button", { name, exact: true })).toHaveCount(0);
  const places = page.getByRole("navigation", { name: "Main" });
  await expect(places.getByRole("link")).toHaveText(["Products", "Orders", "Dashboard"]);
  await page.goto("/imports");
  await expect(page.locator(".empty")).toContainText("imports:write");
  await page.goto("/products/42");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);

  await page.goto("/orders");
  await page.getByRole("button", { name: "Signed in as viewer" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".empty").getByRole("button", { name: "Sign in" }).click();
  await fillIn(page, "editor");
  await expect(page.locator(".empty")).toContainText("orders:read");
  await expect(places.getByRole("link")).toHaveText(["Products", "Dashboard", "Imports"]);
});

test("a session that ends in the middle of an edit is asked for again, and nothing typed is lost", async ({
  page,
  context,
  request,
  plain,
}) => {
  await page.goto("/products/80");
  await signInAs(page, "editor");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const before = await page.getByLabel("Stock").inputValue();
  await page.getByLabel("Stock").fill("777");
  const { session } = await kept(context);
  await request.post("/api/v1/auth/logout", { data: { refresh_token: session.refresh } });
  // Callers are remembered for a moment.
  const shown = { headers: { authorization: `Bearer ${session.access}` } };
  await expect.poll(async () => (await plain.get("/api/v1/auth/caller", shown)).status()).toBe(401);
  await page.getByRole("button", { name: "Save" }).click();
  const refusal = page.getByRole("dialog", { name: /^Edit / }).getByRole("status");
  await expect(refusal).toContainText("Nothing was changed");
  await refusal.getByRole("button", { name: "Sign in" }).click();
  await fillIn(page, "editor");
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByLabel("Stock")).toHaveValue("777");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText("777 in stock")).toBeVisible();
  await request.patch("/api/v1/products/80", { data: { stock: Number(before) } });
});

test("a session that has ended does not keep anybody from the products", async ({
  page,
  context,
  baseURL,
}) => {
  const over = {
    name: "user:nobody",
    scopes: ["orders:read"],
    access: "no.such.token",
    refresh: "used-up-token",
    renewAt: 0,
  };
  await keep(context, baseURL as string, over);
  await page.goto("/");
  await ready(page);
  await expect(page.locator("header").getByRole("button", { name: "Sign in" })).toBeVisible();
  expect((await kept(context)).value).toBe("");
  await keep(context, baseURL as string, { name: "key:gone", scopes: [], key: "a_key_that_was_revoked" });
  await page.goto("/products/42");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(async () => (await kept(context)).value).toBe("");
});

test("tokens are renewed once, for however many requests and tabs, and an old cookie still serves", async ({
  page,
  context,
  baseURL,
  plain,
}) => {
  await page.goto("/orders");
  await page.locator(".empty").getByRole("button", { name: "Sign in" }).click();
  await fillIn(page, "clerk");
  await expect(rows(page).first()).toBeVisible();
  const { session } = await kept(context);
  const due = { ...session, renewAt: 0 };
  await keep(context, baseURL as string, due);
  const { value } = await kept(context);
  const asked = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      plain.get(`/api/v1/orders?limit=${index + 1}&fields=id`, {
        headers: { cookie: `catalogue_session=${value}` },
      }),
    ),
  );
  expect(asked.map((answer) => answer.status())).toEqual(asked.map(() => 200));
  const given = new Set(asked.map((answer) => answer.headers()["set-cookie"]));
  expect(given.size).toBe(1);
  expect([...given][0]).toContain("catalogue_session=");

  const other = await context.newPage();
  await Promise.all([page.reload(), other.goto("/orders?status=draft")]);
  for (const tab of [page, other]) await expect(rows(tab).first()).toBeVisible();
  const renewed = (await kept(context)).session;
  expect(renewed.refresh).not.toBe(session.refresh);
  expect(renewed.name).toBe("user:clerk");
  expect(asked.every((answer) => answer.headers()["cache-control"] === "private, no-store")).toBe(true);
});

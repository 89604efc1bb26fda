import type { APIRequestContext, Page } from "@playwright/test";
import { grid, PASSWORD, ready } from "./page";

/** A state of a view: where it is, what shows that it is there, whose it is, and what leads to it. */
export interface State {
  name: string;
  address: string;
  sign: string;
  whose?: "administrator" | "viewer" | "visitor";
  act?: (page: Page, request: APIRequestContext) => Promise<unknown>;
}

const press = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const LAMPS = ["Article;Title;Brand;Group;Price;Currency", "A11Y-1;Lamp;acme;kitchen;cheap;EUR"].join("\n");

async function chooseLamps(page: Page): Promise<void> {
  await page
    .getByLabel("File of products")
    .setInputFiles({ name: "lamps.csv", mimeType: "text/csv", buffer: Buffer.from(LAMPS) });
  await page.getByLabel("Column for SKU").waitFor();
}

async function edit(page: Page): Promise<void> {
  await press("Edit")(page);
  await page.getByLabel("Stock").waitFor();
}

const CATALOGUE: State[] = [
  { name: "the list", address: "/", sign: ".cell-name" },
  {
    name: "the list, deep and filtered",
    address: "/?category=cameras&sort=-price&row=500&density=compact",
    sign: ".cell-name",
  },
  { name: "cards", address: "/?view=cards", sign: ".virtual-card .card-name" },
  { name: "nothing found", address: "/?q=zzzzqqqq&max_price=1", sign: ".empty" },
  {
    name: "suggestions",
    address: "/",
    sign: ".cell-name",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Search products" }).pressSequentially("cam");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "rows that could not be read",
    address: "/",
    sign: ".cell-name",
    act: async (page) => {
      await ready(page);
      await page.route("**/api/v1/products?*offset=*", (route) => route.fulfill({ status: 500, json: {} }));
      await grid(page).evaluate((scroller) => scroller.scrollTo(0, 2_000_000));
      await page.getByRole("alert").filter({ hasText: "could not be read" }).waitFor();
    },
  },
  {
    name: "an API that does not answer",
    address: "/",
    sign: ".cell-name",
    act: async (page) => {
      await ready(page);
      await page.route("**/api/**", (route) => route.abort());
      await grid(page).evaluate((scroller) => scroller.scrollTo(0, 2_000_000));
      await page.getByText("The API does not answer").waitFor();
    },
  },
  {
    name: "who is signed in",
    address: "/",
    sign: ".cell-name",
    act: press("Signed in as Administrator’s key"),
  },
  { name: "no product", address: "/products/999999999", sign: ".empty" },
];

const PRODUCT: State[] = [
  {
    name: "a product with its changes",
    address: "/products/83",
    sign: ".related-card",
    act: async (page, request) => {
      const { stock } = await (await request.get("/api/v1/products/83")).json();
      for (const next of [stock + 1, stock])
        await request.patch("/api/v1/products/83", { data: { stock: next } });
      await page.reload();
      await page.locator(".history").waitFor();
    },
  },
  { name: "a product being edited", address: "/products/42", sign: ".related-card", act: edit },
  {
    name: "a refused edit",
    address: "/products/42",
    sign: ".related-card",
    act: async (page) => {
      await edit(page);
      await page.getByLabel("Price", { exact: true }).fill("-5");
      await press("Save")(page);
      await page.locator("[aria-invalid=true]").waitFor();
    },
  },
  {
    name: "two edits that differ",
    address: "/products/81",
    sign: ".related-card",
    act: async (page, request) => {
      await edit(page);
      const stock = Number(await page.getByLabel("Stock").inputValue());
      await request.patch("/api/v1/products/81", { data: { stock: stock + 1 } });
      await page.getByLabel("Stock").fill(String(stock + 2));
      await press("Save")(page);
      await page.getByRole("radio", { name: "Stock: take theirs" }).waitFor();
    },
  },
];

const ORDERS: State[] = [
  { name: "orders", address: "/orders", sign: ".cell-name" },
  { name: "no order found", address: "/orders?q=zzzzqqqq", sign: ".empty" },
  { name: "an order", address: "/orders/1", sign: ".order-head" },
  {
    name: "a refused document",
    address: "/orders/1",
    sign: ".order-head",
    act: async (page) => {
      const file = { name: "empty.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) };
      await page.getByLabel("Add a document").setInputFiles(file);
      await press("Upload")(page);
      await page.locator(".upload [role=alert]").waitFor();
    },
  },
  { name: "the dashboard", address: "/dashboard", sign: ".columns td" },
];

const IMPORTS: State[] = [
  { name: "imports", address: "/imports", sign: ".drop" },
  { name: "a file's columns", address: "/imports", sign: ".drop", act: chooseLamps },
  {
    name: "a dry run's refused rows",
    address: "/imports",
    sign: ".drop",
    act: async (page) => {
      await chooseLamps(page);
      await press("Dry run")(page);
      await page.getByRole("region", { name: "Refused rows" }).waitFor();
    },
  },
];

const FOREIGN: State[] = [
  { name: "a visitor's orders", address: "/orders", sign: ".empty", whose: "visitor" },
  { name: "a visitor's dashboard", address: "/dashboard", sign: ".columns td", whose: "visitor" },
  { name: "a visitor's product", address: "/products/42", sign: ".related-card", whose: "visitor" },
  { name: "signing in", address: "/", sign: ".cell-name", whose: "visitor", act: press("Sign in") },
  {
    name: "a refused sign-in",
    address: "/",
    sign: ".cell-name",
    whose: "visitor",
    act: async (page) => {
      await press("Sign in")(page);
      await press("Name and password")(page);
      await page.getByLabel("Name", { exact: true }).fill("nobody");
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("dialog").getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("dialog").getByText("is wrong").waitFor();
    },
  },
  { name: "an order that may only be looked at", address: "/orders/1", sign: ".order-head", whose: "viewer" },
  { name: "imports without their scope", address: "/imports", sign: ".empty", whose: "viewer" },
];

export const STATES: readonly State[] = [...CATALOGUE, ...PRODUCT, ...ORDERS, ...IMPORTS, ...FOREIGN];

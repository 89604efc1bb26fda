import {
  type APIRequestContext,
  type BrowserContext,
  test as base,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

export { PHONE } from "../bench/phone.mjs";
export { expect };

/** The installation's key with every scope: ADMIN_KEY of whoever started it. */
export const ADMIN_KEY = process.env.ADMIN_KEY ?? "";

/** Of the users `viewer`, `clerk` and `editor`, who have the roles of these names. */
export const PASSWORD = process.env.USER_PASSWORD ?? "";

interface Given {
  /** Whose page it is: signed in with this key, or a visitor's where it is empty. */
  key: string;
  /** Requests without a key. */
  plain: APIRequestContext;
  watched: undefined;
}

/** Every page of a test: no error in its console, and no request to anybody else. `request` may do everything. */
export const test = base.extend<Given>({
  key: ["", { option: true }],
  request: async ({ playwright, baseURL }, use) => {
    const request = await playwright.request.newContext({
      baseURL,
      extraHTTPHeaders: { "x-api-key": ADMIN_KEY },
    });
    await use(request);
    await request.dispose();
  },
  plain: async ({ playwright, baseURL }, use) => {
    const plain = await playwright.request.newContext({ baseURL });
    await use(plain);
    await plain.dispose();
  },
  context: async ({ context, key }, use) => {
    if (key) await signIn(context, { key });
    await use(context);
  },
  // A page has been drawn before its scripts come: whoever is quicker than any hand waits for them.
  page: async ({ page }, use) => {
    const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
    page.goto = async (...given) => alive(page, await goto(...given));
    page.reload = async (...given) => alive(page, await reload(...given));
    await use(page);
  },
  watched: [
    async ({ page, baseURL }, use) => {
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
      page.on("console", (message) => {
        const text = message.text();
        // A refused request is the test's own doing where there is one; the browser writes each to the console.
        if (message.type() === "error" && !text.startsWith("Failed to load resource")) wrong.push(text);
      });
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith("http") && url.origin !== new URL(baseURL as string).origin)
          wrong.push(`request to ${url.origin}`);
      });
      await use(undefined);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

/** `answer`, when React has taken over what can be pressed on the page: it answers to what is done from now on. */
export async function alive<T>(page: Page, answer: T): Promise<T> {
  await page.waitForFunction(() => {
    const first = document.querySelector("button") ?? document.querySelector("a");
    return first && Object.keys(first).some((name) => name.startsWith("__reactProps"));
  });
  return answer;
}

/** Sign a browser in, as the dialog does. */
export async function signIn(
  context: BrowserContext,
  shown: { key: string } | { username: string; password: string },
): Promise<void> {
  const answer = await context.request.post("/session", { data: shown });
  expect(answer.ok(), await answer.text()).toBe(true);
}

export const grid = (page: Page): Locator => page.getByRole("grid");
export const rows = (page: Page): Locator => grid(page).locator(".virtual-grid-body [role=row]:has(.cell)");

/** The list is there: the page is alive, and rows are read. */
export async function ready(page: Page): Promise<void> {
  await expect(rows(page).first()).toBeVisible();
  await page.waitForFunction(() =>
    document.querySelector<HTMLElement>(".virtual-grid-body")?.style.height.endsWith("px"),
  );
}

/** The number (from 1) of the first row wholly under the head, with the pixels between the two. */
export function topRow(page: Page): Promise<{ row: number; gap: number; ghost: boolean }> {
  return page.evaluate(() => {
    const scroller = document.querySelector("[role=grid]") as HTMLElement;
    const edge =
      scroller.getBoundingClientRect().top +
      Number.parseFloat(getComputedStyle(scroller).getPropertyValue("--head"));
    const lines = [...document.querySelectorAll<HTMLElement>(".virtual-grid-body [role=row]")];
    const found = lines
      .map((line) => ({ line, gap: line.getBoundingClientRect().top - edge }))
      .filter(({ gap }) => gap > -1)
      .sort((one, other) => one.gap - other.gap)[0];
    if (!found) throw new Error("no row is on the screen");
    return {
      row: Number(found.line.ariaRowIndex) - 1,
      gap: found.gap,
      ghost: found.line.querySelector(".ghost") !== null,
    };
  });
}

export async function total(page: Page): Promise<number> {
  const text = await page.locator(".total strong").innerText();
  return Number(text.replaceAll(",", ""));
}

/** Offsets of the pages of a list that the browser asked for from now on. */
export function askedOffsets(page: Page): number[] {
  const offsets: number[] = [];
  page.on("request", (request) => {
    const query = new URL(request.url()).searchParams;
    if (request.url().includes("/api/v1/products?") && query.has("offset"))
      offsets.push(Number(query.get("offset")));
  });
  return offsets;
}

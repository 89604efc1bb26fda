import type { Page } from "@playwright/test";
import { askedOffsets, expect, grid, ready, test, topRow, total } from "./page";

/** A canvas far lower than the list, as ten million rows have it. */
async function scale(page: Page): Promise<void> {
  await grid(page).evaluate((scroller) => scroller.style.setProperty("--canvas-limit", "1000000px"));
  await page.setViewportSize({ width: 1280, height: 801 });
  await expect
    .poll(() => page.locator(".virtual-grid-body").evaluate((body) => body.clientHeight))
    .toBe(1_000_000);
}

/** Where row `row` is on the screen; NaN when it is not drawn. */
function yOf(page: Page, row: number): Promise<number> {
  return page.evaluate(
    (index) =>
      document.querySelector(`.virtual-grid-body [aria-rowindex="${index}"]`)?.getBoundingClientRect().top ??
      Number.NaN,
    row + 1,
  );
}

async function goTo(page: Page, row: number): Promise<void> {
  await page.getByLabel(/^Go to row/).fill(String(row));
  await page.getByLabel(/^Go to row/).press("Enter");
  await expect.poll(() => topRow(page)).toMatchObject({ row, ghost: false });
}

test("every tick of the wheel moves the rows by its pixels, also deep in a scaled list", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await scale(page);
  for (const row of [1, 40_000, 90_000]) {
    await goTo(page, row);
    await page.mouse.move(700, 500);
    let before = await topRow(page);
    for (let tick = 0; tick < 25; tick++) {
      await page.mouse.wheel(0, 88);
      await expect.poll(async () => (await topRow(page)).row).toBe(before.row + 2);
      const after = await topRow(page);
      expect(Math.abs(after.gap - before.gap)).toBeLessThanOrEqual(1);
      before = after;
    }
  }
});

test("when scrolling stops, the thumb moves to where the rows are, and the rows stay", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await scale(page);
  await goTo(page, 50_000);
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 3_000);
  await expect.poll(async () => (await topRow(page)).row).toBeGreaterThan(50_060);
  const { row } = await topRow(page);
  const y = await yOf(page, row);
  const settled = () =>
    grid(page).evaluate((scroller) => {
      const lines = [...document.querySelectorAll(".virtual-grid-body [role=row]")];
      const share = scroller.scrollTop / (scroller.scrollHeight - scroller.clientHeight);
      return Math.abs(share - Number(lines[3]?.ariaRowIndex) / Number(scroller.ariaRowCount));
    });
  await expect.poll(settled).toBeLessThan(0.002);
  expect(Math.abs((await yOf(page, row)) - y)).toBeLessThanOrEqual(1);
});

test("a drag of the thumb over the whole list asks for at most five pages, and ends at the last row", async ({
  page,
}) => {
  await page.goto("/");
  await ready(page);
  await scale(page);
  const count = await total(page);
  const box = await grid(page).boundingBox();
  if (!box) throw new Error("there is no grid");
  const x = box.x + box.width - 7;
  const asked = askedOffsets(page);
  await grid(page).evaluate((scroller) => {
    const seen = { last: 0, rests: 0 };
    Object.assign(globalThis, { seen });
    scroller.addEventListener("scroll", ({ timeStamp }) => {
      if (seen.last > 0 && timeStamp - seen.last > 80) seen.rests++;
      seen.last = timeStamp;
    });
  });
  await page.mouse.move(x, box.y + 22);
  await page.mouse.down();
  for (let y = 22; y < box.height + 20; y += 12) await page.mouse.move(x, box.y + y);
  await expect(grid(page).locator(`[aria-rowindex="${count + 1}"]`)).toBeVisible();
  await page.mouse.up();
  await expect(grid(page).locator(`[aria-rowindex="${count + 1}"] .cell-name`)).toBeVisible();
  expect(asked.length).toBeGreaterThan(0);
  // Where the machine itself makes a pause, the drag rests, and what is seen there is asked for.
  const rests = await page.evaluate(() => (globalThis as unknown as { seen: { rests: number } }).seen.rests);
  expect(asked.length).toBeLessThanOrEqual(5 + 2 * rests);
});

test("rows that are only near their number are read again until they are exact", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  let asked = 0;
  // What the API answers for lists of more than 200,000 rows, until it has their index.
  await page.route("**/api/v1/products?*offset=50000*", async (route) => {
    if (asked++ > 0) return route.continue();
    const response = await route.fetch({ url: route.request().url().replace("=50000", "=50037") });
    await route.fulfill({ json: { ...(await response.json()), offset: 50_000, offset_is: "estimate" } });
  });
  await goTo(page, 50_001);
  const exact = await (await page.request.get("/api/v1/products?offset=50000&limit=1")).json();
  await expect(grid(page).locator('[aria-rowindex="50002"] .cell-link')).toContainText(exact.items[0].name);
  expect(asked).toBe(2);
});

test("keys reach every row, and the grid keeps the focus", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  const count = await total(page);
  const list = grid(page);
  await list.focus();
  const active = async () =>
    Number(
      await page
        .locator(`[id="${await list.getAttribute("aria-activedescendant")}"]`)
        .getAttribute("aria-rowindex"),
    ) - 1;
  await list.press("End");
  await expect.poll(active).toBe(count);
  await expect(list.locator(`[aria-rowindex="${count + 1}"] .cell-name`)).toBeVisible();
  await list.press("ArrowUp");
  expect(await active()).toBe(count - 1);
  await list.press("Home");
  await expect.poll(active).toBe(1);
  await list.press("PageDown");
  const page2 = await active();
  expect(page2).toBeGreaterThan(8);
  await list.press("ArrowDown");
  expect(await active()).toBe(page2 + 1);
  await expect(list).toBeFocused();
});

test("the focus stays on the grid when the row that was clicked leaves", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.locator(".virtual-grid-body .cell-price").nth(2).click();
  await grid(page).evaluate((scroller) => scroller.scrollTo(0, 900_000));
  await expect(async () => expect((await topRow(page)).row).toBeGreaterThan(20_000)).toPass();
  await expect(grid(page)).toBeFocused();
});

test("what assistive technology is told of rows is true", async ({ page }) => {
  await page.goto("/?row=777");
  await ready(page);
  expect(Number(await grid(page).getAttribute("aria-rowcount"))).toBe((await total(page)) + 1);
  const { row } = await topRow(page);
  expect(row).toBe(777);
  const name = await grid(page).locator('[aria-rowindex="778"] .cell-link').innerText();
  const answer = await page.request.get("/api/v1/products?offset=776&limit=1");
  expect(name).toContain((await answer.json()).items[0].name);
});

test("as cards, the same rows are there", async ({ page }) => {
  await page.goto("/?view=cards&row=4001");
  await expect(page.locator(".virtual-card .card-name").first()).toBeVisible();
  const answer = await page.request.get("/api/v1/products?offset=4000&limit=1");
  await expect(
    page.locator(".virtual-card .card-name", { hasText: (await answer.json()).items[0].name }),
  ).toBeVisible();
});

test("after scrolling, lines are in the order in which they are read, and each page was asked for once", async ({
  page,
}) => {
  await page.goto("/");
  await ready(page);
  const asked = askedOffsets(page);
  await page.mouse.move(700, 500);
  for (let tick = 0; tick < 90; tick++) await page.mouse.wheel(0, 150);
  const order = () =>
    page.evaluate(() =>
      [...document.querySelectorAll(".virtual-grid-body [role=row]")].map((line) =>
        Number(line.ariaRowIndex),
      ),
    );
  await expect
    .poll(async () =>
      (await order()).every((row, at, all) => at === 0 || row === (all[at - 1] as number) + 1),
    )
    .toBe(true);
  expect((await order())[0]).toBeGreaterThan(200);
  expect(asked).toEqual([...new Set(asked)]);
});

test("a click reaches the row that has come under a pointer that rests", async ({ page }) => {
  await page.goto("/");
  await ready(page);
  await page.mouse.move(700, 500);
  await grid(page).evaluate((scroller) => scroller.scrollBy(0, 750));
  await page.locator("[role=grid][data-scrolling]").waitFor();
  await page.mouse.down();
  await page.mouse.up();
  const active = page.locator(".virtual-line[data-active]");
  await expect(active).toHaveCount(1);
  const box = await active.boundingBox();
  expect(box && box.y <= 500 && box.y + box.height >= 500).toBe(true);
});

test("the drawings of the rows are painted once, and stay the same when other rows come", async ({
  page,
}) => {
  await page.goto("/");
  const picture = page.locator(".virtual-grid-body .cell-picture").first();
  await expect(picture).toHaveCSS("background-image", /^url\("blob:/);
  const painted = await picture.evaluate(async (element) => {
    const image = new Image();
    image.src = getComputedStyle(element).backgroundImage.slice(5, -2);
    await image.decode();
    return { width: image.naturalWidth, shown: element.clientWidth };
  });
  expect(painted.width).toBeGreaterThanOrEqual(2 * painted.shown);
  // Of one category, wherever its row is: colour and drawing.
  const looks = () =>
    page.locator(".virtual-grid-body .virtual-line").evaluateAll((lines) =>
      Object.fromEntries(
        lines.map((line) => {
          const { backgroundColor, backgroundPosition } = getComputedStyle(
            line.querySelector(".cell-picture") as Element,
          );
          return [
            line.querySelector(".cell-category")?.textContent,
            `${backgroundColor} ${backgroundPosition}`,
          ];
        }),
      ),
    );
  const before = await looks();
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 2_000);
  await expect(page.locator(".virtual-grid[data-scrolling]")).toHaveCount(0);
  await expect(page.locator('.virtual-grid-body [aria-rowindex="60"] .cell-picture')).toBeVisible();
  const after = await looks();
  const both = Object.keys(before).filter((category) => category in after);
  expect(both.length).toBeGreaterThan(3);
  for (const category of both) expect(after[category]).toBe(before[category]);
});

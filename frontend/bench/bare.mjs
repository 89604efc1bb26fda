import { frames, perSecond, wheel } from "./browser.mjs";

/**
 * What the machine reaches with hardly a page at all: as many lines of six texts, moved by a few lines of script.
 * Frames per second while the wheel turns, the processor `rate` times slower; it is told beside what the page reaches.
 * @param {import("@playwright/test").Browser} browser
 */
export async function bareRows(browser, rate) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.setContent(`<style>
    div { contain: layout }
    #list { position: absolute; inset: 110px 0 30px 264px; overflow-y: scroll; contain: strict; background: #fff }
    #canvas { height: 8000000px }
    .line { position: absolute; inset: 0 0 auto; height: 44px; display: grid; grid-template-columns: repeat(6, 1fr) }
  </style><div id="list"><div id="canvas"></div></div>`);
  await page.evaluate(moveLines, 27);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate });
  const reached = perSecond(await frames(page, () => wheel(page, 120, 100)));
  await context.close();
  return reached;
}

/** In the page: lines that leave at one edge come in at the other with the next texts. */
function moveLines(count) {
  const list = document.querySelector("#list");
  const lines = Array.from({ length: count }, () => {
    const line = document.createElement("div");
    line.className = "line";
    for (let cell = 0; cell < 6; cell++) line.append(document.createElement("div"));
    document.querySelector("#canvas").append(line);
    return line;
  });
  const shown = new Map();
  const place = () => {
    const top = Math.max(0, Math.floor(list.scrollTop / 44) - 3);
    for (let row = top; row < top + count; row++) {
      const line = lines[row % count];
      if (shown.get(line) === row) continue;
      shown.set(line, row);
      line.style.transform = `translateY(${row * 44}px)`;
      for (const cell of line.children) cell.textContent = `Row ${row}`;
    }
  };
  list.addEventListener("scroll", place, { passive: true });
  list.scrollTop = 2_000_000;
}

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { staticFiles } from "../server/static-files.mjs";

test("a bundle is served as it was when the server started, whatever is built meanwhile", async ({
  playwright,
}, info) => {
  const folder = info.outputPath(".next/static/chunks");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "one.js.br"), brotliCompressSync("let one = 1;"));
  const isStatic = staticFiles(info.outputPath());
  const server = http.createServer((request, response) => {
    if (!isStatic(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const request = await playwright.request.newContext({ baseURL });
  rmSync(folder, { recursive: true });

  const found = await request.get("/_next/static/chunks/one.js", { headers: { "accept-encoding": "br" } });
  expect(await found.text()).toBe("let one = 1;");
  expect(found.headers()["cache-control"]).toContain("immutable");
  const head = await request.head("/_next/static/chunks/one.js", { headers: { "accept-encoding": "br" } });
  expect((await head.body()).length).toBe(0);
  // Others take what Next itself sends, and what was never there is nobody's.
  expect(
    (await request.get("/_next/static/chunks/one.js", { headers: { "accept-encoding": "gzip" } })).status(),
  ).toBe(404);
  expect(
    (await request.get("/_next/static/chunks/two.js", { headers: { "accept-encoding": "br" } })).status(),
  ).toBe(404);

  await request.dispose();
  server.close();
});

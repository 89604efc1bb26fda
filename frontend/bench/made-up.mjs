import { spawn } from "node:child_process";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { BASE_URL, DELAY_MS, ROWS } from "./browser.mjs";

const PROGRAM = fileURLToPath(new URL("../.next/standalone/server/main.mjs", import.meta.url));

/**
 * The page as `make run` serves it, over a list of ROWS made-up products: the same program and bundle, before an API
 * that makes up the rows of the list (each answer takes DELAY_MS) and passes everything else on to the real one.
 */
export async function servePage() {
  const api = http.createServer(answer);
  await new Promise((done) => api.listen(0, "127.0.0.1", done));
  const port = await freePort();
  const page = spawn(process.execPath, [PROGRAM, "--with-parent"], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      HOSTNAME: "127.0.0.1",
      PORT: String(port),
      API_URL: `http://127.0.0.1:${api.address().port}`,
    },
    stdio: ["pipe", "ignore", "inherit"],
  });
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await fetch(`${address}/icon.svg`).catch(() => null))?.ok) break;
    if (page.exitCode !== null) throw new Error("The page's server ended: build it with make web.");
    await new Promise((done) => setTimeout(done, 200));
  }
  return {
    address,
    close: () => {
      page.kill();
      api.close();
      api.closeAllConnections();
    },
  };
}

async function freePort() {
  const probe = http.createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** @type {http.RequestListener} */
function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
  if (pathname !== "/api/v1/products" || !searchParams.has("offset")) return passOn(request, response);
  const body = JSON.stringify(listPage(Number(searchParams.get("offset"))));
  const timer = setTimeout(() => {
    response.writeHead(200, {
      "content-type": "application/json",
      "server-timing": `total;dur=${DELAY_MS}`,
    });
    response.end(body);
  }, DELAY_MS);
  response.on("close", () => clearTimeout(timer));
}

function passOn(request, response) {
  const { host: _, ...headers } = request.headers;
  const onward = http.request(BASE_URL + request.url, { method: request.method, headers });
  onward.on("response", (incoming) => {
    response.writeHead(incoming.statusCode, incoming.headers);
    incoming.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

/** @param {number} offset */
function listPage(offset) {
  const length = Math.max(0, Math.min(100, ROWS - offset));
  const items = Array.from({ length }, (_, index) => item(offset + index));
  return { items, total: ROWS, total_is: "exact", offset, next: null, prev: null };
}

/** @param {number} row */
function item(row) {
  return {
    id: row + 1,
    sku: `CTL-${String(row + 1).padStart(8, "0")}`,
    name: `Made-up product number ${row + 1}`,
    category: ["audio", "cameras", "camping", "kitchen"][row % 4],
    brand: "acme",
    price: 9.99 + (row % 1000),
    currency: "EUR",
    stock: row % 50,
    rating: (row % 50) / 10,
    review_count: row % 300,
  };
}

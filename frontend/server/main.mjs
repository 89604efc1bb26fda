/**
 * The page's server: `/api` and `/metrics` go to the API at API_URL, everything else to Next.
 *
 * Settings: PORT (3000), HOSTNAME (127.0.0.1), API_URL (http://127.0.0.1:8000), ADMIN_KEY_FILE (where whoever signs
 * in finds a development installation's key; none). With `--dev` it serves the
 * sources as they are; with `--with-parent` it ends when its standard input does.
 */
import { readFileSync } from "node:fs";
import http from "node:http";
import { fileURLToPath } from "node:url";
import next from "next";
import { clientAddresses } from "./addresses.mjs";
import { forwardTo } from "./forward.mjs";
import { isPage, secure } from "./security.mjs";
import { Sessions } from "./sessions.mjs";
import { staticFiles } from "./static-files.mjs";
import { sendWhole } from "./whole-pages.mjs";

const dev = process.argv.includes("--dev");
const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.HOSTNAME ?? "127.0.0.1";
/** How long running requests get to finish. */
const STOP_MS = 3_000;

if (process.argv.includes("--with-parent")) process.stdin.resume().on("end", () => process.exit(0));

const dir = fileURLToPath(new URL("..", import.meta.url));
if (!dev) {
  // What a standalone build knows of its settings, handed over as its own generated server does it.
  const { config } = JSON.parse(readFileSync(`${dir}/.next/required-server-files.json`, "utf8"));
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
}
const app = next({ dev, dir, hostname, port });
const address = new URL(process.env.API_URL ?? "http://127.0.0.1:8000");
const sessions = new Sessions(address);
const server = http.createServer();
const [page, api] = [app.getRequestHandler(), forwardTo(address, sessions)];
await app.prepare();
const isStatic = dev ? () => false : staticFiles(dir);
server.on("request", async (request, response) => {
  if (request.url?.startsWith("/api/") || request.url === "/metrics") return api(request, response);
  if (isStatic(request, response)) return;
  if (request.url === "/session") return sessions.serve(request, response);
  // Without the API the page says so itself.
  await sessions.of(request, response).catch(() => null);
  secure(request, response, { dev });
  if (!dev && isPage(request)) sendWhole(request, response);
  request.headers["x-forwarded-for"] = clientAddresses(request);
  page(request, response);
});
server.listen(port, hostname, () => {
  console.log(`The page is ready on http://${hostname}:${port}`);
  // The first page loads the programs that make all others: no visitor should wait for that.
  if (!dev) http.get({ hostname, port, path: "/" }, (answer) => answer.resume()).on("error", () => undefined);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), STOP_MS).unref();
  });
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TYPES = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

/**
 * A handler of the bundle's files that were compressed when it was built: their names hold their content, so browsers
 * keep them for good. They are in memory, so that a page that is being used goes on when the bundle is built anew. It
 * returns false for requests that are not for one of them.
 * @param {string} dir where `.next` is
 * @returns {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean}
 */
export function staticFiles(dir) {
  const files = compressed(join(dir, ".next/static"));
  return (request, response) => {
    const file = files.get(request.url ?? "");
    const takes = /\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(request.headers["accept-encoding"]));
    if (!file || !takes || (request.method !== "GET" && request.method !== "HEAD")) return false;
    response.writeHead(200, {
      "content-type": file.type,
      "content-encoding": "br",
      "content-length": file.body.length,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
      "x-content-type-options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : file.body);
    return true;
  };
}

/** @param {string} root */
function compressed(root) {
  const files = new Map();
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const parts = /^(.*\.(js|css))\.br$/.exec(name);
    if (!parts) continue;
    const type = TYPES[/** @type {"js" | "css"} */ (parts[2])];
    const body = readFileSync(join(root, name));
    files.set(`/_next/static/${parts[1]?.replaceAll("\\", "/")}`, { type, body });
  }
  return files;
}

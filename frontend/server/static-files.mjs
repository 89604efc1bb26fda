import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const TYPES = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

/**
 * A handler of the bundle's files that were compressed when it was built: their names hold their content, so
 * they are kept for good. It returns false for requests that are not for one of them.
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
      "content-length": file.bytes,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file.path).pipe(response);
    return true;
  };
}

/** @param {string} root */
function compressed(root) {
  const files = new Map();
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const parts = /^(.*\.(js|css))\.br$/.exec(name);
    if (!parts) continue;
    const path = join(root, name);
    const type = TYPES[/** @type {"js" | "css"} */ (parts[2])];
    files.set(`/_next/static/${parts[1]?.replaceAll("\\", "/")}`, { path, type, bytes: statSync(path).size });
  }
  return files;
}

/** After `next build`: puts what the page's server needs beside the standalone output, and compresses the bundle. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const root = new URL("..", import.meta.url);
const target = new URL(".next/standalone/", root);
const files = new URL(".next/static/", target);
await cp(new URL(".next/static", root), files, { recursive: true });
await cp(new URL("server", root), new URL("server", target), { recursive: true });
const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
for (const name of await readdir(files, { recursive: true })) {
  if (!/\.(js|css)$/.test(name)) continue;
  const file = new URL(name, files);
  await writeFile(`${file.pathname}.br`, await promisify(brotliCompress)(await readFile(file), { params }));
}

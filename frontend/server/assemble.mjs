/** After `next build`: puts what the page's server needs beside the standalone output. */
import { cp } from "node:fs/promises";

const root = new URL("..", import.meta.url);
const target = new URL(".next/standalone/", root);
await cp(new URL(".next/static", root), new URL(".next/static", target), { recursive: true });
for (const name of ["main.mjs", "forward.mjs", "session.mjs"]) {
  await cp(new URL(`server/${name}`, root), new URL(`server/${name}`, target));
}

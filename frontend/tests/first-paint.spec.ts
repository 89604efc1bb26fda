import { expect, test } from "@playwright/test";
import { afterFirstPaint } from "../server/first-paint.mjs";

const script = (name: string, more = "") =>
  `<script src="/_next/static/chunks/${name}.js" async="" nonce="N"${more}></script>`;

test("scripts are asked for by one script of the page, in their order, each once", () => {
  const page = `<html><head>${script("a")}</head><body>${script("b", ' id="_R_"')}${script("a")}</body></html>`;
  const html = afterFirstPaint(page);
  expect(html).not.toContain("<script src");
  expect(html).toContain(
    '([["/_next/static/chunks/a.js",""],["/_next/static/chunks/b.js","_R_"]])</script></head>',
  );
  expect(html).toContain('<script nonce="N">');
});

test("what is for old browsers and what stands in the page stays", () => {
  const kept = `<script src="/_next/static/chunks/old.js" noModule="" nonce="N"></script>`;
  const inline = `<script nonce="N">self.__next_f.push([1,"$& $1"])</script>`;
  const html = afterFirstPaint(`<head>${kept}${script("a")}</head>${inline}`);
  expect(html).toContain(kept);
  expect(html).toContain(inline);
});

test("a page without scripts stays as it is", () => {
  expect(afterFirstPaint("<head></head>")).toBe("<head></head>");
});

export type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

/** Parameters that the API takes as one comma list; every other list is repeated (OpenAPI: explode). */
const COMMA_LISTS = new Set(["sort", "fields", "facets", "ids"]);

/** One spelling for one meaning: names sorted, nothing empty. It is also the key under which answers are kept. */
export function queryString(query: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const name of Object.keys(query).sort()) {
    const value = query[name] as QueryValue;
    if (value === null || value === undefined || value === "") continue;
    const values = Array.isArray(value) ? value : [value];
    if (values.length === 0) continue;
    const written = COMMA_LISTS.has(name) ? [values.join(",")] : values;
    for (const one of written)
      parts.push(`${name}=${encodeURIComponent(String(one)).replaceAll("%2C", ",")}`);
  }
  return parts.join("&");
}

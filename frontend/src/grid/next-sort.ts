/** Sort by `field`: once ascending, again descending, then not; with `add` the other keys stay. */
export function nextSort(current: readonly string[], field: string, add: boolean): string {
  const own = current.find((key) => key.replace(/^-/, "") === field);
  const next = own === undefined ? [field] : own.startsWith("-") ? [] : [`-${field}`];
  if (!add) return next.join(",");
  if (own === undefined) return [...current, ...next].join(",");
  return current.flatMap((key) => (key === own ? next : [key])).join(",");
}

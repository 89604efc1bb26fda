/** A file's size: 12.3 kB. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const unit = value < 1024 ** 2 ? "kB" : "MB";
  return `${(value / (unit === "kB" ? 1024 : 1024 ** 2)).toFixed(1)} ${unit}`;
}

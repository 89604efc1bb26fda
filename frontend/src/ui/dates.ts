/** Days and times as en-GB writes them, in UTC, without the browser's `Intl`; see `format.ts`. */
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];
const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** Of an instant or its text, in UTC: 7 Sept. */
export function dayAndMonth(value: string | number): string {
  const at = new Date(value);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

/** 7 Sept 2026. */
export function date(value: string): string {
  return `${dayAndMonth(value)} ${new Date(value).getUTCFullYear()}`;
}

/** With its time, UTC: 7 Sept 2026, 04:05. */
export function dateTime(value: string): string {
  const at = new Date(value);
  return `${date(value)}, ${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}`;
}

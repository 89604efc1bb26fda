/** Formatters are made once: making one costs more than a whole row. The locale is fixed, so that the server's HTML and the browser's agree. */
const LOCALE = "en-GB";
const wholeNumber = new Intl.NumberFormat(LOCALE);
const compactNumber = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const instant = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const currencies = new Map<string, Intl.NumberFormat>();

export const whole = (value: number): string => wholeNumber.format(value);
export const compact = (value: number): string => compactNumber.format(value);
export const date = (value: string): string => day.format(new Date(value));
/** With its time, UTC. */
export const dateTime = (value: string): string => instant.format(new Date(value));

export function money(value: number, currency: string): string {
  let format = currencies.get(currency);
  if (!format) {
    format = new Intl.NumberFormat(LOCALE, { style: "currency", currency });
    currencies.set(currency, format);
  }
  return format.format(value);
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const unit = value < 1024 ** 2 ? "kB" : "MB";
  return `${(value / (unit === "kB" ? 1024 : 1024 ** 2)).toFixed(1)} ${unit}`;
}

/** `in_transit` as people write it. */
export function words(value: string): string {
  const text = value.replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

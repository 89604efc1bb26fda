/**
 * Figures as en-GB writes them, on the server and in every browser alike. A browser's first `Intl` formatter
 * takes longer than drawing the first rows: what every row needs is written without one, and the rest when it is asked for.
 */
const SYMBOLS: Record<string, string> = { EUR: "€", GBP: "£", USD: "US$" };
const others: Record<string, Intl.NumberFormat> = {};
const THOUSANDS = ["", "k", "m", "bn", "tn"];

/** An integer: 1,234,567. */
export const whole = (value: number): string => grouped(String(value));

/** In short, with at most one decimal: 1.2k, 3m. */
export function compact(value: number): string {
  let unit = 0;
  let scaled = Math.abs(value);
  while (rounded(scaled) >= 1000 && unit < THOUSANDS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${value < 0 ? "-" : ""}${grouped(String(rounded(scaled)))}${THOUSANDS[unit]}`;
}

/** An amount with its two decimals: €1,234.50. */
export function money(value: number, currency: string): string {
  const symbol = SYMBOLS[currency];
  if (!symbol) {
    others[currency] ??= new Intl.NumberFormat("en-GB", { style: "currency", currency });
    return others[currency].format(value);
  }
  return `${value < 0 ? "-" : ""}${symbol}${grouped(Math.abs(value).toFixed(2))}`;
}

function grouped(digits: string): string {
  return digits.replace(/(?<!\.\d*)\B(?=(\d{3})+(?!\d))/g, ",");
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** `in_transit` as people write it. */
export function words(value: string): string {
  const text = value.replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

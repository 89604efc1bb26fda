import { expect, test } from "@playwright/test";
import { date, dateTime, dayAndMonth } from "../src/ui/dates";
import { compact, money, whole } from "../src/ui/format";

const VALUES = [
  0, 1, 9, 10, 99, 100, 999, 1_000, 1_049, 1_250, 9_999, 12_345, 99_949, 999_949, 1_000_000, 1_234_567,
  99_999_999, 123_456_789, 2_500_000_000, 1_234_567_890_123, -1, -999, -1_234, -1_234_567,
];

/** Which letters are small is a matter of the browser's age. */
const spelt = (text: string) => text.toLowerCase();

test("figures are written as Intl writes them in en-GB", () => {
  const integers = new Intl.NumberFormat("en-GB");
  const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
  for (const value of VALUES) {
    expect(whole(value)).toBe(integers.format(value));
    expect(spelt(compact(value))).toBe(spelt(short.format(value)));
  }
  for (const value of [0.4, 1.5, 4.96, 99.96, 999.94])
    expect(spelt(compact(value))).toBe(spelt(short.format(value)));
});

test("amounts are written as Intl writes them in en-GB", () => {
  for (const currency of ["EUR", "GBP", "USD", "CHF", "JPY", "SEK"]) {
    const amounts = new Intl.NumberFormat("en-GB", { style: "currency", currency });
    for (const value of [...VALUES, 0.01, 0.1, 12.34, 1234.5, 99999.99, -5.25])
      expect(money(value, currency)).toBe(amounts.format(value));
  }
});

test("days and times are written as Intl writes them in en-GB", () => {
  const days = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  const short = new Intl.DateTimeFormat("en-GB", days);
  const long = new Intl.DateTimeFormat("en-GB", { ...days, year: "numeric" });
  const timed = new Intl.DateTimeFormat("en-GB", {
    ...days,
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  for (let month = 0; month < 12; month++) {
    const at = new Date(Date.UTC(2026, month, 2 * month + 1, 2 * month, 5 * month));
    expect(dayAndMonth(at.getTime())).toBe(short.format(at));
    expect(date(at.toISOString())).toBe(long.format(at));
    expect(dateTime(at.toISOString())).toBe(timed.format(at));
  }
});

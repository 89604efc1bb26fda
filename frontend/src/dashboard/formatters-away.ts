/**
 * uPlot makes two of the browser's formatters when it is loaded, which no chart here uses, and the first of a browser takes
 * longer than to draw a chart: it finds these in their place. `formatters-back.ts` comes right after it.
 */
export const formatters = { NumberFormat: Intl.NumberFormat, DateTimeFormat: Intl.DateTimeFormat };

Object.assign(Intl, {
  NumberFormat: class {
    format = String;
  },
  DateTimeFormat: class {
    resolvedOptions = () => ({ timeZone: "UTC" });
  },
});

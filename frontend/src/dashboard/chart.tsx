"use client";

import { useEffect, useRef } from "react";
import "./formatters-away";
import uPlot from "uplot";
import "./formatters-back";
import "uplot/dist/uPlot.min.css";
import { compact } from "@/ui/format";
import { whenIdle } from "@/ui/when-idle";

export interface ChartProps {
  /** One label for each value. */
  labels: readonly string[];
  values: readonly number[];
  /** What a value counts: "products". */
  unit: string;
}

const HEIGHT = 220;
/** What is counted has no halves. */
const WHOLE_STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap((unit) => [unit, 2 * unit, 5 * unit]);

/** Bars on a canvas, drawn when the browser has time, and again when the width or the colours change. */
export default function Chart({ labels, values, unit }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element || values.length === 0) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        options(element, labels, unit),
        [values.map((_, index) => index), [...values]],
        element,
      );
    };
    const cancel = whenIdle(draw);
    const size = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (plot && plot.width !== width) plot.setSize({ width, height: HEIGHT });
    });
    size.observe(element);
    const again = () => plot && draw();
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", again);
    return () => {
      cancel();
      size.disconnect();
      theme.disconnect();
      scheme.removeEventListener("change", again);
      plot?.destroy();
    };
  }, [labels, values, unit]);
  return <div ref={place} className="chart" style={{ height: HEIGHT }} aria-hidden />;
}

function options(element: HTMLElement, labels: readonly string[], unit: string): uPlot.Options {
  const colour = (name: string) => resolved(element, `var(${name})`);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: colour("--ink-faint"), font, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.6, labels.length - 0.4] },
      y: { range: (_, __, most) => [0, most * 1.08 || 1] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        splits: () => labels.map((_, index) => index),
        values: (plot, splits) =>
          thinned(splits, plot.width).map((index) => (index === null ? "" : (labels[index] ?? ""))),
      },
      {
        ...axis,
        size: 46,
        incrs: WHOLE_STEPS,
        grid: { stroke: colour("--hairline"), width: 1 },
        values: (_, splits) => splits.map(compact),
      },
    ],
    series: [
      {},
      {
        label: unit,
        fill: colour("--accent"),
        stroke: "transparent",
        paths: uPlot.paths.bars?.({ size: [0.78, 64], radius: 0.15 }),
        points: { show: false },
      },
    ],
  };
}

/** Canvas does not know style variables: what the browser makes of one. */
function resolved(element: HTMLElement, colour: string): string {
  const probe = element.appendChild(document.createElement("span"));
  probe.style.color = colour;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** Leave out labels that would run into each other. */
function thinned(splits: readonly number[], width: number): (number | null)[] {
  const every = Math.ceil((splits.length * 52) / width);
  return splits.map((index) => (index % every === 0 ? index : null));
}

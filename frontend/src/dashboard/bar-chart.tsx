"use client";

import dynamic from "next/dynamic";
import { whole } from "@/ui/format";
import type { ChartProps } from "./chart";

/** The chart library is fetched when a chart is on the page, and only then. */
const Chart = dynamic(() => import("./chart"), {
  ssr: false,
  loading: () => <div className="chart chart-waiting" />,
});

interface Props extends ChartProps {
  title: string;
  note?: string;
}

/** A chart, with its figures in a table for those who do not see it. */
export function BarChart({ title, note, ...chart }: Props) {
  return (
    <figure className="panel">
      <figcaption>
        <h2>{title}</h2>
        {note && <p className="quiet">{note}</p>}
      </figcaption>
      <Chart {...chart} />
      <table className="sr-only">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col">{chart.unit}</th>
          </tr>
        </thead>
        <tbody>
          {chart.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{whole(chart.values[index] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

"use client";

import dynamic from "next/dynamic";
import { useMemo, useRef } from "react";
import { whole } from "@/ui/format";
import { useSeen } from "@/ui/use-seen";

export interface Column {
  label: string;
  count: number;
}

interface Props {
  title: string;
  note: string;
  /** What is counted: "Orders". */
  unit: string;
  columns: readonly Column[];
}

/** The chart library is fetched when a chart is on the screen, and only then. */
const Chart = dynamic(() => import("./chart"), {
  ssr: false,
  loading: () => <div className="chart chart-waiting" />,
});

/** A chart, with its figures in a table for those who do not see it, which comes with the first HTML. */
export function BarChart({ title, note, unit, columns }: Props) {
  const place = useRef<HTMLElement>(null);
  const seen = useSeen(place);
  const labels = useMemo(() => columns.map(({ label }) => label), [columns]);
  const values = useMemo(() => columns.map(({ count }) => count), [columns]);
  return (
    <figure ref={place} className="panel">
      <figcaption>
        <h2>{title}</h2>
        <p className="quiet">{note}</p>
      </figcaption>
      {seen ? <Chart labels={labels} values={values} unit={unit} /> : <div className="chart chart-waiting" />}
      <table className="sr-only">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col">{unit}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ label, count }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{whole(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

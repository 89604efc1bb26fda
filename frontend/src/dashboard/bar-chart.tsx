import { useId } from "react";
import { compact, whole } from "@/ui/format";

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

/** Counts side by side: a table whose rows stand upright, so that picture and figures are one, and in the first HTML. */
export function BarChart({ title, note, unit, columns }: Props) {
  const id = useId();
  const most = Math.max(0, ...columns.map(({ count }) => count));
  const top = most * 1.08 || 1;
  const share = (count: number) => `${((count / top) * 100).toFixed(1)}%`;
  return (
    <section className="panel">
      <h2 id={id}>{title}</h2>
      <p className="quiet">{note}</p>
      <div className="chart">
        <div aria-hidden className="chart-scale">
          {steps(most).map((step) => (
            <span key={step} style={{ bottom: share(step) }}>
              {compact(step)}
            </span>
          ))}
        </div>
        <table aria-labelledby={id} className="columns" data-many={columns.length > 14 || undefined}>
          <thead className="sr-only">
            <tr>
              <th scope="col">{title}</th>
              <th scope="col">{unit}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ label, count }) => (
              <tr key={label} title={`${label}: ${whole(count)}`}>
                <th scope="row">{label}</th>
                <td>
                  <div style={{ height: share(count) }}>
                    <span>{whole(count)}</span>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Round figures up to `most`, at most seven; what is counted has no halves. */
function steps(most: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, most / 6)));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((each) => each * 6 >= most) ?? unit;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

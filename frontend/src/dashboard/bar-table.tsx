import type { CSSProperties } from "react";
import { whole } from "@/ui/format";
import { PlaceLink } from "@/ui/place-link";

export interface Bar {
  label: string;
  count: number;
  href?: string;
}

interface Props {
  title: string;
  unit: string;
  bars: readonly Bar[];
}

/** Named counts as a table whose rows are bars: the picture and the figures are one. */
export function BarTable({ title, unit, bars }: Props) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <section className="panel panel-bars" style={{ "--rows": bars.length } as CSSProperties}>
      <table className="bars">
        <caption>{title}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{title}</th>
            <th scope="col">{unit}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, count, href }) => (
            <tr key={label}>
              <th scope="row">{href ? <PlaceLink href={href}>{label}</PlaceLink> : label}</th>
              <td>
                <div>
                  <span className="bar" style={{ width: `${(count / most) * 100}%` }} />
                  <span className="bar-count">{whole(count)}</span>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

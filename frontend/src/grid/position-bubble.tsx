import { whole } from "@/ui/format";

/** Beside the thumb while it is dragged: where it is. */
export function PositionBubble({ row, total }: { row: number | null; total: number }) {
  if (row === null || total === 0) return null;
  return (
    <div aria-hidden className="position-track">
      <div className="position-bubble" style={{ top: `calc(var(--head, 2.5rem) + ${(row / total) * 82}%)` }}>
        <b>{whole(row + 1)}</b>
        <span> of {whole(total)}</span>
      </div>
    </div>
  );
}

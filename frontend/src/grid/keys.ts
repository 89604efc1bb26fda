interface Position {
  active: number;
  span: number;
  /** Rows of one screen. */
  page: number;
  total: number;
}

/** The row that a key leads to; null for keys that are not ours. */
export function moved(
  event: { key: string; altKey: boolean; metaKey: boolean },
  at: Position,
): number | null {
  if (event.altKey || event.metaKey || at.total === 0) return null;
  const target = targets(at)[event.key];
  return target === undefined ? null : Math.min(Math.max(target, 0), at.total - 1);
}

function targets({ active, span, page, total }: Position): Record<string, number> {
  const sideways: Record<string, number> = span > 1 ? { ArrowLeft: active - 1, ArrowRight: active + 1 } : {};
  return {
    ArrowDown: active + span,
    ArrowUp: active - span,
    PageDown: active + page,
    PageUp: active - page,
    " ": active + page,
    Home: 0,
    End: total - 1,
    ...sideways,
  };
}

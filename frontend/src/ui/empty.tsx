import type { ReactNode } from "react";

const DRAWINGS = {
  rows: "M2 8h44M2 16h30M2 24h38",
  lock: "M13 15h22v14H13zM18 15v-4a6 6 0 0 1 12 0v4M24 21v3",
};

interface Props {
  title: string;
  drawing?: keyof typeof DRAWINGS;
  action?: string;
  /** Whether the action is what most people will want. */
  primary?: boolean;
  onAction?: () => void;
  children?: ReactNode;
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, drawing = "rows", action, primary = false, onAction, children }: Props) {
  return (
    <div className="empty">
      <svg aria-hidden viewBox="0 0 48 32" className="empty-drawing">
        <path d={DRAWINGS[drawing]} />
      </svg>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && (
        <button type="button" className={`button ${primary ? "button-primary" : ""}`} onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

import type { ReactNode } from "react";

interface Props {
  title: string;
  action?: string;
  onAction?: () => void;
  children?: ReactNode;
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, action, onAction, children }: Props) {
  return (
    <div className="empty">
      <svg aria-hidden viewBox="0 0 48 32" className="empty-drawing">
        <path d="M2 8h44M2 16h30M2 24h38" />
      </svg>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && (
        <button type="button" className="button" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

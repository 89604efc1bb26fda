import type { ReactNode } from "react";

interface Props {
  tone?: "plain" | "danger" | "warning" | "good";
  action?: string;
  onAction?: () => void;
  className?: string;
  children: ReactNode;
}

/** A message that says what happened, with what can be done about it. */
export function Notice({ tone = "plain", action, onAction, className = "", children }: Props) {
  return (
    <div role={tone === "danger" ? "alert" : "status"} data-tone={tone} className={`notice ${className}`}>
      <div className="min-w-0 flex-1">{children}</div>
      {action && (
        <button type="button" className="button button-small" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

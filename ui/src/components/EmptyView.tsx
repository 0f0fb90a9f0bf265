import type { ReactNode } from "react";

type EmptyViewProps = { title: string; text?: string; action?: ReactNode; testId?: string };

/** What would be here, and the one next step. */
export function EmptyView({ title, text, action, testId }: EmptyViewProps) {
  return (
    <div className="empty" data-testid={testId}>
      <p className="empty-title">{title}</p>
      {text && <p className="empty-text">{text}</p>}
      {action}
    </div>
  );
}

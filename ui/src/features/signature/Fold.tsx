import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

type FoldProps = {
  title: string;
  open: boolean;
  onToggle: (open: boolean) => void;
  filled?: boolean;
  testId?: string;
  children: ReactNode;
};

/** A part that is there when it is wanted; folded, it says whether something is in it. */
export function Fold({ title, open, onToggle, filled = false, testId, children }: FoldProps) {
  const { t } = useTranslation();
  return (
    <details
      className="fold"
      open={open}
      data-testid={testId}
      onToggle={(event) => {
        if (event.currentTarget.open !== open) onToggle(event.currentTarget.open);
      }}
    >
      <summary>
        {title}
        {filled && !open && <span className="chip chip-info">{t("signature.filled")}</span>}
      </summary>
      {open && <div className="fold-body">{children}</div>}
    </details>
  );
}

import type { KeyboardEvent, MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { useCopy } from "./use-copy";

type CopyTextProps = { text: string | null; focusable?: boolean; testId?: string };

/** A number or string that one click copies as it is; its digits part into groups only under the pointer. */
export function CopyText({ text, focusable = true, testId }: CopyTextProps) {
  const { t } = useTranslation();
  const [ticked, copy] = useCopy();
  if (!text) return <span className="quiet">—</span>;
  const run = (event: MouseEvent | KeyboardEvent) => {
    event.stopPropagation();
    copy(text);
  };
  return (
    <button
      type="button"
      className="copy-text mono"
      title={`${text} · ${t("orders.copyTip")}`}
      tabIndex={focusable ? 0 : -1}
      data-testid={testId}
      onClick={run}
    >
      <span className="copy-text-body">
        {grouped(text).map((group) => (
          <span key={group.at}>{group.text}</span>
        ))}
      </span>
      {ticked && (
        <span className="copy-tick" role="status">
          ✓ {t("common.copied")}
        </span>
      )}
    </button>
  );
}

/** Long numbers in fours, anything else whole. */
function grouped(text: string): { at: number; text: string }[] {
  if (!/^\d{12,}$/.test(text)) return [{ at: 0, text }];
  return [...text.matchAll(/\d{1,4}/g)].map((match) => ({ at: match.index, text: match[0] }));
}

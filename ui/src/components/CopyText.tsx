import type { CSSProperties, KeyboardEvent, MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { useCopy } from "./use-copy";

type CopyTextProps = {
  text: string | null;
  focusable?: boolean;
  testId?: string;
  /** Where room is short, leave out the middle and keep both ends: numbers differ at their ends. */
  middle?: boolean;
};

/** So many characters at the end of a number are never left out. */
const KEPT_END = 8;

/** A number or string that one click copies as it is; its digits part into groups only under the pointer. */
export function CopyText({ text, focusable = true, testId, middle = false }: CopyTextProps) {
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
      {middle && text.length > 2 * KEPT_END ? (
        <Ends text={text} />
      ) : (
        <span className={`copy-text-body ${numberClass(text)}`}>
          <Groups groups={grouped(text)} />
        </span>
      )}
      {ticked && (
        <span className="copy-tick" role="status">
          ✓ {t("common.copied")}
        </span>
      )}
    </button>
  );
}

type Group = { at: number; text: string };

function Groups({ groups }: { groups: Group[] }) {
  return groups.map((group) => (
    <span key={group.at} className="copy-group">
      {group.text}
    </span>
  ));
}

/** Both ends of a number: the first gives way with an ellipsis, the last stays whole. */
function Ends({ text }: { text: string }) {
  const groups = isNumber(text) ? grouped(text) : halved(text);
  const cut = groups.findLastIndex((group) => text.length - group.at >= KEPT_END);
  const kept = { "--tail": text.length - (groups[cut]?.at ?? 0) } as CSSProperties;
  return (
    <span className={`copy-text-ends ${numberClass(text)}`} style={kept}>
      <span className="copy-text-head">
        <Groups groups={groups.slice(0, cut)} />
      </span>
      <span className="copy-text-tail">
        <Groups groups={groups.slice(cut)} />
      </span>
    </span>
  );
}

const isNumber = (text: string) => /^\d{12,}$/.test(text);
const numberClass = (text: string) => (isNumber(text) ? "copy-number" : "");

/** Long numbers in fours, anything else whole. */
function grouped(text: string): Group[] {
  if (!isNumber(text)) return [{ at: 0, text }];
  return [...text.matchAll(/\d{1,4}/g)].map((match) => ({ at: match.index, text: match[0] }));
}

function halved(text: string): Group[] {
  const cut = text.length - KEPT_END;
  return [
    { at: 0, text: text.slice(0, cut) },
    { at: cut, text: text.slice(cut) },
  ];
}

import { useTranslation } from "react-i18next";
import type { DayStanding } from "../../ipc/model";

type Mark = DayStanding["mark"];

const SIGNS: Record<Mark, { tone: string; sign: string }> = {
  nothing: { tone: "quiet", sign: "·" },
  no_trade: { tone: "quiet", sign: "∅" },
  missing_bill: { tone: "amber", sign: "?" },
  not_run: { tone: "blue", sign: "○" },
  balanced: { tone: "green", sign: "✓" },
  partly: { tone: "amber", sign: "◔" },
  open: { tone: "red", sign: "≠" },
  handled: { tone: "violet", sign: "◐" },
  closed: { tone: "green", sign: "■" },
};

/** Where a day stands: a sign, a word and a colour. */
export function DayMarkSign({ mark, brief = false }: { mark: Mark; brief?: boolean }) {
  const { t } = useTranslation();
  const { tone, sign } = SIGNS[mark];
  return (
    <span className={`sign tone-${tone}`} data-mark={mark}>
      <span aria-hidden="true" className="day-sign">
        {sign}
      </span>
      <span className={brief ? "day-word" : undefined}>{t(`days.mark.${mark}`)}</span>
    </span>
  );
}

import { useTranslation } from "react-i18next";
import type { NoticeRow } from "../../ipc/model";

const TONE: Record<NoticeRow["verdict"], string> = {
  accepted: "chip chip-good",
  duplicate: "chip",
  stale: "chip",
  orphan: "chip chip-warning",
  hint: "chip chip-info",
  refused: "chip chip-danger",
};

/** What became of a notice. */
export function VerdictSign({ verdict }: Pick<NoticeRow, "verdict">) {
  const { t } = useTranslation();
  return <span className={TONE[verdict]}>{t(`notify.verdict.${verdict}`)}</span>;
}

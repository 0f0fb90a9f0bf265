import { useTranslation } from "react-i18next";
import type { LookupAnswer } from "../../ipc/model";

const LOOK: Record<LookupAnswer["verdict"], string> = {
  found: "chip chip-good",
  not_found: "chip chip-dashed",
  unknown: "chip chip-warning",
  explained: "chip chip-info",
};

/** What a lookup gave, where no order's state says it. */
export function VerdictChip({ verdict }: { verdict: LookupAnswer["verdict"] }) {
  const { t } = useTranslation();
  return <span className={LOOK[verdict]}>{t(`lookup.verdict.${verdict}`)}</span>;
}

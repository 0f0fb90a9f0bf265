import { useTranslation } from "react-i18next";
import type { RefundRow } from "../../ipc/model";

const TONE: Record<RefundRow["state"], string> = {
  RESERVED: "chip chip-dashed",
  SUBMITTED: "chip chip-info",
  UNKNOWN: "chip chip-warning",
  PROCESSING: "chip chip-info",
  CHANGE: "chip chip-danger",
  SUCCESS: "chip chip-good",
  REFUNDCLOSE: "chip",
  REJECTED: "chip",
};

/** Where a refund stands, and that its evidence disagrees where it does. */
export function RefundSign({ refund }: { refund: Pick<RefundRow, "state" | "conflict"> }) {
  const { t } = useTranslation();
  if (refund.conflict) {
    return (
      <span className="chip chip-danger" title={t("refund.conflictText")}>
        {t("refund.conflict")} · {t(`refund.state.${refund.state}`)}
      </span>
    );
  }
  return (
    <span className={TONE[refund.state]} title={refund.state}>
      {t(`refund.state.${refund.state}`)}
    </span>
  );
}

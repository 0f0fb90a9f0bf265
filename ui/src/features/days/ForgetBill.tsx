import { useTranslation } from "react-i18next";
import type { ChosenBill } from "../../ipc/model";

/** Takes one bill out of those that were chosen. */
export function ForgetBill({ bill, onForget }: { bill: ChosenBill; onForget: () => void }) {
  const { t } = useTranslation();
  const label = t("days.forgetBill", { file: bill.file_name });
  return (
    <button
      type="button"
      className="row-button quiet"
      aria-label={label}
      title={label}
      onClick={onForget}
      data-testid="bill-forget"
    >
      ×
    </button>
  );
}

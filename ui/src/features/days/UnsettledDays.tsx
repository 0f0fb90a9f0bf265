import { useTranslation } from "react-i18next";
import { RefusalText } from "../../components/RefusalText";
import type { UnsettledDay } from "../../ipc/model";

/** Days beside that still wait for a bill, each with why and what to do, one line each. */
export function UnsettledDays({ days }: { days: readonly UnsettledDay[] }) {
  const { t } = useTranslation();
  return days.map(({ date, refusal }) => (
    <p key={date} className="tone-amber unsettled-day" role="alert" data-testid="unsettled-day" data-date={date}>
      {t("days.unsettled", { date })} <RefusalText refusal={refusal} /> {t("days.unsettledDo", { date })}
    </p>
  ));
}

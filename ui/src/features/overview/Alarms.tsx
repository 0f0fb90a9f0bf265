import { useTranslation } from "react-i18next";
import { AlarmList } from "../../components/AlarmList";

/** What a person should look at, beside the figures. */
export function Alarms() {
  const { t } = useTranslation();
  return (
    <section className="overview-part" data-testid="overview-alarms">
      <h2>{t("overview.alarms")}</h2>
      <AlarmList />
    </section>
  );
}

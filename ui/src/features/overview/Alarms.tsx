import { useTranslation } from "react-i18next";
import { AlarmList } from "../../components/AlarmList";
import type { Alarm } from "../../ipc/model";

/** What a person should look at, beside the figures. */
export function Alarms({ alarms }: { alarms: Alarm[] }) {
  const { t } = useTranslation();
  return (
    <section className="overview-part" data-testid="overview-alarms">
      <h2>{t("overview.alarms")}</h2>
      <AlarmList alarms={alarms} />
    </section>
  );
}

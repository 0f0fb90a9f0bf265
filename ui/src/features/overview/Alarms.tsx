import { CheckCircleOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { TimeText } from "../../components/TimeText";
import type { Alarm } from "../../ipc/model";

const TONE: Record<Alarm["kind"], string> = {
  conflict: "alarm alarm-danger",
  paid_after_close: "alarm alarm-danger",
  unknown: "alarm alarm-warning",
  unverified_answer: "alarm alarm-warning",
};

/** What a person should look at, each a way to its order. */
export function Alarms({ alarms }: { alarms: Alarm[] }) {
  const { t } = useTranslation();
  return (
    <section className="overview-part" data-testid="overview-alarms">
      <h2>{t("overview.alarms")}</h2>
      {alarms.length === 0 && (
        <p className="quiet">
          <CheckCircleOutlined /> {t("overview.alarmsEmpty")}
        </p>
      )}
      <ul className="alarms">
        {alarms.map((alarm) => (
          <li key={`${alarm.kind} ${alarm.out_trade_no} ${alarm.at}`} className={TONE[alarm.kind]}>
            <Link to="/orders" search={{ q: alarm.out_trade_no, merchant: "*" }} className="alarm-link">
              <span>{t(`overview.alarm.${alarm.kind}`)}</span>
              <span className="mono">{alarm.out_trade_no}</span>
              <TimeText at={alarm.at} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

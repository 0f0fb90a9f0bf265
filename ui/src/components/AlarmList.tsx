import { CheckCircleOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Alarm } from "../ipc/model";
import { ProfileName } from "./ProfileName";
import { TimeText } from "./TimeText";

const TONE: Record<Alarm["kind"], string> = {
  key_refused: "alarm alarm-danger",
  certificate_expired: "alarm alarm-danger",
  certificate_expires: "alarm alarm-warning",
  conflict: "alarm alarm-danger",
  paid_after_close: "alarm alarm-danger",
  unknown: "alarm alarm-warning",
  unverified_answer: "alarm alarm-warning",
};

/** What a person should look at: what happened, what to do, and a way to its evidence. */
export function AlarmList({ alarms, onLeave }: { alarms: Alarm[]; onLeave?: () => void }) {
  const { t } = useTranslation();
  if (alarms.length === 0) {
    return (
      <p className="quiet">
        <CheckCircleOutlined /> {t("overview.alarmsEmpty")}
      </p>
    );
  }
  return (
    <ul className="alarms">
      {alarms.map((alarm) => (
        <li
          key={`${alarm.kind} ${alarm.profile} ${alarm.out_trade_no ?? ""}`}
          className={TONE[alarm.kind]}
          data-testid="alarm"
          data-kind={alarm.kind}
        >
          <OneAlarm alarm={alarm} onLeave={onLeave} />
        </li>
      ))}
    </ul>
  );
}

function OneAlarm({ alarm, onLeave }: { alarm: Alarm; onLeave: (() => void) | undefined }) {
  const { i18n } = useTranslation();
  const say = (told: Alarm["what"]) => (i18n.language === "en" ? told.en : told.zh);
  const words = (
    <>
      <span>{say(alarm.what)}</span>
      <span className="alarm-next quiet">{say(alarm.next)}</span>
      {alarm.out_trade_no ? <span className="mono">{alarm.out_trade_no}</span> : <ProfileName name={alarm.profile} />}
      <TimeText at={alarm.at} />
    </>
  );
  if (alarm.out_trade_no === null) {
    return (
      <Link to="/settings" className="alarm-link" onClick={onLeave}>
        {words}
      </Link>
    );
  }
  const search = { q: alarm.out_trade_no, merchant: "*", open: alarm.out_trade_no, of: alarm.profile };
  return (
    <Link to="/orders" search={search} className="alarm-link" onClick={onLeave}>
      {words}
    </Link>
  );
}

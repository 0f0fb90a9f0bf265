import { CheckCircleOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Alarm } from "../ipc/model";
import { ALARMS_MORE, alarmsQuery } from "../ipc/queries";
import { ProfileName } from "./ProfileName";
import { TimeText } from "./TimeText";
import { useAlarms } from "./use-alarms";
import { useActiveProfile, useProfileSwitch } from "./use-settings";

const TONE: Record<Alarm["kind"], string> = {
  key_refused: "alarm-danger",
  certificate_expired: "alarm-danger",
  certificate_expires: "alarm-warning",
  bill_changed: "alarm-danger",
  conflict: "alarm-danger",
  paid_after_close: "alarm-danger",
  unknown: "alarm-warning",
  unverified_answer: "alarm-warning",
  refund_conflict: "alarm-danger",
  refund_change: "alarm-danger",
  refund_unknown: "alarm-warning",
  orphan_notice: "alarm-warning",
};

/** A day has an alarm of its bill and one of its fund flow, which differ in what they say. */
const keyOf = ({ kind, profile, out_trade_no, out_refund_no, notice, date, what }: Alarm) =>
  [kind, profile, out_trade_no, out_refund_no, notice, date, date && what.en].join(" ");

/** What a person should look at: what happened, what to do, and a way to its evidence; the rest of a long list on a click. */
export function AlarmList({ onLeave }: { onLeave?: () => void }) {
  const { t, i18n } = useTranslation();
  const { count } = useAlarms();
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(alarmsQuery());
  const alarms = data?.pages.flatMap((page) => page.alarms) ?? [];
  const number = (value: number) => value.toLocaleString(i18n.language);
  if (!data) return null;
  if (alarms.length === 0) {
    return (
      <p className="quiet">
        <CheckCircleOutlined /> {t("overview.alarmsEmpty")}
      </p>
    );
  }
  return (
    <>
      <ul className="alarms">
        {alarms.map((alarm) => (
          <li
            key={keyOf(alarm)}
            className={`alarm ${TONE[alarm.kind]}`}
            data-testid="alarm"
            data-kind={alarm.kind}
            data-seen={alarm.seen}
          >
            <OneAlarm alarm={alarm} onLeave={onLeave} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <p className="alarms-rest quiet" data-testid="alarms-rest">
          {t("overview.alarmsShown", { shown: number(alarms.length), count: number(count) })}
          <Button
            size="small"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
            data-testid="alarms-more"
          >
            {t("overview.alarmsMore", { more: number(Math.max(1, Math.min(ALARMS_MORE, count - alarms.length))) })}
          </Button>
        </p>
      )}
    </>
  );
}

function OneAlarm({ alarm, onLeave }: { alarm: Alarm; onLeave: (() => void) | undefined }) {
  const { t, i18n } = useTranslation();
  const say = (told: Alarm["what"]) => (i18n.language === "en" ? told.en : told.zh);
  const number = alarm.out_refund_no ?? alarm.out_trade_no ?? alarm.date;
  return (
    <EvidenceLink alarm={alarm} onLeave={onLeave}>
      <span>
        {!alarm.seen && <span className="alarm-new">{t("overview.alarmNew")}</span>}
        {say(alarm.what)}
      </span>
      <span className="alarm-next quiet">{say(alarm.next)}</span>
      {number ? <span className="mono">{number}</span> : <ProfileName name={alarm.profile} />}
      <TimeText at={alarm.at} />
    </EvidenceLink>
  );
}

/** Leads to where the evidence is: an order, a refund, a day, the merchant; what is not known here is looked up. */
function EvidenceLink(props: { alarm: Alarm; onLeave: (() => void) | undefined; children: ReactNode }) {
  const { alarm, onLeave, children } = props;
  const active = useActiveProfile();
  const use = useProfileSwitch();
  const link = { className: "alarm-link", onClick: onLeave, children };
  if (alarm.date !== null) {
    // A day is shown of the merchant in use.
    const leave = () => {
      if (active?.name !== alarm.profile) use(alarm.profile);
      onLeave?.();
    };
    return <Link to="/days" search={{ date: alarm.date }} {...link} onClick={leave} />;
  }
  if (alarm.notice !== null) {
    if (alarm.out_trade_no === null) return <Link to="/notices" {...link} />;
    return <Link to="/lookup" search={{ q: alarm.out_trade_no }} {...link} />;
  }
  if (alarm.out_refund_no !== null) return <Link to="/refunds" search={{ q: alarm.out_refund_no }} {...link} />;
  if (alarm.out_trade_no === null) return <Link to="/settings" {...link} />;
  const search = { q: alarm.out_trade_no, merchant: "*", open: alarm.out_trade_no, of: alarm.profile };
  return <Link to="/orders" search={search} {...link} />;
}

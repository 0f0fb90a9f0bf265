import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import type { BillFetched, BillsFetched, UnsettledDay } from "../../ipc/model";
import { formatFen } from "../../lib/money";
import { UnsettledDays } from "./UnsettledDays";

/** What fetching brought, day by day: a bill, a day without trade, or why there is none. */
export function BillOutcomes({ days, cancelled, folder }: BillsFetched) {
  const { t } = useTranslation();
  return (
    <div className="bill-outcomes" data-testid="bill-outcomes">
      <ul>
        {days.map((day) => (
          <Outcome key={day.date} day={day} />
        ))}
      </ul>
      {days.some(({ outcome }) => outcome.is === "saved") && (
        <p className="quiet">
          {t("days.fetchedTo")} <CopyText text={folder} testId="bills-folder" />
        </p>
      )}
      {cancelled && <p className="quiet">{t("days.fetchStopped")}</p>}
    </div>
  );
}

function Outcome({ day: { date, outcome } }: { day: BillFetched }) {
  const { t, i18n } = useTranslation();
  if (outcome.is === "failed") {
    const reason = i18n.language === "en" ? outcome.reason_en : outcome.reason_zh;
    return <Line date={date} is={outcome.code} tone="tone-red" text={reason} />;
  }
  const { settled_days, unsettled_days } = outcome;
  const settled = settled_days.length > 0 && t("days.settled", { days: settled_days.join(", ") });
  if (outcome.is === "no_trade") {
    const gone = outcome.has_changed && t("days.fetchedNone");
    const text = [t("days.noTrade"), gone, settled].filter(Boolean).join(" · ");
    const tone = gone ? "tone-red" : "quiet";
    return <Line date={date} is="no_trade" tone={tone} text={text} unsettled={unsettled_days} />;
  }
  const { rows, malformed, summary_ok, has_changed, was_there, flow, has_digest } = outcome;
  const isSound = summary_ok && malformed === 0 && !has_changed;
  const words = [
    t(was_there ? "days.fetchedSame" : "days.fetched", { rows }),
    flow && t("days.flowSums", { ...flow, income: formatFen(flow.income_fen), expense: formatFen(flow.expense_fen) }),
    t(summary_ok ? "days.summaryOk" : "days.summaryOff"),
    has_digest !== null && t(has_digest ? "days.digestHeld" : "days.digestMissing"),
    malformed > 0 && t("days.malformedRows", { count: malformed }),
    has_changed && t("days.fetchedChanged"),
    settled,
  ];
  const text = words.filter(Boolean).join(" · ");
  const is = has_changed ? "changed" : "saved";
  return <Line date={date} is={is} tone={isSound ? "" : "tone-red"} text={text} unsettled={unsettled_days} />;
}

type LineProps = { date: string; is: string; tone: string; text: string; unsettled?: readonly UnsettledDay[] };

function Line({ date, is, tone, text, unsettled = [] }: LineProps) {
  return (
    <li data-testid="bill-outcome" data-is={is}>
      <span className="figures">{date}</span> <span className={tone}>{text}</span>
      <UnsettledDays days={unsettled} />
    </li>
  );
}

import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { SpanReport } from "../../ipc/model";
import { reportQuery } from "../../ipc/queries";
import { useLayoutPrefs } from "../../lib/prefs";
import { DayMarkSign } from "./DayMarkSign";
import { LeftList } from "./LeftList";
import { monthOf } from "./month";
import { SumsTable } from "./SumsTable";

type MonthReportProps = {
  profile: string;
  /** Any day of the month. */
  month: string;
  /** Opens a day, and one of its differences. */
  onDay: (date: string, identity?: string) => void;
};

/** A month: what it adds up to, which days are not done, and what is left of them by age. */
export function MonthReport({ profile, month, onDay }: MonthReportProps) {
  const { t } = useTranslation();
  const { first, last } = monthOf(month);
  const found = useQuery(reportQuery(profile, first, last));
  if (found.isPending) return <SkeletonRows rows={8} />;
  if (found.isError) return <ErrorView error={found.error} onRetry={() => void found.refetch()} />;
  const report = found.data;
  if (report.marks.every(({ mark }) => mark === "nothing"))
    return <EmptyView testId="days-pick" title={t("days.pick")} text={t("days.pickText")} />;
  return (
    <div className="day" data-testid="month-report">
      <header className="day-verdict-line">
        <strong className="figures">{t("days.reportOf", { month: first.slice(0, 7) })}</strong>
        <span className="figures">{t("days.reportLeft", { left: report.left, malformed: report.malformed })}</span>
        <span className="day-verdict-actions">
          <ExportReport profile={profile} from={first} to={last} />
        </span>
      </header>
      <Sums sums={report.sums} />
      <Marks marks={report.marks} onDay={onDay} />
      <Ages aging={report.aging} />
      {report.left > 0 && <LeftList profile={profile} from={first} to={last} onDay={onDay} />}
    </div>
  );
}

function ExportReport({ profile, from, to }: { profile: string; from: string; to: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const { viewpoint } = useLayoutPrefs();
  const write = async () => {
    const file = await desk().daysReportExport(profile, from, to, viewpoint === "own");
    if (file) message.success(t("days.exported", { file }));
  };
  return (
    <Button size="small" onClick={() => void write().catch(report)} data-testid="report-export">
      {t("days.reportExport")}
    </Button>
  );
}

/** Both sides of the payments, the refunds and the net; the fees that the bills name. */
function Sums({ sums }: { sums: SpanReport["sums"] }) {
  const { t } = useTranslation();
  return (
    <>
      <SumsTable
        names={{ table: "report-sums", row: "report" }}
        title={t("days.reportItem")}
        sums={sums}
        fees={{
          title: t("days.reportItems.fees"),
          yuan: sums.fee_yuan,
          gap:
            sums.fee_count === 0 ? null : t("days.reportFeesOff", { count: sums.fee_count, yuan: sums.fee_gap_yuan }),
        }}
      />
      {sums.not_compared > 0 && (
        <p className="tone-amber report-not-compared" data-testid="report-not-compared">
          {t("days.reportNotCompared", { count: sums.not_compared })}
        </p>
      )}
    </>
  );
}

/** How many days stand how, and which. */
function Marks({ marks, onDay }: { marks: SpanReport["marks"]; onDay: MonthReportProps["onDay"] }) {
  const { t } = useTranslation();
  return (
    <table className="list-table report-marks" aria-label={t("days.reportDays")}>
      <tbody>
        {marks.map(({ mark, dates }) => (
          <tr key={mark} data-testid={`report-mark-${mark}`}>
            <td>
              <DayMarkSign mark={mark} />
            </td>
            <td className="right figures">{t("days.reportDayCount", { count: dates.length })}</td>
            <td className="report-dates">
              {dates.map((date) => (
                <button
                  key={date}
                  type="button"
                  className="row-button figures"
                  title={date}
                  onClick={() => onDay(date)}
                  data-testid={`report-day-${date}`}
                >
                  {Number(date.slice(8))}
                </button>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is left of the month, by age. */
function Ages({ aging }: { aging: SpanReport["aging"] }) {
  const { t } = useTranslation();
  const left = aging.filter((age) => age.open + age.carried_over > 0);
  if (left.length === 0) return null;
  return (
    <p className="figures report-ages" data-testid="report-ages">
      {left.map((age) => (
        <span key={age.up_to_days ?? 0}>
          <strong>{age.up_to_days === null ? t("days.older") : t("days.upTo", { days: age.up_to_days })}</strong>{" "}
          {t("days.openCount", { count: age.open })} · {t("days.carriedCount", { count: age.carried_over })}
        </span>
      ))}
    </p>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import type { DayDetail } from "../../ipc/model";
import { dayQuery } from "../../ipc/queries";
import { JobProgress } from "../orders/JobProgress";
import { CloseDay, RemarkDay } from "./CloseDay";
import { DayClasses } from "./DayClasses";
import { DayInputs } from "./DayInputs";
import { DayMarkSign } from "./DayMarkSign";
import { Differences } from "./Differences";
import { AGREEING, type DaysSearch } from "./days-search";
import { FeesList } from "./FeesList";
import { MatchedList } from "./MatchedList";
import { Sides } from "./Sides";
import { Suggestion } from "./Suggestion";
import { UnsettledDays } from "./UnsettledDays";
import { useChosenBills } from "./use-chosen-bills";
import { useDayRun } from "./use-day-run";

type DayPaneProps = {
  profile: string;
  date: string;
  search: DaysSearch;
  onSearch: (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) => void;
};

/** One day: its verdict, the classes, what does not agree, and the files that it is made of. */
export function DayPane({ profile, date, search, onSearch }: DayPaneProps) {
  const { t } = useTranslation();
  const found = useQuery(dayQuery(profile, date));
  const [again, setAgain] = useState(false);
  const job = useDayRun(profile, date, () => setAgain(false));
  const ask = () => {
    job.forget();
    setAgain(!again);
  };
  // What was dropped or chosen waits for its run, also where the day was run before.
  const isWaiting = useChosenBills(date).taken.length > 0;
  if (found.isPending) return <SkeletonRows rows={8} />;
  if (found.isError) return <ErrorView error={found.error} onRetry={() => void found.refetch()} />;
  const day = found.data;
  return (
    <div className="day" data-testid="day" data-mark={day.standing.mark}>
      <Verdict profile={profile} day={day} isRunning={job.running} onAgain={ask} />
      <UnsettledDays days={job.unsettled} />
      {job.running && <JobProgress label={t("days.running")} unit="bytes" job={job} />}
      {job.error !== undefined && <ErrorView error={job.error} onClose={job.forget} />}
      {(again || isWaiting || !day.outcome) && <DayInputs profile={profile} day={day} job={job} />}
      {day.outcome && (
        <>
          <DayClasses day={day} search={search} onSearch={onSearch} />
          <Suggestion profile={profile} day={day} job={job} />
          {AGREEING.some((name) => name === search.class) ? (
            <div className="differences">
              <MatchedList profile={profile} date={date} refunds={search.class === "refund_matched"} />
            </div>
          ) : search.class === "fee_diff" ? (
            <div className="differences">
              <FeesList profile={profile} date={date} off={day.outcome.sums.fee_count} />
            </div>
          ) : (
            <Differences profile={profile} date={date} search={search} onSearch={onSearch} />
          )}
        </>
      )}
    </div>
  );
}

type VerdictProps = { profile: string; day: DayDetail; isRunning: boolean; onAgain: () => void };

function Verdict({ profile, day, isRunning, onAgain }: VerdictProps) {
  const { t } = useTranslation();
  const { standing, outcome } = day;
  return (
    <header className="day-verdict">
      <p className="day-verdict-line" data-testid="day-verdict">
        <strong className="figures">{standing.date}</strong>
        <DayMarkSign mark={standing.mark} />
        {outcome && (
          <span className="figures">
            {t("days.left", {
              differences: standing.differences,
              open: standing.open,
              carried: standing.carried_over,
              malformed: standing.malformed,
            })}
          </span>
        )}
        {outcome && outcome.sums.fee_count > 0 && (
          <span className="figures tone-amber" data-testid="day-fees">
            {t("days.feesOff", { count: outcome.sums.fee_count })}
          </span>
        )}
        <span className="day-verdict-actions">
          {outcome && (
            <Button size="small" disabled={isRunning} onClick={onAgain} data-testid="day-again">
              {t("days.again")}
            </Button>
          )}
          {outcome && <RemarkDay profile={profile} date={standing.date} />}
          {outcome && <CloseDay profile={profile} day={day} />}
        </span>
      </p>
      {standing.denied_at !== null && (
        <p className="tone-red" role="alert" data-testid="bill-denied">
          <TimeText at={standing.denied_at} /> {t("days.billDenied")}
        </p>
      )}
      {standing.changed_at !== null && (
        <p className="tone-red" role="alert" data-testid="bill-changed">
          <TimeText at={standing.changed_at} /> {t("days.billChanged")}
        </p>
      )}
      {outcome && outcome.sums.not_compared > 0 && (
        <p className="tone-amber" data-testid="not-compared">
          {t("days.notCompared", { count: outcome.sums.not_compared })}
        </p>
      )}
      {outcome && <Sides outcome={outcome} />}
      {day.notes.map((note) => (
        <p key={note.said_at} className="quiet" data-testid="day-note">
          <TimeText at={note.said_at} /> {note.said_by} {t(`days.kind.${note.kind}`)} {note.text}
        </p>
      ))}
    </header>
  );
}

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import type { DayDetail, DayRunResult } from "../../ipc/model";
import { JobProgress } from "../orders/JobProgress";
import { useDayRun } from "./use-day-run";

type SuggestionProps = { profile: string; day: DayDetail; onDone: (result: DayRunResult) => void };

/** Another amount that the merchant seems to keep, and the day brought together again by it with one click. */
export function Suggestion({ profile, day, onDone }: SuggestionProps) {
  const { t } = useTranslation();
  const job = useDayRun(onDone);
  const { suggested, outcome } = day;
  if (!suggested || !outcome) return null;
  const basis = t(`days.basisWord.${suggested.basis}`);
  if (job.running) return <JobProgress label={t("days.running")} unit="bytes" job={job} />;
  return (
    <div className="day-suggestion" data-testid="suggestion" data-basis={suggested.basis}>
      <span>{t("days.suggested", { ...suggested, basis })}</span>
      <Button
        size="small"
        onClick={() =>
          job.run({
            profile,
            date: day.standing.date,
            own: { is: "as_before" },
            basis: suggested.basis,
            day_cut_s: outcome.day_cut_s,
          })
        }
        data-testid="suggestion-take"
      >
        {t("days.suggestedDo", { basis })}
      </Button>
      {job.error && <ErrorView error={job.error} compact />}
    </div>
  );
}

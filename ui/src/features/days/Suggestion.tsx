import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { DayDetail } from "../../ipc/model";
import type { DayJob } from "./use-day-run";

type SuggestionProps = { profile: string; day: DayDetail; job: DayJob };

/** Another amount that the merchant seems to keep, and the day brought together again by it with one click. */
export function Suggestion({ profile, day, job }: SuggestionProps) {
  const { t } = useTranslation();
  const { suggested, outcome } = day;
  if (!suggested || !outcome || job.running) return null;
  const basis = t(`days.basisWord.${suggested.basis}`);
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
    </div>
  );
}

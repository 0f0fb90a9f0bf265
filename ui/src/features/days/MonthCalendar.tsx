import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import type { DayStanding } from "../../ipc/model";
import { calendarQuery } from "../../ipc/queries";
import { DayMarkSign } from "./DayMarkSign";
import { addMonths, monthOf, placesBefore } from "./month";

type MonthCalendarProps = {
  profile: string;
  /** Any day of the month. */
  month: string;
  chosen?: string | undefined;
  onMonth: (month: string) => void;
  onChoose: (date: string) => void;
};

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A month of days, each with its verdict. */
export function MonthCalendar({ profile, month, chosen, onMonth, onChoose }: MonthCalendarProps) {
  const { t } = useTranslation();
  const { first, last } = monthOf(month);
  const found = useQuery({ ...calendarQuery(profile, first, last), placeholderData: keepPreviousData });
  const days = found.data && !found.isPlaceholderData ? found.data.days : [];
  return (
    <section className="month" aria-label={t("days.calendar")}>
      <div className="month-head">
        <Button size="small" aria-label={t("days.monthBefore")} onClick={() => onMonth(addMonths(first, -1))}>
          ‹
        </Button>
        <strong className="figures">{first.slice(0, 7)}</strong>
        <Button size="small" aria-label={t("days.monthAfter")} onClick={() => onMonth(addMonths(first, 1))}>
          ›
        </Button>
      </div>
      {found.isError && <ErrorView error={found.error} onRetry={() => void found.refetch()} compact />}
      <div className="month-grid" data-testid="month">
        {WEEKDAYS.map((day) => (
          <span key={day} className="month-weekday">
            {t(`days.weekday.${day}`)}
          </span>
        ))}
        {days[0] && <span style={{ gridColumn: `span ${placesBefore(first)}` }} hidden={placesBefore(first) === 0} />}
        {days.map((day) => (
          <DayCell key={day.date} day={day} isChosen={day.date === chosen} onChoose={() => onChoose(day.date)} />
        ))}
      </div>
    </section>
  );
}

/** More than there is room for beside the number of the day. */
const LEFT_MOST = 99;

function DayCell({ day, isChosen, onChoose }: { day: DayStanding; isChosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation();
  const left = day.open + day.malformed;
  return (
    <button
      type="button"
      className={isChosen ? "month-day chosen" : "month-day"}
      aria-pressed={isChosen}
      title={[
        day.date,
        t(`days.mark.${day.mark}`),
        left > 0 && t("days.openCount", { count: left }),
        day.bill_changed && t("days.billChangedShort"),
      ]
        .filter(Boolean)
        .join(" · ")}
      data-testid={`day-${day.date}`}
      data-mark={day.mark}
      onClick={onChoose}
    >
      <span className="month-number figures">{Number(day.date.slice(8))}</span>
      {day.mark !== "nothing" && <DayMarkSign mark={day.mark} brief />}
      {left > 0 && (
        <span className={left > 9 ? "month-left month-left-wide figures" : "month-left figures"}>
          {left > LEFT_MOST ? `${LEFT_MOST}+` : left}
        </span>
      )}
      {day.bill_changed && (
        <span className="month-changed" role="img" aria-label={t("days.billChangedShort")}>
          !
        </span>
      )}
    </button>
  );
}

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { Page } from "../../components/Page";
import { useStart } from "../../components/use-settings";
import { calendarQuery } from "../../ipc/queries";
import { useLayoutPrefs, type Viewpoint } from "../../lib/prefs";
import { beijingDay } from "../../lib/time";
import { DayPane } from "./DayPane";
import { type DaysSearch, readDaysSearch } from "./days-search";
import { ExportDays } from "./ExportDays";
import { FetchSpan } from "./FetchSpan";
import { MonthCalendar } from "./MonthCalendar";
import { MonthReport } from "./MonthReport";
import { type Month, monthOf } from "./month";
import { ReadRemarks } from "./ReadRemarks";
import { WaitingBills } from "./WaitingBills";

const route = getRouteApi("/days");

/** Reconciliation: the days of a month, and beside them the one that is open. */
export function DaysScreen() {
  const { t } = useTranslation();
  const { active_profile } = useStart();
  const { month, date } = route.useSearch();
  // The one month that is shown, exported and fetched.
  const span = monthOf(month ?? date ?? beijingDay(Date.now()));
  return (
    <Page
      title={t("days.title")}
      testId="screen-days"
      fill
      aside={active_profile && <Tools profile={active_profile} span={span} />}
    >
      {active_profile ? (
        <Days key={active_profile} profile={active_profile} span={span} />
      ) : (
        <EmptyView title={t("days.noMerchant")} text={t("days.noMerchantText")} />
      )}
    </Page>
  );
}

type OfMonth = { profile: string; span: Month };

function Days({ profile, span: { first } }: OfMonth) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { t } = useTranslation();
  const show = useCallback(
    (next: DaysSearch) => void navigate({ to: "/days", search: next, replace: true }),
    [navigate],
  );
  // Whatever month was looked at, a day that is opened is shown in its own.
  const openDay = useCallback((date: string) => show({ date }), [show]);
  const go = (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) =>
    show(readDaysSearch({ ...search, open: undefined, ...part }));
  return (
    <div className="days">
      <div className="days-side">
        <MonthCalendar
          profile={profile}
          month={first}
          chosen={search.date}
          onMonth={(month) => show({ ...search, month: month.slice(0, 7) })}
          onChoose={openDay}
        />
        <Button
          block
          size="small"
          className="month-report-open"
          disabled={!search.date}
          onClick={() => show({ month: first.slice(0, 7) })}
          data-testid="month-report-open"
        >
          {t("days.report")}
        </Button>
        <WaitingBills date={search.date} onDay={openDay} />
        <Ages profile={profile} month={first} />
      </div>
      {search.date ? (
        <DayPane key={search.date} profile={profile} date={search.date} search={search} onSearch={go} />
      ) : (
        <MonthReport profile={profile} month={first} onDay={(date, open) => show(open ? { date, open } : { date })} />
      )}
    </div>
  );
}

/** What is left of all days, by age. */
function Ages({ profile, month }: { profile: string; month: string }) {
  const { t } = useTranslation();
  const { first, last } = monthOf(month);
  const { data } = useQuery(calendarQuery(profile, first, last));
  const left = data?.aging.filter((age) => age.open + age.carried_over > 0) ?? [];
  if (left.length === 0) return null;
  return (
    <section className="ages" data-testid="ages">
      <h2>{t("days.aging")}</h2>
      <table className="list-table">
        <tbody>
          {left.map((age) => (
            <tr key={age.up_to_days ?? 0}>
              <td>{age.up_to_days === null ? t("days.older") : t("days.upTo", { days: age.up_to_days })}</td>
              <td className="right figures">{t("days.openCount", { count: age.open })}</td>
              <td className="right figures">{t("days.carriedCount", { count: age.carried_over })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Tools({ profile, span: { first, last } }: OfMonth) {
  const { t } = useTranslation();
  const { viewpoint, setViewpoint } = useLayoutPrefs();
  const [fetching, setFetching] = useState(false);
  const { date } = route.useSearch();
  return (
    <div className="sheet-actions">
      <Segmented<Viewpoint>
        size="small"
        value={viewpoint}
        aria-label={t("days.viewpoint")}
        options={[
          { value: "neutral", label: t("days.neutral") },
          { value: "own", label: t("days.own") },
        ]}
        onChange={setViewpoint}
      />
      <Button
        size="small"
        title={t("days.fetchSpanOf", { first, last })}
        onClick={() => setFetching(true)}
        data-testid="month-fetch"
      >
        {t("days.fetchSpan")}
      </Button>
      {fetching && <FetchSpan profile={profile} from={first} to={last} onClose={() => setFetching(false)} />}
      <ExportDays profile={profile} date={date} first={first} last={last} />
      <ReadRemarks profile={profile} />
    </div>
  );
}

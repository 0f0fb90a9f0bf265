import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { Page } from "../../components/Page";
import { useStart } from "../../components/use-settings";
import { calendarQuery, chosenBillsQuery } from "../../ipc/queries";
import { useLayoutPrefs, type Viewpoint } from "../../lib/prefs";
import { beijingDay } from "../../lib/time";
import { DayPane } from "./DayPane";
import { type DaysSearch, readDaysSearch } from "./days-search";
import { ExportDays } from "./ExportDays";
import { FetchSpan } from "./FetchSpan";
import { MonthCalendar } from "./MonthCalendar";
import { MonthReport } from "./MonthReport";
import { monthOf } from "./month";
import { ReadRemarks } from "./ReadRemarks";

const route = getRouteApi("/days");

/** Reconciliation: the days of a month, and beside them the one that is open. */
export function DaysScreen() {
  const { t } = useTranslation();
  const { active_profile } = useStart();
  return (
    <Page
      title={t("days.title")}
      testId="screen-days"
      fill
      aside={active_profile && <Tools profile={active_profile} />}
    >
      {active_profile ? (
        <Days key={active_profile} profile={active_profile} />
      ) : (
        <EmptyView title={t("days.noMerchant")} text={t("days.noMerchantText")} />
      )}
    </Page>
  );
}

function Days({ profile }: { profile: string }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const [month, setMonth] = useState(search.date ?? beijingDay(Date.now()));
  const go = (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) =>
    void navigate({ to: "/days", search: readDaysSearch({ ...search, open: undefined, ...part }), replace: true });
  const { t } = useTranslation();
  // A bill that was dropped while no day was open opens its own.
  const dropped = useQuery(chosenBillsQuery()).data?.find((bill) => bill.date !== null)?.date;
  useEffect(() => {
    if (!search.date && dropped) void navigate({ to: "/days", search: { date: dropped }, replace: true });
  }, [search.date, dropped, navigate]);
  return (
    <div className="days">
      <div className="days-side">
        <MonthCalendar
          profile={profile}
          month={month}
          chosen={search.date}
          onMonth={setMonth}
          onChoose={(date) => navigate({ to: "/days", search: { date }, replace: true })}
        />
        <Button
          block
          size="small"
          className="month-report-open"
          disabled={!search.date}
          onClick={() => void navigate({ to: "/days", search: {}, replace: true })}
          data-testid="month-report-open"
        >
          {t("days.report")}
        </Button>
        <Ages profile={profile} month={month} />
      </div>
      {search.date ? (
        <DayPane key={search.date} profile={profile} date={search.date} search={search} onSearch={go} />
      ) : (
        <MonthReport
          profile={profile}
          month={month}
          onDay={(date, open) =>
            void navigate({ to: "/days", search: open ? { date, open } : { date }, replace: true })
          }
        />
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

function Tools({ profile }: { profile: string }) {
  const { t } = useTranslation();
  const { viewpoint, setViewpoint } = useLayoutPrefs();
  const [fetching, setFetching] = useState(false);
  const { date } = route.useSearch();
  const { first, last } = monthOf(date ?? beijingDay(Date.now()));
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
      <Button size="small" onClick={() => setFetching(true)} data-testid="month-fetch">
        {t("days.fetchSpan")}
      </Button>
      {fetching && <FetchSpan profile={profile} from={first} to={last} onClose={() => setFetching(false)} />}
      <ExportDays profile={profile} date={date} first={first} last={last} />
      <ReadRemarks profile={profile} />
    </div>
  );
}

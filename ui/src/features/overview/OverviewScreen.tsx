import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { useAlarms } from "../../components/use-alarms";
import { usePollingBlocked } from "../../components/use-polling-blocked";
import type { Overview } from "../../ipc/model";
import { overviewQuery } from "../../ipc/queries";
import { formatSeconds, secondsUntil } from "../../lib/time";
import { useNow } from "../../lib/use-now";
import { Alarms } from "./Alarms";
import { Daily } from "./Daily";
import { Verdicts } from "./Verdicts";

const route = getRouteApi("/overview");
const SPANS = [1, 7, 30] as const;

/** The figures of a span of days, what needs a person, and each day. */
export function OverviewScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { days = 1 } = route.useSearch();
  const overview = useQuery({ ...overviewQuery(days), placeholderData: keepPreviousData });
  return (
    <Page
      title={t("overview.title")}
      testId="screen-overview"
      aside={
        <Segmented
          data-testid="overview-days"
          value={days}
          options={SPANS.map((value) => ({ value, label: t(`overview.days.${value}`) }))}
          onChange={(next) =>
            void navigate({ to: "/overview", search: next === 7 || next === 30 ? { days: next } : {}, replace: true })
          }
        />
      }
    >
      {overview.isPending && <SkeletonRows rows={6} />}
      {overview.isError && <ErrorView error={overview.error} onRetry={() => void overview.refetch()} />}
      {overview.data && <Content overview={overview.data} />}
    </Page>
  );
}

function Content({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { count } = useAlarms();
  const nothing = overview.orders === 0 && overview.daily.every((day) => day.orders === 0) && count === 0;
  return (
    <>
      <Figures overview={overview} />
      {nothing ? (
        <EmptyView
          title={t("overview.emptyTitle")}
          text={t("overview.emptyText")}
          action={
            <Button type="primary" onClick={() => void navigate({ to: "/test-orders" })}>
              {t("orders.emptyAction")}
            </Button>
          }
        />
      ) : (
        <div className="overview-parts">
          <Daily days={overview.daily} />
          <div>
            <Alarms />
            <Verdicts />
          </div>
        </div>
      )}
    </>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <dl className="figures-row" data-testid="overview-figures">
      <Figure name={t("overview.paidFen")}>
        <Money fen={overview.paid_fen} />
      </Figure>
      <Figure name={t("overview.refunded")}>
        <Money fen={overview.refunded_fen} />
      </Figure>
      <Figure name={t("overview.net")}>
        <Money fen={overview.net_fen} />
      </Figure>
      <Figure name={t("overview.orders")}>{number.format(overview.orders)}</Figure>
      <Figure name={t("overview.paid")}>{number.format(overview.paid)}</Figure>
      <Figure name={t("overview.success")}>{formatPermille(overview.success_permille)}</Figure>
      <Polling overview={overview} />
    </dl>
  );
}

function Polling({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const next = overview.next_query_at;
  const blocked = usePollingBlocked();
  const waiting = overview.polling > 0 && next !== null;
  const now = useNow(waiting && !blocked ? next : null);
  const note = !waiting
    ? t("overview.pollingNone")
    : blocked
      ? t(`top.blocked.${blocked}`)
      : t("overview.pollingNext", { rest: formatSeconds(secondsUntil(next, now)) });
  return (
    <Figure name={t("overview.polling")} note={note}>
      {overview.polling}
    </Figure>
  );
}

function formatPermille(permille: number | null): string {
  if (permille === null) return "—";
  const digits = String(permille).padStart(2, "0");
  return `${digits.slice(0, -1)}.${digits.slice(-1)}%`;
}

function Figure({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>{children}</dd>
      {note && <dd className="figure-note">{note}</dd>}
    </div>
  );
}

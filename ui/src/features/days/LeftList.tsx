import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { PagedTable } from "../../components/PagedTable";
import { SkeletonRows } from "../../components/Skeleton";
import type { LeftRow } from "../../ipc/model";
import { leftQuery, PAGE_ROWS } from "../../ipc/queries";
import { BothSides, StateCell } from "./Differences";

type LeftListProps = {
  profile: string;
  from: string;
  to: string;
  onDay: (date: string, identity: string) => void;
};

/** What is open or carried over of a span of days, the oldest first; each leads to its day. */
export function LeftList({ profile, from, to, onDay }: LeftListProps) {
  const { t } = useTranslation();
  const first = useQuery({ ...leftQuery(profile, from, to, 0), placeholderData: keepPreviousData });
  if (first.isPending) return <SkeletonRows rows={6} />;
  if (first.isError) return <ErrorView error={first.error} onRetry={() => void first.refetch()} />;
  return (
    <div className="list-pane list-pane-inner" data-testid="left-list">
      <PagedTable<LeftRow>
        label={t("days.reportLeftList")}
        total={first.data.total}
        pageRows={PAGE_ROWS}
        page={(at) => leftQuery(profile, from, to, at)}
        columns={[
          { name: t("days.reportDate"), width: 96 },
          { name: t("days.reportAge"), width: 60, right: true },
          { name: t("days.class"), width: 116 },
          { name: t("days.number") },
          { name: t("days.bill"), width: 92, right: true },
          { name: t("days.local"), width: 92, right: true },
          { name: t("days.state"), width: 88 },
        ]}
        row={({ date, age_days, row }) => (
          <tr
            key={row.identity}
            className="choosable"
            onClick={() => onDay(date, row.identity)}
            data-testid="left-row"
            data-state={row.state}
          >
            <td className="figures">{date}</td>
            <td className="right figures">{t("days.reportAgeDays", { count: age_days })}</td>
            <BothSides row={row} />
            <StateCell row={row} />
          </tr>
        )}
      />
    </div>
  );
}

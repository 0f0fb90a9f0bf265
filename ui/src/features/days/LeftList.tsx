import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { PagedTable } from "../../components/PagedTable";
import { SkeletonRows } from "../../components/Skeleton";
import type { LeftRow } from "../../ipc/model";
import { leftQuery, PAGE_ROWS } from "../../ipc/queries";
import { numberOf, stateOf, Value } from "./Differences";
import { useClassWord } from "./use-class-word";

type LeftListProps = {
  profile: string;
  from: string;
  to: string;
  onDay: (date: string, identity: string) => void;
};

/** What is open or carried over of a span of days, the oldest first; each leads to its day. */
export function LeftList({ profile, from, to, onDay }: LeftListProps) {
  const { t } = useTranslation();
  const word = useClassWord();
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
          { name: t("days.reportAge"), width: 72, right: true },
          { name: t("days.class"), width: 124 },
          { name: t("days.number") },
          { name: t("days.bill"), width: 104, right: true },
          { name: t("days.local"), width: 104, right: true },
          { name: t("days.state"), width: 96 },
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
            <td className="clip">{word(row.class)}</td>
            <td className="clip">
              <button type="button" className="row-button mono" title={numberOf(row)}>
                {numberOf(row)}
              </button>
            </td>
            <td className="right clip">
              <Value row={row} value={row.bill_value} fen={row.bill_fen} />
            </td>
            <td className="right clip">
              <Value row={row} value={row.local_value} fen={row.local_fen} />
            </td>
            <td className={row.state === "open" ? "tone-red" : "quiet"}>{t(`days.stateWord.${stateOf(row)}`)}</td>
          </tr>
        )}
      />
    </div>
  );
}

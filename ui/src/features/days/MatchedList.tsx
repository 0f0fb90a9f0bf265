import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import type { MatchedRow } from "../../ipc/model";
import { matchedQuery, PAGE_ROWS } from "../../ipc/queries";
import { BillLine } from "./BillLine";

type MatchedListProps = { profile: string; date: string; refunds: boolean };

/** The rows of the bill that agree, read from it once more. */
export function MatchedList({ profile, date, refunds }: MatchedListProps) {
  const { t } = useTranslation();
  const first = useQuery(matchedQuery(profile, date, refunds, 0));
  if (first.isPending) return <SkeletonRows rows={6} />;
  if (first.isError) return <ErrorView error={first.error} onRetry={() => void first.refetch()} />;
  if (first.data.total === 0) return <EmptyView title={t("days.noneFound")} text={t("days.noneFoundText")} />;
  return (
    <div className="list-pane list-pane-inner" data-testid="matched-list">
      <PagedTable<MatchedRow>
        label={t("days.matchedRows")}
        total={first.data.total}
        pageRows={PAGE_ROWS}
        page={(at) => matchedQuery(profile, date, refunds, at)}
        columns={[
          { name: t("days.outTradeNo"), width: 204 },
          { name: refunds ? t("days.refundId") : t("days.transactionId"), width: 204 },
          { name: t("days.amount"), width: 92, right: true },
          { name: t("days.tradeType"), width: 76 },
          { name: t("days.at"), width: 140 },
          { name: t("days.billLine") },
        ]}
        row={(row) => (
          <tr
            key={`${row.bill_file} ${row.bill_line} ${row.transaction_id} ${row.refund_id}`}
            data-testid="matched-row"
          >
            <td className="clip">
              <CopyText text={row.out_trade_no} />
            </td>
            <td className="clip">
              <CopyText text={refunds ? row.refund_id : row.transaction_id} />
            </td>
            <td className="right">
              <Money fen={row.amount_fen} />
            </td>
            <td>{row.trade_type}</td>
            <td>
              <TimeText at={row.at} />
            </td>
            <BillLine row={row} />
          </tr>
        )}
      />
    </div>
  );
}

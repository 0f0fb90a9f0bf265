import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SkeletonRows } from "../../components/Skeleton";
import type { FeeRow } from "../../ipc/model";
import { feesQuery, PAGE_ROWS } from "../../ipc/queries";
import { BillLine } from "./BillLine";

type FeesListProps = {
  profile: string;
  date: string;
  /** How many are off, listed one by one or not. */
  off: number;
};

/** The rows of the bill whose fee is not what base and rate give, each with both and the gap. */
export function FeesList({ profile, date, off }: FeesListProps) {
  const { t } = useTranslation();
  const first = useQuery(feesQuery(profile, date, 0));
  if (first.isPending) return <SkeletonRows rows={6} />;
  if (first.isError) return <ErrorView error={first.error} onRetry={() => void first.refetch()} />;
  const { total, rows } = first.data;
  const hasFiles = rows.some((row) => row.bill_file !== null);
  if (total === 0) return <EmptyView title={t("days.feesNone")} text={t("days.feesNoneText")} />;
  return (
    <div className="list-pane list-pane-inner" data-testid="fees-list">
      {off > total && <p className="quiet list-head">{t("days.feesMore", { total, off })}</p>}
      <PagedTable<FeeRow>
        label={t("days.classes.fee_diff")}
        total={total}
        pageRows={PAGE_ROWS}
        page={(at) => feesQuery(profile, date, at)}
        columns={[
          { name: t("days.billLine"), width: hasFiles ? 220 : 84 },
          { name: t("days.number") },
          { name: t("days.feeBase"), width: 100, right: true },
          { name: t("days.feeRate"), width: 68, right: true },
          { name: t("days.feeBill"), width: 92, right: true },
          { name: t("days.feeExpected"), width: 92, right: true },
          { name: t("days.feeGap"), width: 136, right: true },
        ]}
        row={(row) => (
          <tr key={`${row.bill_file} ${row.bill_line} ${row.transaction_id} ${row.refund_id}`} data-testid="fee-row">
            <BillLine row={row} />
            <td className="clip">
              <CopyText text={row.refund_id || row.out_trade_no} />
            </td>
            <td className="right">
              <Money fen={row.base_fen} />
            </td>
            <td className="right figures">{row.rate}</td>
            <td className="right figures">{row.fee_yuan}</td>
            <td className="right figures">{row.expected_yuan}</td>
            <td className="right figures tone-amber">{row.gap_yuan}</td>
          </tr>
        )}
      />
    </div>
  );
}

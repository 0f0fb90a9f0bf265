import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import type { SpanReport } from "../../ipc/model";

type Sums = Pick<SpanReport["sums"], "payments" | "refunds" | "net">;
type SumsTableProps = {
  /** What the tests call the table, and each of its rows before its item. */
  names: { table: string; row: string };
  className?: string;
  /** What is added up. */
  title: string;
  sums: Sums;
  fees: { title: string; yuan: string; gap: string | null };
};

/** Both sides of the payments, the refunds and the net; the fees that the bills name. */
export function SumsTable({ names, className = "", title, sums, fees }: SumsTableProps) {
  const { t } = useTranslation();
  return (
    <table className={`list-table report-sums ${className}`} data-testid={names.table}>
      <thead>
        <tr>
          <th>{title}</th>
          <th className="right">{t("days.bill")}</th>
          <th className="right">{t("days.local")}</th>
          <th className="right">{t("days.difference")}</th>
        </tr>
      </thead>
      <tbody>
        {(["payments", "refunds", "net"] as const).map((item) => (
          <tr key={item} data-testid={`${names.row}-${item}`}>
            <td>{t(`days.reportItems.${item}`)}</td>
            <td className="right">
              <Money fen={sums[item].bill_fen} />
            </td>
            <td className="right">
              <Money fen={sums[item].local_fen} />
            </td>
            <td className={sums[item].gap_fen === 0 ? "right" : "right tone-red"}>
              <Money fen={sums[item].gap_fen} />
            </td>
          </tr>
        ))}
        <tr data-testid={`${names.row}-fees`}>
          <td>{fees.title}</td>
          <td className="right figures">{t("days.yuan", { yuan: fees.yuan })}</td>
          <td className="right quiet">—</td>
          <td className={fees.gap ? "right figures tone-amber" : "right quiet"}>{fees.gap ?? "—"}</td>
        </tr>
      </tbody>
    </table>
  );
}

import { useTranslation } from "react-i18next";

type BillLineProps = { row: { bill_line: number; bill_file: string | null } };

/** The cell that says where a row stands in the bill, and in which file where the day has several. */
export function BillLine({ row }: BillLineProps) {
  const { t } = useTranslation();
  const line = t("days.line", { line: row.bill_line });
  const place = row.bill_file === null ? line : `${line} · ${row.bill_file}`;
  return (
    <td className="figures quiet clip" title={place}>
      {place}
    </td>
  );
}

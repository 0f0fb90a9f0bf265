import { useTranslation } from "react-i18next";
import type { DayDetail } from "../../ipc/model";
import { formatYuan } from "../../lib/money";
import { FIELDS, REFUND_FIELDS } from "../orders/use-import";
import { SumsTable } from "./SumsTable";

type Outcome = NonNullable<DayDetail["outcome"]>;

/** What a run compared: the bill, the own side with how its tables were read, and what both add up to. */
export function Sides({ outcome }: { outcome: Outcome }) {
  return (
    <>
      <Inputs outcome={outcome} />
      <Sums outcome={outcome} />
    </>
  );
}

function Inputs({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  const side = outcome.own_tables.length > 0 ? t("days.ownFiles") : t("days.store");
  const basis = (["order", "settle", "cash"] as const).find((one) => one === outcome.basis) ?? "order";
  return (
    <dl className="day-sides figures" data-testid="day-sides">
      <dt>{t("days.billSide")}</dt>
      <dd>
        {t("days.billSums", {
          rows: outcome.bill_rows,
          ordered: formatYuan(outcome.bill_total_fen),
          refunded: formatYuan(outcome.bill_refund_fen),
        })}{" "}
        <span className={outcome.summary_ok ? "tone-green" : "tone-red"}>
          {t(outcome.summary_ok ? "days.summaryOk" : "days.summaryOff")}
        </span>
        {outcome.unread && <Unread unread={outcome.unread} />}
      </dd>
      <dt>{t("days.ownSide", { side })}</dt>
      <dd>
        {t("days.ownSums", { orders: outcome.local_orders, refunds: outcome.local_refunds })}{" "}
        <span className="quiet">· {t("days.ownBasis", { basis: t(`days.basisWord.${basis}`) })}</span>
        {outcome.passed_over > 0 && (
          <span className="quiet" data-testid="passed-over">
            {" "}
            · {t("days.ownPassedOver", { count: outcome.passed_over })}
          </span>
        )}
        {outcome.damaged_ids > 0 && (
          <span className="tone-amber" data-testid="damaged-ids">
            {" "}
            · {t("days.ownDamaged", { count: outcome.damaged_ids })}
          </span>
        )}
      </dd>
      {outcome.own_tables.map((own) => (
        <OwnTable key={own.table} own={own} />
      ))}
    </dl>
  );
}

/** What the rows that cannot be read would have to hold. */
function Unread({ unread }: { unread: NonNullable<Outcome["unread"]> }) {
  const { t } = useTranslation();
  const [ordered, refunded] = [formatYuan(unread.total_fen), formatYuan(unread.refund_fen)];
  return <span data-testid="unread-rows"> · {t("days.unreadRows", { rows: unread.rows, ordered, refunded })}</span>;
}

/** Both sides of the rows that were compared, and the fee that the bill names. */
function Sums({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  return (
    <SumsTable
      names={{ table: "day-sums", row: "day-sum" }}
      className="day-sums"
      title={t("days.comparedRows")}
      sums={outcome.sums}
      fees={{ title: t("days.feeBill"), yuan: outcome.sums.fee_yuan, gap: null }}
    />
  );
}

/** One table of the merchant: its file, and what was said of how it is read. */
function OwnTable({ own: { table, file_name, mapping } }: { own: Outcome["own_tables"][number] }) {
  const { t } = useTranslation();
  const fields = [...FIELDS, ...REFUND_FIELDS];
  const name = (field: string) => {
    const known = fields.find((one) => one === field);
    return known ? t(`sheets.field.${known}`) : field;
  };
  const words = [
    mapping?.sheet && t("days.ownSheet", { sheet: mapping.sheet }),
    mapping?.unit && t("days.ownUnit", { unit: t(`sheets.${mapping.unit}`) }),
    ...(mapping?.columns ?? []).map(({ field, title }) => t("days.ownColumn", { field: name(field), title })),
  ];
  return (
    <>
      <dt>{t(`days.table.${table}`)}</dt>
      <dd data-testid={`used-${table}`}>
        {file_name} <span className="quiet">{words.filter(Boolean).join(" · ")}</span>
      </dd>
    </>
  );
}

import { Button, Radio } from "antd";
import { useTranslation } from "react-i18next";
import type { OwnTableUsed } from "../../ipc/model";
import { ImportPreviewView } from "../orders/ImportPreviewView";
import type { useOwnTable } from "./use-day-run";

type Table = ReturnType<typeof useOwnTable>;
type Kept = "before" | "store";
type OwnSideProps = {
  orders: Table;
  refunds: Table;
  /** The tables that the day was compared with last. */
  before: OwnTableUsed[];
  kept: Kept;
  onKept: (kept: Kept) => void;
};

/** What the bill is compared with: the orders that are kept here, or the merchant's own tables, those of last time at first. */
export function OwnSide({ orders, refunds, before, kept, onKept }: OwnSideProps) {
  const { t } = useTranslation();
  const isFile = orders.shown !== null || refunds.shown !== null;
  const choose = (value: Kept | "file") => {
    if (value === "file") return orders.choose();
    orders.forget();
    refunds.forget();
    onKept(value);
  };
  const names = before.map(({ file_name }) => file_name).join(", ");
  return (
    <>
      <div className="day-input">
        <span className="day-input-name">{t("days.other")}</span>
        <Radio.Group
          data-testid="day-own"
          value={isFile ? "file" : kept}
          onChange={(event) => choose(event.target.value)}
          options={[
            ...(before.length > 0 ? [{ value: "before", label: t("days.asBefore", { names }) }] : []),
            { value: "store", label: t("days.store") },
            { value: "file", label: t("days.file") },
          ]}
        />
      </div>
      {isFile && <TableChoice name="orders" table={orders} />}
      {isFile && <TableChoice name="refunds" table={refunds} />}
    </>
  );
}

/** One table: its choosing, and how it is read. */
function TableChoice({ name, table }: { name: "orders" | "refunds"; table: Table }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="day-input">
        <span className="day-input-name">{t(`days.table.${name}`)}</span>
        <Button size="small" loading={table.looking} onClick={table.choose} data-testid={`own-${name}`}>
          {t(table.shown ? "sheets.choose" : "days.chooseBill")}
        </Button>
        {table.shown ? (
          <Button size="small" type="text" onClick={table.forget}>
            {t("days.clearBills")}
          </Button>
        ) : (
          <span className="quiet">{t(`days.tableWithout.${name}`)}</span>
        )}
      </div>
      {table.shown && (
        <div data-testid={`own-${name}-table`}>
          <ImportPreviewView job={table} shown={table.shown} table={name} />
        </div>
      )}
    </>
  );
}

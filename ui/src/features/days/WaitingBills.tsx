import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { RefusalText } from "../../components/RefusalText";
import type { ChosenBill } from "../../ipc/model";
import { chosenBillsQuery } from "../../ipc/queries";
import { ForgetBill } from "./ForgetBill";
import { useChosenBills } from "./use-chosen-bills";

type WaitingBillsProps = {
  /** The day that is open. */
  date: string | undefined;
  onDay: (date: string) => void;
};

/** The chosen bills that the day that is open does not take: of which day each is, or why nobody can tell. */
export function WaitingBills({ date, onDay }: WaitingBillsProps) {
  const { t } = useTranslation();
  const { waiting, leftOut, forget } = useChosenBills(date);
  useOpenDropped(date, onDay);
  if (waiting.length === 0 && leftOut.count === 0) return null;
  const rest = leftOut.count > leftOut.names.length ? "…" : "";
  return (
    <section className="waiting-bills" data-testid="waiting-bills">
      <div className="part-head">
        <h2>{t("days.waitingBills")}</h2>
        <Button size="small" type="text" onClick={() => forget(waiting)} data-testid="waiting-clear">
          {t("days.clearBills")}
        </Button>
      </div>
      <ul>
        {waiting.map((bill) => (
          <li key={bill.number} data-testid="waiting-bill">
            {bill.file_name} <Day bill={bill} onDay={onDay} />{" "}
            <ForgetBill bill={bill} onForget={() => forget([bill])} />
          </li>
        ))}
      </ul>
      {leftOut.count > 0 && (
        <p className="tone-red" role="alert" data-testid="bills-left-out">
          {t("days.leftOut", { ...leftOut, names: leftOut.names.join(t("days.comma")) + rest })}
        </p>
      )}
    </section>
  );
}

/** The day of a bill, which it opens; else what is wrong with it. */
function Day({ bill, onDay }: { bill: ChosenBill; onDay: WaitingBillsProps["onDay"] }) {
  const { t } = useTranslation();
  const { date, problem } = bill;
  if (date !== null)
    return (
      <Button size="small" type="link" onClick={() => onDay(date)} data-testid="waiting-day">
        {t("days.openDay", { date })}
      </Button>
    );
  return (
    <span className={problem ? "tone-red" : "tone-amber"}>
      {problem ? <RefusalText refusal={problem} /> : t("days.noRowsDo")}
    </span>
  );
}

/** A bill that is dropped while no day is open opens its own; one that waited before does not. */
function useOpenDropped(date: string | undefined, onDay: (date: string) => void) {
  const bills = useQuery(chosenBillsQuery()).data?.bills;
  const before = useRef<typeof bills>(undefined);
  useEffect(() => {
    const known = before.current;
    before.current = bills;
    if (date !== undefined || !known || !bills) return;
    const isNew = (bill: ChosenBill) => known.every(({ number }) => number !== bill.number);
    const dropped = bills.find((bill) => bill.date !== null && isNew(bill))?.date;
    if (dropped) onDay(dropped);
  }, [bills, date, onDay]);
}

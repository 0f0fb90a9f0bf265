import { useQuery } from "@tanstack/react-query";
import { Button, InputNumber, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import type { DayDetail, DayRequest, DayRunResult } from "../../ipc/model";
import { chosenBillsQuery } from "../../ipc/queries";
import { JobProgress } from "../orders/JobProgress";
import { DayBills } from "./DayBills";
import { OwnSide } from "./OwnSide";
import { useDayRun, useOwnTable } from "./use-day-run";

type DayInputsProps = {
  profile: string;
  day: DayDetail;
  onDone: (result: DayRunResult) => void;
};

type Basis = DayRequest["basis"];

const BASES: Basis[] = ["order", "settle", "cash"];
const DAY_CUT_S = 300;

/** What a day is made of: the bill, the other side, and which amount is compared; at first as it was done last. */
export function DayInputs({ profile, day, onDone }: DayInputsProps) {
  const { t } = useTranslation();
  const { date } = day.standing;
  const before = day.outcome?.own_tables ?? [];
  const [saidBasis, setBasis] = useState<Basis | null>(null);
  const [saidCut, setCut] = useState<number | null>(null);
  const [saidKept, setKept] = useState<"before" | "store" | null>(null);
  const kept = saidKept ?? (before.length > 0 ? "before" : "store");
  const lastBasis = before.length > 0 && BASES.find((basis) => basis === day.outcome?.basis);
  const basis = saidBasis ?? (lastBasis || (day.own_basis ?? "order"));
  const cut = saidCut ?? day.outcome?.day_cut_s ?? DAY_CUT_S;
  const bills = useQuery(chosenBillsQuery());
  const orders = useOwnTable(profile, "orders");
  const refunds = useOwnTable(profile, "refunds");
  const isFile = orders.shown !== null || refunds.shown !== null;
  const hasOrders = isFile
    ? orders.shown !== null
    : kept === "before" && before.some(({ table }) => table === "orders");
  const job = useDayRun(onDone);
  const isReadable = !orders.shown?.problem && !refunds.shown?.problem;
  const isReady = isReadable && (bills.data?.bills.every((bill) => bill.problem === null) ?? false);
  if (job.running) return <JobProgress label={t("days.running")} unit="bytes" job={job} />;
  return (
    <section className="day-inputs" data-testid="day-inputs">
      {job.error && <ErrorView error={job.error} />}
      <DayBills profile={profile} date={date} known={day.bills} />
      <OwnSide orders={orders} refunds={refunds} before={before} kept={kept} onKept={setKept} />
      {hasOrders && (
        <div className="day-input">
          <span className="day-input-name">{t("days.basis")}</span>
          <Radio.Group
            value={basis}
            onChange={(event) => setBasis(event.target.value)}
            data-testid="day-basis"
            options={BASES.map((value) => ({
              value,
              label: t(`days.basisWord.${value}`),
            }))}
          />
          <span className="quiet">{t("days.basisWhy")}</span>
        </div>
      )}
      <div className="day-input">
        <span className="day-input-name">{t("days.dayCut")}</span>
        <InputNumber
          size="small"
          min={0}
          max={43_200}
          step={60}
          value={cut}
          aria-label={t("days.dayCut")}
          onChange={(value) => setCut(value)}
        />
        <span className="quiet">{t("days.dayCutWhy")}</span>
      </div>
      <div className="form-foot">
        <Button
          type="primary"
          disabled={!isReady || orders.looking || refunds.looking}
          data-testid="day-run"
          onClick={() =>
            job.run({
              profile,
              date,
              own: isFile
                ? { is: "tables", orders: orders.shown?.mapping ?? null, refunds: refunds.shown?.mapping ?? null }
                : { is: kept === "before" ? "as_before" : "store" },
              basis: hasOrders ? basis : "order",
              day_cut_s: cut,
            })
          }
        >
          {t("days.run")}
        </Button>
      </div>
    </section>
  );
}

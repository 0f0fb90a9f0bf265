import { useQuery } from "@tanstack/react-query";
import { Button, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DayDetail } from "../../ipc/model";
import { chosenBillsQuery, ownAmountsQuery } from "../../ipc/queries";
import { BASES, type Basis, BasisChoice } from "./BasisChoice";
import { DayBills } from "./DayBills";
import { OwnSide } from "./OwnSide";
import { useChosenBills } from "./use-chosen-bills";
import { type DayJob, useOwnTable } from "./use-day-run";

type DayInputsProps = {
  profile: string;
  day: DayDetail;
  job: DayJob;
};

const DAY_CUT_S = 300;

/** What a day is made of: the bill, the other side, and which amount is compared; at first as it was done last. */
export function DayInputs({ profile, day, job }: DayInputsProps) {
  const { t } = useTranslation();
  const { date } = day.standing;
  const before = day.outcome?.own_tables ?? [];
  const [saidBasis, setBasis] = useState<Basis | null>(null);
  const [saidCut, setCut] = useState<number | null>(null);
  const [saidKept, setKept] = useState<"before" | "store" | null>(null);
  const kept = saidKept ?? (before.length > 0 ? "before" : "store");
  const lastBasis = before.length > 0 && BASES.find((basis) => basis === day.outcome?.basis);
  const knownBasis = lastBasis || day.own_basis;
  const basis = saidBasis ?? knownBasis;
  const cut = saidCut ?? day.outcome?.day_cut_s ?? DAY_CUT_S;
  const bills = useQuery(chosenBillsQuery());
  const { taken } = useChosenBills(date);
  const orders = useOwnTable(profile, "orders");
  const refunds = useOwnTable(profile, "refunds");
  const isFile = orders.shown !== null || refunds.shown !== null;
  const hasOrders = isFile
    ? orders.shown !== null
    : kept === "before" && before.some(({ table }) => table === "orders");
  // Where nobody said yet which amount this merchant keeps, the table and the bill may show it.
  const shown = knownBasis === null && orders.shown && !orders.shown.problem ? orders.shown : null;
  const compared = [...taken.map(({ number }) => number), ...day.bills.map(({ digest }) => digest)];
  const seen = useQuery(ownAmountsQuery(profile, date, shown, orders.looks, compared));
  const waitsForBasis = hasOrders && basis === null;
  const isReadable = !orders.shown?.problem && !refunds.shown?.problem;
  const isReady = isReadable && (bills.data?.bills.every((bill) => bill.problem === null) ?? false);
  // What was chosen for a run that is stopped or fails is still there then.
  if (job.running) return null;
  return (
    <section className="day-inputs" data-testid="day-inputs">
      <DayBills profile={profile} date={date} known={day.bills} />
      <OwnSide orders={orders} refunds={refunds} before={before} kept={kept} onKept={setKept} />
      {hasOrders && <BasisChoice basis={basis} onBasis={setBasis} seen={seen.data} />}
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
          disabled={!isReady || waitsForBasis || orders.looking || refunds.looking}
          data-testid="day-run"
          onClick={() =>
            job.run({
              profile,
              date,
              own: isFile
                ? { is: "tables", orders: orders.shown?.mapping ?? null, refunds: refunds.shown?.mapping ?? null }
                : { is: kept === "before" ? "as_before" : "store" },
              basis: (hasOrders && basis) || "order",
              day_cut_s: cut,
            })
          }
        >
          {t("days.run")}
        </Button>
        {waitsForBasis && (
          <span className="quiet" role="status" data-testid="run-waits">
            {t("days.runWaits")}
          </span>
        )}
      </div>
    </section>
  );
}

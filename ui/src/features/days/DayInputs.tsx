import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, InputNumber, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EnglishDetail } from "../../components/EnglishDetail";
import { ErrorView } from "../../components/ErrorView";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayRequest } from "../../ipc/model";
import { chosenBillsQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";
import { ImportPreviewView } from "../orders/ImportPreviewView";
import { JobProgress } from "../orders/JobProgress";
import { useDayRun, useOwnOrders } from "./use-day-run";

type DayInputsProps = { profile: string; date: string; onDone: () => void };

const DAY_CUT_S = 300;

/** What a day is made of: the bill, the other side, and which amount is compared. */
export function DayInputs({ profile, date, onDone }: DayInputsProps) {
  const { t } = useTranslation();
  const [basis, setBasis] = useState<DayRequest["basis"]>("order");
  const [cut, setCut] = useState(DAY_CUT_S);
  const bills = useQuery(chosenBillsQuery());
  const own = useOwnOrders(profile);
  const job = useDayRun(onDone);
  const isReady = (bills.data?.every((bill) => bill.problem === null) ?? false) && !own.shown?.problem;
  if (job.running)
    return <JobProgress label={t("days.running")} progress={job.progress} stopping={job.stopping} onStop={job.stop} />;
  return (
    <section className="day-inputs" data-testid="day-inputs">
      {job.error && <ErrorView error={job.error} />}
      <Bills date={date} />
      <div className="day-input">
        <span className="day-input-name">{t("days.other")}</span>
        <Radio.Group
          data-testid="day-own"
          value={own.shown ? "file" : "store"}
          onChange={(event) => (event.target.value === "store" ? own.forget() : own.choose())}
          options={[
            { value: "store", label: t("days.store") },
            { value: "file", label: t("days.file") },
          ]}
        />
        {own.shown && (
          <Button size="small" onClick={own.choose}>
            {t("sheets.choose")}
          </Button>
        )}
      </div>
      {own.shown && <ImportPreviewView job={own} shown={own.shown} />}
      {own.shown && (
        <div className="day-input">
          <span className="day-input-name">{t("days.basis")}</span>
          <Radio.Group
            value={basis}
            onChange={(event) => setBasis(event.target.value)}
            options={(["order", "settle", "cash"] as const).map((value) => ({
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
          onChange={(value) => setCut(value ?? DAY_CUT_S)}
        />
        <span className="quiet">{t("days.dayCutWhy")}</span>
      </div>
      <div className="form-foot">
        <Button
          type="primary"
          disabled={!isReady || own.looking}
          data-testid="day-run"
          onClick={() =>
            job.run({
              profile,
              date,
              mapping: own.shown?.mapping ?? null,
              basis: own.shown ? basis : "order",
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

function Bills({ date }: { date: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const refresh = () => invalidate(client, { tags: ["days"], ids: [] });
  const choose = useMutation({ mutationFn: () => desk().dayBillChoose(), onSuccess: refresh, onError: report });
  const clear = useMutation({ mutationFn: () => desk().dayBillsClear(), onSuccess: refresh, onError: report });
  const bills = useQuery(chosenBillsQuery()).data ?? [];
  return (
    <div className="day-input">
      <span className="day-input-name">{t("days.bill")}</span>
      <Button size="small" loading={choose.isPending} onClick={() => choose.mutate()} data-testid="bill-choose">
        {t("days.chooseBill")}
      </Button>
      {bills.length === 0 && <span className="quiet">{t("days.dropBill")}</span>}
      {bills.map((bill) => (
        <span key={bill.file_name} className="chip" data-testid="chosen-bill">
          {bill.file_name}
          {bill.date && <span className={bill.date === date ? "quiet" : "tone-amber"}> {bill.date}</span>}
          {bill.problem && <EnglishDetail text={bill.problem} />}
        </span>
      ))}
      {bills.length > 0 && (
        <Button size="small" type="text" onClick={() => clear.mutate()} data-testid="bills-clear">
          {t("days.clearBills")}
        </Button>
      )}
    </div>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { RefusalText } from "../../components/RefusalText";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayDetail } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";
import { JobProgress } from "../orders/JobProgress";
import { BillOutcomes } from "./BillOutcomes";
import { ForgetBill } from "./ForgetBill";
import { useBillsFetch } from "./use-bills-fetch";
import { useChosenBills } from "./use-chosen-bills";

type KnownBill = DayDetail["bills"][number];
type DayBillsProps = { profile: string; date: string; known: readonly KnownBill[] };

/** The bill of the day: fetched from WeChat Pay, chosen, dropped, or the one that is known already. */
export function DayBills({ profile, date, known }: DayBillsProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const refresh = () => invalidate(client, { tags: ["days"], ids: [] });
  const choose = useMutation({ mutationFn: () => desk().dayBillChoose(), onSuccess: refresh, onError: report });
  const { taken: bills, forget } = useChosenBills(date);
  const fetching = useBillsFetch(profile);
  const standing = known.findLast((bill) => bill.file_name !== null && bill.kind === "ALL") ?? known.at(-1);
  const label = t("days.fetchBill");
  return (
    <>
      <div className="day-input">
        <span className="day-input-name">{t("days.bill")}</span>
        <Button
          size="small"
          type={bills.length === 0 && !standing ? "primary" : "default"}
          loading={fetching.running}
          onClick={() => fetching.run({ from: date, to: date, kind: "all", packed: false })}
          data-testid="bill-fetch"
        >
          {label}
        </Button>
        <Button size="small" loading={choose.isPending} onClick={() => choose.mutate()} data-testid="bill-choose">
          {t("days.chooseBill")}
        </Button>
        {bills.map((bill) => (
          <span key={bill.number} className="chip" data-testid="chosen-bill">
            {bill.file_name}{" "}
            {bill.problem ? (
              <span className="tone-red">
                <RefusalText refusal={bill.problem} />
              </span>
            ) : (
              <span className="quiet">{bill.date ?? t("days.noRows")}</span>
            )}{" "}
            <ForgetBill bill={bill} onForget={() => forget([bill])} />
          </span>
        ))}
        {bills.length > 0 && (
          <Button size="small" type="text" onClick={() => forget(bills)} data-testid="bills-clear">
            {t("days.clearBills")}
          </Button>
        )}
        {bills.length === 0 && !standing && <span className="quiet">{t("days.dropBill")}</span>}
      </div>
      {bills.length === 0 && standing && !fetching.result && <Known bill={standing} />}
      {fetching.isSlow && <JobProgress label={label} unit="days" job={fetching} />}
      {fetching.error && <ErrorView error={fetching.error} compact />}
      {fetching.result && <BillOutcomes {...fetching.result} />}
    </>
  );
}

/** The bill that is read where no other one was chosen, or WeChat's word that there is none. */
function Known({ bill }: { bill: KnownBill }) {
  const { t } = useTranslation();
  if (bill.is_none)
    return (
      <p className="quiet day-input-note" data-testid="known-none">
        {t("days.knownNone")} <TimeText at={bill.seen_at} />
      </p>
    );
  return (
    <p className="quiet day-input-note" data-testid="known-bill">
      {t("days.knownBill", { file: bill.file_name ?? "—", rows: bill.rows })}{" "}
      <span className={bill.summary_ok ? "tone-green" : "tone-red"}>
        {t(bill.summary_ok ? "days.summaryOk" : "days.summaryOff")}
      </span>{" "}
      <TimeText at={bill.seen_at} />
    </p>
  );
}

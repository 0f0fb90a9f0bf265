import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { RefusalText } from "../../components/RefusalText";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayDetail } from "../../ipc/model";
import { chosenBillsQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";
import { JobProgress } from "../orders/JobProgress";
import { BillOutcomes } from "./BillOutcomes";
import { useBillsFetch } from "./use-bills-fetch";

type KnownBill = DayDetail["bills"][number];
type DayBillsProps = { profile: string; date: string; known: readonly KnownBill[] };

/** The bill of the day: fetched from WeChat Pay, chosen, dropped, or the one that is known already. */
export function DayBills({ profile, date, known }: DayBillsProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const refresh = () => invalidate(client, { tags: ["days"], ids: [] });
  const choose = useMutation({ mutationFn: () => desk().dayBillChoose(), onSuccess: refresh, onError: report });
  const clear = useMutation({ mutationFn: () => desk().dayBillsClear(), onSuccess: refresh, onError: report });
  const bills = useQuery(chosenBillsQuery()).data ?? [];
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
          <span key={bill.file_name} className="chip" data-testid="chosen-bill">
            {bill.file_name}
            {bill.date && <span className={bill.date === date ? "quiet" : "tone-amber"}> {bill.date}</span>}
            {bill.problem && (
              <span className="tone-red">
                {" "}
                <RefusalText refusal={bill.problem} />
              </span>
            )}
          </span>
        ))}
        {bills.length > 0 && (
          <Button size="small" type="text" onClick={() => clear.mutate()} data-testid="bills-clear">
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

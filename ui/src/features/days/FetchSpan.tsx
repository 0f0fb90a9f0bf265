import { Button, Checkbox, DatePicker, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import type { BillsWanted } from "../../ipc/model";
import { beijingDay } from "../../lib/time";
import { JobProgress } from "../orders/JobProgress";
import { BillOutcomes } from "./BillOutcomes";
import { useBillsFetch } from "./use-bills-fetch";

const DAY_MS = 86_400_000;
/** WeChat Pay gives bills of three months. */
const MONTHS_BACK = 3;

const TRADES = ["all", "success", "refund", "recharge_refund"] as const;
const FLOWS = ["fund_flow_basic", "fund_flow_operation", "fund_flow_fees"] as const;

type FetchSpanProps = { profile: string; from: string; to: string; onClose: () => void };

/** Fetches the bills of several days, and says what came of each. */
export function FetchSpan({ profile, from, to, onClose }: FetchSpanProps) {
  const { t } = useTranslation();
  const yesterday = beijingDay(Date.now() - DAY_MS);
  const [span, setSpan] = useState({ from, to: to > yesterday && from <= yesterday ? yesterday : to });
  const [kind, setKind] = useState<BillsWanted["kind"]>("all");
  const [packed, setPacked] = useState(false);
  const fetching = useBillsFetch(profile);
  const options = (kinds: readonly BillsWanted["kind"][]) =>
    kinds.map((value) => ({ value, label: t(`days.billKind.${value}`) }));
  return (
    <Dialog
      onCancel={onClose}
      closable={!fetching.running}
      keyboard={!fetching.running}
      mask={{ closable: false }}
      width={720}
      title={t("days.fetchSpan")}
    >
      <p className="quiet">{t("days.fetchSpanText")}</p>
      <div className="day-input">
        <Select<BillsWanted["kind"]>
          className="bill-kind"
          value={kind}
          disabled={fetching.running}
          aria-label={t("days.billKindName")}
          onChange={setKind}
          options={[
            { label: t("days.tradeBill"), options: options(TRADES) },
            { label: t("days.fundFlow"), options: options(FLOWS) },
          ]}
          data-testid="span-kind"
        />
        <DatePicker.RangePicker
          allowClear={false}
          disabled={fetching.running}
          value={[dayjs(span.from), dayjs(span.to)]}
          minDate={dayjs().subtract(MONTHS_BACK, "month")}
          maxDate={dayjs(beijingDay(Date.now()))}
          onChange={(days) => {
            const [first, last] = days ?? [];
            if (first && last) setSpan({ from: first.format("YYYY-MM-DD"), to: last.format("YYYY-MM-DD") });
          }}
        />
        <Checkbox
          checked={packed}
          disabled={fetching.running}
          onChange={(event) => setPacked(event.target.checked)}
          data-testid="span-packed"
        >
          GZIP
        </Checkbox>
        <Button
          type="primary"
          loading={fetching.running}
          onClick={() => fetching.run({ ...span, kind, packed })}
          data-testid="span-fetch"
        >
          {t("days.fetchDo")}
        </Button>
      </div>
      {fetching.isSlow && <JobProgress label={t("days.fetchSpan")} unit="days" job={fetching} />}
      {fetching.error && <ErrorView error={fetching.error} compact />}
      {fetching.result && <BillOutcomes {...fetching.result} />}
    </Dialog>
  );
}

import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { beijingDay } from "../../lib/time";
import { JobProgress } from "../orders/JobProgress";
import { BillOutcomes } from "./BillOutcomes";
import { useBillsFetch } from "./use-bills-fetch";

const DAY_MS = 86_400_000;
/** WeChat Pay gives bills of three months. */
const MONTHS_BACK = 3;

type FetchSpanProps = { profile: string; from: string; to: string; onClose: () => void };

/** Fetches the bills of several days, and says what came of each. */
export function FetchSpan({ profile, from, to, onClose }: FetchSpanProps) {
  const { t } = useTranslation();
  const yesterday = beijingDay(Date.now() - DAY_MS);
  const [span, setSpan] = useState({ from, to: to > yesterday && from <= yesterday ? yesterday : to });
  const fetching = useBillsFetch(profile);
  return (
    <Dialog
      onCancel={onClose}
      closable={!fetching.running}
      keyboard={!fetching.running}
      mask={{ closable: false }}
      width={640}
      title={t("days.fetchSpan")}
    >
      <p className="quiet">{t("days.fetchSpanText")}</p>
      <div className="day-input">
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
        <Button
          type="primary"
          loading={fetching.running}
          onClick={() => fetching.run(span.from, span.to)}
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

import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { beijingDay } from "../lib/time";

type DaysFilterProps = {
  /** Beijing days, `2026-11-20`, both included; absent is open. */
  from: string | undefined;
  to: string | undefined;
  onChange: (from: string | undefined, to: string | undefined) => void;
};

/** From which day to which; today, a week and a month are one press away. */
export function DaysFilter({ from, to, onChange }: DaysFilterProps) {
  const { t } = useTranslation();
  const today = dayjs(beijingDay(Date.now()));
  return (
    <DatePicker.RangePicker
      className="filter-dates"
      allowEmpty={[true, true]}
      placeholder={[t("orders.filter.from"), t("orders.filter.to")]}
      data-testid="filter-dates"
      value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
      presets={[
        { label: t("overview.days.1"), value: [today, today] },
        { label: t("overview.days.7"), value: [today.subtract(6, "day"), today] },
        { label: t("overview.days.30"), value: [today.subtract(29, "day"), today] },
      ]}
      onChange={(days) => onChange(days?.[0]?.format("YYYY-MM-DD"), days?.[1]?.format("YYYY-MM-DD"))}
    />
  );
}

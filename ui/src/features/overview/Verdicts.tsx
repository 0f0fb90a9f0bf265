import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useActiveProfile } from "../../components/use-settings";
import { beijingDay } from "../../lib/time";
import { MonthCalendar } from "../days/MonthCalendar";

/** The days of a month with what reconciling them came to; a day opens by a click. */
export function Verdicts() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const active = useActiveProfile();
  const [month, setMonth] = useState(() => beijingDay(Date.now()));
  if (!active) return null;
  return (
    <section className="overview-part" data-testid="overview-verdicts">
      <h2>{t("days.title")}</h2>
      <MonthCalendar
        profile={active.name}
        month={month}
        onMonth={setMonth}
        onChoose={(date) => void navigate({ to: "/days", search: { date } })}
      />
    </section>
  );
}

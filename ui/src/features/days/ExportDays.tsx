import { App, Button, Checkbox } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStoppable } from "../../components/use-stoppable";
import { desk } from "../../ipc/client";
import { useLayoutPrefs } from "../../lib/prefs";
import { JobProgress } from "../orders/JobProgress";

type ExportDaysProps = { profile: string; date: string | undefined; first: string; last: string };

/** Export of the differences of the day that is open, or of its month, with a way to stop it. */
export function ExportDays({ profile, date, first, last }: ExportDaysProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { viewpoint } = useLayoutPrefs();
  const [matched, setMatched] = useState(false);
  const { running, job, start } = useStoppable(
    ({ from, to }: { from: string; to: string }, onProgress) =>
      desk().daysExport(profile, from, to, viewpoint === "own", matched, onProgress),
    (result) => {
      if (!result) return;
      if (result.cancelled) message.info(t("sheets.exportStopped"));
      else message.success(t("days.exported", { file: result.file_name }));
    },
  );
  const run = (from: string, to: string) => start({ from, to });
  if (job) return <JobProgress label={t("sheets.export")} job={job} />;
  return (
    <>
      {date && (
        <Button size="small" title={date} loading={running} onClick={() => run(date, date)} data-testid="day-export">
          {t("days.exportDay")}
        </Button>
      )}
      <Button
        size="small"
        title={`${first} – ${last}`}
        loading={running}
        onClick={() => run(first, last)}
        data-testid="month-export"
      >
        {t("days.exportMonth", { month: first.slice(0, 7) })}
      </Button>
      <Checkbox checked={matched} onChange={(event) => setMatched(event.target.checked)} data-testid="export-matched">
        {t("days.withMatched")}
      </Checkbox>
    </>
  );
}

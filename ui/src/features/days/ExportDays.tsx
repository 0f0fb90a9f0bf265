import { useMutation } from "@tanstack/react-query";
import { App, Button, Checkbox } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { Progress } from "../../ipc/model";
import { useLayoutPrefs } from "../../lib/prefs";
import { JobProgress } from "../orders/JobProgress";

type ExportDaysProps = { profile: string; date: string | undefined; first: string; last: string };

/** Export of the differences of the day that is open, or of its month, with a way to stop it. */
export function ExportDays({ profile, date, first, last }: ExportDaysProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const { viewpoint } = useLayoutPrefs();
  const [matched, setMatched] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const write = useMutation({
    mutationFn: ({ from, to }: { from: string; to: string }) => {
      setProgress(null);
      return desk().daysExport(profile, from, to, viewpoint === "own", matched, setProgress);
    },
    onSuccess: (result) => {
      if (!result) return;
      if (result.cancelled) message.info(t("sheets.exportStopped"));
      else message.success(t("days.exported", { file: result.file_name }));
    },
    onError: report,
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  const run = (from: string, to: string) => {
    cancel.reset();
    write.mutate({ from, to });
  };
  if (write.isPending && progress) {
    return (
      <JobProgress
        label={t("sheets.export")}
        job={{ progress, stopping: !cancel.isIdle, stop: () => cancel.mutate(progress.job) }}
      />
    );
  }
  return (
    <>
      {date && (
        <Button size="small" loading={write.isPending} onClick={() => run(date, date)} data-testid="day-export">
          {t("days.exportDay")}
        </Button>
      )}
      <Button size="small" loading={write.isPending} onClick={() => run(first, last)} data-testid="month-export">
        {t("days.exportMonth")}
      </Button>
      <Checkbox checked={matched} onChange={(event) => setMatched(event.target.checked)} data-testid="export-matched">
        {t("days.withMatched")}
      </Checkbox>
    </>
  );
}

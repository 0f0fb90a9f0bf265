import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusalText } from "../../components/RefusalText";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { Progress } from "../../ipc/model";
import { JobProgress } from "../orders/JobProgress";

/** Reads remarks back from an exported table, says what was not taken and why, with a way to stop it. */
export function ReadRemarks({ profile }: { profile: string }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const read = useMutation({
    mutationFn: () => {
      setProgress(null);
      return desk().daysReadRemarks(profile, setProgress);
    },
    onSuccess: (found) => {
      if (!found) return;
      const words = t("days.read", { ...found, refused: found.refused_count });
      const title = found.cancelled ? t("days.readStopped", { words }) : words;
      if (found.refused.length === 0) message.success(title);
      else
        modal.warning({
          title,
          content: (
            <ul className="import-refused" data-testid="remarks-refused">
              {found.refused.map((row) => (
                <li key={row.line}>
                  {t("sheets.line", { line: row.line })} <RefusalText refusal={row.refusal} />
                </li>
              ))}
            </ul>
          ),
        });
    },
    onError: report,
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  if (read.isPending && progress)
    return (
      <JobProgress
        label={t("days.readBack")}
        job={{ progress, stopping: !cancel.isIdle, stop: () => cancel.mutate(progress.job) }}
      />
    );
  return (
    <Button
      size="small"
      loading={read.isPending}
      onClick={() => {
        cancel.reset();
        read.mutate();
      }}
      data-testid="remarks-read"
    >
      {t("days.readBack")}
    </Button>
  );
}

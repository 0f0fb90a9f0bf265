import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayRequest, DayRunResult, ImportPreview, OwnTable, Progress, SheetMapping } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";

/** A table of the merchant: how the chosen one is read; nothing while none is chosen. */
export function useOwnTable(profile: string, table: OwnTable) {
  const [shown, setShown] = useState<ImportPreview | null>(null);
  const [looks, setLooks] = useState(0);
  const report = useReport();
  const seen = (preview: ImportPreview) => {
    setShown(preview);
    setLooks((before) => before + 1);
  };
  const choose = useMutation({
    mutationFn: () => desk().dayTableChoose(profile, table),
    onSuccess: (preview) => preview && seen(preview),
    onError: report,
  });
  const look = useMutation({
    mutationFn: (mapping: SheetMapping) => desk().dayTablePreview(profile, table, mapping),
    onSuccess: seen,
    onError: report,
  });
  return {
    shown,
    /** How often the table was read for what is shown: a file that is chosen again may be another one under its name. */
    looks,
    choose: () => choose.mutate(),
    forget: () => setShown(null),
    say: look.mutate,
    looking: look.isPending || choose.isPending,
  };
}

/** Bringing a day together: how far it is, what came of it, and a way to stop it. */
export function useDayRun(onDone: (result: DayRunResult) => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const run = useMutation({
    mutationFn: (request: DayRequest) => {
      setProgress(null);
      return desk().dayRun(request, setProgress);
    },
    onSuccess: (result) => {
      if (result.cancelled) message.info(t("days.stopped"));
      else if (result.closed) message.warning(t("days.wasClosed"));
      else {
        if (result.again) message.info(t("days.sameAgain"));
        if (result.settled_days.length > 0)
          message.success(t("days.settled", { days: result.settled_days.join(", ") }));
        onDone(result);
      }
      return invalidate(client, { tags: ["days"], ids: [] });
    },
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    progress,
    running: run.isPending,
    error: run.error,
    run: (request: DayRequest) => {
      cancel.reset();
      run.mutate(request);
    },
    stopping: run.isPending && !cancel.isIdle,
    stop: () => progress && cancel.mutate(progress.job),
  };
}

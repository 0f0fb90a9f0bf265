import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayRequest, ImportPreview, Progress, SheetMapping } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";

/** The merchant's own side: how a chosen file of orders is read; nothing while it is the store. */
export function useOwnOrders(profile: string) {
  const [shown, setShown] = useState<ImportPreview | null>(null);
  const report = useReport();
  const choose = useMutation({
    mutationFn: () => desk().dayOrdersChoose(profile),
    onSuccess: (preview) => preview && setShown(preview),
    onError: report,
  });
  const look = useMutation({
    mutationFn: (mapping: SheetMapping) => desk().dayOrdersPreview(profile, mapping),
    onSuccess: setShown,
    onError: report,
  });
  return {
    shown,
    sheet: 0,
    choose: () => choose.mutate(),
    forget: () => setShown(null),
    say: look.mutate,
    chooseSheet: () => undefined,
    looking: look.isPending || choose.isPending,
  };
}

/** Bringing a day together: how far it is, what came of it, and a way to stop it. */
export function useDayRun(onDone: () => void) {
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
        onDone();
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

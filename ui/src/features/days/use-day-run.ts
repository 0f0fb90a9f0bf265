import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayRequest, ImportPreview, OwnTable, SheetMapping } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";
import { keyOf, useDayRuns } from "./day-runs";

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

/** Bringing a day together, also while another one is open: how far it is, what came of it, and a way to stop it. */
export function useDayRun(profile: string, date: string, onDone: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const last = useDayRuns(({ runs }) => runs[keyOf({ profile, date })]);
  const { run, stop, forget } = useDayRuns.getState();
  const begin = async (request: DayRequest) => {
    const result = await run(request);
    if (!result) return;
    // Another day may be open by now.
    const named = (words: string) => `${date} · ${words}`;
    if (result.cancelled) message.info(named(t("days.stopped")));
    else if (result.closed) message.warning(named(t("days.wasClosed")));
    else {
      if (result.again) message.info(named(t("days.sameAgain")));
      if (result.settled_days.length > 0)
        message.success(named(t("days.settled", { days: result.settled_days.join(", ") })));
      onDone();
    }
    await invalidate(client, { tags: ["days"], ids: [] });
  };
  return {
    running: last?.isRunning ?? false,
    progress: last?.progress ?? null,
    error: last?.error,
    unsettled: last?.unsettled ?? [],
    run: (request: DayRequest) => void begin(request),
    stopping: last?.isStopping ?? false,
    stop: () => void stop({ profile, date }).catch(report),
    forget: () => forget({ profile, date }),
  };
}

export type DayJob = ReturnType<typeof useDayRun>;

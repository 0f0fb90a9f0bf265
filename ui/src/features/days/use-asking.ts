import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DifferenceFilter, Progress } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";

/** Asking WeChat Pay about differences: how far it is, and a way to stop it. What it says stands at each difference. */
export function useAsking(profile: string, date: string) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const ask = useMutation({
    mutationFn: (filter: DifferenceFilter) => {
      setProgress(null);
      return desk().dayAsk(profile, date, filter, setProgress);
    },
    onSuccess: ({ questions, asked, rest, cancelled, left_alone }) => {
      if (questions === 0) message.info(t("days.nothingToAsk"));
      else if (left_alone) message.warning(t("days.leftAlone", { asked, questions }));
      else if (cancelled) message.info(t("days.askStopped", { asked, questions }));
      else if (rest > 0) message.info(t("days.askedSome", { asked, rest }));
      else if (questions > 1) message.success(t("days.asked", { asked }));
    },
    onError: report,
    onSettled: () => invalidate(client, { tags: ["days"], ids: [] }),
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    progress,
    running: ask.isPending,
    ask: (filter: DifferenceFilter) => {
      cancel.reset();
      ask.mutate(filter);
    },
    stopping: ask.isPending && !cancel.isIdle,
    stop: () => progress && cancel.mutate(progress.job),
  };
}

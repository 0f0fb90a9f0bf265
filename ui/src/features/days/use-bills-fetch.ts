import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { BillsWanted, Progress } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";

/** Work that ends sooner than this shows no bar. */
const SLOW_MS = 1000;

/** Fetching bills from WeChat Pay: how far it is, what came of each day, and a way to stop it. */
export function useBillsFetch(profile: string) {
  const client = useQueryClient();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const fetch = useMutation({
    mutationFn: (wanted: BillsWanted) => {
      setProgress(null);
      return desk().dayBillsFetch(profile, wanted, setProgress);
    },
    onSettled: () => invalidate(client, { tags: ["days"], ids: [] }),
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  const isSlow = useSlow(fetch.isPending);
  return {
    progress,
    running: fetch.isPending,
    isSlow,
    result: fetch.data ?? null,
    error: fetch.error,
    run: (wanted: BillsWanted) => {
      cancel.reset();
      fetch.mutate(wanted);
    },
    stopping: fetch.isPending && !cancel.isIdle,
    stop: () => progress && cancel.mutate(progress.job),
  };
}

/** Whether something runs so long already that a person wants to see how far it is. */
export function useSlow(running: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [running]);
  return slow;
}

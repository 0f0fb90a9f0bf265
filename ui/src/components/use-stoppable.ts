import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { desk } from "../ipc/client";
import type { Progress } from "../ipc/model";
import { useReport } from "./use-report";

/** Long work that tells how far it is and can be stopped; faults are reported. */
export function useStoppable<A, R>(
  work: (argument: A, onProgress: (progress: Progress) => void) => Promise<R>,
  onSuccess: (result: R) => void,
) {
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const run = useMutation({
    mutationFn: (argument: A) => {
      setProgress(null);
      return work(argument, setProgress);
    },
    onSuccess,
    onError: report,
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    running: run.isPending,
    /** What is drawn of it; nothing before it told how far it is. */
    job:
      run.isPending && progress
        ? { progress, stopping: !cancel.isIdle, stop: () => cancel.mutate(progress.job) }
        : null,
    start: (argument: A) => {
      cancel.reset();
      run.mutate(argument);
    },
  };
}

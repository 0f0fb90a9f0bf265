import { useEffect, useRef, useState } from "react";
import { desk } from "../../ipc/client";
import type { DiagnosisView, SearchProgress } from "../../ipc/model";
import { type Bench, diagnosisOf } from "./bench";

type Run = { job: number | null; over: boolean };

export type DeepSearch = {
  running: boolean;
  progress: SearchProgress | null;
  /** What it found, for the bench as it stands now. */
  found: DiagnosisView | null;
  error: unknown;
  start: () => void;
  stop: () => void;
};

const REST = { running: false, progress: null, found: null, error: null };

/** The search that takes seconds. It ends by itself as soon as anything on the bench changes. */
export function useDeepSearch(bench: Bench): DeepSearch {
  const [state, setState] = useState<Omit<DeepSearch, "start" | "stop">>(REST);
  const run = useRef<Run | null>(null);
  const cancel = (one: Run | null) => {
    if (one && !one.over && one.job !== null) void desk().jobCancel(one.job);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the bench, whichever it is, ends the search
  useEffect(
    () => () => {
      if (!run.current) return;
      const ended = run.current;
      run.current = null;
      cancel(ended);
      setState(REST);
    },
    [bench],
  );
  const start = () => {
    const mine: Run = { job: null, over: false };
    run.current = mine;
    setState({ ...REST, running: true });
    const onProgress = (progress: SearchProgress) => {
      const isNew = mine.job === null;
      mine.job = progress.job;
      if (run.current === mine) setState((now) => ({ ...now, progress }));
      // The bench changed before the search had told its number.
      else if (isNew) cancel(mine);
    };
    const end = (part: Partial<DeepSearch>) => {
      mine.over = true;
      if (run.current === mine) setState({ ...REST, ...part });
    };
    desk()
      .signatureDiagnoseDeep(diagnosisOf(bench), onProgress)
      .then((found) => end({ found }))
      .catch((error: unknown) => end({ error }));
  };
  return { ...state, start, stop: () => cancel(run.current) };
}

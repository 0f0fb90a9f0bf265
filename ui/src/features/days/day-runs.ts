import { create } from "zustand";
import { desk } from "../../ipc/client";
import type { DayRequest, DayRunResult, Progress, UnsettledDay } from "../../ipc/model";

/** A day that is brought together or was: how far it is, what ended it before its end, and which days beside still wait. */
type DayRun = {
  of: DayRequest;
  isRunning: boolean;
  isStopping: boolean;
  progress: Progress | null;
  error?: unknown;
  unsettled: readonly UnsettledDay[];
};

type Runs = Readonly<Record<string, DayRun>>;

type DayKey = Pick<DayRequest, "profile" | "date">;

type DayRuns = {
  /** The last run of each day, by its key: kept while another day or screen is open. */
  runs: Runs;
  /** Null where it fails, or where the day runs already. */
  run: (request: DayRequest) => Promise<DayRunResult | null>;
  stop: (day: DayKey) => Promise<void>;
  /** Why a day's run failed needs nobody any more. */
  forget: (day: DayKey) => void;
};

export const keyOf = ({ profile, date }: DayKey): string => `${date} ${profile}`;

/** A day that was brought together itself waits for nobody any more. */
function withoutWaiting(runs: Runs, { profile, date }: DayKey): Runs {
  const waits = (run: DayRun) => run.unsettled.filter((day) => run.of.profile !== profile || day.date !== date);
  return Object.fromEntries(Object.entries(runs).map(([key, run]) => [key, { ...run, unsettled: waits(run) }]));
}

/** The days beside that wait after a run: one that was stopped need not have come to all of those that waited before it. */
function stillWaiting({ isStopping, unsettled }: DayRun, result: DayRunResult): readonly UnsettledDay[] {
  if (!isStopping && !result.cancelled) return result.unsettled_days;
  const told = [...result.settled_days, ...result.unsettled_days.map((day) => day.date)];
  return [...unsettled.filter((day) => !told.includes(day.date)), ...result.unsettled_days];
}

/** The days that are brought together: each runs once at a time, whether or not somebody looks at it. */
export const useDayRuns = create<DayRuns>((set, get) => {
  // What is told late, of a run that has ended, is older than how it ended.
  const tell = (of: DayRequest, change: Partial<DayRun>) => {
    const run = get().runs[keyOf(of)];
    if (run?.of === of && run.isRunning) set({ runs: { ...get().runs, [keyOf(of)]: { ...run, ...change } } });
  };
  return {
    runs: {},
    run: async (request) => {
      const { runs } = get();
      if (runs[keyOf(request)]?.isRunning) return null;
      const unsettled = runs[keyOf(request)]?.unsettled ?? [];
      const begun = { of: request, isRunning: true, isStopping: false, progress: null, unsettled };
      set({ runs: { ...runs, [keyOf(request)]: begun } });
      try {
        const result = await desk().dayRun(request, (progress) => tell(request, { progress }));
        const ended = get().runs[keyOf(request)];
        tell(request, { isRunning: false, unsettled: ended ? stillWaiting(ended, result) : [] });
        if (!result.cancelled && !result.closed) set({ runs: withoutWaiting(get().runs, request) });
        return result;
      } catch (error) {
        tell(request, { isRunning: false, error });
        return null;
      }
    },
    stop: async (day) => {
      const run = get().runs[keyOf(day)];
      if (!run?.progress) return;
      tell(run.of, { isStopping: true });
      await desk().jobCancel(run.progress.job);
    },
    forget: (day) => {
      const run = get().runs[keyOf(day)];
      if (run && !run.isRunning) set({ runs: { ...get().runs, [keyOf(day)]: { ...run, error: undefined } } });
    },
  };
});

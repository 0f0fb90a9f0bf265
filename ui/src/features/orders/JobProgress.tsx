import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Progress } from "../../ipc/model";
import { formatSeconds } from "../../lib/time";

/** Long work: how far it is, and a way to stop it. */
type Job = { progress: Progress | null; stopping: boolean; stop: () => void };

type JobProgressProps = {
  label: string;
  job: Job;
  /** What is counted. */
  unit?: "rows" | "bytes" | "days" | "questions" | "differences";
};

const MB = 1_000_000;

/** How far long work is, at which rate, and a way to stop it. */
export function JobProgress({ label, job: { progress, stopping, stop }, unit = "rows" }: JobProgressProps) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: unit === "bytes" ? 1 : 0 });
  const shown = (count: number | undefined) => number.format((count ?? 0) / (unit === "bytes" ? MB : 1));
  return (
    <div className="progress" data-testid="sheet-progress">
      <progress max={progress?.total || 1} value={progress?.done ?? 0} aria-label={label} />
      <div className="progress-line">
        <span className="figures">
          {t(`sheets.progress.${unit}`, {
            done: shown(progress?.done),
            total: shown(progress?.total),
            rate: shown(progress?.rate_per_s),
            rest: progress?.rest_s == null ? "—" : formatSeconds(progress.rest_s),
          })}
        </span>
        <Button size="small" disabled={!progress || stopping} onClick={stop} data-testid="sheet-stop">
          {t(stopping ? "sheets.stopping" : "sheets.stop")}
        </Button>
      </div>
    </div>
  );
}

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Progress } from "../../ipc/model";
import { formatSeconds } from "../../lib/time";

type JobProgressProps = { label: string; progress: Progress | null; stopping: boolean; onStop: () => void };

/** How far a file is read or written, at which rate, and a way to stop it. */
export function JobProgress({ label, progress, stopping, onStop }: JobProgressProps) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  return (
    <div className="progress" data-testid="sheet-progress">
      <progress max={progress?.total || 1} value={progress?.done ?? 0} aria-label={label} />
      <div className="progress-line">
        <span className="figures">
          {t("sheets.progress", {
            done: number.format(progress?.done ?? 0),
            total: number.format(progress?.total ?? 0),
            rate: number.format(progress?.rate_per_s ?? 0),
            rest: progress?.rest_s == null ? "—" : formatSeconds(progress.rest_s),
          })}
        </span>
        <Button size="small" disabled={!progress || stopping} onClick={onStop} data-testid="sheet-stop">
          {t(stopping ? "sheets.stopping" : "sheets.stop")}
        </Button>
      </div>
    </div>
  );
}

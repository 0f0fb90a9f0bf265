import { useTranslation } from "react-i18next";
import { formatTime, formatTimeWithZone } from "../lib/time";

/** A moment in Beijing time, its zone in the tooltip. */
export function TimeText({ at }: { at: number | null }) {
  const { t } = useTranslation();
  if (at === null) return <span className="quiet">—</span>;
  return (
    <time className="figures" title={t("common.zone", { time: formatTimeWithZone(at) })}>
      {formatTime(at)}
    </time>
  );
}

import { Button, Select, Space } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { desk } from "../../ipc/client";
import type { ClockChange, SimulatorStatus } from "../../ipc/model";
import { formatSeconds, formatTime, formatTimeWithZone } from "../../lib/time";
import { useStandingChange } from "./use-simulator-act";

const STEPS = [
  { name: "minute", seconds: 60 },
  { name: "hour", seconds: 3_600 },
  { name: "day", seconds: 86_400 },
] as const;
const SCALES = ["0", "1", "10", "60", "600", "3600"];
/** Less than this apart, two clocks show the same to a person. */
const SAME_MS = 2_000;

/** The gateway's own clock. It is read when something happens and never ticks by itself. */
export function ClockControls({ status }: { status: SimulatorStatus }) {
  const { t } = useTranslation();
  const change = useStandingChange();
  const move = (to: ClockChange) => change.mutate(() => desk().simulatorClock(to));
  const scale = String(status.time_scale);
  const scales = SCALES.includes(scale) ? SCALES : [...SCALES, scale];
  return (
    <div className="sim-clock" data-testid="sim-clock">
      <span
        className="quiet figures sim-clock-text"
        title={status.now === null ? undefined : t("simulator.clock.read", { time: formatTimeWithZone(status.now) })}
        data-testid="sim-clock-text"
      >
        {clockText(t, status)}
      </span>
      <Space.Compact>
        {STEPS.map(({ name, seconds }) => (
          <Button
            key={name}
            size="small"
            disabled={change.isPending}
            onClick={() => move({ change: "advance", seconds })}
            data-testid={`sim-advance-${name}`}
          >
            {t(`simulator.clock.${name}`)}
          </Button>
        ))}
        <Button
          size="small"
          disabled={change.isPending || status.next_due === null}
          title={
            status.next_due === null
              ? t("simulator.clock.nothingDue")
              : t("simulator.clock.due", { time: formatTime(status.next_due) })
          }
          onClick={() => move({ change: "next_due" })}
          data-testid="sim-advance-next"
        >
          {t("simulator.clock.next")}
        </Button>
      </Space.Compact>
      <Select
        size="small"
        className="sim-scale"
        popupMatchSelectWidth={false}
        aria-label={t("simulator.clock.scale")}
        value={scale}
        disabled={change.isPending}
        options={scales.map((value) => ({
          value,
          label: value === "0" ? t("simulator.clock.stopped") : t("simulator.clock.times", { scale: value }),
        }))}
        onChange={(value) => move({ change: "scale", scale: value })}
        data-testid="sim-scale"
      />
    </div>
  );
}

/** What can be said of a clock without looking at it all the time. */
function clockText(t: TFunction, { now, ahead_ms, time_scale }: SimulatorStatus): string {
  if (now !== null && time_scale !== 1) {
    return t(time_scale === 0 ? "simulator.clock.standsAt" : "simulator.clock.wasAt", { time: formatTime(now) });
  }
  if (ahead_ms < SAME_MS) return t("simulator.clock.real");
  return t("simulator.clock.ahead", { span: formatSeconds(ahead_ms / 1000) });
}

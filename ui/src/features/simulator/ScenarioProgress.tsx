import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { desk } from "../../ipc/client";
import type { SimulatorScenarios } from "../../ipc/model";
import { formatTime } from "../../lib/time";
import { stepWord } from "./step-word";
import { useScenarioChange } from "./use-scenario-change";

/** Which scenario runs, what came of it, and what it does next. */
export function ScenarioProgress({ status }: { status: SimulatorScenarios }) {
  const { t, i18n } = useTranslation();
  const change = useScenarioChange();
  const { playing, taken, steps, refused, due_count } = status;
  const [next] = status.due;
  if (!playing && due_count === 0) {
    return <p className="scenario-progress quiet">{t("simulator.scenario.none")}</p>;
  }
  return (
    <div className="scenario-progress" role="status" data-testid="sim-scenario-progress">
      {playing && (
        <>
          <span className="power power-on">{i18n.language === "en" ? playing.title_en : playing.title}</span>
          <span className="figures" data-testid="sim-scenario-counts">
            {t("simulator.scenario.counts", { taken, steps })}
            {refused > 0 && <span className="scenario-refused"> · {t("simulator.scenario.refused", { refused })}</span>}
          </span>
        </>
      )}
      <span className="quiet figures scenario-next">
        {next
          ? t("simulator.scenario.next", {
              count: due_count,
              time: formatTime(next.at),
              what: stepWord(t, next.word),
            })
          : t("simulator.scenario.nothingDue")}
      </span>
      <Button
        size="small"
        loading={change.isPending}
        title={t("simulator.scenario.stopTip")}
        onClick={() => change.mutate(() => desk().simulatorScenarioStop())}
        data-testid="sim-scenario-stop"
      >
        {t("simulator.scenario.stop")}
      </Button>
    </div>
  );
}

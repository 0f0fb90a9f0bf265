import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import type { SimulatorScenarios as Scenarios, SimulatorScenario } from "../../ipc/model";
import { simulatorScenariosQuery, simulatorShippedScenariosQuery } from "../../ipc/queries";
import { ScenarioEditor } from "./ScenarioEditor";
import { ScenarioProgress } from "./ScenarioProgress";
import { ScenarioSteps } from "./ScenarioSteps";

/** Customers and refunds that act by themselves: what can be played, what is played, and what came of it. */
export function SimulatorScenarios() {
  const shipped = useQuery(simulatorShippedScenariosQuery());
  const status = useQuery(simulatorScenariosQuery());
  if (shipped.isPending || status.isPending) return <SkeletonRows rows={8} />;
  if (shipped.isError) return <ErrorView error={shipped.error} onRetry={() => void shipped.refetch()} />;
  if (status.isError) return <ErrorView error={status.error} onRetry={() => void status.refetch()} />;
  return <Rooms shipped={shipped.data} status={status.data} />;
}

/** A scenario is told apart by its text: two files may have the same name. */
const isSame = (one: SimulatorScenario, other: SimulatorScenario | null) => one.toml === other?.toml;

function Rooms({ shipped, status }: { shipped: SimulatorScenario[]; status: Scenarios }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<SimulatorScenario | null>(null);
  const [chosen, setChosen] = useState<SimulatorScenario | null>(null);
  const { playing } = status;
  const offered = [...shipped];
  for (const one of [playing, opened]) {
    if (one && !offered.some((known) => isSame(known, one))) offered.unshift(one);
  }
  const shown = offered.find((one) => isSame(one, chosen)) ?? playing ?? shipped[0];
  return (
    <div className="list-pane">
      <ScenarioProgress status={status} />
      <div className="list-pane list-pane-split list-pane-inner">
        <div className="scenario-list">
          <ul aria-label={t("simulator.tab.scenarios")}>
            {offered.map((one) => (
              <ScenarioEntry
                key={one.toml}
                scenario={one}
                own={!shipped.includes(one)}
                playing={isSame(one, playing)}
                chosen={shown !== undefined && isSame(one, shown)}
                onChoose={() => setChosen(one)}
              />
            ))}
          </ul>
        </div>
        <div className="scenario-room">
          {shown && (
            <ScenarioEditor
              key={shown.toml}
              scenario={shown}
              playing={playing}
              onOpened={(scenario) => {
                setOpened(scenario);
                setChosen(scenario);
              }}
              onPlayed={setChosen}
            />
          )}
          <ScenarioSteps status={status} />
        </div>
      </div>
    </div>
  );
}

type ScenarioEntryProps = {
  scenario: SimulatorScenario;
  /** Not one that comes with the gateway. */
  own: boolean;
  playing: boolean;
  chosen: boolean;
  onChoose: () => void;
};

function ScenarioEntry({ scenario, own, playing, chosen, onChoose }: ScenarioEntryProps) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  return (
    <li>
      <button
        type="button"
        className={chosen ? "scenario-entry chosen" : "scenario-entry"}
        aria-current={chosen}
        onClick={onChoose}
        data-testid={`sim-scenario-${scenario.name}`}
        data-playing={playing}
      >
        <span className="scenario-title">
          <strong>{english ? scenario.title_en : scenario.title}</strong>
          {own && <span className="chip">{t("simulator.scenario.own")}</span>}
          {playing && <span className="chip chip-good">{t("simulator.scenario.playing")}</span>}
        </span>
        <span className="quiet scenario-about">{english ? scenario.about_en : scenario.about}</span>
      </button>
    </li>
  );
}

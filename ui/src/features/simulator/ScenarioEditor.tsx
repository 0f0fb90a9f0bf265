import { useMutation } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { SimulatorScenario } from "../../ipc/model";
import { useScenarioChange } from "./use-scenario-change";

type ScenarioEditorProps = {
  scenario: SimulatorScenario;
  playing: SimulatorScenario | null;
  /** One was read from a file. */
  onOpened: (scenario: SimulatorScenario) => void;
  /** What is in the editor is played now. */
  onPlayed: (scenario: SimulatorScenario) => void;
};

/** The rules of a scenario as its file has them; they can be changed before they are played. */
export function ScenarioEditor({ scenario, playing, onOpened, onPlayed }: ScenarioEditorProps) {
  const { t } = useTranslation();
  const report = useReport();
  const change = useScenarioChange();
  const [text, setText] = useState(scenario.toml);
  const open = useMutation({
    mutationFn: () => desk().simulatorScenarioOpen(),
    onSuccess: (opened) => opened && onOpened(opened),
    onError: report,
  });
  const play = () =>
    change.mutate(() => desk().simulatorScenarioPlay(text), {
      onSuccess: (status) => status.playing && onPlayed(status.playing),
    });
  const isPlaying = playing?.toml === text;
  return (
    <section className="scenario-editor">
      <div className="part-head">
        <span className="mono quiet">{scenario.name}.toml</span>
        <span className="part-actions">
          {text !== scenario.toml && (
            <Button size="small" type="text" onClick={() => setText(scenario.toml)}>
              {t("simulator.scenario.undo")}
            </Button>
          )}
          <CopyButton text={text} testId="sim-scenario-copy" />
          <Button size="small" loading={open.isPending} onClick={() => open.mutate()} data-testid="sim-scenario-open">
            {t("simulator.scenario.open")}
          </Button>
          <Button
            size="small"
            type="primary"
            loading={change.isPending}
            disabled={isPlaying}
            title={t("simulator.scenario.playTip")}
            onClick={play}
            data-testid="sim-scenario-play"
          >
            {t(isPlaying ? "simulator.scenario.playing" : "simulator.scenario.play")}
          </Button>
        </span>
      </div>
      <Input.TextArea
        className="mono"
        spellCheck={false}
        aria-label={t("simulator.scenario.rules")}
        autoSize={{ minRows: 6, maxRows: 16 }}
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-testid="sim-scenario-text"
      />
    </section>
  );
}

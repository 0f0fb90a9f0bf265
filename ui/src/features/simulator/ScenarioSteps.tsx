import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { TimeText } from "../../components/TimeText";
import type { ScenarioStep, SimulatorScenarios } from "../../ipc/model";
import { stepWord } from "./step-word";

/** What scenarios are going to do, by time, and under it what they have done, the newest first. */
export function ScenarioSteps({ status }: { status: SimulatorScenarios }) {
  const { t } = useTranslation();
  const { due, done } = status;
  if (due.length + done.length === 0) return <p className="quiet scenario-quiet">{t("simulator.scenario.noSteps")}</p>;
  return (
    <div className="table-scroll scenario-steps">
      <table className="list-table" aria-label={t("simulator.scenario.steps")}>
        <thead>
          <tr>
            <th>{t("simulator.column.state")}</th>
            <th>{t("simulator.column.at")}</th>
            <th>{t("simulator.scenario.step")}</th>
            <th>{t("simulator.scenario.number")}</th>
            <th>{t("simulator.scenario.name")}</th>
          </tr>
        </thead>
        <tbody>
          {due.map((step) => (
            <StepLine key={step.id} step={step} state="due" />
          ))}
          {done.map((step) => (
            <StepLine key={step.id} step={step} state={step.refused === null ? "done" : "refused"} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TONE = { due: "chip chip-info", done: "chip chip-good", refused: "chip chip-danger" };

function StepLine({ step, state }: { step: ScenarioStep; state: keyof typeof TONE }) {
  const { t } = useTranslation();
  return (
    <>
      <tr data-testid="sim-scenario-step" data-state={state} data-word={step.word} data-number={step.number}>
        <td>
          <span className={TONE[state]}>{t(`simulator.scenario.state.${state}`)}</span>
        </td>
        <td>
          <TimeText at={step.at} />
        </td>
        <td title={step.word}>{stepWord(t, step.word)}</td>
        <td>
          <CopyText text={step.number} middle={step.is_refund} />
        </td>
        <td className="mono quiet clip scenario-name" title={step.scenario}>
          {step.scenario}
        </td>
      </tr>
      {step.refused !== null && (
        <tr>
          <td />
          <td colSpan={4} className="quiet scenario-why">
            {step.refused}
          </td>
        </tr>
      )}
    </>
  );
}

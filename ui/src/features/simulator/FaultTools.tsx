import type { UseMutationResult } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { desk } from "../../ipc/client";
import type { SimulatorFaults } from "../../ipc/model";
import { planOf } from "./fault-rules";

type Change = UseMutationResult<SimulatorFaults | null, unknown, () => Promise<SimulatorFaults | null>>;
type FaultToolsProps = { faults: SimulatorFaults; change: Change };

/** The seed, and what is done to all faults at once. */
export function FaultTools({ faults, change }: FaultToolsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const none = faults.rules.length === 0;
  const write = () =>
    change.mutate(async () => {
      const path = await desk().simulatorFaultsExport();
      if (path !== null) message.success(t("simulator.faults.exported", { path }));
      return null;
    });
  return (
    <span className="part-actions fault-tools">
      <Seed key={faults.seed} faults={faults} change={change} />
      <Button
        size="small"
        disabled={none || change.isPending}
        title={t("simulator.faults.resetTip")}
        onClick={() => change.mutate(() => desk().simulatorFaultsReset())}
        data-testid="sim-faults-reset"
      >
        {t("simulator.faults.reset")}
      </Button>
      <Button
        size="small"
        disabled={none || change.isPending}
        onClick={() => change.mutate(() => desk().simulatorFaultsSet({ ...planOf(faults), rules: [] }))}
        data-testid="sim-faults-off"
      >
        {t("simulator.faults.allOff")}
      </Button>
      <Button
        size="small"
        disabled={change.isPending}
        onClick={() => change.mutate(() => desk().simulatorFaultsImport())}
        data-testid="sim-faults-import"
      >
        {t("simulator.faults.import")}
      </Button>
      <Button size="small" disabled={none || change.isPending} onClick={write} data-testid="sim-faults-export">
        {t("simulator.faults.export")}
      </Button>
    </span>
  );
}

/** The seed, taken over when the field is left or Return is pressed. */
function Seed({ faults, change }: FaultToolsProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(faults.seed);
  const isSeed = /^\d{1,18}$/.test(typed.trim());
  const take = () => {
    if (!isSeed || typed.trim() === faults.seed) return;
    change.mutate(() => desk().simulatorFaultsSet({ ...planOf(faults), seed: typed.trim() }));
  };
  return (
    <Input
      size="small"
      className="fault-seed figures"
      prefix={t("simulator.faults.seed")}
      title={t("simulator.faults.seedTip")}
      aria-label={t("simulator.faults.seed")}
      status={isSeed ? "" : "error"}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onPressEnter={take}
      data-testid="sim-fault-seed"
    />
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { FaultKind, FaultPlan, FaultRuleInForce, SimulatorFaults as Faults } from "../../ipc/model";
import { simulatorFaultKindsQuery, simulatorFaultsQuery, simulatorStatusQuery } from "../../ipc/queries";
import { FaultLine } from "./FaultLine";
import { FaultRuleDialog } from "./FaultRuleDialog";
import { FaultTools } from "./FaultTools";
import { always, isSought, planOf, replaced, withoutFault, withRule } from "./fault-rules";

/** A rule of the plan with its place in it, or the place behind all for a new one. */
export type PlacedRule = FaultRuleInForce & { place: number };

/** What the gateway does wrong on demand: every fault on a switch, with how often it was asked for and happened. */
export function SimulatorFaults() {
  const kinds = useQuery(simulatorFaultKindsQuery());
  const faults = useQuery(simulatorFaultsQuery());
  if (kinds.isPending || faults.isPending) return <SkeletonRows rows={8} />;
  if (kinds.isError) return <ErrorView error={kinds.error} onRetry={() => void kinds.refetch()} />;
  if (faults.isError) return <ErrorView error={faults.error} onRetry={() => void faults.refetch()} />;
  return <FaultList kinds={kinds.data} faults={faults.data} />;
}

/** Puts a plan into force; the list and the banner show it at once. */
function usePlan() {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: (change: () => Promise<Faults | null>) => change(),
    onSuccess: (faults) => {
      if (faults) client.setQueryData(simulatorFaultsQuery().queryKey, faults);
      return client.invalidateQueries({ queryKey: simulatorStatusQuery().queryKey });
    },
    onError: report,
  });
}

function FaultList({ kinds, faults }: { kinds: FaultKind[]; faults: Faults }) {
  const { t } = useTranslation();
  const [sought, setSought] = useState("");
  const [onlyOn, setOnlyOn] = useState(false);
  const [editing, setEditing] = useState<{ kind: FaultKind; rule: PlacedRule | null } | null>(null);
  const change = usePlan();
  const plan = planOf(faults);
  const put = (next: FaultPlan) => change.mutate(() => desk().simulatorFaultsSet(next));
  const placed = faults.rules.map((rule, place) => ({ ...rule, place }));
  const lines = kinds
    .filter((kind) => isSought(kind, sought.trim()))
    .map((kind) => ({ kind, rules: placed.filter(({ rule }) => rule.fault === kind.name) }))
    .filter(({ rules }) => !onlyOn || rules.length > 0);
  return (
    <div className="list-pane">
      <div className="list-head fault-head">
        <SearchBox label={t("simulator.faults.search")} testId="sim-fault-search" value={sought} onChange={setSought} />
        <span className="switch-line">
          <Switch id="sim-fault-only-on" size="small" checked={onlyOn} onChange={setOnlyOn} />
          <label htmlFor="sim-fault-only-on">{t("simulator.faults.onlyOn")}</label>
        </span>
        <FaultTools faults={faults} change={change} />
      </div>
      {lines.length === 0 ? (
        <EmptyView
          title={t(onlyOn && sought === "" ? "simulator.faults.noneOn" : "simulator.noneFound")}
          text={t(onlyOn && sought === "" ? "simulator.faults.noneOnText" : "simulator.noneFoundText")}
        />
      ) : (
        <div className="table-scroll">
          <table className="list-table fault-table" aria-label={t("simulator.tab.faults")}>
            <thead>
              <tr>
                <th>{t("simulator.faults.on")}</th>
                <th>{t("simulator.faults.id")}</th>
                <th>{t("simulator.faults.what")}</th>
                <th>{t("simulator.faults.when")}</th>
                <th className="right">{t("simulator.faults.seen")}</th>
                <th className="right">{t("simulator.faults.fired")}</th>
                <th>{t("simulator.column.action")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map(({ kind, rules }) => (
                <FaultLine
                  key={kind.name}
                  kind={kind}
                  rules={rules}
                  busy={change.isPending}
                  onSwitch={(on) => put(on ? withRule(plan, always(kind.name)) : withoutFault(plan, kind.name))}
                  onEdit={(rule) => setEditing({ kind, rule })}
                  onRemove={(place) => put(replaced(plan, place, null))}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing && (
        <FaultRuleDialog
          kind={editing.kind}
          rule={editing.rule?.rule ?? always(editing.kind.name)}
          onSave={async (rule) => {
            const next = editing.rule ? replaced(plan, editing.rule.place, rule) : withRule(plan, rule);
            await change.mutateAsync(() => desk().simulatorFaultsSet(next));
            setEditing(null);
          }}
          onClose={() => setEditing(null)}
        />
      )}
    </div>
  );
}

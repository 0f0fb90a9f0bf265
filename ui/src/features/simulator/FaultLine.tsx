import { Button, Switch } from "antd";
import { useTranslation } from "react-i18next";
import type { FaultKind } from "../../ipc/model";
import { ruleText } from "./fault-rules";
import type { PlacedRule } from "./SimulatorFaults";

type FaultLineProps = {
  kind: FaultKind;
  rules: PlacedRule[];
  busy: boolean;
  onSwitch: (on: boolean) => void;
  /** Nothing edits a rule that is yet to be. */
  onEdit: (rule: PlacedRule | null) => void;
  onRemove: (place: number) => void;
};

/** One fault with its switch, and a line for each rule that asks for it. */
export function FaultLine({ kind, rules, busy, onSwitch, onEdit, onRemove }: FaultLineProps) {
  const { t, i18n } = useTranslation();
  const on = rules.length > 0;
  const [words, others] = i18n.language === "en" ? [kind.en, kind.zh] : [kind.zh, kind.en];
  const [first, ...more] = rules;
  return (
    <>
      <tr className={on ? "fault-on" : undefined} data-testid="sim-fault-row" data-fault={kind.name} data-on={on}>
        <td>
          <Switch
            size="small"
            checked={on}
            disabled={busy}
            onChange={onSwitch}
            aria-label={`${kind.id} ${words}`}
            data-testid={`sim-fault-${kind.name}`}
          />
        </td>
        <td className="mono">{kind.id}</td>
        <td className="fault-what" title={others}>
          {words} <span className="mono quiet">{kind.name}</span>
        </td>
        <When kind={kind} rule={first} />
        <Counts rule={first} />
        <td>
          <span className="part-actions">
            <Button
              size="small"
              type="text"
              disabled={busy}
              onClick={() => onEdit(first ?? null)}
              data-testid={`sim-fault-edit-${kind.name}`}
            >
              {t(first ? "common.edit" : "simulator.faults.onWith")}
            </Button>
            {first && (
              <Button size="small" type="text" disabled={busy} onClick={() => onEdit(null)}>
                {t("simulator.faults.another")}
              </Button>
            )}
          </span>
        </td>
      </tr>
      {more.map((rule) => (
        <tr key={rule.place} className="fault-on" data-testid="sim-fault-more">
          <td />
          <td />
          <td />
          <When kind={kind} rule={rule} />
          <Counts rule={rule} />
          <td>
            <span className="part-actions">
              <Button size="small" type="text" disabled={busy} onClick={() => onEdit(rule)}>
                {t("common.edit")}
              </Button>
              <Button size="small" type="text" disabled={busy} onClick={() => onRemove(rule.place)}>
                {t("common.remove")}
              </Button>
            </span>
          </td>
        </tr>
      ))}
    </>
  );
}

function When({ kind, rule }: { kind: FaultKind; rule: PlacedRule | undefined }) {
  const { t } = useTranslation();
  if (rule) {
    const text = ruleText(t, rule.rule);
    return (
      <td className="clip fault-when" title={text} data-testid="sim-fault-when">
        {text}
      </td>
    );
  }
  const where =
    kind.scope === "request" && kind.endpoints.length > 0
      ? kind.endpoints.join(", ")
      : t(`simulator.faults.scope.${kind.scope}`);
  return <td className="clip fault-when quiet">{where}</td>;
}

function Counts({ rule }: { rule: PlacedRule | undefined }) {
  return (
    <>
      <td className="right figures" data-testid="sim-fault-seen">
        {rule?.seen ?? "—"}
      </td>
      <td
        className={rule && rule.fired > 0 ? "right figures fault-fired" : "right figures"}
        data-testid="sim-fault-fired"
      >
        {rule?.fired ?? "—"}
      </td>
    </>
  );
}

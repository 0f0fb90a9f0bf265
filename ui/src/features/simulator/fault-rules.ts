import type { TFunction } from "i18next";
import type { FaultKind, FaultPlan, FaultRule, SimulatorFaults } from "../../ipc/model";

/** A rule that fires every time, everywhere that its fault can. */
export function always(fault: string): FaultRule {
  return {
    fault,
    endpoint: null,
    out_trade_no: null,
    mch_id: null,
    probability: null,
    positions: null,
    count: "order",
    limit: null,
    first: null,
    after: null,
    until: null,
    parameters: {},
  };
}

/** The plan in force as one that can be put into force. */
export function planOf({ seed, rules }: SimulatorFaults): FaultPlan {
  return { seed, rules: rules.map(({ rule }) => rule) };
}

export function withRule(plan: FaultPlan, rule: FaultRule): FaultPlan {
  return { ...plan, rules: [...plan.rules, rule] };
}

export function withoutFault(plan: FaultPlan, fault: string): FaultPlan {
  return { ...plan, rules: plan.rules.filter((rule) => rule.fault !== fault) };
}

/** Puts another rule in the place of one; nothing takes it out. */
export function replaced(plan: FaultPlan, place: number, rule: FaultRule | null): FaultPlan {
  return { ...plan, rules: plan.rules.flatMap((old, at) => (at === place ? (rule ? [rule] : []) : [old])) };
}

/** When and whom a rule meets, in a few words. */
export function ruleText(t: TFunction, rule: FaultRule): string {
  const when = rule.positions
    ? t("simulator.faults.at", { positions: rule.positions })
    : rule.probability
      ? t("simulator.faults.chance", { probability: rule.probability })
      : t("simulator.faults.everyTime");
  const parts = [
    when,
    rule.count === "rule" ? t("simulator.faults.countedTogether") : null,
    rule.endpoint,
    rule.out_trade_no,
    rule.mch_id,
    rule.limit === null ? null : t("simulator.faults.atMost", { limit: rule.limit }),
    rule.first ? t("simulator.faults.firstOnly", { span: rule.first }) : null,
    rule.after ? t("simulator.faults.fromThen", { moment: rule.after }) : null,
    rule.until ? t("simulator.faults.untilThen", { moment: rule.until }) : null,
    ...Object.entries(rule.parameters).map(([name, value]) => `${name}=${value}`),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Whether a fault is what somebody looks for: by its number, its name or its sentence in either language. */
export function isSought({ id, name, zh, en }: FaultKind, text: string): boolean {
  const sought = text.toLowerCase();
  return [id, name, zh, en].some((words) => words.toLowerCase().includes(sought));
}

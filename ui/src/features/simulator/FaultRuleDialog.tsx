import { Button, Form, Input, InputNumber, Segmented, Select } from "antd";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import type { FaultKind, FaultRule } from "../../ipc/model";

type Fields = {
  when: "always" | "probability" | "positions";
  probability: string;
  positions: string;
  count: FaultRule["count"];
  endpoint: string | undefined;
  out_trade_no: string;
  limit: number | null;
  parameters: Record<string, string>;
};
type FaultRuleDialogProps = {
  kind: FaultKind;
  rule: FaultRule;
  onSave: (rule: FaultRule) => Promise<void>;
  onClose: () => void;
};

const ENDPOINTS = [
  "unifiedorder",
  "orderquery",
  "closeorder",
  "micropay",
  "reverse",
  "refund",
  "refundquery",
  "downloadbill",
  "downloadfundflow",
];

const PARAMETERS = ["seconds", "ms", "status", "bytes", "times", "err_code", "trade_state", "to"] as const;

function parameterLabel(t: TFunction, name: string): string {
  const known = PARAMETERS.find((one) => one === name);
  return known ? `${t(`simulator.faults.parameter.${known}`)} · ${name}` : name;
}

/** Whom a fault meets and when. */
export function FaultRuleDialog({ kind, rule, onSave, onClose }: FaultRuleDialogProps) {
  const { t, i18n } = useTranslation();
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const save = async (fields: Fields) => {
    setSaving(true);
    setFailure(null);
    await onSave(ruleOf(rule, fields)).catch(setFailure);
    setSaving(false);
  };
  return (
    <Dialog onCancel={onClose} width={520} title={`${kind.id} ${kind.name}`}>
      <p className="quiet fault-sentence">{i18n.language === "en" ? kind.en : kind.zh}</p>
      <Form<Fields>
        layout="vertical"
        requiredMark={false}
        initialValues={fieldsOf(rule)}
        onFinish={(fields) => void save(fields)}
        data-testid="sim-fault-form"
      >
        <When />
        {kind.scope !== "connection" && <Whom kind={kind} />}
        <Form.Item name="limit" label={`${t("simulator.faults.limit")} · ${t("common.optional")}`}>
          <InputNumber className="figures" min={1} precision={0} controls={false} data-testid="sim-fault-limit" />
        </Form.Item>
        {kind.takes.map((taken) => (
          <Form.Item
            key={taken.name}
            name={["parameters", taken.name]}
            label={parameterLabel(t, taken.name)}
            rules={taken.word ? [] : [{ pattern: /^\d*$/, message: t("simulator.faults.wholeNumber") }]}
          >
            <Input
              className={taken.word ? "mono" : "figures"}
              placeholder={taken.preset}
              data-testid={`sim-fault-parameter-${taken.name}`}
            />
          </Form.Item>
        ))}
        {failure !== null && <ErrorView error={failure} />}
        <div className="form-foot">
          <Button type="primary" htmlType="submit" loading={saving} data-testid="sim-fault-save">
            {t("simulator.faults.save")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </Form>
    </Dialog>
  );
}

function When() {
  const { t } = useTranslation();
  const when = Form.useWatch("when") ?? "always";
  return (
    <>
      <Form.Item name="when" label={t("simulator.faults.when")}>
        <Segmented
          data-testid="sim-fault-when-kind"
          options={[
            { value: "always", label: t("simulator.faults.everyTime") },
            { value: "probability", label: t("simulator.faults.byChance") },
            { value: "positions", label: t("simulator.faults.byPosition") },
          ]}
        />
      </Form.Item>
      {when === "probability" && (
        <Form.Item
          name="probability"
          extra={t("simulator.faults.probabilityHelp")}
          rules={[
            { required: true, pattern: /^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, message: t("simulator.faults.badChance") },
          ]}
        >
          <Input className="figures" placeholder="0.05" data-testid="sim-fault-probability" />
        </Form.Item>
      )}
      {when === "positions" && (
        <Form.Item
          name="positions"
          extra={t("simulator.faults.positionsHelp")}
          rules={[{ required: true, whitespace: true, message: t("simulator.faults.badPositions") }]}
        >
          <Input className="figures" placeholder="1, 4-6, every 10" data-testid="sim-fault-positions" />
        </Form.Item>
      )}
      {when !== "always" && (
        <Form.Item name="count" label={t("simulator.faults.count")}>
          <Segmented
            options={[
              { value: "order", label: t("simulator.faults.countOrder") },
              { value: "rule", label: t("simulator.faults.countRule") },
            ]}
          />
        </Form.Item>
      )}
    </>
  );
}

function Whom({ kind }: { kind: FaultKind }) {
  const { t } = useTranslation();
  const endpoints =
    kind.endpoints.length > 0 ? kind.endpoints : kind.scope === "request" ? ENDPOINTS : ["notice", "refund_notice"];
  return (
    <div className="form-pair">
      <Form.Item name="endpoint" label={t("simulator.faults.endpoint")}>
        <Select
          allowClear
          placeholder={t("simulator.faults.allEndpoints")}
          options={endpoints.map((value) => ({ value, label: value }))}
          data-testid="sim-fault-endpoint"
        />
      </Form.Item>
      <Form.Item
        name="out_trade_no"
        label={`${t("simulator.column.outTradeNo")} · ${t("common.optional")}`}
        extra={t("simulator.faults.prefixHelp")}
      >
        <Input className="mono" data-testid="sim-fault-order" />
      </Form.Item>
    </div>
  );
}

function fieldsOf(rule: FaultRule): Fields {
  return {
    when: rule.positions ? "positions" : rule.probability ? "probability" : "always",
    probability: rule.probability ?? "",
    positions: rule.positions ?? "",
    count: rule.count,
    endpoint: rule.endpoint ?? undefined,
    out_trade_no: rule.out_trade_no ?? "",
    limit: rule.limit,
    parameters: rule.parameters,
  };
}

/** What is not on the form stays as it was. */
function ruleOf(rule: FaultRule, fields: Fields): FaultRule {
  const given = Object.entries(fields.parameters ?? {}).filter(([, value]) => value?.trim());
  return {
    ...rule,
    probability: fields.when === "probability" ? fields.probability.trim() : null,
    positions: fields.when === "positions" ? fields.positions.trim() : null,
    count: fields.when === "always" ? rule.count : (fields.count ?? rule.count),
    endpoint: fields.endpoint ?? null,
    out_trade_no: fields.out_trade_no?.trim() || null,
    limit: fields.limit ?? null,
    parameters: Object.fromEntries(given.map(([name, value]) => [name, value.trim()])),
  };
}

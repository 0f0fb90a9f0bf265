import { App, Button, Form, Input, InputNumber, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../components/use-settings";
import type { Settings } from "../../ipc/model";
import { readLadder, writeLadder } from "./ladder";

type Fields = Pick<
  Settings,
  "poll_rate_per_s" | "simulator_poll_rate_per_s" | "expire_days" | "close_expired" | "out_trade_no_prefix" | "scene"
> & { ladder: string };

/** How fast WeChat is asked, when unpaid orders are closed, and how numbers are made. Stored by one button. */
export function PollingSettings() {
  const { t } = useTranslation();
  const { settings, change, saving } = useSettings();
  const { message } = App.useApp();
  const save = async ({ ladder, ...rest }: Fields) => {
    const steps = readLadder(ladder);
    if (!steps) return;
    const saved = await change({ ...rest, poll_ladder_s: steps });
    if (saved) message.success(t("settings.saved"));
  };
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      className="settings-part settings-form"
      initialValues={{ ...settings, ladder: writeLadder(settings.poll_ladder_s) }}
      onFinish={(fields: Fields) => void save(fields)}
      data-testid="settings-polling"
    >
      <h2>{t("settings.polling")}</h2>
      <div className="form-pair">
        <Whole name="poll_rate_per_s" label={t("settings.rate")} min={1} max={1000} unit={t("settings.rateUnit")} />
        <Whole
          name="simulator_poll_rate_per_s"
          label={t("settings.simulatorRate")}
          min={1}
          max={10_000}
          unit={t("settings.rateUnit")}
        />
      </div>
      <Form.Item
        name="ladder"
        label={t("settings.ladder")}
        extra={t("settings.ladderHelp")}
        rules={[
          {
            validator: (_, text: string) =>
              readLadder(text) ? Promise.resolve() : Promise.reject(new Error(t("settings.ladderBad"))),
          },
        ]}
      >
        <Input className="mono" data-testid="settings-ladder" />
      </Form.Item>
      <div className="form-pair">
        <Whole name="expire_days" label={t("settings.expire")} min={1} max={365} unit={t("settings.days")} />
        <Form.Item name="close_expired" label={t("settings.closeExpired")} valuePropName="checked">
          <Switch data-testid="settings-close-expired" />
        </Form.Item>
      </div>
      <h2>{t("settings.numbers")}</h2>
      <div className="form-pair">
        <Form.Item
          name="out_trade_no_prefix"
          label={t("settings.prefix")}
          extra={t("settings.prefixHelp")}
          rules={[{ pattern: /^[0-9A-Za-z_\-|*@]{0,4}$/, message: t("settings.prefixBad") }]}
        >
          <Input className="mono" data-testid="settings-prefix" />
        </Form.Item>
        <Form.Item
          name="scene"
          label={t("settings.scene")}
          rules={[{ required: true, pattern: /^\d{4}$/, message: t("test.sceneInvalid") }]}
        >
          <Input className="mono" maxLength={4} data-testid="settings-scene" />
        </Form.Item>
      </div>
      <div className="form-foot settings-save">
        <Button type="primary" htmlType="submit" loading={saving} data-testid="settings-save">
          {t("common.save")}
        </Button>
      </div>
    </Form>
  );
}

type WholeProps = { name: keyof Fields; label: string; min: number; max: number; unit: string };

function Whole({ name, label, min, max, unit }: WholeProps) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      rules={[{ required: true, type: "integer", min, max, message: t("settings.rangeBad", { min, max }) }]}
    >
      <InputNumber className="figures full-width" controls={false} suffix={unit} data-testid={`settings-${name}`} />
    </Form.Item>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { Listener, ListenRequest } from "../../ipc/model";
import { listenerQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";

/** The listener: whether it runs, its notify_url, and how to start it. */
export function ListenerBar() {
  const { t } = useTranslation();
  const { data: listener, isPending } = useQuery(listenerQuery());
  if (isPending) return null;
  return (
    <section className="listener" data-testid="listener" data-on={listener !== null}>
      <p className="quiet">{t("notify.reach")}</p>
      {listener ? <Running listener={listener} /> : <StartForm />}
    </section>
  );
}

function useListening() {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () => invalidate(client, { tags: ["notices"], ids: [] }),
    onError: report,
  });
}

function Running({ listener }: { listener: Listener }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const act = useListening();
  const sample = async () => {
    const number = await desk().noticeSample();
    message.success(t("notify.sampled", { no: number.slice(-6) }));
  };
  return (
    <div className="listener-line">
      <span className="chip chip-good">{t("notify.on")}</span>
      <span className="quiet">{t("notify.url")}</span>
      <CopyText text={listener.notify_url} />
      {listener.forward && (
        <span className="quiet">
          {t("notify.forward")} <span className="mono">{listener.forward}</span>
        </span>
      )}
      {listener.shop && (
        <span className="chip chip-warning" title={t("notify.shopWarning")} data-testid="shop-on">
          {t("notify.tab.shop")}
        </span>
      )}
      {listener.wide && (
        <span className="chip chip-danger" title={t("notify.wideWarning")} data-testid="shop-wide">
          {t("notify.wideOn")} <span className="mono">{listener.wide}</span>
        </span>
      )}
      <span className="part-actions">
        <Button
          size="small"
          type="primary"
          title={t("notify.sampleTip")}
          loading={act.isPending}
          onClick={() => act.mutate(sample)}
          data-testid="notice-sample"
        >
          {t("notify.sample")}
        </Button>
        <Button size="small" onClick={() => act.mutate(() => desk().listenerStop())} data-testid="listener-stop">
          {t("notify.stop")}
        </Button>
      </span>
    </div>
  );
}

type Fields = {
  port: number;
  path: string;
  public_url: string;
  forward: string;
  shop: boolean;
  wide: boolean;
  widePort: number;
};
const NOTHING: Fields = { port: 0, path: "", public_url: "", forward: "", shop: false, wide: false, widePort: 8130 };

function StartForm() {
  const { t } = useTranslation();
  const { active_profile } = useStart();
  const act = useListening();
  const [form] = Form.useForm<Fields>();
  const shop = Form.useWatch("shop", form);
  const wide = Form.useWatch("wide", form);
  const start = ({ port, path, public_url, forward, ...fields }: Fields) =>
    act.mutate(async () => {
      const shop = fields.shop ? active_profile : null;
      const request: ListenRequest = { port, path, public_url, forward, shop, wide: null };
      if (shop && fields.wide) {
        const confirmation = await desk().confirm("listen_wide", `${shop}:${fields.widePort}`);
        request.wide = { port: fields.widePort, confirmation };
      }
      return desk().listenerStart(request);
    });
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      className="listener-form"
      initialValues={NOTHING}
      onFinish={start}
      data-testid="listener-form"
    >
      <Form.Item name="port" label={t("notify.port")}>
        <InputNumber min={0} max={65_535} data-testid="listener-port" />
      </Form.Item>
      <Form.Item name="path" label={t("notify.path")}>
        <Input className="mono" placeholder="/wx/notify" data-testid="listener-path" />
      </Form.Item>
      <Form.Item name="public_url" label={t("notify.publicUrl")}>
        <Input className="mono" placeholder="https://relay.example.com" data-testid="listener-public" />
      </Form.Item>
      <Form.Item name="forward" label={t("notify.forward")}>
        <Input className="mono" placeholder="http://127.0.0.1:3000/notify" data-testid="listener-forward" />
      </Form.Item>
      <Form.Item name="shop" valuePropName="checked">
        <Checkbox disabled={active_profile === null} data-testid="listener-shop">
          {t("notify.shop")}
        </Checkbox>
      </Form.Item>
      {shop && <p className="listener-warning">{t("notify.shopWarning")}</p>}
      <Form.Item name="wide" valuePropName="checked" hidden={!shop}>
        <Checkbox data-testid="listener-wide">{t("notify.wide")}</Checkbox>
      </Form.Item>
      <Form.Item name="widePort" label={t("notify.widePort")} hidden={!(shop && wide)}>
        <InputNumber min={1} max={65_535} data-testid="listener-wide-port" />
      </Form.Item>
      {shop && wide && <p className="listener-warning">{t("notify.wideWarning")}</p>}
      <Button type="primary" htmlType="submit" loading={act.isPending} data-testid="listener-start">
        {t("notify.start")}
      </Button>
    </Form>
  );
}

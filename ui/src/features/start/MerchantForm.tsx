import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Collapse, Form, Input, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { desk } from "../../ipc/client";
import type { Environment, ProfileInput } from "../../ipc/model";
import { startQuery } from "../../ipc/queries";

const ENVIRONMENTS: Environment[] = ["production", "standby", "sandbox", "simulator"];
const KEY_LENGTH = 32;
const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?\/?$/;

type Fields = {
  name: string;
  appid: string;
  mch_id: string;
  api_key: string;
  app_secret?: string;
  sign_type: ProfileInput["sign_type"];
  environment: Environment;
  base_url?: string;
  notify_url?: string;
  sub_mch_id?: string;
  sub_appid?: string;
};

const absent = (text: string | undefined) => text?.trim() || null;

function inputOf(fields: Fields): ProfileInput {
  return {
    name: fields.name.trim(),
    appid: fields.appid.trim(),
    mch_id: fields.mch_id.trim(),
    // Kept to the byte: a blank at the end of a key is a mistake that the core names instead of hiding.
    api_key: fields.api_key,
    app_secret: fields.app_secret || null,
    sign_type: fields.sign_type,
    environment: fields.environment,
    base_url: fields.environment === "simulator" ? absent(fields.base_url) : null,
    notify_url: absent(fields.notify_url),
    sub_mch_id: absent(fields.sub_mch_id),
    sub_appid: absent(fields.sub_appid),
  };
}

type MerchantFormProps = { onCancel: () => void; onAdded: (name: string) => void };

/** A merchant's details. Secrets go in here once and are never read back. */
export function MerchantForm({ onCancel, onAdded }: MerchantFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const client = useQueryClient();
  const environment = Form.useWatch("environment", form) ?? "production";
  const add = useMutation({
    mutationFn: (fields: Fields) => desk().profileAdd(inputOf(fields)),
    onSuccess: async (profile) => {
      form.resetFields();
      await client.invalidateQueries({ queryKey: startQuery().queryKey });
      onAdded(profile.name);
    },
    gcTime: 0,
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="narrow-form"
      initialValues={{ sign_type: "MD5", environment: "production" }}
      onFinish={(fields) => add.mutate(fields)}
      data-testid="merchant-form"
    >
      <h2>{t("merchant.title")}</h2>
      <Form.Item
        name="name"
        label={t("merchant.name")}
        extra={t("merchant.nameHelp")}
        rules={[{ required: true, whitespace: true, max: 64, message: t("merchant.nameRequired") }]}
      >
        <Input autoFocus data-testid="merchant-name" />
      </Form.Item>
      <Form.Item name="environment" label={t("merchant.environment")} extra={t(`merchant.${environment}Note`)}>
        <Segmented
          data-testid="merchant-environment"
          options={ENVIRONMENTS.map((value) => ({ value, label: t(`environment.${value}`) }))}
        />
      </Form.Item>
      {environment === "simulator" && (
        <Form.Item
          name="base_url"
          label={t("merchant.baseUrl")}
          extra={t("merchant.baseUrlHelp")}
          rules={[{ required: true, pattern: LOOPBACK, message: t("merchant.baseUrlInvalid") }]}
        >
          <Input className="mono" placeholder="http://127.0.0.1:8080" data-testid="merchant-base-url" />
        </Form.Item>
      )}
      <Identity />
      <Secrets />
      <Collapse
        ghost
        className="plain-collapse"
        items={[{ key: "more", label: t("merchant.advanced"), children: <Advanced />, forceRender: true }]}
      />
      {add.isError && <ErrorView error={add.error} />}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={add.isPending} data-testid="merchant-submit">
          {t("merchant.submit")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </div>
    </Form>
  );
}

function Identity() {
  const { t } = useTranslation();
  return (
    <div className="form-pair">
      <Form.Item
        name="appid"
        label="appid"
        rules={[{ required: true, pattern: /^\s*wx[0-9a-zA-Z]{16}\s*$/, message: t("merchant.appidInvalid") }]}
      >
        <Input className="mono" placeholder="wx…" autoComplete="off" data-testid="merchant-appid" />
      </Form.Item>
      <Form.Item
        name="mch_id"
        label={t("merchant.mchid")}
        rules={[{ required: true, pattern: /^\s*\d{8,10}\s*$/, message: t("merchant.mchidInvalid") }]}
      >
        <Input className="mono" autoComplete="off" data-testid="merchant-mch-id" />
      </Form.Item>
    </div>
  );
}

function Secrets() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="api_key"
        label={t("merchant.key")}
        extra={t("merchant.keyHelp")}
        rules={[
          { required: true, message: t("merchant.keyRequired") },
          {
            warningOnly: true,
            validator: (_, value: string | undefined) =>
              !value || value.length === KEY_LENGTH
                ? Promise.resolve()
                : Promise.reject(new Error(t("merchant.keyLength", { count: value.length }))),
          },
        ]}
      >
        <Input.Password className="mono" autoComplete="off" visibilityToggle={false} data-testid="merchant-key" />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="sign_type" label={t("merchant.signType")}>
          <Segmented data-testid="merchant-sign-type" options={["MD5", "HMAC-SHA256"]} />
        </Form.Item>
        <Form.Item
          name="app_secret"
          label={`${t("merchant.secret")} · ${t("common.optional")}`}
          tooltip={t("merchant.secretHelp")}
        >
          <Input.Password className="mono" autoComplete="off" visibilityToggle={false} data-testid="merchant-secret" />
        </Form.Item>
      </div>
    </>
  );
}

function Advanced() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="notify_url"
        label={`${t("merchant.notifyUrl")} · ${t("common.optional")}`}
        extra={t("merchant.notifyUrlHelp")}
      >
        <Input className="mono" placeholder="https://" />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="sub_mch_id" label={t("merchant.subMchid")}>
          <Input className="mono" />
        </Form.Item>
        <Form.Item name="sub_appid" label={t("merchant.subAppid")}>
          <Input className="mono" />
        </Form.Item>
      </div>
    </>
  );
}

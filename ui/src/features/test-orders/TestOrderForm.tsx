import { Button, Form, Input, InputNumber, Segmented, Switch } from "antd";
import { type FocusEvent, type KeyboardEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EnvironmentTag } from "../../components/EnvironmentTag";
import { useProfileLabel } from "../../components/use-profile-label";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";
import type { Goods, Profile, TradeType } from "../../ipc/model";
import { fenAsTyped } from "../../lib/money";
import { TRADE_TYPES } from "../orders/orders-search";
import type { TestOrdersDraft, TestOrdersJob } from "./use-test-orders";

const MOST_ORDERS = 10_000;
const selectAll = (event: FocusEvent<HTMLInputElement>) => event.target.select();

type Fields = {
  body: string;
  amount: string;
  trade_type: TradeType;
  openid?: string;
  product_id?: string;
  attach?: string;
  scene: string;
  count: number;
  reuse: boolean;
};

type TestOrderFormProps = {
  profile: Profile;
  goods: Goods | null;
  scene: string;
  job: TestOrdersJob;
  /** The text no longer is the chosen goods'. */
  onGoodsLeft: () => void;
};

/** One order, or many alike. Money is read by the core from the text that was typed. */
export function TestOrderForm({ profile, goods, scene, job, onGoodsLeft }: TestOrderFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  useEffect(() => {
    if (goods)
      form.setFieldsValue({ body: goods.name, amount: fenAsTyped(goods.price_fen), product_id: goods.goods_id });
  }, [goods, form]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.submit();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the shortcut works from every field of the form
    <section className="test-form" onKeyDown={onKeyDown}>
      <h2>{t("test.form")}</h2>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          trade_type: "JSAPI",
          count: 1,
          reuse: true,
          scene,
          openid: profile.builtin ? "oBuiltinPayer0000000000000001" : "",
        }}
        onFinish={(fields) => job.start(draftOf(fields, profile.name, goods))}
        onValuesChange={(changed: Partial<Fields>) => changed.body !== undefined && onGoodsLeft()}
        data-testid="test-form"
      >
        <Wares />
        <Payment />
        <Numbers />
        <Submit profile={profile} job={job} />
      </Form>
    </section>
  );
}

function draftOf(fields: Fields, profile: string, goods: Goods | null): TestOrdersDraft {
  return {
    profile,
    goods_id: goods?.goods_id ?? null,
    body: fields.body,
    amount: fields.amount.trim(),
    amounts: "fixed",
    trade_type: fields.trade_type,
    openid: fields.trade_type === "JSAPI" ? (fields.openid?.trim() ?? null) : null,
    product_id: fields.trade_type === "NATIVE" ? (fields.product_id?.trim() ?? null) : null,
    attach: fields.attach || null,
    scene: fields.scene,
    count: fields.count,
    reuse: fields.reuse && fields.count === 1,
  };
}

function Wares() {
  const { t } = useTranslation();
  return (
    <div className="form-pair form-pair-wide">
      <Form.Item
        name="body"
        label={t("test.body")}
        rules={[{ required: true, whitespace: true, max: 127, message: t("test.bodyRequired") }]}
      >
        <Input data-testid="test-body" />
      </Form.Item>
      <AmountField />
    </div>
  );
}

function AmountField() {
  const { t } = useTranslation();
  const validate = async (_: unknown, text: string | undefined) => {
    if (!text?.trim()) throw new Error(t("test.amountRequired"));
    let fen: number;
    try {
      fen = (await desk().amountParse(text.trim(), "yuan")).fen;
    } catch (error) {
      const { code } = asFailure(error);
      throw new Error(code === "input_invalid" ? t("test.amountBad") : t(`error.${code}.what`));
    }
    if (fen <= 0) throw new Error(t("test.amountBad"));
  };
  return (
    <Form.Item name="amount" label={t("test.amount")} validateDebounce={200} rules={[{ validator: validate }]}>
      <Input
        className="figures amount-input"
        inputMode="decimal"
        prefix="¥"
        placeholder="0.01"
        onFocus={selectAll}
        data-testid="test-amount"
      />
    </Form.Item>
  );
}

function Payment() {
  const { t } = useTranslation();
  const type = Form.useWatch("trade_type") ?? "JSAPI";
  return (
    <>
      <Form.Item name="trade_type" label={t("test.tradeType")} extra={t(`tradeType.${type as TradeType}`)}>
        <Segmented data-testid="test-trade-type" options={[...TRADE_TYPES]} />
      </Form.Item>
      {type === "JSAPI" && (
        <Form.Item
          name="openid"
          label={t("test.openid")}
          rules={[{ required: true, whitespace: true, max: 128, message: t("test.openidRequired") }]}
        >
          <Input className="mono" data-testid="test-openid" />
        </Form.Item>
      )}
      {type === "NATIVE" && (
        <Form.Item
          name="product_id"
          label={t("test.productId")}
          rules={[{ required: true, whitespace: true, max: 32, message: t("test.productIdRequired") }]}
        >
          <Input className="mono" data-testid="test-product-id" />
        </Form.Item>
      )}
    </>
  );
}

function Numbers() {
  const { t } = useTranslation();
  return (
    <>
      <div className="form-pair">
        <Form.Item
          name="count"
          label={t("test.count")}
          rules={[{ required: true, type: "integer", min: 1, max: MOST_ORDERS, message: t("test.countInvalid") }]}
        >
          <InputNumber className="figures full-width" controls={false} onFocus={selectAll} data-testid="test-count" />
        </Form.Item>
        <Form.Item
          name="scene"
          label={t("test.scene")}
          rules={[{ required: true, pattern: /^\d{4}$/, message: t("test.sceneInvalid") }]}
        >
          <Input className="mono" maxLength={4} data-testid="test-scene" />
        </Form.Item>
      </div>
      <Form.Item name="attach" label={`${t("test.attach")} · ${t("common.optional")}`} rules={[{ max: 127 }]}>
        <Input data-testid="test-attach" />
      </Form.Item>
      <Reuse />
    </>
  );
}

/** Only a single order can be one that exists already: in a batch the switch is off and says why. */
function Reuse() {
  const { t } = useTranslation();
  const many = (Form.useWatch("count") ?? 1) > 1;
  return (
    <>
      <div className="switch-line">
        {many && <Switch id="test-reuse" data-testid="test-reuse" checked={false} disabled />}
        <Form.Item name="reuse" valuePropName="checked" noStyle hidden={many}>
          <Switch {...(many ? {} : { id: "test-reuse", "data-testid": "test-reuse" })} />
        </Form.Item>
        <label htmlFor="test-reuse">{t("test.reuse")}</label>
      </div>
      <p className="quiet switch-help">{t(many ? "test.reuseNotInBatch" : "test.reuseHelp")}</p>
    </>
  );
}

function Submit({ profile, job }: { profile: Profile; job: TestOrdersJob }) {
  const { t } = useTranslation();
  const nameOf = useProfileLabel();
  const count = Form.useWatch("count") ?? 1;
  const real = profile.environment === "production" || profile.environment === "standby";
  return (
    <>
      <p className={real ? "submit-where submit-real" : "submit-where"}>
        <EnvironmentTag environment={profile.environment} />
        <span>{t(real ? "test.production" : "test.submitIn", { merchant: nameOf(profile.name) })}</span>
      </p>
      <Button
        type="primary"
        size="middle"
        htmlType="submit"
        loading={job.running}
        disabled={job.running}
        data-testid="test-create"
      >
        {count > 1 ? t("test.submitMany", { count }) : t("test.submit")}
      </Button>
    </>
  );
}

import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { startWords } from "../../i18n";
import type { LookupAnswer, OrderRow, RefundRow } from "../../ipc/model";
import { answerAsText } from "./lookup-text";

const told = (zh: string, en: string) => ({ zh, en });

const absent: LookupAnswer = {
  number: "4200000540202005267407409907",
  also: [],
  kind: "transaction_id",
  date: "2020-05-26",
  repaired: false,
  verdict: "not_found",
  profile: "shop",
  environment: "production",
  sentence: told("没有找到。", "Not found."),
  is_final: null,
  finality: null,
  timeline: [],
  order: null,
  refunds: [],
  code: told("订单不存在", "no such order"),
  reasons: [1, 2, 3, 4, 5].map((n) => told(`原因 ${n}`, `reason ${n}`)),
  next: told("逐条核对", "go through the reasons"),
} as LookupAnswer;

const paidAt = Date.parse("2026-11-20T15:04:05+08:00");

const found: LookupAnswer = {
  ...absent,
  number: "4200000540202611207407409907",
  date: "2026-11-20",
  verdict: "found",
  sentence: told("已支付 ¥128.00。", "Paid ¥128.00."),
  is_final: false,
  finality: told("付款是最终结果，退款还在处理", "the payment is final, a refund is under way"),
  timeline: [
    { at: paidAt, what: told("支付成功 ¥128.00", "paid ¥128.00"), source: "orderquery", verified: true },
    {
      at: paidAt + 1000,
      what: told("收到签名不成立的消息", "a message whose signature does not hold; not believed"),
      source: "notice",
      verified: false,
    },
  ],
  order: {
    out_trade_no: "T20261120150405",
    transaction_id: "4200000540202611207407409907",
    total_fee: 12_800,
    paid_at: paidAt,
  } as OrderRow,
  refunds: [
    {
      out_refund_no: "R-1",
      refund_fee: 1990,
      arrival_zh: "零钱一般 20 分钟内到账",
      arrival_en: "within 20 minutes",
    } as RefundRow,
  ],
  code: null,
  reasons: [],
  next: told("等退款到账", "wait for the refund"),
};

describe("an answer copied as text", () => {
  it("says everything that stands on screen: date, merchant, environment, code and all five reasons", async () => {
    await startWords();
    const text = answerAsText(i18next.t, "zh-CN", absent, (profile) => `商户 ${profile}`);
    expect(text.split("\n")).toEqual([
      "4200000540202005267407409907",
      "没有找到。",
      "类型: 微信支付单号",
      "单号里的日期: 2020-05-26",
      "商户: 商户 shop",
      "环境: 生产",
      "错误码: 订单不存在",
      "下一步: 逐条核对",
      "微信支付查不到的五种原因:",
      "1. 原因 1",
      "2. 原因 2",
      "3. 原因 3",
      "4. 原因 4",
      "5. 原因 5",
    ]);
    await i18next.changeLanguage("en");
    const english = answerAsText(i18next.t, "en", absent, (profile) => profile);
    for (const line of ["Environment: Production", "5. reason 5", "Date in the number: 2020-05-26"]) {
      expect(english).toContain(line);
    }
    await i18next.changeLanguage("zh-CN");
  });

  it("says of an order that was found whether it can change, its refunds and the source of each step", async () => {
    await startWords();
    const text = answerAsText(i18next.t, "zh-CN", found, (profile) => `商户 ${profile}`);
    expect(text.split("\n")).toEqual([
      "4200000540202611207407409907",
      "已支付 ¥128.00。",
      "类型: 微信支付单号",
      "单号里的日期: 2026-11-20",
      "商户: 商户 shop",
      "环境: 生产",
      "能否再变: 付款是最终结果，退款还在处理",
      "商户单号: T20261120150405",
      "微信支付单号: 4200000540202611207407409907",
      "订单金额: ¥128.00",
      "支付时间: 2026-11-20 15:04:05 +08:00",
      "商户退款单号 R-1: ¥19.90 零钱一般 20 分钟内到账",
      "下一步: 等退款到账",
      "2026-11-20 15:04:05 +08:00  支付成功 ¥128.00  [查询订单]",
      "2026-11-20 15:04:06 +08:00  收到签名不成立的消息  [支付通知] (未核实)",
    ]);
    const english = answerAsText(i18next.t, "en", found, (profile) => profile);
    for (const line of ["the payment is final", "within 20 minutes", "not believed"]) {
      expect(english).toContain(line);
    }
  });
});

import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { startWords } from "../../i18n";
import type { LookupAnswer } from "../../ipc/model";
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
});

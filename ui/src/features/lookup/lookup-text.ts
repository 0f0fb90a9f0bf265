import type { TFunction } from "i18next";
import type { LookupAnswer } from "../../ipc/model";
import { formatYuan } from "../../lib/money";
import { formatTimeWithZone } from "../../lib/time";

type Told = LookupAnswer["sentence"];

/** A sentence of the core in the language of the window. */
export function inWords(told: Told, language: string): string {
  return language === "en" ? told.en : told.zh;
}

/** The whole answer in lines of plain text, to paste into a message; `merchantOf` says what a merchant is called on screen. */
export function answerAsText(
  t: TFunction,
  language: string,
  answer: LookupAnswer,
  merchantOf: (profile: string) => string,
): string {
  const { order } = answer;
  const say = (told: Told) => inWords(told, language);
  const facts: [string, string | null | undefined][] = [
    [t("lookup.kindName"), t(`lookup.kind.${answer.kind}`)],
    [t("lookup.date"), answer.date],
    [t("order.fact.merchant"), answer.profile && merchantOf(answer.profile)],
    [t("lookup.environment"), answer.environment && t(`environment.${answer.environment}`)],
    [t("lookup.finality"), answer.finality && say(answer.finality)],
    [t("order.fact.outTradeNo"), order?.out_trade_no],
    [t("order.fact.transactionId"), order?.transaction_id],
    [t("order.money.total"), order && formatYuan(order.total_fee)],
    [t("order.fact.paid"), order?.paid_at == null ? null : formatTimeWithZone(order.paid_at)],
    ...answer.refunds.map((refund): [string, string] => [
      `${t("refund.column.number")} ${refund.out_refund_no}`,
      `${formatYuan(refund.refund_fee)} ${language === "en" ? refund.arrival_en : refund.arrival_zh}`,
    ]),
    [t("lookup.code"), answer.code && say(answer.code)],
    [t("lookup.next"), say(answer.next)],
  ];
  const reasons = answer.reasons.map((reason, place) => `${place + 1}. ${say(reason)}`);
  const steps = answer.timeline.map((step) => {
    const mark = step.verified ? "" : ` (${t("order.timeline.unverified")})`;
    return `${formatTimeWithZone(step.at)}  ${say(step.what)}  [${t(`lookup.source.${step.source}`)}]${mark}`;
  });
  return [
    answer.number,
    say(answer.sentence),
    ...facts.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`),
    ...(reasons.length > 0 ? [`${t("lookup.reasons")}:`, ...reasons] : []),
    ...steps,
  ].join("\n");
}

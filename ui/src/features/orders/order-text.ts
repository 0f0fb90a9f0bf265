import type { TFunction } from "i18next";
import type { OrderDetail } from "../../ipc/model";
import { formatYuan } from "../../lib/money";
import { formatTimeWithZone } from "../../lib/time";

/** An order in lines of plain text, to paste into a message. */
export function orderAsText(t: TFunction, order: OrderDetail["order"]): string {
  const doubt = order.flags.includes("conflict") ? "conflict" : order.flags.includes("unknown") ? "unknown" : null;
  const state = t(`state.${order.state}`);
  const lines: [string, string | null][] = [
    [t("orders.column.state"), doubt ? `${t(`state.${doubt}`)} (${state})` : state],
    [t("order.money.total"), formatYuan(order.total_fee)],
    [t("order.money.paid"), order.paid_fee === null ? null : formatYuan(order.paid_fee)],
    [t("order.money.refunded"), order.refunded_fee > 0 ? formatYuan(order.refunded_fee) : null],
    [t("order.fact.outTradeNo"), order.out_trade_no],
    [t("order.fact.transactionId"), order.transaction_id],
    [t("order.fact.body"), order.body],
    [t("order.fact.tradeType"), order.trade_type],
    [t("order.fact.mchId"), order.mch_id],
    [t("order.fact.created"), formatTimeWithZone(order.created_at)],
    [t("order.fact.paid"), order.paid_at === null ? null : formatTimeWithZone(order.paid_at)],
  ];
  return lines
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

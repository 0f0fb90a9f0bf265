import type { OrderRow } from "../../ipc/model";

/** What tells one order from another across merchants. */
export function orderKey(order: Pick<OrderRow, "profile" | "out_trade_no">): string {
  return `${order.profile}/${order.out_trade_no}`;
}

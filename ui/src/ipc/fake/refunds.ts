import type { Desk } from "../desk";
import type { RefundRow } from "../model";
import { refusal, type World } from "./world";

type RefundCommands = Pick<Desk, "refundsList" | "refundDetail" | "refundQuery" | "refundable" | "refundCreate">;

const HOLDS = new Set<RefundRow["state"]>(["RESERVED", "SUBMITTED", "UNKNOWN", "PROCESSING", "CHANGE", "SUCCESS"]);

const sum = (refunds: RefundRow[]) => refunds.reduce((fen, refund) => fen + refund.refund_fee, 0);

/** Refunds: each is accepted, and successful once it is asked about. */
export function fakeRefunds(world: World): RefundCommands {
  const ofOrder = (no: string) => world.ownRefunds.filter((refund) => refund.out_trade_no === no);
  const find = (no: string) => {
    const refund = world.ownRefunds.find((one) => one.out_refund_no === no);
    if (!refund) throw refusal("not_found", `no refund ${no}`);
    return refund;
  };
  const leftOf = (no: string) => {
    const order = world.order(no);
    return (order.paid_fee ?? 0) - sum(ofOrder(no).filter((refund) => HOLDS.has(refund.state)));
  };
  return {
    async refundsList(filter, start, limit) {
      const rows = world.ownRefunds.filter(
        (refund) =>
          (filter.states.length === 0 || filter.states.includes(refund.state)) &&
          (filter.profile === null || filter.profile === refund.profile) &&
          refund.created_at >= (filter.created_from ?? 0) &&
          refund.created_at < (filter.created_to ?? Number.POSITIVE_INFINITY) &&
          (refund.out_refund_no.startsWith(filter.search) || refund.out_trade_no === filter.search),
      );
      const held = rows.filter((refund) => HOLDS.has(refund.state) && refund.state !== "SUCCESS");
      return {
        total: rows.length,
        refunded_fen: sum(rows.filter((refund) => refund.state === "SUCCESS")),
        held_fen: sum(held),
        rows: rows.slice(start, start + limit),
      };
    },
    async refundDetail(_, no) {
      const refund = find(no);
      const at = refund.created_at;
      const step = { asked_at: at, received_at: at, verified: true, raw: "<xml></xml>" };
      const timeline = [
        { ...step, seq: 1, source: "apply", effect: "applied" as const, reason: "accepted", said: "SUCCESS" },
      ];
      return { refund, timeline };
    },
    async refundQuery(_, no) {
      const refund = find(no);
      refund.state = "SUCCESS";
      refund.success_at = refund.created_at + 2000;
      refund.arrival_zh = "退款成功：已退回用户零钱";
      refund.arrival_en = "refunded to the payer's WeChat balance";
      const order = world.order(refund.out_trade_no);
      order.state = "REFUND";
      order.refunded_fee = sum(ofOrder(refund.out_trade_no).filter((one) => one.state === "SUCCESS"));
      world.changed(["refunds", "orders"], [refund.out_trade_no]);
      return { refund, known: true, detail: refund.arrival_en };
    },
    async refundable(profile, no) {
      const order = world.order(no);
      return {
        profile,
        out_trade_no: no,
        body: order.body,
        state: order.state,
        total_fee: order.total_fee,
        left_fen: leftOf(no),
        refunds: ofOrder(no),
      };
    },
    async refundCreate(request, token) {
      if (token !== `create_refund ${request.profile}/${request.out_trade_no}:${request.refund_fee}`) {
        throw refusal("confirmation_required", "this needs a new confirmation");
      }
      if (request.refund_fee > leftOf(request.out_trade_no)) throw refusal("input_invalid", "too much", "refund_fee");
      const refund: RefundRow = {
        profile: request.profile,
        out_refund_no: `R${String(world.ownRefunds.length + 1).padStart(8, "0")}`,
        refund_id: `50000000${String(world.ownRefunds.length + 1).padStart(20, "0")}`,
        out_trade_no: request.out_trade_no,
        refund_fee: request.refund_fee,
        total_fee: world.order(request.out_trade_no).total_fee,
        refund_desc: request.refund_desc,
        state: "SUBMITTED",
        conflict: false,
        found: false,
        arrival_zh: "已提交，尚未退款，稍后会再查询",
        arrival_en: "submitted, not yet refunded; it is asked about again",
        recv_account: null,
        created_at: Date.now(),
        success_at: null,
        next_query_at: Date.now() + 5000,
        next_why_zh: "还没有最终结果，按设置的阶梯越查越疏；收到退款通知会立即查询",
        next_why_en: "not final yet: asked about after longer and longer pauses, and at once when a notice comes",
      };
      world.ownRefunds.unshift(refund);
      world.changed(["refunds"]);
      return { refund, known: true, detail: "accepted, not yet refunded" };
    },
  };
}

import type { Desk } from "../desk";
import type { Observation, OrderDetail, OrderFilter, OrderResult, OrderSort } from "../model";
import { pay } from "./seed";
import { type FakeOrder, OPEN_STATES, refusal, type World } from "./world";

const SNAPSHOTS_KEPT = 4;
const FIRST_ROWS = 60;
let lastSnapshot = 0;

function passes(order: FakeOrder, filter: OrderFilter): boolean {
  const { states, flags, search } = filter;
  const stated = states.length + flags.length === 0;
  const byState = states.includes(order.state) || flags.some((flag) => (order.flags as string[]).includes(flag));
  const text = [order.out_trade_no, order.transaction_id, order.body, order.openid].join("\n").toLowerCase();
  return (
    (stated || byState) &&
    (filter.created_from === null || order.created_at >= filter.created_from) &&
    (filter.created_to === null || order.created_at < filter.created_to) &&
    (filter.amount_min_fen === null || order.total_fee >= filter.amount_min_fen) &&
    (filter.amount_max_fen === null || order.total_fee <= filter.amount_max_fen) &&
    (filter.trade_types.length === 0 || (filter.trade_types as string[]).includes(order.trade_type ?? "")) &&
    (filter.profile === null || order.profile === filter.profile) &&
    text.includes(search.toLowerCase())
  );
}

function compare(a: FakeOrder, b: FakeOrder, { by, descending }: OrderSort): number {
  const [x, y] = [a[by] ?? "", b[by] ?? ""];
  const order = x < y ? -1 : x > y ? 1 : a.out_trade_no < b.out_trade_no ? -1 : 1;
  return descending ? -order : order;
}

const listed = (world: World, filter: OrderFilter, sort: OrderSort) =>
  world.orders.filter((order) => passes(order, filter)).sort((a, b) => compare(a, b, sort));

const sum = (orders: FakeOrder[], of: (order: FakeOrder) => number) =>
  orders.reduce((total, order) => total + of(order), 0);

function nextQueryAt(orders: FakeOrder[]): number | null {
  const times = orders.flatMap((order) => (order.next_query_at === null ? [] : [order.next_query_at]));
  return times.length === 0 ? null : Math.min(...times);
}

function totalsOf(orders: FakeOrder[]) {
  const paid = orders.filter((order) => order.paid_fee !== null);
  const paid_fen = sum(paid, (order) => order.paid_fee ?? 0);
  const refunded_fen = sum(orders, (order) => order.refunded_fee);
  return {
    paid_count: paid.length,
    paid_fen,
    refunded_fen,
    net_fen: paid_fen - refunded_fen,
    polling: orders.filter((order) => order.next_query_at !== null).length,
    next_query_at: nextQueryAt(orders),
  };
}

function xmlOf(order: FakeOrder): string {
  return `<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n<appid><![CDATA[${order.appid}]]></appid>\n<mch_id><![CDATA[${order.mch_id}]]></mch_id>\n<nonce_str><![CDATA[uWQ9Wn4ZsKlQ2xMG]]></nonce_str>\n<sign><![CDATA[9A0A8659F005D6984697E2CA0A9CF3B7]]></sign>\n<result_code><![CDATA[SUCCESS]]></result_code>\n<out_trade_no><![CDATA[${order.out_trade_no}]]></out_trade_no>\n<trade_state><![CDATA[${order.state}]]></trade_state>\n<total_fee>${order.total_fee}</total_fee>\n</xml>`;
}

function observation(seq: number, order: FakeOrder, part: Partial<Observation>): Observation {
  const received_at = order.created_at + 180 + seq * 5200;
  return {
    seq,
    source: "query",
    asked_at: received_at - 62,
    received_at,
    verified: true,
    outcome: "confirmed",
    trade_state: "NOTPAY",
    err_code: null,
    err_code_des: null,
    meaning: null,
    return_msg: "OK",
    effect: "same",
    reason: "nothing_new",
    digest: "3f9b2c1d77aa00e4c1d2e3f4a5b6c7d8e9f00112233445566778899aabbccdde",
    raw: xmlOf(order),
    signature: "valid",
    ...part,
  };
}

function timelineOf(order: FakeOrder): Observation[] {
  const created = observation(1, order, { source: "create", trade_state: null, effect: "applied", reason: "created" });
  if (order.state === "CREATING") {
    return [
      observation(1, order, {
        source: "create",
        verified: false,
        outcome: "unknown",
        trade_state: null,
        effect: "refused",
        signature: "missing",
        raw: null,
        return_msg: null,
      }),
    ];
  }
  if (order.state === "UNVERIFIED") {
    return [
      observation(1, order, {
        source: "import",
        verified: false,
        asked_at: null,
        effect: "refused",
        trade_state: "SUCCESS",
        signature: "unsigned",
        raw: null,
      }),
    ];
  }
  const steps = [created, observation(2, order, {})];
  if (order.paid_at !== null) {
    steps.push(
      observation(3, order, {
        source: "notice",
        asked_at: null,
        trade_state: "SUCCESS",
        effect: "applied",
        reason: "reported",
      }),
    );
    steps.push(observation(4, order, { trade_state: "SUCCESS" }));
  }
  if (order.flags.includes("conflict")) {
    steps.push(observation(5, order, { trade_state: "CLOSED", effect: "conflict", reason: "closed_after_paid" }));
  }
  return steps;
}

function doingOf(order: FakeOrder): OrderDetail["doing"] {
  if (order.flags.includes("conflict")) return "human_needed";
  if (order.state === "CREATING") return "resend_wait";
  return order.next_query_at === null ? "done" : "polling";
}

function nextQuestionOf(order: FakeOrder): OrderDetail["next_question"] {
  if (order.next_query_at === null) return null;
  const asked = { at: order.next_query_at, held_back: null };
  if (order.state === "CREATING") return { ...asked, why: "creation_unknown", question: null, gap_s: null };
  if (order.state === "UNVERIFIED") return { ...asked, why: "claimed", question: null, gap_s: null };
  return { ...asked, why: "ladder", question: 3, gap_s: 30 };
}

function payParamsOf(order: FakeOrder): OrderDetail["pay_params"] {
  if (order.prepay_id === null || order.state !== "NOTPAY") return null;
  return [
    { name: "appId", value: order.appid },
    { name: "timeStamp", value: String(Math.floor(order.created_at / 1000)) },
    { name: "nonceStr", value: "e61463f8efa94090b1f366cccfbbb444" },
    { name: "package", value: `prepay_id=${order.prepay_id}` },
    { name: "signType", value: order.sign_type },
    { name: "paySign", value: "70EA570631E4BB79628FBCA90534C63F" },
  ];
}

function resultOf(order: FakeOrder): OrderResult {
  return {
    out_trade_no: order.out_trade_no,
    state: order.state,
    outcome: "confirmed",
    detail: "",
    err_code: null,
    err_code_des: null,
  };
}

type OrderCommands = Pick<
  Desk,
  | "ordersFirst"
  | "ordersSearchReady"
  | "ordersOpen"
  | "ordersRows"
  | "orderDetail"
  | "orderQuery"
  | "orderClose"
  | "confirm"
  | "overview"
>;

/** Orders kept in memory, with the shapes and refusals of the core. */
export function fakeOrders(world: World): OrderCommands {
  const tokens = new Set<string>();
  return {
    async ordersFirst(filter, sort) {
      return listed(world, filter, sort)
        .slice(0, FIRST_ROWS)
        .map((order) => ({ ...order }));
    },
    async ordersSearchReady() {
      return null;
    },
    async ordersOpen(filter, sort) {
      const orders = listed(world, filter, sort);
      lastSnapshot += 1;
      world.snapshots.set(lastSnapshot, orders);
      world.snapshots.delete(lastSnapshot - SNAPSHOTS_KEPT);
      return { snapshot: lastSnapshot, count: orders.length, ...totalsOf(orders) };
    },
    async ordersRows(snapshot, start, end) {
      const orders = world.snapshots.get(snapshot);
      if (!orders) throw refusal("not_found", "the snapshot is gone");
      return orders.slice(start, end).map((order) => ({ ...order }));
    },
    async orderDetail(_profile, outTradeNo) {
      const order = world.order(outTradeNo);
      return {
        order: { ...order },
        pay_params: payParamsOf(order),
        doing: doingOf(order),
        next_question: nextQuestionOf(order),
        timeline: timelineOf(order),
        curl: `curl -sS '${"http://127.0.0.1:41873/pay/orderquery"}' -d '<xml>…</xml>'`,
      };
    },
    async orderQuery(_profile, outTradeNo) {
      const order = world.order(outTradeNo);
      if (order.state === "USERPAYING") pay(order, Date.now());
      world.changed(["orders"], [outTradeNo]);
      return resultOf(order);
    },
    async confirm(action, subject) {
      if (!world.personAgrees) throw refusal("confirmation_declined", "the person said no");
      const token = `${action} ${subject}`;
      tokens.add(token);
      return token;
    },
    async orderClose(profile, outTradeNo, confirmation) {
      if (!tokens.delete(confirmation) || confirmation !== `close_order ${profile}/${outTradeNo}`) {
        throw refusal("confirmation_required", "no such token");
      }
      const order = world.order(outTradeNo);
      order.state = "CLOSED";
      order.next_query_at = null;
      world.changed(["orders"], [outTradeNo]);
      return resultOf(order);
    },
    async overview(days) {
      return overviewOf(world, days);
    },
  };
}

function overviewOf(world: World, days: number): Awaited<ReturnType<Desk["overview"]>> {
  const beijingDay = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
  const list = Array.from({ length: days }, (_, back) => beijingDay(Date.now() - back * 86_400_000)).reverse();
  const within = world.orders.filter((order) => list.includes(beijingDay(order.created_at)));
  const { paid_count, ...totals } = totalsOf(within);
  const open = totalsOf(world.orders);
  const refunds = world.ownRefunds.flatMap((refund) => refund.next_query_at ?? []);
  return {
    orders: within.length,
    paid: paid_count,
    paid_fen: totals.paid_fen,
    refunded_fen: totals.refunded_fen,
    net_fen: totals.net_fen,
    success_permille: within.length === 0 ? null : Math.round((paid_count / within.length) * 1000),
    polling: open.polling,
    polling_refunds: refunds.length,
    under_way: world.underWay.length,
    asking: world.underWay.at(-1) ?? null,
    next_query_at: open.next_query_at,
    next_refund_at: refunds.length === 0 ? null : Math.min(...refunds),
    held_back: world.heldBack,
    other_city: world.otherCity,
    daily: list.map((day) => {
      const orders = within.filter((order) => beijingDay(order.created_at) === day);
      const { paid_count: paid, paid_fen } = totalsOf(orders);
      return { day, orders: orders.length, paid, paid_fen };
    }),
  };
}

/** Lets one open order move, as a payer would. */
export function moveOne(world: World): void {
  const open = world.orders.filter((order) => OPEN_STATES.includes(order.state) && order.flags.length === 0);
  const order = open[Math.floor(Math.random() * open.length)];
  const now = Date.now();
  for (const waiting of world.orders) {
    if (waiting.next_query_at !== null && waiting.next_query_at < now) waiting.next_query_at = now + 8000;
  }
  if (!order) return;
  if (order.state === "NOTPAY") order.state = "USERPAYING";
  else pay(order, now);
  world.changed(["orders", "polling"], [order.out_trade_no]);
}

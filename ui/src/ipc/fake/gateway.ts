import type { Desk } from "../desk";
import type { OrderResult, SimulatorStatus } from "../model";
import { newOrder, numberAt, pay } from "./seed";
import { refusal, type World } from "./world";

type GatewayCommands = Pick<
  Desk,
  | "goodsList"
  | "goodsSave"
  | "goodsRemove"
  | "testOrdersCreate"
  | "jobCancel"
  | "amountParse"
  | "simulatorStatus"
  | "simulatorStart"
  | "simulatorStop"
  | "simulatorOrders"
  | "simulatorPay"
  | "simulatorNotices"
  | "simulatorTraffic"
>;

const LISTED = 100;
const STEP = 100;
let lastJob = 0;

function statusOf(world: World): SimulatorStatus {
  return {
    running: world.running,
    url: world.running ? "http://127.0.0.1:41873" : null,
    orders: world.orders.length,
    notices_pending: world.notices.filter((notice) => notice.status === "pending").length,
    time_scale: 1,
    requests: world.requests,
  };
}

/** Digits only, so that the fake can never disagree with itself about a fraction. */
function parseAmount(text: string, unit: "yuan" | "fen"): number {
  const match = (unit === "yuan" ? /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/ : /^(0|[1-9]\d{0,14})$/).exec(text);
  if (!match) throw refusal("input_invalid", `${text} is not an amount in ${unit}`, "amount");
  return Number(unit === "fen" ? match[1] : `${match[1]}${(match[2] ?? "").padEnd(2, "0")}`);
}

/** Goods, test orders and the gateway that takes them. */
export function fakeGateway(world: World): GatewayCommands {
  return {
    async goodsList() {
      return [...world.goods];
    },
    async goodsSave(goods) {
      world.goods = [...world.goods.filter((one) => one.goods_id !== goods.goods_id), goods];
      world.changed(["goods"]);
      return goods;
    },
    async goodsRemove(goodsId) {
      world.goods = world.goods.filter((one) => one.goods_id !== goodsId);
      world.changed(["goods"]);
      return null;
    },
    async amountParse(text, unit) {
      return { fen: parseAmount(text, unit) };
    },
    testOrdersCreate: (request, onProgress) => createOrders(world, request, onProgress),
    async jobCancel(job) {
      world.cancelled.add(job);
      return null;
    },
    async simulatorStatus() {
      return statusOf(world);
    },
    async simulatorStart() {
      world.running = true;
      world.changed(["simulator"]);
      return statusOf(world);
    },
    async simulatorStop() {
      world.running = false;
      world.changed(["simulator"]);
      return statusOf(world);
    },
    async simulatorOrders(search, limit) {
      const found = world.orders.filter((order) => `${order.out_trade_no} ${order.body}`.includes(search));
      return found.slice(0, limit).map((order) => ({
        ...order,
        trade_type: order.trade_type ?? "",
        trade_state: order.state,
        notify_url: order.notify_url ?? "",
      }));
    },
    async simulatorPay(outTradeNo) {
      const order = world.order(outTradeNo);
      if (order.paid_at !== null) throw refusal("conflict", "already paid");
      pay(order, Date.now());
      notice(world, outTradeNo);
      exchange(world, "/notify", order.out_trade_no);
      world.changed(["orders", "simulator"], [outTradeNo]);
      return null;
    },
    async simulatorNotices(limit) {
      return world.notices.slice(0, limit);
    },
    async simulatorTraffic(limit) {
      return world.traffic.slice(0, limit);
    },
  };
}

function notice(world: World, out_trade_no: string): void {
  const now = Date.now();
  const notify_url = world.order(out_trade_no).notify_url ?? "https://notify.invalid/wxpay";
  if (!notify_url.startsWith("http://127.0.0.1")) {
    const never = { next_attempt_at: null, last_at: null, http_status: null, answer: null };
    world.notices.unshift({
      id: world.notices.length + 1,
      out_trade_no,
      notify_url,
      attempt: 0,
      status: "undeliverable",
      ...never,
    });
    return;
  }
  const pending = world.notices.length % 3 === 2;
  world.notices.unshift({
    id: world.notices.length + 1,
    out_trade_no,
    notify_url,
    attempt: pending ? 2 : 1,
    next_attempt_at: pending ? now + 15_000 : null,
    last_at: now,
    status: pending ? "pending" : "acknowledged",
    http_status: pending ? 500 : 200,
    answer: pending ? null : "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>",
  });
}

export function exchange(world: World, path: string, outTradeNo: string): void {
  world.requests += 1;
  world.traffic.unshift({
    id: world.requests,
    at: Date.now(),
    path,
    status: 200,
    took_us: 740 + world.requests * 13,
    request: `<xml>\n<appid>wx1234567890abcdef</appid>\n<mch_id>1900000109</mch_id>\n<nonce_str>5K8264ILTKCH16CQ2502SI8ZNMTM67VS</nonce_str>\n<out_trade_no>${outTradeNo}</out_trade_no>\n<sign>C380BEC2BFD727A4B6845133519F3AD6</sign>\n</xml>`,
    response: "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n</xml>",
    summary: `${path.split("/").at(-1)} → SUCCESS`,
  });
}

const NOT_SENT = "connection refused; nothing was done, it is tried again by polling";

const createOrders: (
  world: World,
  ...args: Parameters<Desk["testOrdersCreate"]>
) => ReturnType<Desk["testOrdersCreate"]> = async (world, request, onProgress) => {
  const profile = world.profiles.find((one) => one.name === request.profile);
  if (!profile) throw refusal("not_found", `no merchant ${request.profile}`);
  if (request.total_fee_fen <= 0) throw refusal("input_invalid", "an order costs at least one fen", "total_fee");
  lastJob += 1;
  const job = lastJob;
  const made: OrderResult[] = [];
  const started = Date.now();
  while (made.length < request.count && !world.cancelled.has(job)) {
    const step = Math.min(STEP, request.count - made.length);
    for (let one = 0; one < step; one += 1) {
      const at = Date.now();
      const outTradeNo = numberAt(at, request.scene, Math.random);
      const order = newOrder(profile, {
        at,
        body: request.body,
        total_fee: request.total_fee_fen,
        type: request.trade_type,
        outTradeNo,
      });
      world.orders.unshift(order);
      if (!world.running) {
        Object.assign(order, { state: "CREATING", next_query_at: at });
        made.push({
          out_trade_no: outTradeNo,
          state: order.state,
          outcome: "rejected",
          detail: NOT_SENT,
          err_code: null,
          err_code_des: null,
        });
        continue;
      }
      exchange(world, "/pay/unifiedorder", outTradeNo);
      made.push({
        out_trade_no: outTradeNo,
        state: "NOTPAY",
        outcome: "confirmed",
        detail: "",
        err_code: null,
        err_code_des: null,
      });
    }
    const rate = (made.length * 1000) / Math.max(1, Date.now() - started);
    onProgress({
      job,
      done: made.length,
      total: request.count,
      rate_per_s: rate,
      rest_s: (request.count - made.length) / rate,
    });
    // Nothing of a whole group could be sent: the rest would fare no better.
    if (!world.running) break;
    if (request.count > STEP) await new Promise((resolve) => setTimeout(resolve, 40));
  }
  world.changed(["orders", "polling", "simulator"]);
  const created = made.filter((order) => order.outcome === "confirmed").length;
  return {
    created,
    reused: 0,
    rejected: made.length - created,
    unknown: 0,
    orders: made.slice(0, LISTED),
    cancelled: world.cancelled.has(job),
    stopped: created === 0 && made.length < request.count && !world.cancelled.has(job) ? NOT_SENT : null,
  };
};

import type { Desk } from "../desk";
import type { OrderResult } from "../model";
import { newOrder, numberAt } from "./seed";
import { exchange } from "./simulator";
import { refusal, type World } from "./world";

type TestOrderCommands = Pick<
  Desk,
  "goodsList" | "goodsSave" | "goodsRemove" | "testOrdersCreate" | "jobCancel" | "amountParse"
>;

const LISTED = 100;
const STEP = 100;
let lastJob = 0;

/** Digits only, so that the fake can never disagree with itself about a fraction. */
function parseAmount(text: string, unit: "yuan" | "fen"): number {
  const match = (unit === "yuan" ? /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/ : /^(0|[1-9]\d{0,14})$/).exec(text);
  if (!match) throw refusal("input_invalid", `${text} is not an amount in ${unit}`, "amount");
  return Number(unit === "fen" ? match[1] : `${match[1]}${(match[2] ?? "").padEnd(2, "0")}`);
}

/** Goods and test orders. */
export function fakeTestOrders(world: World): TestOrderCommands {
  return {
    async goodsList() {
      return [...world.goods];
    },
    async goodsSave(goods) {
      if (goods.market_price_fen !== null && goods.market_price_fen < goods.price_fen) {
        throw refusal("input_invalid", "must not be below the price that is asked", "market_price_fen");
      }
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
  };
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

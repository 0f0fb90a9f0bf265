import { formatTime } from "../../lib/time";
import type { Goods, OrderRow, OrderState, Profile, TradeType } from "../model";
import { dice, type FakeOrder, OPEN_STATES, type World } from "./world";

export const GOODS: Goods[] = [
  { goods_id: "tee-xl", name: "T-shirt XL 纯棉", price_fen: 1990, market_price_fen: 2990, on_sale: true },
  { goods_id: "mug-01", name: "马克杯 350ml", price_fen: 3900, market_price_fen: null, on_sale: true },
  { goods_id: "gate-pay", name: "门店扫码付", price_fen: 199000, market_price_fen: null, on_sale: true },
  { goods_id: "member-y", name: "会员年卡 <b>&\"'", price_fen: 29800, market_price_fen: null, on_sale: true },
  { goods_id: "penny", name: "一分钱测试", price_fen: 1, market_price_fen: null, on_sale: true },
  { goods_id: "old-cap", name: "旧款棒球帽", price_fen: 5900, market_price_fen: null, on_sale: false },
];
const STATES: [OrderState, number][] = [
  ["SUCCESS", 0.58],
  ["NOTPAY", 0.16],
  ["CLOSED", 0.1],
  ["REFUND", 0.06],
  ["USERPAYING", 0.03],
  ["PAYERROR", 0.02],
  ["UNVERIFIED", 0.02],
  ["CREATE_FAILED", 0.01],
  ["CREATING", 0.01],
  ["REVOKED", 0.01],
];
const TYPES: TradeType[] = ["JSAPI", "NATIVE", "JSAPI", "APP", "MWEB", "JSAPI"];

export function builtinProfile(now: number): Profile {
  return {
    name: "builtin",
    appid: "wx1234567890abcdef",
    mch_id: "1900000109",
    sign_type: "MD5",
    environment: "simulator",
    base_url: "http://127.0.0.1:41873",
    notify_url: null,
    sub_mch_id: null,
    sub_appid: null,
    api_key: { set: true, tail: "6a2d", fingerprint: "9c41-77e0" },
    app_secret: { set: false, tail: null, fingerprint: null },
    certificate: null,
    builtin: true,
    created_at: now,
  };
}

export function numberAt(at: number, scene: string, roll: () => number): string {
  const digits = Array.from({ length: 10 }, () => Math.floor(roll() * 10)).join("");
  return formatTime(at).replace(/\D/g, "") + scene + digits;
}

/** Makes the orders of a few weeks, the newest now. */
export function seedOrders(world: World, profile: Profile, count: number, now: number): void {
  const roll = dice(20261120);
  let at = now;
  for (let made = 0; made < count; made += 1) {
    at -= 1000 + Math.floor(roll() * 900_000);
    world.orders.push(makeOrder(profile, at, stateFor(roll()), roll));
  }
  if (count < 8) return;
  doubt(world.orders[2], "unknown", "CREATING");
  doubt(world.orders[5], "conflict", "SUCCESS");
}

function doubt(order: FakeOrder | undefined, flag: "unknown" | "conflict", state: OrderState): void {
  if (!order) return;
  order.flags = [flag];
  Object.assign(order, { state, paid_at: null, paid_fee: null, transaction_id: null, refunded_fee: 0 });
  if (state === "SUCCESS") pay(order, order.created_at + 9000);
}

function stateFor(roll: number): OrderState {
  let rest = roll;
  for (const [state, share] of STATES) {
    if (rest < share) return state;
    rest -= share;
  }
  return "SUCCESS";
}

function makeOrder(profile: Profile, at: number, state: OrderState, roll: () => number): FakeOrder {
  const goods = GOODS[Math.floor(roll() * GOODS.length)] ?? GOODS[0];
  const type = TYPES[Math.floor(roll() * TYPES.length)] ?? "JSAPI";
  const order = newOrder(profile, {
    at,
    body: goods?.name ?? "",
    total_fee: goods?.price_fen ?? 1,
    type,
    outTradeNo: numberAt(at, "0002", roll),
  });
  order.state = state;
  order.flags = [];
  if (state === "SUCCESS" || state === "REFUND") pay(order, at + 4000 + Math.floor(roll() * 60_000));
  if (state === "REFUND") order.refunded_fee = order.total_fee;
  if (state === "UNVERIFIED") order.claimed_state = "SUCCESS";
  order.next_query_at = OPEN_STATES.includes(state) ? Date.now() + 4000 + Math.floor(roll() * 60_000) : null;
  return order;
}

export type NewOrder = { at: number; body: string; total_fee: number; type: TradeType; outTradeNo: string };

export function newOrder(profile: Profile, { at, body, total_fee, type, outTradeNo }: NewOrder): FakeOrder {
  return {
    out_trade_no: outTradeNo,
    profile: profile.name,
    state: "NOTPAY",
    claimed_state: null,
    flags: [],
    total_fee,
    paid_fee: null,
    refunded_fee: 0,
    trade_type: type,
    body,
    transaction_id: null,
    openid: type === "JSAPI" ? "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" : null,
    created_at: at,
    paid_at: null,
    next_query_at: at + 5000,
    source: "test" satisfies OrderRow["source"],
    appid: profile.appid,
    mch_id: profile.mch_id,
    sign_type: profile.sign_type,
    attach: null,
    product_id: type === "NATIVE" ? "tee-xl" : null,
    notify_url: "http://127.0.0.1:41874/notify",
    prepay_id: `wx${outTradeNo.slice(0, 14)}${outTradeNo.slice(-10)}abcdef0123`,
    code_url: type === "NATIVE" ? `weixin://wxpay/bizpayurl?pr=${outTradeNo.slice(-7)}` : null,
    claimed_total_fee: null,
    mweb_url: type === "MWEB" ? `http://127.0.0.1:41873/mweb/${outTradeNo}` : null,
    expires_at: at + 7 * 86_400_000,
  };
}

export function pay(order: FakeOrder, at: number): void {
  order.state = "SUCCESS";
  order.paid_at = at;
  order.paid_fee = order.total_fee;
  order.transaction_id = `42000021${order.out_trade_no.slice(0, 8)}${order.out_trade_no.slice(-12)}`;
  order.next_query_at = null;
}

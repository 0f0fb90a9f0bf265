import type { Desk } from "../desk";
import type { FaultKind, OrderKey, SimulatorFaults, SimulatorNotice, SimulatorOrder, SimulatorStatus } from "../model";
import { fakeScenarios } from "./scenarios";
import { pay } from "./seed";
import { type FakeOrder, refusal, type World } from "./world";

type SimulatorCommands = Pick<Desk, Extract<keyof Desk, `simulator${string}`>>;

const HTTP = "http://127.0.0.1:41873";
const HTTPS = "https://127.0.0.1:41873";
const TLS_FOLDER = "/home/shop/.local/share/wxpay-desk/gateway/tls";

const FAULT_KINDS: FaultKind[] = [
  kind("answer_dropped", "K-G03", "请求已处理，应答丢失", "The request is carried out and its answer never leaves."),
  {
    ...kind("html_page", "K-G08", "请求已处理，应答是网页", "The request is carried out and the answer is a web page."),
    takes: [{ name: "status", preset: "502", word: false }],
  },
  kind("wrong_sign", "K-G12", "应答的签名不对", "The answer's sign is wrong."),
  {
    ...kind(
      "userpaying",
      "K-G18",
      "未支付的订单一直是 USERPAYING",
      "An unpaid order is USERPAYING for as long as the rule fires.",
    ),
    endpoints: ["orderquery", "micropay"],
  },
  {
    ...kind("notice_never", "K-G24", "通知从不发出", "A notice is never sent."),
    scope: "notice",
    endpoints: ["notice", "refund_notice"],
  },
  {
    ...kind("reset_on_accept", "K-G02", "连接一建立就被重置", "A connection is reset as soon as it stands."),
    scope: "connection",
  },
];

function kind(name: string, id: string, zh: string, en: string): FaultKind {
  return { name, id, scope: "request", endpoints: [], takes: [], zh, en };
}

function statusOf(world: World): SimulatorStatus {
  const { running, tls, clock } = world;
  const pending = world.notices.filter((notice) => notice.status === "pending");
  return {
    running,
    url: running ? (tls ? HTTPS : HTTP) : null,
    merchants: running ? world.profiles.map(({ appid, mch_id }) => ({ appid, mch_id })) : [],
    tls: running && tls ? tlsFiles() : null,
    orders: world.orders.length,
    refunds: world.refunds.length,
    notices_pending: pending.length,
    now: running ? Date.now() + clock.ahead_ms : null,
    ahead_ms: clock.ahead_ms,
    next_due: pending[0]?.next_attempt_at ?? null,
    time_scale: clock.scale,
    requests: world.requests,
    faults: world.faults.rules.length,
    scenario: world.scenarios.playing?.name ?? null,
  };
}

function tlsFiles() {
  const file = (name: string) => `${TLS_FOLDER}/${name}`;
  return {
    ca: file("ca.pem"),
    p12: file("1900000109/apiclient_cert.p12"),
    p12_modern: file("1900000109/apiclient_cert_modern.p12"),
    cert: file("1900000109/apiclient_cert.pem"),
    key: file("1900000109/apiclient_key.pem"),
  };
}

function stretch<Row>(rows: Row[], start: number, limit: number): { total: number; rows: Row[] } {
  return { total: rows.length, rows: rows.slice(start, start + limit) };
}

function orderView(world: World, order: FakeOrder): SimulatorOrder {
  return {
    out_trade_no: order.out_trade_no,
    mch_id: order.mch_id,
    trade_type: order.trade_type ?? "",
    total_fee: order.total_fee,
    cash_fee: order.paid_fee,
    coupon_fee: order.paid_fee === null ? null : order.total_fee - order.paid_fee,
    trade_state: order.state,
    waits_for_password: world.passwords.has(order.out_trade_no),
    openid: order.openid,
    body: order.body,
    created_at: order.created_at,
    paid_at: order.paid_at,
    transaction_id: order.transaction_id,
  };
}

function faultsOf(world: World): SimulatorFaults {
  const { seed, rules } = world.faults;
  const fired = (fault: string) => world.fired.get(fault) ?? 0;
  return {
    seed,
    since: Date.now(),
    rules: rules.map((rule) => ({ rule, seen: fired(rule.fault), fired: fired(rule.fault) })),
  };
}

/** The gateway from its own side: the customer, refunds, notices, traffic, its clock and its faults. */
export function fakeSimulator(world: World): SimulatorCommands {
  return { ...standing(world), ...customer(world), ...messages(world), ...faults(world), ...fakeScenarios(world) };
}

function standing(world: World) {
  const changed = () => {
    world.changed(["simulator"]);
    return statusOf(world);
  };
  return {
    async simulatorStatus() {
      return statusOf(world);
    },
    async simulatorStart() {
      world.running = true;
      return changed();
    },
    async simulatorStop() {
      world.running = false;
      return changed();
    },
    async simulatorTls(on: boolean) {
      world.tls = on;
      return changed();
    },
    async simulatorClock(change) {
      if (change.change === "advance") world.clock.ahead_ms += change.seconds * 1000;
      if (change.change === "scale") world.clock.scale = Number(change.scale);
      if (change.change === "next_due") world.clock.ahead_ms += 15_000;
      return changed();
    },
    async simulatorSnippets() {
      const { url } = statusOf(world);
      return [
        {
          sdk: "wechatpy",
          title: "wechatpy",
          language: "Python",
          file_name: "shop.py",
          code: `from wechatpy.pay import WeChatPay\n\nWeChatPay.API_BASE_URL = "${url}/"\n`,
        },
        {
          sdk: "tenpay",
          title: "node-tenpay",
          language: "Node",
          file_name: "shop.js",
          code: `const Payment = require("tenpay");\n// ${url}\n`,
        },
      ];
    },
  } satisfies Partial<SimulatorCommands>;
}

function customer(world: World) {
  const moved = (out_trade_no: string) => {
    world.changed(["orders", "simulator"], [out_trade_no]);
    return null;
  };
  return {
    async simulatorOrders(search: string, start: number, limit: number) {
      const found = world.orders.filter((order) => `${order.out_trade_no} ${order.body}`.includes(search));
      const { total, rows } = stretch(found, start, limit);
      return { total, rows: rows.map((order) => orderView(world, order)) };
    },
    async simulatorPay({ out_trade_no }: OrderKey, { coupon_fee_fen }) {
      const order = world.order(out_trade_no);
      if (order.paid_at !== null) throw refusal("conflict", "already paid");
      pay(order, Date.now());
      order.paid_fee = order.total_fee - coupon_fee_fen;
      notice(world, out_trade_no);
      exchange(world, "/notify", order.out_trade_no);
      return moved(out_trade_no);
    },
    async simulatorCancel({ out_trade_no }: OrderKey) {
      world.order(out_trade_no);
      return moved(out_trade_no);
    },
    async simulatorPassword({ out_trade_no }: OrderKey, answer) {
      if (!world.passwords.delete(out_trade_no)) throw refusal("conflict", "no password is being asked for");
      const order = world.order(out_trade_no);
      if (answer === "entered") pay(order, Date.now());
      else order.state = answer === "refused" ? "PAYERROR" : "NOTPAY";
      return moved(out_trade_no);
    },
    async simulatorRefunds(search: string, start: number, limit: number) {
      const found = world.refunds.filter((refund) => `${refund.out_refund_no} ${refund.out_trade_no}`.includes(search));
      return stretch(found, start, limit);
    },
    async simulatorRefundEnd({ out_refund_no }, end) {
      const refund = world.refunds.find((one) => one.out_refund_no === out_refund_no);
      if (!refund) throw refusal("not_found", `no refund ${out_refund_no}`);
      const status = { success: "SUCCESS", close: "REFUNDCLOSE", change: "CHANGE" }[end];
      Object.assign(refund, { status, ended_at: Date.now(), planned_at: null, planned_status: null });
      return moved(refund.out_trade_no);
    },
  } satisfies Partial<SimulatorCommands>;
}

function messages(world: World) {
  return {
    async simulatorNotices(search: string, start: number, limit: number) {
      const found = world.notices.filter((one) => `${one.out_trade_no} ${one.out_refund_no}`.includes(search));
      return stretch(found, start, limit);
    },
    async simulatorNoticeResend(id: number) {
      const found = world.notices.find((one) => one.id === id);
      if (!found) throw refusal("not_found", `no notice ${id}`);
      const sent = { at: Date.now(), http_status: 200, answer: "SUCCESS", acknowledged: true, took_ms: 3 };
      world.notices = world.notices.map((one) =>
        one.id === id
          ? { ...one, status: "acknowledged", next_attempt_at: null, attempts: [...one.attempts, sent] }
          : one,
      );
      world.changed(["simulator"]);
      return null;
    },
    async simulatorTraffic({ search, endpoint, outcome }, limit: number) {
      const rows = world.traffic
        .filter(({ row, request, response }) => `${row.path} ${request} ${response}`.includes(search))
        .map(({ row }) => row)
        .filter((row) => (endpoint ?? row.endpoint) === row.endpoint && (outcome ?? row.outcome) === row.outcome);
      const all = (name: "endpoint" | "outcome") => [...new Set(world.traffic.map(({ row }) => row[name]))].sort();
      return {
        found: rows.length,
        kept: world.traffic.length,
        endpoints: all("endpoint"),
        outcomes: all("outcome"),
        rows: rows.slice(0, limit),
      };
    },
    async simulatorExchange(id: number) {
      const found = world.traffic.find(({ row }) => row.id === id);
      if (!found) throw refusal("not_found", `no exchange ${id}`);
      return found;
    },
  } satisfies Partial<SimulatorCommands>;
}

function faults(world: World) {
  const changed = () => {
    world.changed(["simulator"]);
    return faultsOf(world);
  };
  return {
    async simulatorFaultKinds() {
      return FAULT_KINDS;
    },
    async simulatorFaults() {
      return faultsOf(world);
    },
    async simulatorFaultsSet(plan) {
      const stays = new Set(world.faults.rules.map((rule) => JSON.stringify(rule)));
      for (const fault of world.fired.keys()) {
        if (!plan.rules.some((rule) => rule.fault === fault && stays.has(JSON.stringify(rule))))
          world.fired.delete(fault);
      }
      world.faults = plan;
      return changed();
    },
    async simulatorFaultsReset() {
      world.fired.clear();
      return changed();
    },
    async simulatorFaultsImport() {
      return null;
    },
    async simulatorFaultsExport() {
      return "/home/shop/faults.toml";
    },
  } satisfies Partial<SimulatorCommands>;
}

function notice(world: World, out_trade_no: string): void {
  const { mch_id, notify_url } = world.order(out_trade_no);
  const url = notify_url ?? "https://notify.invalid/wxpay";
  const id = world.notices.length + 1;
  const about: SimulatorNotice = {
    id,
    mch_id,
    out_trade_no,
    out_refund_no: null,
    notify_url: url,
    status: "undeliverable",
    next_attempt_at: null,
    attempts: [],
  };
  const now = Date.now();
  const pending = id % 3 === 0;
  const attempt = {
    at: now,
    http_status: pending ? 500 : 200,
    answer: pending ? "" : "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>",
    acknowledged: !pending,
    took_ms: 4,
  };
  if (url.startsWith("http://127.0.0.1")) {
    about.status = pending ? "pending" : "acknowledged";
    about.next_attempt_at = pending ? now + 15_000 : null;
    about.attempts = [attempt];
  }
  world.notices.unshift(about);
}

/** Puts an exchange about an order into the traffic. */
export function exchange(world: World, path: string, outTradeNo: string): void {
  world.requests += 1;
  const sent = path === "/notify";
  const request = `<xml>\n<appid>wx1234567890abcdef</appid>\n<mch_id>1900000109</mch_id>\n<nonce_str>5K8264ILTKCH16CQ2502SI8ZNMTM67VS</nonce_str>\n<out_trade_no>${outTradeNo}</out_trade_no>\n<sign>C380BEC2BFD727A4B6845133519F3AD6</sign>\n</xml>`;
  world.traffic.unshift({
    row: {
      id: world.requests,
      at: Date.now(),
      direction: sent ? "sent" : "received",
      path,
      endpoint: sent ? "notice" : (path.split("/").at(-1) ?? path),
      outcome: sent ? "ACKNOWLEDGED" : "SUCCESS",
      reason: null,
      status: 200,
      took_us: 740 + world.requests * 13,
      out_trade_no: outTradeNo,
    },
    request,
    response: "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n</xml>",
    curl: `curl -sS -X 'POST' '${HTTP}${path}' -H 'Content-Type: text/xml' --data-binary '${request}'`,
  });
}

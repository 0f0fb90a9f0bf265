import type { Desk } from "../desk";
import type { NoticeRow } from "../model";
import { pay } from "./seed";
import { refusal, type World } from "./world";

type NoticeCommands = Pick<
  Desk,
  | "listenerStatus"
  | "listenerStart"
  | "listenerStop"
  | "noticesList"
  | "noticeDetail"
  | "noticeInspect"
  | "noticeReplay"
  | "noticeSample"
  | "shopOrders"
  | "shopSequence"
>;

const ACCEPTED = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";
const REFUSED = "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[REFUSED]]></return_msg></xml>";
const URL = "http://127.0.0.1:8120";

function judged(world: World, no: string, ok: boolean): NoticeRow {
  const earlier = world.received.find((one) => one.notice.out_trade_no === no);
  const verdict = !ok ? "refused" : earlier ? "duplicate" : "accepted";
  const passed = (name: string) => ({ name, ok: true, detail: "" });
  return {
    id: null,
    received_at: Date.now(),
    kind: "payment",
    profile: world.settings.active_profile,
    verdict,
    checks: [passed("message"), passed("fields"), { name: "sign", ok, detail: ok ? "holds" : "does not match" }],
    answer: ok ? ACCEPTED : REFUSED,
    took_ms: 12,
    duplicate_of: ok ? (earlier?.notice.id ?? null) : null,
    attempt: 1,
    next_due_at: ok ? null : Date.now() + 15_000,
    effect: ok ? "applied" : null,
    out_trade_no: no,
    out_refund_no: null,
    decrypted: null,
  };
}

/** The listener, which hears what "send me one" sends, and judges by whether a message says that it is good. */
export function fakeNotices(world: World): NoticeCommands {
  return {
    listenerStatus: async () => world.listener,
    async listenerStart({ path, public_url, forward, shop, wide }) {
      if (forward?.includes("example.com")) throw refusal("input_invalid", "must be an address of this machine", "url");
      const notify_url = `${public_url || URL}${path || "/5d2b6c2a8db53831f7eda20af46e531c"}`;
      if (wide && wide.confirmation !== `listen_wide ${shop}:${wide.port}`) {
        throw refusal("confirmation_required", "no such token");
      }
      const opened = wide && `http://0.0.0.0:${wide.port}`;
      world.listener = { url: URL, notify_url, forward: forward || null, shop, wide: opened };
      world.changed(["notices"]);
      return world.listener;
    },
    async listenerStop() {
      world.listener = null;
      world.changed(["notices"]);
      return null;
    },
    async noticesList(search, start, limit) {
      const rows = world.received.map((one) => one.notice).filter((row) => row.out_trade_no?.startsWith(search));
      return { total: rows.length, rows: rows.slice(start, start + limit) };
    },
    async noticeDetail(id) {
      const found = world.received.find((one) => one.notice.id === id);
      if (!found) throw refusal("not_found", `no notice ${id}`);
      return found;
    },
    async noticeInspect(body) {
      const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]+)`).exec(body)?.[1];
      const mch_id = field("mch_id");
      const looked = { ...judged(world, field("out_trade_no") ?? "", body.includes("good")), took_ms: null };
      if (mch_id === undefined) return looked;
      const named = world.profiles.find((profile) => profile.mch_id === mch_id);
      if (named) return { ...looked, profile: named.name };
      const checks = [{ name: "merchant", ok: false, detail: `本机没有商户号 ${mch_id} 的商户配置：请先添加这个商户` }];
      return { ...looked, profile: null, verdict: "refused", checks, answer: REFUSED };
    },
    async noticeReplay(id, url) {
      const forward = { url, status: 200, answer: ACCEPTED, took_ms: 3 };
      const found = world.received.find((one) => one.notice.id === id);
      if (found) found.forward = forward;
      return forward;
    },
    async noticeSample() {
      if (!world.listener) throw refusal("conflict", "the listener does not run; start it first");
      const order = world.orders.find((one) => one.state === "NOTPAY");
      if (!order) throw refusal("conflict", "no order");
      pay(order, Date.now());
      const notice = { ...judged(world, order.out_trade_no, true), id: world.received.length + 1 };
      const body = `<xml><out_trade_no><![CDATA[${order.out_trade_no}]]></out_trade_no></xml>`;
      world.received.unshift({ notice, body, is_cut: false, peer: "127.0.0.1", forward: null });
      world.changed(["notices", "orders"], []);
      return order.out_trade_no;
    },
    async shopOrders() {
      const profile = world.settings.active_profile ?? "builtin";
      const numbers = [...new Set(world.shopSteps.map((step) => step.out_trade_no))];
      return numbers.map((no) => {
        const at = world.shopSteps.find((step) => step.out_trade_no === no)?.at ?? 0;
        return { profile, out_trade_no: no, at };
      });
    },
    shopSequence: async (_, no) => world.shopSteps.filter((step) => step.out_trade_no === no),
  };
}

import type { Desk } from "../desk";
import type { Alarm } from "../model";
import type { FakeOrder, World } from "./world";

const MARKS = {
  conflict: "证据互相矛盾，状态保持不变",
  paid_after_close: "关单之后收到了付款",
  unknown: "下单或关单的结果未知",
  unverified_answer: "连续收到签名不成立的应答，没有采信",
};

function alarmsOf(order: FakeOrder): Alarm[] {
  return order.flags.flatMap((kind) =>
    kind === "confirmed"
      ? []
      : [
          {
            kind,
            profile: order.profile,
            out_trade_no: order.out_trade_no,
            out_refund_no: null,
            notice: null,
            date: null,
            at: order.created_at,
            what: { zh: MARKS[kind], en: kind },
            next: { zh: "打开订单核对证据", en: "open the order" },
            seen: false,
          },
        ],
  );
}

const keyOf = (alarm: Alarm) => [alarm.kind, alarm.profile, alarm.out_trade_no, alarm.out_refund_no].join(" ");

/** What needs a person, derived from the orders in memory and from what a test adds. */
export function fakeAlarms(world: World): Pick<Desk, "alarmsCount" | "alarmsList" | "alarmsSee"> {
  const seen = new Map<string, number>();
  const all = () =>
    [...world.alarms, ...world.orders.flatMap(alarmsOf)].map((alarm) => ({
      ...alarm,
      seen: (seen.get(keyOf(alarm)) ?? -1) >= alarm.at,
    }));
  return {
    async alarmsCount() {
      const alarms = all();
      const unseen = alarms.filter((alarm) => !alarm.seen).length;
      return { count: alarms.length, unseen, as_of: { seq: 0, at: Date.now() } };
    },
    async alarmsList(after, limit) {
      const [alarms, start] = [all(), after?.id ?? 0];
      const end = start + limit;
      const next = end < alarms.length ? { at: 0, source: 0, id: end } : null;
      return { alarms: alarms.slice(start, end), next, as_of: { seq: 0, at: Date.now() } };
    },
    async alarmsSee(asOf) {
      for (const alarm of all()) if (alarm.at <= asOf.at) seen.set(keyOf(alarm), alarm.at);
      world.changed(["alarms"]);
      return null;
    },
  };
}

import type { Desk } from "../desk";
import type { LookupAnswer } from "../model";
import { type FakeOrder, refusal, type World } from "./world";

type LookupCommands = Pick<Desk, "lookup" | "lookupExport">;
type Told = LookupAnswer["sentence"];

const told = (zh: string, en: string): Told => ({ zh, en });
const yuan = (fen: number) => `¥${(fen / 100).toFixed(2)}`;

/** Numbers of at least six characters that hold a digit, as a message has them. */
function numbersOf(text: string): string[] {
  return [...new Set(text.match(/[A-Za-z0-9_-]{6,64}/g) ?? [])].filter((word) => /\d{4}/.test(word));
}

function known(world: World, number: string, order: FakeOrder): LookupAnswer {
  const paid = order.state === "SUCCESS" || order.state === "REFUND";
  const amount = yuan(order.total_fee);
  return {
    number,
    also: [],
    kind: number === order.transaction_id ? "transaction_id" : "out_trade_no",
    date: "2026-11-20",
    repaired: false,
    verdict: "found",
    profile: order.profile,
    environment: "simulator",
    sentence: paid ? told(`已支付 ${amount}。`, `Paid ${amount}.`) : told(`未支付 ${amount}。`, `Not paid ${amount}.`),
    is_final: paid,
    finality: paid
      ? told("最终结果：已支付，只有退款会再改变它", "final: paid; only a refund can change it")
      : told("不是最终结果", "not final"),
    timeline: [
      { at: order.created_at, what: told("下单", "order placed"), source: "record", verified: true },
      ...(order.paid_at === null
        ? []
        : [
            {
              at: order.paid_at,
              what: told(`支付成功 ${amount}`, `paid ${amount}`),
              source: "orderquery" as const,
              verified: true,
            },
          ]),
    ],
    order,
    refunds: world.ownRefunds.filter((refund) => refund.out_trade_no === order.out_trade_no),
    code: null,
    reasons: [],
    next: told("无需处理，可以直接答复客户", "nothing to do; the customer can be told"),
  };
}

function absent(number: string): LookupAnswer {
  return {
    number,
    also: [],
    kind: number.startsWith("4200") ? "transaction_id" : "out_trade_no",
    date: null,
    repaired: false,
    verdict: "not_found",
    profile: null,
    environment: null,
    sentence: told(`没有找到 ${number}。`, `${number} was not found.`),
    is_final: null,
    finality: null,
    timeline: [],
    order: null,
    refunds: [],
    code: null,
    reasons: [1, 2, 3, 4, 5].map((n) => told(`原因 ${n}`, `reason ${n}`)),
    next: told("逐条核对", "go through the reasons"),
  };
}

/** Lookups among the orders in memory. */
export function fakeLookup(world: World): LookupCommands {
  /** How many answers each lookup had, by its number. */
  const rows = new Map<number, number>();
  return {
    async lookup({ text }, onNews) {
      const numbers = numbersOf(text);
      if (numbers.length === 0) throw refusal("input_malformed", "there is no number in the text");
      const job = rows.size + 1;
      onNews({ is: "numbers", progress: { job, done: 0, total: numbers.length, rate_per_s: 10, rest_s: null } });
      const answers = numbers.map((number) => {
        const order = world.orders.find((one) => one.out_trade_no === number || one.transaction_id === number);
        return order ? known(world, number, order) : absent(number);
      });
      rows.set(job, answers.length);
      const found = { job, answers, numbers: numbers.length, cancelled: false };
      onNews({ is: "answers", found });
      return found;
    },
    async lookupExport(job) {
      const count = rows.get(job);
      if (count === undefined) throw refusal("not_found", "the answers of this lookup are no longer kept");
      return { file: "/tmp/lookup.xlsx", rows: count };
    },
  };
}

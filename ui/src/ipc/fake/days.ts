import type { Desk } from "../desk";
import type { DayStanding, DifferenceRow } from "../model";
import { refusal, type World } from "./world";

type DayCommands = Pick<
  Desk,
  | "daysCalendar"
  | "dayDetail"
  | "dayDifferences"
  | "daySay"
  | "dayBills"
  | "dayBillChoose"
  | "dayBillsClear"
  | "dayOrdersChoose"
  | "dayOrdersPreview"
  | "dayRun"
  | "daysExport"
  | "daysReadRemarks"
>;

const DAY_MS = 86_400_000;
const HANDLING = { resolve: "resolved", carry_over: "carried_over", ignore: "ignored", reopen: "open" } as const;

function difference(place: number, part: Partial<DifferenceRow>): DifferenceRow {
  return {
    identity: String(place).padStart(32, "0"),
    class: "bill_only",
    state: "open",
    has_changed: false,
    reason_zh: "账单里有，本地没有这个单号：可能漏了通知，或是同一商户号的其他系统的订单",
    reason_en: "in the bill and not local: a lost notice, or another system of the same merchant",
    out_trade_no: `SHOP2026112000000${place}`,
    transaction_id: `420000000020261120000000000${place}`,
    refund_id: null,
    out_refund_no: null,
    field: "total_fee",
    bill_value: null,
    local_value: null,
    bill_fen: 1990,
    local_fen: null,
    bill_line: place + 2,
    local_line: null,
    device_info: "POS-1",
    trade_type: "JSAPI",
    attach: null,
    notes: [],
    ...part,
  };
}

/** Days without files: what is chosen is always the same bill, and what comes of it the same three differences. */
export function fakeDays(world: World): DayCommands {
  let chosen: string[] = [];
  const ran = new Map<string, { rows: DifferenceRow[]; closed: boolean }>();
  const standing = (date: string): DayStanding => {
    const day = ran.get(date);
    const counting = day?.rows.filter((row) => row.state !== "expected") ?? [];
    const open = counting.filter((row) => row.state === "open").length;
    const mark = !day ? "nothing" : day.closed ? "closed" : open > 0 ? "open" : "handled";
    return {
      date,
      mark,
      differences: counting.length,
      open,
      carried_over: counting.filter((row) => row.state === "carried_over").length,
      malformed: 0,
      gap_fen: day ? -1490 : 0,
      bill_changed: false,
    };
  };
  const classes = (rows: DifferenceRow[]) =>
    [...new Set(rows.map((row) => row.class))].map((name) => {
      const mine = rows.filter((row) => row.class === name);
      const sum = (of: (row: DifferenceRow) => number | null) => mine.reduce((fen, row) => fen + (of(row) ?? 0), 0);
      return {
        class: name,
        count: mine.length,
        open: mine.filter((row) => row.state === "open").length,
        bill_fen: sum((row) => row.bill_fen),
        local_fen: sum((row) => row.local_fen),
      };
    });
  const orders = {
    file_name: "店铺订单.csv",
    encoding: "UTF-8",
    sheet_names: [],
    header_line: 1,
    columns: [{ title: "商户订单号", field: "out_trade_no", unit: null }],
    rows: [{ line: 2, cells: ["SHOP20261120000001"], damaged: [] }],
    unknown_states: [],
    needs_unit: false,
    likely_unit: null,
    problem: null,
    is_saved_mapping: false,
  };
  return {
    async daysCalendar(_profile, from, to) {
      const days: DayStanding[] = [];
      for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS)
        days.push(standing(new Date(at).toISOString().slice(0, 10)));
      const open = days.reduce((sum, day) => sum + day.open, 0);
      const carried_over = days.reduce((sum, day) => sum + day.carried_over, 0);
      return { days, aging: [{ up_to_days: 1, open, carried_over }] };
    },
    async dayDetail(_profile, date) {
      const day = ran.get(date);
      const matched = { class: "matched", count: 40, open: 0, bill_fen: 79_600, local_fen: 79_600 };
      return {
        standing: standing(date),
        outcome: day
          ? {
              basis: "order",
              orders: "store",
              refunds: "store",
              bill_rows: 43,
              bill_total_fen: 83_580,
              bill_refund_fen: 0,
              local_orders: 42,
              local_refunds: 0,
              payments_gap_fen: -1490,
              refunds_gap_fen: 0,
              summary_ok: true,
              fee_count: 0,
              classes: [...classes(day.rows), matched],
              ran_at: Date.parse(date) + DAY_MS,
              ran_by: "me",
            }
          : null,
        bills: [],
        notes: [],
        concentrations: day ? [{ dimension: "hour", value: "10", count: 2 }] : [],
      };
    },
    async dayDifferences(_profile, date, filter, start, limit) {
      const rows = (ran.get(date)?.rows ?? []).filter(
        (row) =>
          (filter.class === null || row.class === filter.class) &&
          (filter.state === null || row.state === filter.state) &&
          (row.out_trade_no ?? "").startsWith(filter.search),
      );
      return { total: rows.length, rows: rows.slice(start, start + limit) };
    },
    async daySay({ date, identities, kind, text }) {
      const day = ran.get(date);
      if (!day) throw refusal("not_found", `${date} was never reconciled`);
      if (kind === "close_day" || kind === "reopen_day") day.closed = kind === "close_day";
      day.rows = day.rows.map((row) => {
        if (!identities.includes(row.identity)) return row;
        const notes = [...row.notes, { kind, said_by: "me", said_at: Date.now(), text }];
        return { ...row, notes, state: HANDLING[kind as keyof typeof HANDLING] ?? row.state };
      });
      world.changed(["days"]);
      return null;
    },
    dayBills: async () => chosen.map((file_name) => ({ file_name, date: "2026-11-20", problem: null })),
    async dayBillChoose() {
      chosen = ["bill.csv"];
      return true;
    },
    async dayBillsClear() {
      chosen = [];
      return null;
    },
    dayOrdersChoose: async () => ({ ...orders, mapping: { columns: [], unit: null, time: "written", states: [] } }),
    dayOrdersPreview: async (_profile, mapping) => ({ ...orders, mapping }),
    async dayRun({ date }, onProgress) {
      if (chosen.length === 0) throw refusal("input_invalid", "bill is not chosen yet", "bill");
      onProgress({ job: 1, done: 1, total: 1, rate_per_s: 1, rest_s: 0 });
      chosen = [];
      const again = ran.has(date);
      if (!again) ran.set(date, { closed: false, rows: seedDifferences() });
      world.changed(["days"]);
      return { cancelled: false, closed: false, again, other_bills: 0 };
    },
    daysExport: async () => "differences.xlsx",
    daysReadRemarks: async () => ({ rows: 3, remarks: 1, handled: 1, refused: [], refused_count: 0 }),
  };
}

function seedDifferences(): DifferenceRow[] {
  return [
    difference(1, {}),
    difference(2, {
      class: "amount_diff",
      local_fen: 1490,
      local_line: 8,
      reason_zh: "两边金额不同；本地金额等于账单的应结订单金额",
      reason_en: "the amounts differ; the local amount equals the bill's 应结订单金额",
    }),
    difference(3, {
      class: "day_cut_local",
      state: "expected",
      field: "paid_at",
      bill_fen: null,
      local_fen: 1000,
      local_value: "2026-11-20 23:58:00",
      bill_line: null,
      reason_zh: "当天最后几分钟支付，预计在次日的账单里",
      reason_en: "paid in the last minutes of the day: expected in the next bill",
    }),
  ];
}

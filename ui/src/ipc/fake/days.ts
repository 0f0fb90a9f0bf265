import type { Desk } from "../desk";
import type {
  BillFetched,
  BillsWanted,
  DayDetail,
  DayNoteKind,
  DayRequest,
  DayStanding,
  DifferenceFilter,
  DifferenceRow,
  LeftRow,
  OwnTable,
  SheetMapping,
  SpanReport,
} from "../model";
import { refusal, type World } from "./world";

type DayCommands = Pick<
  Desk,
  | "daysCalendar"
  | "dayDetail"
  | "dayDifferences"
  | "daySay"
  | "dayMatched"
  | "dayFees"
  | "daySayMany"
  | "dayAsk"
  | "dayBillsFetch"
  | "dayBills"
  | "dayBillChoose"
  | "dayBillsClear"
  | "dayTableChoose"
  | "dayTablePreview"
  | "dayOwnAmounts"
  | "dayRun"
  | "daysExport"
  | "daysReport"
  | "daysLeft"
  | "daysReportExport"
  | "daysReadRemarks"
>;

const DAY_MS = 86_400_000;
const NO_MAPPING: SheetMapping = { sheet: null, columns: [], unit: null, time: "written", states: [] };
/** How the tables of a day that ran were read. */
const USED: SheetMapping = {
  sheet: "十一月",
  columns: [{ field: "total_fee", title: "实收" }],
  unit: "yuan",
  time: "written",
  states: [],
};
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
    bill_file: null,
    bill_line: place + 2,
    local_line: null,
    device_info: "POS-1",
    trade_type: "JSAPI",
    attach: null,
    answer: null,
    can_ask: true,
    notes: [],
    ...part,
  };
}

/** A difference to which something was said. */
function handled(row: DifferenceRow, kind: DayNoteKind, text: string): DifferenceRow {
  const notes = [...row.notes, { kind, said_by: "me", said_at: Date.now(), text }];
  return { ...row, notes, state: HANDLING[kind as keyof typeof HANDLING] ?? row.state };
}

/** Every day from one to another. */
function daysOf(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** What days add up to: each that ran has the same bill. */
function spanReport(days: DayStanding[], left: number): SpanReport {
  const count = days.filter((day) => day.mark !== "nothing").length;
  const marks = (["open", "handled", "closed", "nothing"] as const).map((mark) => ({
    mark,
    dates: days.filter((day) => day.mark === mark).map((day) => day.date),
  }));
  const carried_over = days.reduce((sum, day) => sum + day.carried_over, 0);
  return {
    sums: sumsOf(count),
    marks: marks.filter(({ dates }) => dates.length > 0),
    malformed: 0,
    aging: [{ up_to_days: 3, open: left - carried_over, carried_over }],
    left,
  };
}

/** Days without files: what is chosen is always the same bill, and what comes of it the same three differences. */
export function fakeDays(world: World): DayCommands {
  const fetched = new Set<string>();
  const ran = new Map<
    string,
    {
      rows: DifferenceRow[];
      notes: DayDetail["notes"];
      closed: boolean;
      basis: DayRequest["basis"];
      isFile: boolean;
    }
  >();
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
      changed_at: null,
      denied_at: null,
    };
  };
  const left = (from: string, to: string): LeftRow[] =>
    daysOf(from, to).flatMap((date) =>
      (ran.get(date)?.rows ?? [])
        .filter((row) => row.state === "open" || row.state === "carried_over")
        .map((row) => ({ date, age_days: 2, row })),
    );
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
  const refunds = {
    ...orders,
    file_name: "店铺退款.xlsx",
    encoding: "XLSX",
    sheet_names: ["说明", "退款"],
    columns: [{ title: "退款单号", field: "out_refund_no", unit: null }],
    rows: [{ line: 2, cells: ["R20261120000001"], damaged: [] }],
  };
  const tables = { orders, refunds };
  // The refunds stand on the second sheet; the first one only explains them.
  const noHeader = {
    code: "sheet_no_header",
    reason_zh: "前 10 行里没有表头写明退款单号和退款金额；请加上这样的表头，或指定哪一列是什么",
    reason_en: "no row among the first 10 names a refund number and a refund amount; add such a header row",
  };
  const look = (table: OwnTable, mapping: SheetMapping) => ({
    ...tables[table],
    mapping,
    ...(table === "refunds" && mapping.sheet !== "退款" && { rows: [], columns: [], problem: noHeader }),
  });
  return {
    async daysCalendar(_profile, from, to) {
      const days = daysOf(from, to).map(standing);
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
              basis: day.basis,
              day_cut_s: 300,
              own_tables: day.isFile ? [{ table: "orders", file_name: orders.file_name, mapping: USED }] : [],
              bill_rows: 43,
              bill_total_fen: 83_580,
              bill_refund_fen: 0,
              local_orders: 42,
              local_refunds: 0,
              passed_over: day.isFile ? 1 : 0,
              damaged_ids: day.isFile ? 2 : 0,
              summary_ok: true,
              unread: null,
              sums: sumsOf(1),
              classes: [...classes(day.rows), matched],
              ran_at: Date.parse(date) + DAY_MS,
              ran_by: "me",
            }
          : null,
        bills: day || fetched.has(date) ? [knownBill(date)] : [],
        notes: day?.notes ?? [],
        concentrations: day
          ? [
              { dimension: "hour", value: "10", count: 2 },
              { dimension: "device_info", value: "POS-1", count: 1 },
            ]
          : [],
        suggested: day?.isFile && day.basis === "order" ? { basis: "settle", equal: 9, differing: 10 } : null,
        own_basis: [...ran.values()].filter(({ isFile }) => isFile).at(-1)?.basis ?? null,
      };
    },
    async dayDifferences(_profile, date, filter, start, limit) {
      const rows = (ran.get(date)?.rows ?? []).filter((row) => isIn(row, filter));
      return { total: rows.length, rows: rows.slice(start, start + limit) };
    },
    async daySay({ date, identities, kind, text }) {
      const day = ran.get(date);
      if (!day) throw refusal("not_found", `${date} was never reconciled`);
      if (kind === "close_day" || kind === "reopen_day") day.closed = kind === "close_day";
      if (identities.length === 0) day.notes = [...day.notes, { kind, said_by: "me", said_at: Date.now(), text }];
      day.rows = day.rows.map((row) => {
        return identities.includes(row.identity) ? handled(row, kind, text) : row;
      });
      world.changed(["days"]);
      return null;
    },
    async daySayMany({ date, filter, among, shown, kind, text }, onProgress) {
      const day = ran.get(date);
      if (!day) throw refusal("not_found", `${date} was never reconciled`);
      const fits = (row: DifferenceRow) => isIn(row, filter) && (among.length === 0 || among.includes(row.identity));
      const matching = day.rows.filter(fits).length;
      if (shown !== null && matching !== shown)
        throw refusal("conflict", `${date}: there are other differences now than were shown`);
      const takes = (row: DifferenceRow) => fits(row) && (row.state !== "expected" || kind === "remark");
      const said = day.rows.filter(takes).length;
      onProgress({ job: 4, done: matching, total: matching, rate_per_s: 1, rest_s: 0 });
      day.rows = day.rows.map((row) => (takes(row) ? handled(row, kind, text) : row));
      world.changed(["days"]);
      return { matching, gone_through: matching, said, end: "all" };
    },
    async dayFees(_profile, date) {
      const row = {
        bill_line: 7,
        bill_file: null,
        out_trade_no: "SHOP20261120000104",
        transaction_id: "4200000000202611200000000104",
        refund_id: "",
        base_fen: 100,
        rate: "0.60%",
        fee_yuan: "0.03000",
        expected_yuan: "0.00600",
        gap_yuan: "0.02400",
      };
      const rows = ran.has(date) ? [row] : [];
      return { total: rows.length, rows };
    },
    async dayMatched(_profile, date, _refunds, start, limit) {
      const rows = Array.from({ length: ran.has(date) ? 40 : 0 }, (_, place) => ({
        out_trade_no: `SHOP202611200001${String(place).padStart(2, "0")}`,
        transaction_id: `42000000002026112000000001${String(place).padStart(2, "0")}`,
        refund_id: "",
        amount_fen: 1990,
        at: Date.parse(date) + place * 60_000,
        trade_type: "JSAPI",
        bill_line: place + 5,
        bill_file: null,
      }));
      return { total: rows.length, rows: rows.slice(start, start + limit) };
    },
    async dayAsk(_profile, date, filter, onProgress) {
      const day = ran.get(date);
      const asked = (day?.rows ?? []).filter(
        (row) => row.can_ask && (!filter.identity || row.identity === filter.identity),
      );
      onProgress({ job: 3, done: 0, total: asked.length, rate_per_s: 0, rest_s: null });
      if (day)
        day.rows = day.rows.map((row) =>
          asked.includes(row)
            ? {
                ...row,
                answer: {
                  word: "SUCCESS",
                  asked_at: Date.now(),
                  sentence_zh: `查单：支付成功，${((row.bill_fen ?? row.local_fen ?? 0) / 100).toFixed(2)}元`,
                  sentence_en: `the order: paid, ${((row.bill_fen ?? row.local_fen ?? 0) / 100).toFixed(2)} yuan`,
                },
              }
            : row,
        );
      world.changed(["days"]);
      return { questions: asked.length, asked: asked.length, rest: 0, cancelled: false, left_alone: false };
    },
    async dayBillsFetch(_profile, { from, to, kind }, onProgress) {
      onProgress({ job: 2, done: 0, total: 1, rate_per_s: 0, rest_s: null });
      const days: BillFetched[] = [];
      for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS)
        days.push(fetchBill(new Date(at).toISOString().slice(0, 10), kind, fetched));
      world.changed(["days"]);
      return { days, folder: "~/.local/share/wxpay-desk/bills", cancelled: false };
    },
    async dayBills() {
      const { chosenBills, leftOut } = world;
      return { bills: chosenBills, most: 64, left_out: leftOut, left_out_count: leftOut.length };
    },
    async dayBillChoose() {
      world.chosenBills = [{ number: 1, file_name: "bill.csv", date: "2026-11-20", problem: null }];
      world.changed(["days"]);
      return true;
    },
    async dayBillsClear(numbers) {
      world.chosenBills = world.chosenBills.filter((bill) => !numbers.includes(bill.number));
      world.leftOut = [];
      return null;
    },
    dayTableChoose: async (_profile, table) => look(table, NO_MAPPING),
    dayTablePreview: async (_profile, table, mapping) => look(table, mapping),
    dayOwnAmounts: async () => ({
      compared: 42,
      equal: [
        { basis: "order", count: 32 },
        { basis: "settle", count: 41 },
        { basis: "cash", count: 32 },
      ],
      suggested: "settle",
    }),
    async dayRun({ date, own, basis }, onProgress) {
      const isAlone = world.chosenBills.length === 1;
      const waiting = world.chosenBills.filter(
        (bill) => bill.problem === null && (bill.date === null ? !isAlone : bill.date !== date),
      );
      if (waiting.length === world.chosenBills.length && !fetched.has(date) && !ran.has(date))
        throw refusal("input_invalid", "bill is not chosen yet", "bill");
      onProgress({ job: 1, done: 1, total: 1, rate_per_s: 1, rest_s: 0 });
      world.chosenBills = waiting;
      const again = ran.has(date);
      const before = ran.get(date);
      ran.set(date, {
        closed: false,
        notes: before?.notes ?? [],
        rows: before?.rows ?? seedDifferences(),
        basis,
        isFile: own.is === "tables" || (own.is === "as_before" && (before?.isFile ?? false)),
      });
      world.changed(["days"]);
      return { cancelled: false, closed: false, again, other_bills: 0, settled_days: [], unsettled_days: [] };
    },
    async daysExport(_profile, _from, _to, _ownWords, _matched, onProgress) {
      onProgress({ job: 5, done: 43, total: 43, rate_per_s: 100_000, rest_s: 0 });
      return { file_name: "differences.xlsx", cancelled: false };
    },
    daysReportExport: async () => "report.xlsx",
    daysReport: async (_profile, from, to) => spanReport(daysOf(from, to).map(standing), left(from, to).length),
    async daysLeft(_profile, from, to, start, limit) {
      const rows = left(from, to);
      return { total: rows.length, rows: rows.slice(start, start + limit) };
    },
    daysReadRemarks: async () => ({
      rows: 3,
      remarks: 1,
      handled: 1,
      refused: [],
      refused_count: 0,
      cancelled: false,
    }),
  };
}

/** What so many days like the first one add up to. */
function sumsOf(count: number): SpanReport["sums"] {
  const side = (bill: number, local: number) => ({ bill_fen: bill, local_fen: local, gap_fen: local - bill });
  const payments = side(count * 83_580, count * 82_090);
  return {
    payments,
    refunds: side(0, 0),
    net: payments,
    fee_yuan: (count * 5.0148).toFixed(5),
    fee_count: count,
    fee_gap_yuan: (count * 0.024).toFixed(5),
    not_compared: 0,
  };
}

/** A bill of 43 rows; none on Sundays, and none yet of what is still to come. */
function fetchBill(date: string, kind: BillsWanted["kind"], fetched: Set<string>): BillFetched {
  if (isSunday(date)) {
    fetched.add(date);
    return { date, outcome: { is: "no_trade", has_changed: false, settled_days: [], unsettled_days: [] } };
  }
  if (Date.parse(date) > Date.now())
    return {
      date,
      outcome: {
        is: "failed",
        code: "bill_too_early",
        reason_zh: `${date} 的账单到次日 10 点才完整，没有发出请求，请到时再下载`,
        reason_en: `the bill of ${date} is complete from 10:00 of the next day on; nothing was sent, download it then`,
      },
    };
  const beside = { has_changed: false, settled_days: [], unsettled_days: [] };
  if (kind.startsWith("fund_flow")) {
    const flow = { incomes: 42, income_fen: 83_580, expenses: 43, expense_fen: 1_500 };
    const of = { file_name: `1900000001_${date}_FUNDFLOW-Basic.csv`, rows: 85, malformed: 0, summary_ok: true };
    return { date, outcome: { is: "saved", ...of, flow, has_digest: true, was_there: false, ...beside } };
  }
  const was_there = fetched.has(date);
  if (kind === "all") fetched.add(date);
  const of = { file_name: `1900000001_${date}_${kind.toUpperCase()}.csv`, rows: 43, malformed: 0, summary_ok: true };
  return { date, outcome: { is: "saved", ...of, flow: null, has_digest: null, was_there, ...beside } };
}

/** Nothing is traded on Sundays. */
const isSunday = (date: string) => new Date(date).getUTCDay() === 0;

function knownBill(date: string): DayDetail["bills"][number] {
  if (isSunday(date)) return { ...knownBill("2026-11-20"), rows: 0, file_name: null, is_none: true };
  return {
    kind: "ALL",
    rows: 43,
    summary_ok: true,
    total_fen: 83_580,
    refund_fen: 0,
    fee_milli_fen: 501_480,
    digest: "0123456789ab",
    seen_at: Date.parse(date) + 2 * DAY_MS,
    file_name: `1900000001_${date}_ALL.csv`,
    is_none: false,
  };
}

function isIn(row: DifferenceRow, filter: DifferenceFilter): boolean {
  return (
    (filter.class === null || row.class === filter.class) &&
    (filter.state === null || row.state === filter.state) &&
    (filter.identity === "" || row.identity === filter.identity) &&
    (filter.dimension === null || placeOf(row, filter.dimension) === filter.value) &&
    (row.out_trade_no ?? "").startsWith(filter.search)
  );
}

/** What a difference has in a dimension; all of these were paid at ten, the last one on no device. */
function placeOf(row: DifferenceRow, dimension: string): string | null {
  if (dimension === "hour") return row.state === "expected" ? "23" : "10";
  return dimension === "device_info" ? row.device_info : row.trade_type;
}

function seedDifferences(): DifferenceRow[] {
  return [
    difference(1, {}),
    difference(2, {
      class: "amount_diff",
      device_info: "POS-2",
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

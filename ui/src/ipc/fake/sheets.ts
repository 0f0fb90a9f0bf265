import type { Desk } from "../desk";
import type { ImportPreview, Refusal, SheetMapping } from "../model";
import { newOrder } from "./seed";
import { refusal, type World } from "./world";

type SheetCommands = Pick<Desk, "importChoose" | "importPreview" | "importRun" | "ordersExport">;

/** The file that the fake's dialog always answers: one title known, one to be mapped, one row damaged. */
const FILE = {
  name: "店铺订单.csv",
  titles: ["商户订单号", "实收", "进度", "商品名称"],
  rows: [
    ["SHOP20260102030401", "19.90", "支付成功", "T恤"],
    ["1.23E+17", "5.00", "支付成功", "杯子"],
    ["SHOP20260102030403", "0.07", "已完成", "贴纸"],
  ],
};
const PRECISION_LOST = {
  code: "cell_precision_lost",
  reason_zh: "精度已丢失：表格软件只保留了 15 位数字；请把这一列设为文本后重新导出",
  reason_en: "precision lost: the spreadsheet kept only 15 digits of the number; export the column as text",
};
const NO_HEADER = {
  code: "sheet_no_header",
  reason_zh: "前 10 行里没有表头写明商户订单号和金额；请加上这样的表头，或指定哪一列是什么",
  reason_en: "no row among the first 10 names an order number and an amount; add such a header row",
};
const UNIT_NEEDED = {
  code: "sheet_unit_needed",
  reason_zh: "表头“实收”没有写明金额是分还是元；请选择单位",
  reason_en: 'the header "实收" does not say whether amounts are fen or yuan',
};
const KNOWN: Record<string, string> = { 商户订单号: "out_trade_no", 商品名称: "body" };
const WIRE: Record<string, string> = { 支付成功: "SUCCESS" };

/** The refusal of a row for one of its cells. */
function ofCell(title: string, found: string, { code, reason_zh, reason_en }: Refusal): Refusal {
  return { code, reason_zh: `${title}“${found}”：${reason_zh}`, reason_en: `${title} "${found}": ${reason_en}` };
}

function look(mapping: SheetMapping): ImportPreview {
  const fieldOf = (title: string) =>
    mapping.columns.find((column) => column.title === title)?.field ?? KNOWN[title] ?? null;
  const columns = FILE.titles.map((title) => ({ title, field: fieldOf(title), unit: null }));
  const at = (field: string) => columns.findIndex((column) => column.field === field);
  const words = at("state") < 0 ? [] : FILE.rows.map((row) => row[at("state")] ?? "");
  const unknown = words.filter((word) => !WIRE[word] && !mapping.states.some((state) => state.word === word));
  const hasAmount = at("total_fee") >= 0;
  const needsUnit = hasAmount && mapping.unit === null;
  return {
    file_name: FILE.name,
    encoding: "GBK",
    sheet_names: [],
    header_line: 1,
    columns,
    rows: FILE.rows.map((cells, place) => ({
      line: place + 2,
      cells,
      damaged: place === 1 ? [{ place: 0, refusal: PRECISION_LOST }] : [],
    })),
    mapping,
    unknown_states: [...new Set(unknown)],
    needs_unit: needsUnit,
    likely_unit: hasAmount ? "yuan" : null,
    problem: hasAmount ? (needsUnit ? UNIT_NEEDED : null) : NO_HEADER,
    is_saved_mapping: false,
  };
}

/** Files of orders, without files. */
export function fakeSheets(world: World): SheetCommands {
  return {
    importChoose: async () => look({ sheet: null, columns: [], unit: null, time: "written", states: [] }),
    importPreview: async (_profile, mapping) => look(mapping),
    async importRun({ profile: name, mapping }, onProgress) {
      const profile = world.profiles.find((one) => one.name === name);
      if (!profile) throw refusal("not_found", `no merchant ${name}`);
      if (look(mapping).problem) throw refusal("input_invalid", "is needed", "unit");
      onProgress({ job: 1, done: 0, total: FILE.rows.length, rate_per_s: 100_000, rest_s: 0 });
      const taken = FILE.rows.filter((row) => row[0]?.startsWith("SHOP"));
      for (const [outTradeNo, amount, , body] of taken) {
        const total_fee = Number((amount ?? "0").replace(".", ""));
        const order = newOrder(profile, {
          at: Date.now(),
          body: body ?? "",
          total_fee,
          type: "JSAPI",
          outTradeNo: outTradeNo ?? "",
        });
        world.orders.unshift(order);
      }
      world.changed(["orders"]);
      return {
        added: taken.length,
        known: 0,
        unchanged: 0,
        refused_count: 1,
        refused: [{ line: 3, refusal: ofCell("商户订单号", "1.23E+17", PRECISION_LOST) }],
        refused_file: "/tmp/店铺订单.refused.csv",
        passed_over: 0,
        cancelled: false,
      };
    },
    async ordersExport(_filter, _sort, onProgress) {
      const total = world.orders.length;
      onProgress({ job: 2, done: total, total, rate_per_s: 100_000, rest_s: 0 });
      return { orders: total, file: "/tmp/orders.xlsx", cancelled: false };
    },
  };
}

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DifferenceFilter, DifferenceRow } from "../../ipc/model";
import { isChosen } from "../../testing/is-chosen";
import { openWindow } from "../../testing/open-window";
import { pick } from "../../testing/pick";
import { useDayRuns } from "./day-runs";
import { addMonths, monthOf, placesBefore } from "./month";

const DAY = "/days?date=2026-11-20";
const ALL: DifferenceFilter = { class: null, state: null, search: "", identity: "", dimension: null, value: "" };

beforeEach(() => useDayRuns.setState(useDayRuns.getInitialState()));

async function reconcile() {
  const opened = openWindow(DAY);
  await userEvent.click(await screen.findByTestId("bill-choose"));
  await screen.findByTestId("chosen-bill");
  await userEvent.click(screen.getByTestId("day-run"));
  await screen.findByTestId("day-classes");
  return opened;
}

describe("a day that is reconciled", () => {
  it("says why it cannot be run without a bill, and keeps what was chosen", async () => {
    openWindow(DAY);
    await userEvent.click(await screen.findByTestId("day-run"));
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("input_invalid");
    expect(screen.getByTestId("day-inputs")).toBeTruthy();
  });

  it("shows its verdict, its classes and both sides of a difference in one row", async () => {
    await reconcile();
    expect(screen.getByTestId("day").dataset.mark).toBe("open");
    expect(screen.getByTestId("day-sides").textContent).toContain("与汇总行一致");
    expect(screen.getByTestId("day-sum-payments").textContent).toBe("支付¥835.80¥820.90−¥14.90");
    expect(screen.getByTestId("day-sum-refunds").textContent).toBe("退款¥0.00¥0.00¥0.00");
    expect(screen.getByTestId("day-sum-net").textContent).toBe("净额¥835.80¥820.90−¥14.90");
    expect(screen.getByTestId("day-sum-fees").textContent).toBe("账单手续费¥5.01480——");
    expect(screen.getByTestId("class-amount_diff").dataset.count).toBe("1");
    await userEvent.click(screen.getByTestId("class-amount_diff"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    const row = screen.getByTestId("difference-row");
    expect(row.textContent).toContain("¥19.90");
    expect(row.textContent).toContain("¥14.90");
    expect(row.textContent).toContain("应结订单金额");
    expect([...row.querySelectorAll(".differs")].map((side) => side.textContent)).toEqual(["¥19.90", "¥14.90"]);
    await userEvent.click(screen.getByTestId("class-bill_only"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")[0]?.querySelector(".differs")).toBeNull());
    expect(await screen.findByTestId("day-2026-11-20")).toHaveProperty("dataset.mark", "open");
  });

  it("shows the amount of what stands on one side alone, and what else is told of it where it is looked at", async () => {
    await reconcile();
    await userEvent.click(await screen.findByTestId("class-day_cut_local"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    const row = screen.getByTestId("difference-row");
    expect(row.textContent).toContain("—¥10.00");
    expect(row.textContent).not.toContain("23:58");
    await userEvent.click(row);
    expect((await screen.findByTestId("difference")).textContent).toContain("¥10.00 · 2026-11-20 23:58:00");
  });

  it("takes a handling with its words and closes once nothing is left", async () => {
    const { desk } = await reconcile();
    const say = vi.spyOn(desk, "daySay");
    expect(screen.getByTestId<HTMLButtonElement>("day-close").disabled).toBe(true);
    for (const [place, kind] of [
      [0, "resolve"],
      [1, "carry_over"],
    ] as const) {
      await userEvent.click((await screen.findAllByTestId("difference-row"))[place] as HTMLElement);
      await userEvent.type(await screen.findByTestId("difference-text"), "查过了");
      await userEvent.click(screen.getByTestId(`difference-${kind}`));
      await screen.findByTestId("difference-note");
    }
    expect(say.mock.calls[0]?.[0]).toMatchObject({ kind: "resolve", text: "查过了", date: "2026-11-20" });
    await waitFor(() => expect(screen.getByTestId("day").dataset.mark).toBe("handled"));
    await userEvent.click(screen.getByTestId("day-close"));
    await waitFor(() => expect(screen.getByTestId("day").dataset.mark).toBe("closed"));
    // Opening it again takes a reason, which stays with the day.
    await userEvent.click(screen.getByTestId("day-close"));
    expect((await screen.findByTestId<HTMLButtonElement>("day-say")).disabled).toBe(true);
    await userEvent.type(screen.getByTestId("day-text"), "账单有更正");
    await userEvent.click(screen.getByTestId("day-say"));
    await waitFor(() => expect(screen.getByTestId("day").dataset.mark).toBe("handled"));
    expect(screen.getAllByTestId("day-note").at(-1)?.textContent).toContain("账单有更正");
  });

  it("calls differences by the merchant's own books only where that was chosen", async () => {
    await reconcile();
    expect(screen.getByTestId("class-bill_only").textContent).toContain("微信有·本地无");
    await userEvent.click(screen.getByText("长款 / 短款"));
    expect(screen.getByTestId("class-bill_only").textContent).toContain("长款（微信多）");
    await userEvent.click(screen.getByText("微信有 / 本地有"));
  });

  it("exports by the words of the books where they were chosen", async () => {
    const { desk } = await reconcile();
    const write = vi.spyOn(desk, "daysExport");
    await userEvent.click(screen.getByText("长款 / 短款"));
    await userEvent.click(screen.getByTestId("day-export"));
    await waitFor(() => expect(write.mock.calls[0]?.slice(1, 5)).toEqual(["2026-11-20", "2026-11-20", true, false]));
    await userEvent.click(screen.getByText("微信有 / 本地有"));
  });

  it("says since when WeChat denies its bill, and that another one is to be looked at where it gave another", async () => {
    const hour = (at: number) => Date.parse("2026-11-22T00:00:00+08:00") + at * 3_600_000;
    const [denied, changed] = ["22 10:00:00 微信支付说这一天没有账单", "22 11:00:00 这一天后来有了另一份账单"];
    for (const [denied_at, changed_at, words] of [
      [hour(10), null, [denied]],
      [null, hour(11), [changed]],
      [hour(10), hour(11), [denied, changed]],
    ] as const) {
      const { unmount } = openWindow(DAY, {}, (fake) => {
        const detail = fake.dayDetail;
        fake.dayDetail = async (...of) => {
          const day = await detail(...of);
          return { ...day, standing: { ...day.standing, bill_changed: true, denied_at, changed_at } };
        };
      });
      const told = await screen.findAllByTestId(/^bill-(denied|changed)$/);
      expect(told).toHaveLength(words.length);
      for (const [place, text] of words.entries()) expect(told[place]?.textContent).toContain(text);
      unmount();
    }
  });

  it("takes a remark on the day itself", async () => {
    const { desk } = await reconcile();
    const say = vi.spyOn(desk, "daySay");
    await userEvent.click(screen.getByTestId("day-remark"));
    await userEvent.type(await screen.findByTestId("day-text"), "系统升级");
    await userEvent.click(screen.getByTestId("day-say"));
    expect((await screen.findByTestId("day-note")).textContent).toContain("系统升级");
    expect(say.mock.calls[0]?.[0]).toMatchObject({ identities: [], kind: "remark", text: "系统升级" });
  });

  it("lists the rows that agree on request, and exports them too where that is wanted", async () => {
    const { desk } = await reconcile();
    const write = vi.spyOn(desk, "daysExport");
    await userEvent.click(screen.getByText("一致"));
    expect((await screen.findAllByTestId("matched-row"))[0]?.textContent).toContain("SHOP20261120000100");
    await userEvent.click(screen.getByTestId("class-matched"));
    await screen.findAllByTestId("difference-row");
    await userEvent.click(screen.getByLabelText("含一致的行"));
    await userEvent.click(screen.getByTestId("day-export"));
    await waitFor(() => expect(write.mock.calls[0]?.slice(1, 5)).toEqual(["2026-11-20", "2026-11-20", false, true]));
  });

  it("exports a day or its month and reads remarks back", async () => {
    const { desk } = await reconcile();
    const write = vi.spyOn(desk, "daysExport");
    await userEvent.click(screen.getByTestId("month-export"));
    await screen.findByText(/differences\.xlsx/);
    expect(write.mock.calls[0]?.slice(1, 5)).toEqual(["2026-11-01", "2026-11-30", false, false]);
    await userEvent.click(screen.getByTestId("remarks-read"));
    await screen.findByText(/新备注 1/);
  });
});

describe("an export of differences", () => {
  it("shows how far it is and is stopped, and says then that there is no file", async () => {
    const { desk } = await reconcile();
    let stop = () => {};
    vi.spyOn(desk, "daysExport").mockImplementation((_profile, _from, _to, _own, _matched, onProgress) => {
      onProgress({ job: 9, done: 4096, total: 1_000_000, rate_per_s: 100_000, rest_s: 10 });
      return new Promise((resolve) => {
        stop = () => resolve({ file_name: "differences.xlsx", cancelled: true });
      });
    });
    const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
    await userEvent.click(screen.getByTestId("month-export"));
    expect((await screen.findByTestId("sheet-progress")).textContent).toContain("1,000,000");
    await userEvent.click(screen.getByTestId("sheet-stop"));
    expect(cancel).toHaveBeenCalledWith(9);
    stop();
    expect(await screen.findByText("已停止导出，没有写文件")).toBeTruthy();
    expect(screen.getByTestId("month-export")).toBeTruthy();
  });
});

describe("remarks that are read back", () => {
  it("show how far that is and are stopped, and what was said by then stays", async () => {
    const { desk } = await reconcile();
    let stop = () => {};
    vi.spyOn(desk, "daysReadRemarks").mockImplementation((_profile, onProgress) => {
      onProgress({ job: 11, done: 2000, total: 100_000, rate_per_s: 10_000, rest_s: 10 });
      return new Promise((resolve) => {
        stop = () => resolve({ rows: 2000, remarks: 5, handled: 4, refused: [], refused_count: 0, cancelled: true });
      });
    });
    const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
    await userEvent.click(screen.getByTestId("remarks-read"));
    expect((await screen.findByTestId("sheet-progress")).textContent).toContain("100,000");
    await userEvent.click(screen.getByTestId("sheet-stop"));
    expect(cancel).toHaveBeenCalledWith(11);
    stop();
    expect(await screen.findByText("已停止。读了 2000 行：新备注 5，处理 4，拒绝 0")).toBeTruthy();
    expect(screen.getByTestId("remarks-read")).toBeTruthy();
  });
});

describe("the bill of a day", () => {
  it("is fetched with one click, told in words, and then known to the day that is run", async () => {
    const { desk } = openWindow(DAY);
    const fetch = vi.spyOn(desk, "dayBillsFetch");
    await userEvent.click(await screen.findByTestId("bill-fetch"));
    const outcome = await screen.findByTestId("bill-outcome");
    expect(outcome.dataset.is).toBe("saved");
    expect(outcome.textContent).toContain("已下载 43 行 · ✓ 与汇总行一致");
    expect(fetch.mock.calls[0]?.[1]).toEqual({ from: "2026-11-20", to: "2026-11-20", kind: "all", packed: false });
    await userEvent.click(screen.getByTestId("day-run"));
    await screen.findByTestId("day-classes");
    await userEvent.click(screen.getByTestId("day-again"));
    expect((await screen.findByTestId("known-bill")).textContent).toContain("1900000001_2026-11-20_ALL.csv");
  });

  it("is told to be missing where nothing was traded or it is too early, day by day", async () => {
    openWindow("/days?date=2026-11-22");
    await userEvent.click(await screen.findByTestId("bill-fetch"));
    await waitFor(() => expect(screen.getByTestId("bill-outcome").dataset.is).toBe("no_trade"));
    expect(screen.getByTestId("bill-outcome").textContent).toContain("没有交易");
    await userEvent.click(screen.getByTestId("month-fetch"));
    await userEvent.click(await screen.findByTestId("span-fetch"));
    const dialog = within(await screen.findByRole("dialog"));
    await waitFor(() => expect(dialog.getAllByTestId("bill-outcome").length).toBeGreaterThan(1));
    const kinds = dialog.getAllByTestId("bill-outcome").map((one) => one.dataset.is);
    expect(kinds).toContain("no_trade");
  });

  it("is not needed to run a day of which WeChat says that nothing was traded", async () => {
    openWindow("/days?date=2026-11-22");
    await userEvent.click(await screen.findByTestId("bill-fetch"));
    await screen.findByTestId("bill-outcome");
    await userEvent.click(screen.getByTestId("day-run"));
    await screen.findByTestId("day-classes");
    await userEvent.click(screen.getByTestId("day-again"));
    expect((await screen.findByTestId("known-none")).textContent).toContain("微信支付说当天没有交易");
  });

  it("can be of another kind, and packed, and a fund flow tells what came and went and where it is", async () => {
    const { desk } = openWindow(DAY);
    const fetch = vi.spyOn(desk, "dayBillsFetch");
    await userEvent.click(await screen.findByTestId("month-fetch"));
    await pick(await screen.findByTestId("span-kind"), "资金账单：基本账户（Basic）");
    await userEvent.click(screen.getByTestId("span-packed"));
    await userEvent.click(screen.getByTestId("span-fetch"));
    const outcomes = await screen.findAllByTestId("bill-outcome");
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ kind: "fund_flow_basic", packed: true });
    expect(outcomes.find(({ dataset }) => dataset.is === "saved")?.textContent).toContain(
      "已下载 85 行 · 收入 42 笔 835.80 元 · 支出 43 笔 15.00 元 · ✓ 与汇总行一致 · ✓ 摘要一致",
    );
    expect(screen.getByTestId("bills-folder").textContent).toContain("bills");
  });

  it("shows a bar with a way to stop only once it takes long", async () => {
    const { desk } = openWindow(DAY);
    let stop = () => {};
    vi.spyOn(desk, "dayBillsFetch").mockImplementation((_profile, _wanted, onProgress) => {
      onProgress({ job: 7, done: 0, total: 1, rate_per_s: 0, rest_s: null });
      return new Promise((resolve) => {
        stop = () => resolve({ days: [], folder: "", cancelled: true });
      });
    });
    const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
    await userEvent.click(await screen.findByTestId("bill-fetch"));
    expect(screen.queryByTestId("sheet-progress")).toBeNull();
    await userEvent.click(await screen.findByTestId("sheet-stop", {}, { timeout: 10_000 }));
    expect(cancel).toHaveBeenCalledWith(7);
    stop();
    expect(await screen.findByText("已停止，下载好的账单都留着")).toBeTruthy();
  });
});

describe("the merchant's own tables", () => {
  it("are compared with mappings of their own, and another amount that they seem to keep is offered", async () => {
    const { desk } = openWindow(DAY);
    const run = vi.spyOn(desk, "dayRun");
    await userEvent.click(await screen.findByTestId("bill-choose"));
    await userEvent.click(screen.getByLabelText("自己的表格（CSV / XLSX）"));
    await screen.findByTestId("own-orders-table");
    await userEvent.click(screen.getByTestId("own-refunds"));
    const refunds = await screen.findByTestId("own-refunds-table");
    expect(refunds.textContent).toContain("店铺退款.xlsx");
    // Its first sheet holds no refunds, so the day cannot be run by it.
    expect(screen.getByTestId<HTMLButtonElement>("day-run").disabled).toBe(true);
    await pick(within(refunds).getByTestId("import-sheet"), "退款");
    await waitFor(() => expect(refunds.textContent).toContain("R20261120000001"));
    await userEvent.click(within(screen.getByTestId("day-basis")).getByLabelText("订单金额"));
    await userEvent.click(screen.getByTestId("day-run"));
    const suggestion = await screen.findByTestId("suggestion");
    expect(suggestion.textContent).toContain("10 笔里，9 笔等于账单的应结订单金额");
    expect(run.mock.calls[0]?.[0].own).toMatchObject({
      is: "tables",
      orders: { unit: null },
      refunds: { sheet: "退款" },
    });
    expect(screen.getByTestId("day-sides").textContent).toContain(
      "本地（自己的表格）订单 42 · 退款 0 · 按订单金额对比",
    );
    expect(screen.getByTestId("passed-over").textContent).toContain("跳过合计行、空行等 1 行");
    expect(screen.getByTestId("damaged-ids").textContent).toContain("2 个单号的精度已丢失");
    expect(screen.getByTestId("used-orders").textContent).toBe(
      "店铺订单.csv 工作表 十一月 · 单位 元 · 订单金额 = 实收",
    );
    await userEvent.click(screen.getByTestId("suggestion-take"));
    await waitFor(() => expect(screen.getByTestId("day-sides").textContent).toContain("按应结订单金额对比"));
    await waitFor(() => expect(screen.queryByTestId("suggestion")).toBeNull());
    expect(run.mock.calls[1]?.[0]).toMatchObject({ own: { is: "as_before" }, basis: "settle", day_cut_s: 300 });
    await userEvent.click(screen.getByTestId("day-again"));
    expect(isChosen(await screen.findByLabelText("同上次：店铺订单.csv"))).toBe(true);
    expect(isChosen(screen.getByLabelText("应结订单金额"))).toBe(true);
    await userEvent.click(screen.getByTestId("day-run"));
    await waitFor(() => expect(run.mock.calls[2]?.[0]).toMatchObject({ own: { is: "as_before" }, basis: "settle" }));
  });

  it("are compared on the next day by the amount that they were compared by last", async () => {
    const { desk } = openWindow(DAY, {}, (fake) => {
      const detail = fake.dayDetail;
      fake.dayDetail = async (...of) => ({ ...(await detail(...of)), own_basis: "cash" });
    });
    const run = vi.spyOn(desk, "dayRun");
    const look = vi.spyOn(desk, "dayOwnAmounts");
    await userEvent.click(await screen.findByTestId("bill-choose"));
    await userEvent.click(screen.getByLabelText("自己的表格（CSV / XLSX）"));
    const basis = within(await screen.findByTestId("day-basis"));
    expect(isChosen(basis.getByLabelText("现金金额"))).toBe(true);
    expect(screen.queryByTestId("run-waits")).toBeNull();
    expect(look).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId("day-run"));
    await waitFor(() => expect(run.mock.calls[0]?.[0]).toMatchObject({ own: { is: "tables" }, basis: "cash" }));
  });

  it("are not needed: the orders that are kept here are compared, and bills that wait open the inputs again", async () => {
    const { desk } = await reconcile();
    expect(screen.queryByTestId("day-inputs")).toBeNull();
    await desk.dayBillChoose();
    await userEvent.click(screen.getByTestId("day-again"));
    await userEvent.click(await screen.findByTestId("bill-choose"));
    await userEvent.click(screen.getByTestId("day-again"));
    expect(screen.getByTestId("day-inputs")).toBeTruthy();
    expect(screen.queryByTestId("suggestion")).toBeNull();
  });
});

describe("a bill that is dropped", () => {
  it("opens its own day where none was open", async () => {
    const { desk } = openWindow("/days");
    await screen.findByTestId("days-pick");
    await desk.dayBillChoose();
    expect((await screen.findByTestId("chosen-bill")).textContent).toContain("2026-11-20");
    expect(screen.getByTestId("day-inputs")).toBeTruthy();
  });
});

describe("the report of a month", () => {
  it("adds up the days, says which are not done, and leads to each difference that is left", async () => {
    const { desk } = await reconcile();
    const write = vi.spyOn(desk, "daysReportExport");
    await userEvent.click(screen.getByTestId("month-report-open"));
    expect((await screen.findByTestId("report-payments")).textContent).toContain("¥835.80¥820.90−¥14.90");
    expect(screen.getByTestId("report-net").textContent).toContain("−¥14.90");
    expect(screen.getByTestId("report-fees").textContent).toContain("¥5.01480");
    expect(screen.getByTestId("report-mark-open").textContent).toContain("1 天20");
    expect(screen.getByTestId("report-ages").textContent).toContain("待处理 2");
    expect(await screen.findAllByTestId("left-row")).toHaveLength(2);
    await userEvent.click(screen.getByTestId("report-export"));
    await screen.findByText(/report\.xlsx/);
    expect(write.mock.calls[0]?.slice(1, 5)).toEqual(["2026-11-01", "2026-11-30", false]);

    await userEvent.click(screen.getAllByTestId("left-row")[1] as HTMLElement);
    expect((await screen.findByTestId("difference")).textContent).toContain("SHOP20261120000002");
    // Another filter does not open it once more.
    await userEvent.click(screen.getByTestId("class-bill_only"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    expect(screen.queryByTestId("difference")).toBeNull();
    await userEvent.click(screen.getByTestId("month-report-open"));
    await userEvent.click(await screen.findByTestId("report-day-2026-11-20"));
    await screen.findByTestId("day-classes");
  });
});

describe("the list of differences", () => {
  it("is narrowed to where they concentrate, and opened again by the same place", async () => {
    await reconcile();
    await userEvent.click(screen.getByTestId("concentration-device_info-POS-1"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(2));
    expect(screen.getByTestId("concentration-device_info-POS-1").ariaPressed).toBe("true");
    await userEvent.click(screen.getByTestId("concentration-device_info-POS-1"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(3));
  });

  it("is walked through by keys, into the remark and out again", async () => {
    await reconcile();
    await userEvent.click((await screen.findAllByTestId("difference-row"))[0] as HTMLElement);
    expect((await screen.findByTestId("difference")).textContent).toContain("SHOP20261120000001");
    await userEvent.keyboard("{ArrowDown}");
    await waitFor(() => expect(screen.getByTestId("difference").textContent).toContain("SHOP20261120000002"));
    await userEvent.keyboard("{ArrowUp}{ArrowUp}");
    await waitFor(() => expect(screen.getByTestId("difference").textContent).toContain("SHOP20261120000001"));
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement).toBe(screen.getByTestId("difference-text"));
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("difference")).toBeNull());
  });

  it("is handled at once with one text, and says what it passed over", async () => {
    const { desk } = await reconcile();
    const say = vi.spyOn(desk, "daySayMany");
    await screen.findAllByTestId("difference-row");
    await userEvent.click(screen.getByTestId("differences-say"));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText("处理列表里的 3 条差异")).toBeTruthy();
    expect(dialog.getByTestId<HTMLButtonElement>("many-remark").disabled).toBe(true);
    await userEvent.type(dialog.getByTestId("many-text"), "等银行回执");
    await userEvent.click(dialog.getByTestId("many-carry_over"));
    expect(
      await screen.findByText("已处理 2 条，跳过 1 条（已不在列表里、无需处理、无法读取或已是这个状态）"),
    ).toBeTruthy();
    expect(say.mock.calls[0]?.[0]).toMatchObject({
      kind: "carry_over",
      text: "等银行回执",
      filter: { class: null },
      shown: 3,
    });
    await waitFor(() => expect(screen.getByTestId("day").dataset.mark).toBe("handled"));
  });

  it("gives way to the fees that are off, each with its rate and what it should be", async () => {
    await reconcile();
    expect(screen.getByTestId("day-fees").textContent).toContain("手续费 1 笔不一致");
    await userEvent.click(screen.getByTestId("class-fee_diff"));
    const row = await screen.findByTestId("fee-row");
    expect(row.textContent).toContain("第 7 行");
    for (const part of ["¥1.00", "0.60%", "0.03000", "0.00600", "0.02400"]) expect(row.textContent).toContain(part);
    await userEvent.click(screen.getByTestId("class-fee_diff"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(3));
  });

  it("is asked about, one or all, and each answer stands at its difference", async () => {
    await reconcile();
    await userEvent.click((await screen.findAllByTestId("difference-row"))[1] as HTMLElement);
    await userEvent.click(await screen.findByTestId("difference-ask"));
    expect((await screen.findByTestId("difference-answer")).textContent).toContain("查单：支付成功，19.90元");
    // Beside the one that is looked at the list is brief.
    await userEvent.keyboard("{Escape}");
    const answered = () =>
      screen.getAllByTestId("difference-row").filter((row) => row.textContent?.includes("查单：支付"));
    expect(answered()).toHaveLength(1);
    await userEvent.click(screen.getByTestId("differences-ask"));
    await waitFor(() => expect(answered()).toHaveLength(3));
  });

  it("opens a difference far beyond the first rows that were read", async () => {
    const { desk } = await reconcile();
    const [one] = (await desk.dayDifferences("demo", "2026-11-20", ALL, 0, 1)).rows;
    const row = (place: number) => ({ ...one, identity: String(place).padStart(32, "0"), out_trade_no: `T${place}` });
    vi.spyOn(desk, "dayDifferences").mockImplementation(async (_profile, _date, filter, start, limit) => {
      if (filter.identity) return { total: 1, rows: [row(Number(filter.identity))] as DifferenceRow[] };
      const rows = Array.from({ length: Math.min(limit, 250 - start) }, (_, at) => row(start + at));
      return { total: 250, rows: rows as DifferenceRow[] };
    });
    await userEvent.click(screen.getByTestId("class-bill_only"));
    await screen.findByText("T0");
    const table = screen.getByLabelText("差异").parentElement as HTMLElement;
    table.scrollTop = 200 * 32;
    fireEvent.scroll(table);
    await userEvent.click(await screen.findByText("T203"));
    await waitFor(() => expect(screen.getByTestId("difference").textContent).toContain("T203"));
  });
});

describe("the overview", () => {
  it("opens a day from its calendar of verdicts", async () => {
    openWindow("/overview");
    const calendar = await screen.findByTestId("overview-verdicts");
    await userEvent.click((await within(calendar).findAllByTestId(/^day-\d/))[0] as HTMLElement);
    await screen.findByTestId("day-inputs");
  });
});

describe("a month", () => {
  it("has its first and last day, its neighbours and its place in the week", () => {
    expect(monthOf("2026-02-13")).toEqual({ first: "2026-02-01", last: "2026-02-28" });
    expect(addMonths("2026-12-01", 1)).toBe("2027-01-01");
    expect(addMonths("2026-01-31", -1)).toBe("2025-12-01");
    // 2026-11-01 is a Sunday, 2026-06-01 a Monday.
    expect([placesBefore("2026-11-01"), placesBefore("2026-06-01")]).toEqual([6, 0]);
  });
});

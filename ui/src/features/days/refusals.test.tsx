import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { UnsettledDay } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";
import { useDayRuns } from "./day-runs";

const DAY = "/days?date=2026-11-20";
const WAITS: UnsettledDay = {
  date: "2026-11-19",
  refusal: {
    code: "input_unreadable",
    reason_zh: "bill.csv 无法读取（没有这个文件）；请检查文件名和权限",
    reason_en: "bill.csv cannot be read: no such file; check the name and the permissions",
  },
};

beforeEach(() => useDayRuns.setState(useDayRuns.getInitialState()));

describe("a neighbour that a bill could not settle", () => {
  it("is told under the verdict after a run: which day, why and what to do, in the language of the window", async () => {
    const { desk } = openWindow(DAY);
    const run = desk.dayRun;
    vi.spyOn(desk, "dayRun").mockImplementation(async (request, onProgress) => {
      return { ...(await run(request, onProgress)), unsettled_days: [WAITS] };
    });
    await userEvent.click(await screen.findByTestId("bill-choose"));
    await userEvent.click(screen.getByTestId("day-run"));
    const line = await screen.findByTestId("unsettled-day");
    expect(line.textContent).toBe(
      "2026-11-19 的跨日订单还在等这份账单： bill.csv 无法读取（没有这个文件）；请检查文件名和权限 （处理后请重新对账 2026-11-19）",
    );
    expect(within(line).getByTestId("refusal").dataset.code).toBe("input_unreadable");
    await i18next.changeLanguage("en");
    expect((await screen.findByText(/cannot be read/)).textContent).toBe(WAITS.refusal.reason_en);
  });

  it("is told beside the bill that was fetched, also where nothing was traded", async () => {
    const { desk } = openWindow("/days?date=2026-11-22");
    vi.spyOn(desk, "dayBillsFetch").mockResolvedValue({
      cancelled: false,
      folder: "",
      days: [
        {
          date: "2026-11-22",
          outcome: {
            is: "no_trade",
            has_changed: false,
            settled_days: ["2026-11-23"],
            unsettled_days: [{ ...WAITS, date: "2026-11-21" }],
          },
        },
      ],
    });
    await userEvent.click(await screen.findByTestId("bill-fetch"));
    const outcome = await screen.findByTestId("bill-outcome");
    expect(outcome.textContent).toContain("当天没有交易，没有账单 · 2026-11-23 等这份账单的跨日差异已结清");
    expect(within(outcome).getByTestId("unsettled-day").dataset.date).toBe("2026-11-21");
  });
});

describe("a chosen bill that cannot be compared", () => {
  it("says why in the language of the window, and the day is not run with it", async () => {
    const { desk } = openWindow(DAY);
    const problem = {
      code: "bill_is_fund_flow",
      reason_zh: "这是资金账单，没有订单",
      reason_en: "this is a fund flow",
    };
    desk.world.chosenBills = [{ number: 1, file_name: "flow.csv", date: null, problem }];
    desk.world.changed(["days"]);
    const chosen = await screen.findByTestId("chosen-bill");
    expect(chosen.textContent).toBe("flow.csv 这是资金账单，没有订单 ×");
    expect(screen.getByTestId<HTMLButtonElement>("day-run").disabled).toBe(true);
    await i18next.changeLanguage("en");
    expect(await screen.findByText("this is a fund flow")).toBeTruthy();
  });
});

describe("a row of remarks that is not taken", () => {
  it("says why in the language of the window, with its line", async () => {
    const { desk } = openWindow(DAY);
    const refusal = {
      code: "remark_gone",
      reason_zh: "最近一次对账已没有这条差异；请重新导出",
      reason_en: "no run that counts has this difference any more; export again",
    };
    const read = {
      rows: 1,
      remarks: 0,
      handled: 0,
      refused: [{ line: 7, refusal }],
      refused_count: 1,
      cancelled: false,
    };
    vi.spyOn(desk, "daysReadRemarks").mockResolvedValue(read);
    await userEvent.click(await screen.findByTestId("remarks-read"));
    const told = await screen.findByTestId("remarks-refused");
    expect(told.textContent).toBe("第 7 行 最近一次对账已没有这条差异；请重新导出");
    await i18next.changeLanguage("en");
    expect((await within(told).findByText(/export again/)).textContent).toBe(refusal.reason_en);
  });
});

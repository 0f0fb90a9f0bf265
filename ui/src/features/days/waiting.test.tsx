import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { ChosenBill } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";

const bill = (number: number, part: Partial<ChosenBill>): ChosenBill => ({
  number,
  file_name: `${number}.csv`,
  date: null,
  problem: null,
  ...part,
});
const GBK = {
  code: "bill_encoding",
  reason_zh: "账单是 GBK 编码；请用下载下来的原文件",
  reason_en: "the bill is in GBK; give the file as it was downloaded",
};

/** Bills that a person drops on the window at once. */
function drop({ world }: ReturnType<typeof openWindow>["desk"], bills: ChosenBill[]) {
  world.chosenBills = [...world.chosenBills, ...bills];
  world.changed(["days"]);
}

describe("the month that is looked at", () => {
  it("is the one that is exported and fetched, and the buttons name it", async () => {
    const { desk } = openWindow("/days?date=2026-11-20");
    const write = vi.spyOn(desk, "daysExport");
    expect((await screen.findByTestId("month-export")).textContent).toBe("导出 2026-11");
    await userEvent.click(screen.getByLabelText("上个月"));
    await waitFor(() => expect(screen.getByTestId("month-export").textContent).toBe("导出 2026-10"));
    expect(screen.getByTestId("month-fetch").title).toContain("2026-10-01 – 2026-10-31");
    await userEvent.click(screen.getByTestId("month-export"));
    await waitFor(() => expect(write.mock.calls[0]?.slice(1, 3)).toEqual(["2026-10-01", "2026-10-31"]));
    // The report of the month follows it too.
    const report = vi.spyOn(desk, "daysReport");
    await userEvent.click(screen.getByTestId("month-report-open"));
    await screen.findByTestId("days-pick");
    expect(report.mock.calls[0]?.slice(1)).toEqual(["2026-10-01", "2026-10-31"]);
    expect(screen.getByTestId("month-export").textContent).toBe("导出 2026-10");
  });

  it("follows a dropped bill to the day that it opens", async () => {
    const { desk } = openWindow("/days?month=2026-09");
    await screen.findByTestId("day-2026-09-01");
    drop(desk, [bill(1, { date: "2026-11-20" })]);
    expect((await screen.findByTestId("day-2026-11-20")).ariaPressed).toBe("true");
    expect(screen.getByTestId("month-export").textContent).toBe("导出 2026-11");
  });
});

describe("bills of several days that are dropped together", () => {
  it("each wait for the run of their own day, which a click opens", async () => {
    const { desk } = openWindow("/days");
    await screen.findByTestId("days-pick");
    drop(desk, [bill(1, { date: "2026-11-20" }), bill(2, { date: "2026-10-31" })]);
    expect((await screen.findByTestId("chosen-bill")).textContent).toContain("1.csv 2026-11-20");
    expect(screen.getByTestId("waiting-bill").textContent).toContain("2.csv 打开 2026-10-31");
    // Clearing one day's leaves the others'.
    await userEvent.click(screen.getByTestId("bills-clear"));
    await waitFor(() => expect(screen.queryByTestId("chosen-bill")).toBeNull());
    drop(desk, [bill(3, { date: "2026-11-20" })]);
    await screen.findByTestId("chosen-bill");
    await userEvent.click(screen.getByTestId("day-run"));
    await screen.findByTestId("day-classes");
    expect(screen.queryByTestId("day-inputs")).toBeNull();
    // It waits on, and opens nothing by itself.
    await userEvent.click(screen.getByTestId("month-report-open"));
    await screen.findByTestId("month-report");
    await userEvent.click(screen.getByTestId("waiting-day"));
    expect((await screen.findByTestId("day-2026-10-31")).ariaPressed).toBe("true");
    expect((await screen.findByTestId("chosen-bill")).textContent).toContain("2.csv 2026-10-31");
    expect(screen.queryByTestId("waiting-bills")).toBeNull();
    await userEvent.click(screen.getByTestId("day-run"));
    await screen.findByTestId("day-classes");
    expect(desk.world.chosenBills).toEqual([]);
  });

  it("are named where there was no room for them, until they are cleared", async () => {
    const { desk } = openWindow("/days");
    await screen.findByTestId("days-pick");
    desk.world.leftOut = ["65.csv", "66.csv"];
    desk.world.changed(["days"]);
    expect((await screen.findByTestId("bills-left-out")).textContent).toContain(
      "2 个文件没有收下，最多同时等 64 个：65.csv、66.csv。",
    );
    await userEvent.click(screen.getByTestId("waiting-clear"));
    await waitFor(() => expect(screen.queryByTestId("waiting-bills")).toBeNull());
  });
});

describe("a dropped bill of which nobody can tell the day", () => {
  it("is shown with what is wrong where no day is open, and is taken out alone", async () => {
    const { desk } = openWindow("/days");
    await screen.findByTestId("days-pick");
    drop(desk, [bill(1, { problem: GBK }), bill(2, {})]);
    const [damaged, empty] = await screen.findAllByTestId("waiting-bill");
    expect(damaged?.textContent).toContain(`1.csv ${GBK.reason_zh}`);
    expect(empty?.textContent).toContain(
      "2.csv 没有能读出的交易，文件名里也没有日期，看不出是哪一天的账单：请单独选它",
    );
    expect(screen.getByTestId("days-pick")).toBeTruthy();
    await userEvent.click(within(damaged as HTMLElement).getByLabelText("去掉 1.csv"));
    await waitFor(() => expect(screen.getAllByTestId("waiting-bill")).toHaveLength(1));
    // The day that is opened takes the one without rows.
    await userEvent.click(screen.getAllByTestId(/^day-\d/)[0] as HTMLElement);
    expect((await screen.findByTestId("chosen-bill")).textContent).toBe("2.csv 没有能读出的交易 ×");
    expect(screen.getByTestId<HTMLButtonElement>("day-run").disabled).toBe(false);
  });
});

describe("a dropped bill without rows and without a day in its name", () => {
  it("is left out of the run of a day that has a bill of its own", async () => {
    const { desk } = openWindow("/days?date=2026-11-20");
    await screen.findByTestId("day-inputs");
    drop(desk, [bill(1, { date: "2026-11-20" }), bill(2, {})]);
    expect((await screen.findByTestId("chosen-bill")).textContent).toContain("1.csv 2026-11-20");
    expect(screen.getByTestId("waiting-bill").textContent).toContain("2.csv 没有能读出的交易");
  });
});

describe("the calendar of days", () => {
  it("shows a bill that is missing since the core said where days stand, without being opened again", async () => {
    const { desk } = openWindow("/days?month=2026-11");
    expect((await screen.findByTestId("day-2026-11-03")).dataset.mark).toBe("nothing");
    const calendar = desk.daysCalendar;
    vi.spyOn(desk, "daysCalendar").mockImplementation(async (...of) => {
      const shown = await calendar(...of);
      return { ...shown, days: shown.days.map((day) => ({ ...day, mark: "missing_bill" })) };
    });
    desk.world.changed(["standings"]);
    await waitFor(() => expect(screen.getByTestId("day-2026-11-03").dataset.mark).toBe("missing_bill"));
  });
});

import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import type { DayRunResult } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";
import { useDayRuns } from "./day-runs";

const DAY = "/days?date=2026-11-20";

const NOTHING = { closed: false, again: false, other_bills: 0, settled_days: [], unsettled_days: [] };

beforeEach(() => useDayRuns.setState(useDayRuns.getInitialState()));

/** Runs that go on until it is said how they end. */
function runLong(desk: FakeDesk) {
  const ends: { done: (result: Partial<DayRunResult>) => void; fail: (error: Error) => void }[] = [];
  const run = vi.spyOn(desk, "dayRun").mockImplementation((_request, onProgress) => {
    onProgress({ job: 3, done: 50_000_000, total: 300_000_000, rate_per_s: 50_000_000, rest_s: 5 });
    return new Promise((resolve, reject) => {
      ends.push({ done: (result) => resolve({ cancelled: false, ...NOTHING, ...result }), fail: reject });
    });
  });
  return { run, ends };
}

/** Opens that day by the calendar. */
async function open(date: string) {
  await userEvent.click(await screen.findByTestId(`day-${date}`));
  await waitFor(() => expect(screen.getByTestId("day-verdict").textContent).toContain(date));
}

/** Runs the day with the bill that is chosen. */
async function run() {
  await userEvent.click(await screen.findByTestId("bill-choose"));
  await screen.findByTestId("chosen-bill");
  await userEvent.click(screen.getByTestId("day-run"));
}

it("shows beside the bill what the rows that cannot be read would have to hold", async () => {
  openWindow(DAY, {}, (fake) => {
    const detail = fake.dayDetail;
    fake.dayDetail = async (...of) => {
      const day = await detail(...of);
      const unread = { rows: 2, total_fen: 1990, refund_fen: 100 };
      return {
        ...day,
        standing: { ...day.standing, malformed: 2 },
        outcome: day.outcome && { ...day.outcome, summary_ok: false, unread },
      };
    };
  });
  await run();
  const sides = await screen.findByTestId("day-sides");
  expect(sides.textContent).toContain("汇总行无法对上 · 2 行未读出，按汇总应含订单金额 ¥19.90、退款 ¥1.00");
});

it("tells how far a run is, at which rate and what is left, and is stopped without a result", async () => {
  const { desk } = openWindow(DAY);
  const { ends } = runLong(desk);
  const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
  await run();
  expect((await screen.findByTestId("sheet-progress")).textContent).toContain("50 / 300 MB · 50 MB/秒 · 剩余 5 s");
  await userEvent.click(screen.getByTestId("sheet-stop"));
  expect(cancel).toHaveBeenCalledWith(3);
  ends[0]?.done({ cancelled: true });
  expect(await screen.findByText("2026-11-20 · 已停止，什么都没有保存")).toBeTruthy();
  expect(await screen.findByTestId("day-inputs")).toBeTruthy();
  expect(screen.queryByTestId("day-classes")).toBeNull();
});

it("is marked in the calendar beside its verdict where WeChat gave another bill later", async () => {
  openWindow(DAY, {}, (fake) => {
    const calendar = fake.daysCalendar;
    fake.daysCalendar = async (...of) => {
      const month = await calendar(...of);
      return { ...month, days: month.days.map((day) => ({ ...day, bill_changed: day.date === "2026-11-20" })) };
    };
  });
  const changed = await screen.findByTestId("day-2026-11-20");
  expect(within(changed).getByRole("img", { name: "账单有变" }).textContent).toBe("!");
  expect(changed.title).toContain("账单有变");
  expect(within(screen.getByTestId("day-2026-11-19")).queryByRole("img")).toBeNull();
});

describe("a run that one leaves", () => {
  it("still tells how far it is when its day is opened again, is not started twice, and is stopped from there", async () => {
    const { desk } = openWindow(DAY);
    const { run: dayRun } = runLong(desk);
    const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
    await run();
    await screen.findByTestId("sheet-progress");
    await open("2026-11-19");
    expect(screen.queryByTestId("sheet-progress")).toBeNull();
    await open("2026-11-20");
    expect((await screen.findByTestId("sheet-progress")).textContent).toContain("50 / 300 MB");
    expect(screen.queryByTestId("day-run")).toBeNull();
    await userEvent.click(screen.getByTestId("sheet-stop"));
    expect(cancel).toHaveBeenCalledWith(3);
    expect(screen.getByTestId<HTMLButtonElement>("sheet-stop").disabled).toBe(true);
    expect(dayRun).toHaveBeenCalledTimes(1);
  });

  it("that ends meanwhile is told with its day, and the days are read again", async () => {
    const { desk } = openWindow(DAY);
    const { run: dayRun, ends } = runLong(desk);
    // Nothing is chosen, so that the core tells of no other change.
    await userEvent.click(await screen.findByTestId("day-run"));
    await screen.findByTestId("sheet-progress");
    await open("2026-11-19");
    const [calendar, detail] = [vi.spyOn(desk, "daysCalendar"), vi.spyOn(desk, "dayDetail")];
    ends[0]?.done({ again: true });
    expect(await screen.findByText("2026-11-20 · 输入和上次相同，结果也相同")).toBeTruthy();
    await waitFor(() => expect(calendar).toHaveBeenCalled());
    await open("2026-11-20");
    await waitFor(() => expect(detail).toHaveBeenCalledWith(expect.anything(), "2026-11-20"));
    expect(screen.queryByTestId("sheet-progress")).toBeNull();
    expect(dayRun).toHaveBeenCalledTimes(1);
  });

  it("that fails meanwhile says why whenever its day is opened, until a person closes that", async () => {
    const { desk } = openWindow(DAY);
    const { ends } = runLong(desk);
    await run();
    await screen.findByTestId("sheet-progress");
    await open("2026-11-19");
    ends[0]?.fail(new Error("the bill cannot be read"));
    await open("2026-11-20");
    expect(await screen.findByTestId("error-view")).toBeTruthy();
    expect(screen.getByTestId("day-run")).toBeTruthy();
    await open("2026-11-19");
    expect(screen.queryByTestId("error-view")).toBeNull();
    await open("2026-11-20");
    await userEvent.click(await screen.findByTestId("error-close"));
    expect(screen.queryByTestId("error-view")).toBeNull();
    await open("2026-11-19");
    await open("2026-11-20");
    expect(await screen.findByTestId("day-run")).toBeTruthy();
    expect(screen.queryByTestId("error-view")).toBeNull();
  });

  it("names the days that still wait for its bill, until they were run themselves", async () => {
    const { desk } = openWindow(DAY);
    const { ends } = runLong(desk);
    const refusal = { code: "input_unreadable", reason_zh: "读不出", reason_en: "unreadable" };
    await run();
    await open("2026-11-19");
    ends[0]?.done({ unsettled_days: [{ date: "2026-11-19", refusal }] });
    await open("2026-11-20");
    expect((await screen.findByTestId("unsettled-day")).dataset.date).toBe("2026-11-19");
    await userEvent.click(await screen.findByTestId("day-run"));
    ends[1]?.done({ cancelled: true });
    expect(await screen.findByTestId("day-run")).toBeTruthy();
    expect(screen.getByTestId("unsettled-day").dataset.date).toBe("2026-11-19");
    await open("2026-11-19");
    await userEvent.click(await screen.findByTestId("day-run"));
    ends[2]?.done({});
    await open("2026-11-20");
    expect(screen.queryByTestId("unsettled-day")).toBeNull();
  });

  describe("and that is stopped", () => {
    const refusal = { code: "input_unreadable", reason_zh: "读不出", reason_en: "unreadable" };
    const waits = (date: string) => ({ date, refusal });
    const shown = () => screen.queryAllByTestId("unsettled-day").map((day) => day.dataset.date);

    /** Runs the day anew after a run that left these waiting. */
    async function runAgain(left: string[]) {
      const { desk } = openWindow(DAY);
      vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
      const { ends } = runLong(desk);
      await run();
      ends[0]?.done({ unsettled_days: left.map(waits) });
      await waitFor(() => expect(shown()).toEqual(left));
      await userEvent.click(await screen.findByTestId("day-run"));
      await screen.findByTestId("sheet-progress");
      return ends;
    }

    it("while it settles what waits beside keeps those that it did not come to", async () => {
      const ends = await runAgain(["2026-11-19", "2026-11-21"]);
      await userEvent.click(screen.getByTestId("sheet-stop"));
      ends[1]?.done({ settled_days: ["2026-11-19"] });
      await waitFor(() => expect(screen.queryByTestId("sheet-progress")).toBeNull());
      expect(shown()).toEqual(["2026-11-21"]);
    });

    it("brings none back that was run itself meanwhile", async () => {
      const ends = await runAgain(["2026-11-19"]);
      await open("2026-11-19");
      await userEvent.click(await screen.findByTestId("day-run"));
      ends[2]?.done({});
      await waitFor(() => expect(screen.queryByTestId("sheet-progress")).toBeNull());
      await open("2026-11-20");
      await userEvent.click(screen.getByTestId("sheet-stop"));
      ends[1]?.done({ cancelled: true });
      await waitFor(() => expect(screen.queryByTestId("sheet-progress")).toBeNull());
      expect(shown()).toEqual([]);
    });
  });
});

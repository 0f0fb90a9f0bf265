import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";

const DAY = "/days?date=2026-11-20";

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
  let stop = () => {};
  vi.spyOn(desk, "dayRun").mockImplementation((_request, onProgress) => {
    onProgress({ job: 3, done: 50_000_000, total: 300_000_000, rate_per_s: 50_000_000, rest_s: 5 });
    const nothing = { closed: false, again: false, other_bills: 0, settled_days: [], unsettled_days: [] };
    return new Promise((resolve) => {
      stop = () => resolve({ cancelled: true, ...nothing });
    });
  });
  const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
  await run();
  expect((await screen.findByTestId("sheet-progress")).textContent).toContain("50 / 300 MB · 50 MB/秒 · 剩余 5 s");
  await userEvent.click(screen.getByTestId("sheet-stop"));
  expect(cancel).toHaveBeenCalledWith(3);
  stop();
  expect(await screen.findByText("已停止，什么都没有保存")).toBeTruthy();
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

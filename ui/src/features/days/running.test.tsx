import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
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
  expect(sides.textContent).toContain("汇总行无法对上 · 未读出的 2 行合计：订单 ¥19.90，退款 ¥1.00");
});

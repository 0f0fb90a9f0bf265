import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";
import { addMonths, monthOf, placesBefore } from "./month";

const DAY = "/days?date=2026-11-20";

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
    expect(screen.getByTestId("class-amount_diff").dataset.count).toBe("1");
    await userEvent.click(screen.getByTestId("class-amount_diff"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    const row = screen.getByTestId("difference-row");
    expect(row.textContent).toContain("¥19.90");
    expect(row.textContent).toContain("¥14.90");
    expect(row.textContent).toContain("应结订单金额");
    expect(await screen.findByTestId("day-2026-11-20")).toHaveProperty("dataset.mark", "open");
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
  });

  it("calls differences by the merchant's own books only where that was chosen", async () => {
    await reconcile();
    expect(screen.getByTestId("class-bill_only").textContent).toContain("微信有·本地无");
    await userEvent.click(screen.getByText("长款 / 短款"));
    expect(screen.getByTestId("class-bill_only").textContent).toContain("长款（微信多）");
    await userEvent.click(screen.getByText("微信有 / 本地有"));
  });

  it("exports a day or its month and reads remarks back", async () => {
    const { desk } = await reconcile();
    const write = vi.spyOn(desk, "daysExport");
    await userEvent.click(screen.getByTestId("month-export"));
    await screen.findByText(/differences\.xlsx/);
    expect(write.mock.calls[0]?.slice(1)).toEqual(["2026-11-01", "2026-11-30", false]);
    await userEvent.click(screen.getByTestId("remarks-read"));
    await screen.findByText(/新备注 1/);
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

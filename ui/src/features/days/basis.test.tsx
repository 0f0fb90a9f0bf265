import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { isChosen } from "../../testing/is-chosen";
import { openWindow } from "../../testing/open-window";

const DAY = "/days?date=2026-11-20";

describe("the merchant's own tables", () => {
  it("are not run before a person said which amount they hold, which is asked with what the table and the bill show", async () => {
    const { desk } = openWindow(DAY);
    const run = vi.spyOn(desk, "dayRun");
    await userEvent.click(await screen.findByTestId("bill-choose"));
    expect(screen.queryByTestId("run-waits")).toBeNull();
    await userEvent.click(screen.getByLabelText("自己的表格（CSV / XLSX）"));
    const basis = within(await screen.findByTestId("day-basis"));
    for (const word of ["订单金额", "应结订单金额", "现金金额"])
      expect(isChosen(basis.getByLabelText(word))).toBe(false);
    expect(screen.getByTestId<HTMLButtonElement>("day-run").disabled).toBe(true);
    expect(screen.getByTestId("run-waits").textContent).toContain(
      "请先选择表格里的金额对应微信支付的哪个金额，再开始对账",
    );
    expect(screen.getByTestId("basis-settle").textContent).toContain("微信支付按它和您结算");
    expect(screen.getByRole("radiogroup", { name: "您记的是哪个金额" })).toBe(screen.getByTestId("day-basis"));
    expect(screen.getByRole("radio", { description: /微信支付按它和您结算/ })).toBe(
      basis.getByLabelText("应结订单金额"),
    );
    await waitFor(() =>
      expect(screen.getByTestId("basis-why").textContent).toContain("42 笔，41 笔等于账单的应结订单金额"),
    );
    expect(screen.getByTestId("basis-order").textContent).toContain("42 笔里 32 笔相等");
    expect(isChosen(basis.getByLabelText("应结订单金额"))).toBe(false);
    await userEvent.click(basis.getByLabelText("应结订单金额"));
    expect(screen.queryByTestId("run-waits")).toBeNull();
    await userEvent.click(screen.getByTestId("day-run"));
    await waitFor(() => expect(run.mock.calls[0]?.[0]).toMatchObject({ own: { is: "tables" }, basis: "settle" }));
  });

  it("are looked at once whatever else is told of the days, and again with another bill", async () => {
    const { desk } = openWindow(DAY);
    const look = vi.spyOn(desk, "dayOwnAmounts");
    await userEvent.click(await screen.findByLabelText("自己的表格（CSV / XLSX）"));
    await waitFor(() => expect(screen.getByTestId("basis-why").textContent).toContain("41 笔等于"));
    const again = vi.spyOn(desk, "dayDetail");
    desk.world.changed(["days"]);
    await waitFor(() => expect(again).toHaveBeenCalled());
    expect(look).toHaveBeenCalledTimes(1);
    await userEvent.click(screen.getByTestId("bill-choose"));
    await waitFor(() => expect(look).toHaveBeenCalledTimes(2));
  });

  it("are looked at again when the same file is chosen again, which may hold something else by now", async () => {
    const { desk } = openWindow(DAY);
    const look = vi.spyOn(desk, "dayOwnAmounts");
    await userEvent.click(await screen.findByLabelText("自己的表格（CSV / XLSX）"));
    await waitFor(() => expect(look).toHaveBeenCalledTimes(1));
    await userEvent.click(await screen.findByTestId("own-orders"));
    await waitFor(() => expect(look).toHaveBeenCalledTimes(2));
  });

  it("say that they do not show which amount they hold where all three are alike", async () => {
    const { desk } = openWindow(DAY, {}, (fake) => {
      const equal = (["order", "settle", "cash"] as const).map((basis) => ({ basis, count: 42 }));
      fake.dayOwnAmounts = async () => ({ compared: 42, equal, suggested: null });
    });
    const look = vi.spyOn(desk, "dayOwnAmounts");
    await userEvent.click(await screen.findByLabelText("自己的表格（CSV / XLSX）"));
    await waitFor(() => expect(screen.getByTestId("basis-why").textContent).toContain("看不出您记的是哪一个"));
    expect(look.mock.calls[0]?.slice(0, 2)).toEqual([expect.any(String), "2026-11-20"]);
    expect(screen.getByTestId<HTMLButtonElement>("day-run").disabled).toBe(true);
  });
});

import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../testing/open-window";

function clear(orders: { flags: string[] }[]) {
  for (const order of orders) order.flags = [];
}

describe("what needs a person", () => {
  it("is nothing, and the bell says so", async () => {
    openWindow("/orders", {}, ({ world }) => clear(world.orders));
    const bell = await screen.findByTestId("alarm-bell");
    expect(bell.dataset.count).toBe("0");
    await userEvent.click(bell);
    await screen.findByText("没有需要留意的事");
  });

  it("is counted on every screen, and leads from the bell to the order that holds the evidence", async () => {
    const { desk } = openWindow("/settings", {}, ({ world }) => {
      clear(world.orders);
      world.orders[2]?.flags.push("conflict");
    });
    const number = desk.world.orders[2]?.out_trade_no;
    const bell = await screen.findByTestId("alarm-bell");
    await screen.findByTitle("需要留意 1 件");
    await userEvent.click(bell);
    const alarm = await screen.findByTestId("alarm");
    expect(alarm.dataset.kind).toBe("conflict");
    expect(alarm.textContent).toContain("打开订单核对证据");
    await userEvent.click(alarm.querySelector("a") as HTMLAnchorElement);
    expect((await screen.findByTestId("order-drawer")).dataset.outTradeNo).toBe(number);
  });
});

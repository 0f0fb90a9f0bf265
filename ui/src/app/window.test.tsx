import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../testing/open-window";

describe("the window", () => {
  it("finds a pasted number from the palette, among all merchants", async () => {
    const { desk } = openWindow("/overview");
    await screen.findByTestId("overview-figures");
    const wanted = desk.world.orders[3]?.out_trade_no ?? "";
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByTestId("palette-input"), `${wanted}{Enter}`);
    await waitFor(() => expect(screen.getByTestId("orders-total").dataset.count).toBe("1"));
  });

  it("goes to a screen by the palette's arrows", async () => {
    openWindow("/orders");
    await screen.findByTestId("screen-orders");
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByTestId("palette-input"), "模拟{Enter}");
    await screen.findByTestId("screen-simulator");
  });

  it("reaches every screen with Alt and a digit", async () => {
    openWindow("/orders");
    await screen.findByTestId("screen-orders");
    for (const [digit, name] of [
      "overview",
      "orders",
      "refunds",
      "days",
      "test-orders",
      "notices",
      "signature",
      "lookup",
      "simulator",
      "settings",
    ].entries()) {
      await userEvent.keyboard(`{Alt>}${(digit + 1) % 10}{/Alt}`);
      await screen.findByTestId(`screen-${name}`);
    }
  });

  it("shows an error that can be retried when the core does not answer", async () => {
    const { desk } = openWindow("/overview", {}, (fake) => {
      fake.overview = () => Promise.reject(new Error("the core is busy"));
    });
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("internal");
    desk.overview = async () => ({
      orders: 0,
      paid: 0,
      paid_fen: 0,
      refunded_fen: 0,
      net_fen: 0,
      success_permille: null,
      polling: 0,
      polling_refunds: 0,
      next_refund_at: null,
      under_way: 0,
      asking: null,
      next_query_at: null,
      held_back: null,
      other_city: false,
      daily: [],
    });
    await userEvent.click(screen.getByRole("button", { name: "重试" }));
    await screen.findByTestId("overview-figures");
  });

  it("pays as the customer in the simulator and the order becomes paid", async () => {
    const { desk } = openWindow("/simulator");
    const pay = (await screen.findAllByTestId("sim-pay"))[0];
    if (!pay) throw new Error("nothing to pay");
    const number = pay.dataset.outTradeNo ?? "";
    await userEvent.click(pay);
    await waitFor(() => expect(desk.world.order(number).state).toBe("SUCCESS"));
    await waitFor(() => {
      const row = screen.getAllByTestId("sim-order-row").find((one) => one.dataset.outTradeNo === number);
      expect(row?.dataset.state).toBe("SUCCESS");
    });
  });
});

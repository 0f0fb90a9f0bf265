import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { refusal } from "../../ipc/fake/world";
import { openWindow } from "../../testing/open-window";

function unpaid(desk: FakeDesk) {
  const order = desk.world.orders.find((one) => one.state === "NOTPAY");
  if (!order) throw new Error("the fake has no unpaid order");
  return order;
}

const rowOf = (number: string) => document.querySelector<HTMLElement>(`[data-out-trade-no="${number}"]`);
const rows = () => screen.getAllByTestId("sim-order-row");

describe("the simulator's orders", () => {
  it("are paid as the customer with one click, and the row follows", async () => {
    const { desk } = openWindow("/simulator");
    await screen.findAllByTestId("sim-order-row");
    const { out_trade_no } = unpaid(desk);
    const row = rowOf(out_trade_no);
    if (row) await userEvent.click(within(row).getByTestId("sim-pay"));
    await waitFor(() => expect(rowOf(out_trade_no)?.dataset.state).toBe("SUCCESS"));
  });

  it("are paid with a coupon in a dialog, exactly to the fen", async () => {
    const { desk } = openWindow("/simulator");
    await screen.findAllByTestId("sim-order-row");
    const order = unpaid(desk);
    const row = rowOf(order.out_trade_no);
    if (row) await userEvent.click(within(row).getByTestId("sim-pay-more"));
    await userEvent.click(await screen.findByText("用代金券或指定付款人…"));
    await userEvent.type(await screen.findByTestId("sim-pay-coupon"), "0.07x");
    await userEvent.click(screen.getByTestId("sim-pay-go"));
    await screen.findByText(/写成 19.99/);
    expect(order.paid_at).toBeNull();
    await userEvent.type(screen.getByTestId("sim-pay-coupon"), "{Backspace}");
    await userEvent.click(screen.getByTestId("sim-pay-go"));
    await waitFor(() => expect(order.paid_fee).toBe(order.total_fee - 7));
  });

  it("that wait for a password take one, or the bank's refusal", async () => {
    const { desk } = openWindow("/simulator", {}, ({ world }) => {
      for (const order of world.orders.slice(0, 2)) {
        Object.assign(order, { state: "USERPAYING", paid_at: null, paid_fee: null });
        world.passwords.add(order.out_trade_no);
      }
    });
    const [first, second] = await screen.findAllByTestId("sim-password");
    if (first) await userEvent.click(first);
    await waitFor(() => expect(desk.world.orders[0]?.state).toBe("SUCCESS"));
    const row = second?.closest("tr");
    if (row) await userEvent.click(within(row).getByTestId("sim-password-more"));
    await userEvent.click(await screen.findByText("银行拒绝"));
    await waitFor(() => expect(desk.world.orders[1]?.state).toBe("PAYERROR"));
  });

  it("are a hundred thousand as fast as forty: only those in sight exist", async () => {
    const { desk } = openWindow("/simulator", { orders: 100_000 });
    await screen.findAllByTestId("sim-order-row");
    expect(rows().length).toBeLessThan(80);
    const scroller = screen.getByRole("table", { name: "订单" }).parentElement;
    if (!scroller) throw new Error("the table does not scroll");
    Object.defineProperty(scroller, "scrollTop", { value: 50_000 * 32, configurable: true });
    fireEvent.scroll(scroller);
    const middle = desk.world.orders[50_000]?.out_trade_no ?? "";
    await waitFor(() => expect(rowOf(middle)).not.toBeNull());
    expect(rows().length).toBeLessThan(80);
  });

  it("that a search does not find are said not to be there", async () => {
    openWindow("/simulator");
    await userEvent.type(await screen.findByTestId("sim-search"), "no such order");
    await screen.findByText("没有匹配的记录");
  });
});

describe("the simulator's refunds", () => {
  it("are none until a program asks for one", async () => {
    openWindow("/simulator?tab=refunds");
    await screen.findByTestId("sim-refunds-empty");
  });

  it("succeed, or become abnormal and are closed after that", async () => {
    const refund = (out_refund_no: string) => ({
      out_refund_no,
      refund_id: `50300${out_refund_no}`,
      mch_id: "1900000109",
      out_trade_no: "T1",
      refund_fee: 100,
      total_fee: 300,
      coupon_refund_fee: 0,
      status: "PROCESSING",
      accepted_at: 0,
      ended_at: null,
      planned_at: null,
      planned_status: null,
    });
    const { desk } = openWindow("/simulator?tab=refunds", {}, ({ world }) => {
      world.refunds.push(refund("R1"), refund("R2"));
    });
    const [first, second] = await screen.findAllByTestId("sim-refund-row");
    if (first) await userEvent.click(within(first).getByTestId("sim-refund-succeed"));
    await waitFor(() => expect(desk.world.refunds[0]?.status).toBe("SUCCESS"));
    if (second) await userEvent.click(within(second).getByTestId("sim-refund-succeed-more"));
    await userEvent.click(await screen.findByText("退款异常 CHANGE"));
    await waitFor(() => expect(desk.world.refunds[1]?.status).toBe("CHANGE"));
    const status = () => screen.getAllByTestId("sim-refund-row").map((row) => row.dataset.status);
    await waitFor(() => expect(status()).toEqual(["SUCCESS", "CHANGE"]));
    expect(screen.getAllByTestId("sim-refund-succeed")).toHaveLength(1);
  });
});

describe("the simulator's notices", () => {
  it("show every attempt, and one is sent again now", async () => {
    const { desk } = openWindow("/simulator");
    await screen.findAllByTestId("sim-order-row");
    const { out_trade_no } = unpaid(desk);
    await desk.simulatorPay({ mch_id: null, out_trade_no }, { openid: null, coupon_fee_fen: 0, coupon_type: "cash" });
    await userEvent.click(screen.getByTestId("sim-tab-notices"));
    await userEvent.click(await screen.findByText(out_trade_no, { selector: ".row-button" }));
    expect(await screen.findAllByTestId("sim-notice-attempt")).toHaveLength(1);
    await userEvent.click(screen.getByTestId("sim-notice-resend"));
    await waitFor(() => expect(screen.getAllByTestId("sim-notice-attempt")).toHaveLength(2));
  });
});

describe("the simulator's clock", () => {
  it("is moved by steps, and says how far it is ahead without ticking", async () => {
    openWindow("/simulator");
    const text = await screen.findByTestId("sim-clock-text");
    expect(text.textContent).toContain("一致");
    await userEvent.click(screen.getByTestId("sim-advance-day"));
    await userEvent.click(screen.getByTestId("sim-advance-hour"));
    await waitFor(() => expect(screen.getByTestId("sim-clock-text").textContent).toBe("网关时间快 1 d 1 h"));
    expect(screen.getByTestId<HTMLButtonElement>("sim-advance-next").disabled).toBe(true);
  });
});

describe("the simulator's TLS", () => {
  it("is switched on, and the files that a client needs are listed", async () => {
    openWindow("/simulator?tab=access");
    expect((await screen.findByTestId("sim-access-url")).textContent).toContain("http://127.0.0.1");
    expect(screen.queryByTestId("sim-access-ca")).toBeNull();
    await userEvent.click(screen.getByTestId("sim-tls"));
    await waitFor(() => expect(screen.getByTestId("sim-access-ca").textContent).toContain("ca.pem"));
    expect(screen.getByTestId("sim-access-url").textContent).toContain("https://127.0.0.1");
    await waitFor(() => expect(screen.getByTestId("sim-snippet").textContent).toContain("https://127.0.0.1"));
  });
});

describe("what the simulator refuses", () => {
  it("is shown beside what was done, and the list stays", async () => {
    openWindow("/simulator", {}, (desk) => {
      desk.simulatorPay = async () => {
        throw refusal("conflict", "paid already");
      };
    });
    const [pay] = await screen.findAllByTestId("sim-pay");
    if (pay) await userEvent.click(pay);
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("conflict");
    expect(rows().length).toBeGreaterThan(0);
  });

  it("to list is said in place of the list", async () => {
    openWindow("/simulator?tab=refunds", {}, (desk) => {
      desk.simulatorRefunds = async () => {
        throw refusal("simulator_unavailable", "not running");
      };
    });
    const view = await screen.findByTestId("error-view");
    expect(view.dataset.code).toBe("simulator_unavailable");
  });
});

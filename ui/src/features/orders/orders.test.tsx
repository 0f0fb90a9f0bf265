import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { openWindow } from "../../testing/open-window";

const unpaid = (desk: FakeDesk) => {
  const order = desk.world.orders.find((one) => one.state === "NOTPAY" && one.trade_type === "JSAPI");
  if (!order) throw new Error("the fake has no unpaid order");
  return order;
};

function openOrder(pick: (desk: FakeDesk) => { out_trade_no: string }) {
  return openWindow((desk) => `/orders?of=builtin&open=${encodeURIComponent(JSON.stringify(pick(desk).out_trade_no))}`);
}

describe("the orders screen", () => {
  it("sums what the filter lets through and follows the core without being touched", async () => {
    const { desk } = openWindow("/orders");
    const total = await screen.findByTestId("orders-total");
    expect(total.dataset.count).toBe("40");
    const { total_fee, out_trade_no } = unpaid(desk);
    const before = total.textContent;
    expect(total_fee).toBeGreaterThan(0);
    await desk.simulatorPay({ mch_id: null, out_trade_no }, { openid: null, coupon_fee_fen: 0, coupon_type: "cash" });
    await waitFor(() => expect(screen.getByTestId("orders-total").textContent).not.toBe(before), { timeout: 2000 });
  });

  it("with a filter that nothing passes says so and offers to clear it", async () => {
    openWindow(`/orders?q=${encodeURIComponent('"no such order"')}`);
    await screen.findByTestId("orders-none");
    await userEvent.click(screen.getByTestId("orders-clear"));
    await waitFor(() => expect(screen.getByTestId("orders-total").dataset.count).toBe("40"));
    expect(window.location.hash).not.toContain("no such order");
  });

  it("sorts by a column when its header is clicked, and says so in the address", async () => {
    const { desk } = openWindow("/orders");
    const rows = await screen.findAllByTestId("order-row");
    expect(rows[0]?.dataset.outTradeNo).toBe(desk.world.orders[0]?.out_trade_no);
    await userEvent.click(screen.getByText("金额", { selector: ".ag-header-cell-text" }));
    await waitFor(() => expect(window.location.hash).toContain("by=total_fee"));
    const dearest = Math.max(...desk.world.orders.map((order) => order.total_fee));
    await waitFor(() => {
      const first = screen.getAllByTestId("order-row")[0]?.dataset.outTradeNo ?? "";
      expect(desk.world.order(first).total_fee).toBe(dearest);
    });
  });

  it.each([
    ["微信支付单号", "transaction_id"],
    ["商品", "body"],
    ["商户", "profile"],
  ] as const)("sorts by %s, whose keys no index has, both ways", async (header, by) => {
    const { desk } = openWindow("/orders?merchant=*");
    const [one] = desk.world.orders;
    if (one) one.profile = "a shop before all others";
    const keys = desk.world.orders.map((order) => order[by] ?? "").sort();
    const firstKey = () => desk.world.order(screen.getAllByTestId("order-row")[0]?.dataset.outTradeNo ?? "")[by] ?? "";
    await screen.findAllByTestId("order-row");
    await userEvent.click(screen.getByText(header, { selector: ".ag-header-cell-text" }));
    await waitFor(() => expect(window.location.hash).toContain(`by=${by}`));
    await waitFor(() => expect(firstKey()).toBe(keys.at(-1)));
    await userEvent.click(screen.getByText(header, { selector: ".ag-header-cell-text" }));
    await waitFor(() => expect(firstKey()).toBe(keys[0]));
  });

  it("follows a sort that the address takes back", async () => {
    const { desk } = openWindow("/orders?by=total_fee&ascending=true");
    const cheapest = Math.min(...desk.world.orders.map((order) => order.total_fee));
    const firstFee = () => desk.world.order(screen.getAllByTestId("order-row")[0]?.dataset.outTradeNo ?? "").total_fee;
    await screen.findAllByTestId("order-row");
    expect(firstFee()).toBe(cheapest);
    window.location.hash = "/orders";
    const newest = desk.world.orders[0]?.out_trade_no;
    await waitFor(() => expect(screen.getAllByTestId("order-row")[0]?.dataset.outTradeNo).toBe(newest));
  });

  it("searches while a person still types, and takes no letter or space from them", async () => {
    const { desk } = openWindow("/orders");
    const asked = vi.spyOn(desk, "ordersOpen");
    const box = await screen.findByTestId<HTMLInputElement>("filter-search");
    await userEvent.type(box, "T-shirt ");
    await waitFor(() => expect(asked.mock.lastCall?.[0].search).toBe("T-shirt"));
    await userEvent.type(box, "XL");
    expect(box.value).toBe("T-shirt XL");
    await waitFor(() => expect(asked.mock.lastCall?.[0].search).toBe("T-shirt XL"));
    expect(box.value).toBe("T-shirt XL");
  });

  it("empties the box with the filters, and fills it from the address when that changes", async () => {
    openWindow("/orders");
    const box = await screen.findByTestId<HTMLInputElement>("filter-search");
    await userEvent.type(box, "T-shirt ");
    await userEvent.click(await screen.findByTestId("filter-clear"));
    await waitFor(() => expect(box.value).toBe(""));
    window.location.hash = "/orders?q=T-shirt";
    await waitFor(() => expect(box.value).toBe("T-shirt"));
  });

  it("starts at the top again when the filter changes", async () => {
    openWindow("/orders");
    await screen.findAllByTestId("order-row");
    await userEvent.type(screen.getByTestId("filter-search"), "马克杯{Enter}");
    await waitFor(() => expect(Number(screen.getByTestId("orders-total").dataset.count)).toBeLessThan(40));
    await waitFor(() => expect(screen.getAllByText("马克杯 350ml").length).toBeGreaterThan(0));
  });

  it("does no work when only the time of the next query has changed", async () => {
    const { desk } = openWindow("/orders");
    await screen.findByTestId("orders-total");
    await screen.findAllByTestId("order-row");
    const [open, rows, overview] = [
      vi.spyOn(desk, "ordersOpen"),
      vi.spyOn(desk, "ordersRows"),
      vi.spyOn(desk, "overview"),
    ];
    const before = screen.getAllByTestId("order-row");
    desk.world.changed(["polling"]);
    await waitFor(() => expect(overview).toHaveBeenCalled());
    expect(open).not.toHaveBeenCalled();
    expect(rows).not.toHaveBeenCalled();
    expect(screen.getAllByTestId("order-row")).toEqual(before);
  });

  it("without any order offers the next step", async () => {
    openWindow("/orders", { orders: 0 });
    const empty = await screen.findByTestId("orders-empty");
    await userEvent.click(within(empty).getByRole("button"));
    await screen.findByTestId("screen-test-orders");
  });
});

describe("an order in the drawer", () => {
  it("shows its parameters for wx.requestPayment and every piece of evidence", async () => {
    openOrder(unpaid);
    const drawer = await screen.findByTestId("order-drawer");
    expect((await within(drawer).findByTestId("drawer-state")).dataset.state).toBe("NOTPAY");
    expect(within(drawer).getByTestId("pay-params").textContent).toContain("prepay_id=");
    // When the next question comes is nothing without why it comes then.
    expect(within(drawer).getByTestId("next-question-why").textContent).toMatch(/3.*30/);
    expect(within(drawer).getAllByTestId("timeline-step").length).toBeGreaterThan(1);
  });

  it("that is final may be asked about again, but that is not the next step", async () => {
    const { desk } = openOrder((fake) => fake.world.orders.find((one) => one.state === "SUCCESS") ?? unpaid(fake));
    expect((await screen.findByTestId("order-query")).className).not.toContain("ant-btn-primary");
    const open = unpaid(desk);
    window.location.hash = `/orders?of=builtin&open=${encodeURIComponent(JSON.stringify(open.out_trade_no))}`;
    await waitFor(() => expect(screen.getByTestId("order-query").className).toContain("ant-btn-primary"));
  });

  it("that is paid by QR code shows it first, and no openid that it cannot have", async () => {
    openOrder((desk) => {
      const native = desk.world.orders.find((one) => one.state === "NOTPAY" && one.trade_type !== "JSAPI");
      if (!native) throw new Error("the fake has no other unpaid order");
      return Object.assign(native, { trade_type: "NATIVE", openid: null, code_url: "weixin://wxpay/bizpayurl?pr=1" });
    });
    const code = await screen.findByTestId("pay-code");
    const fact = screen.getByTestId("fact-out-trade-no");
    expect(code.compareDocumentPosition(fact)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(within(screen.getByTestId("order-drawer")).queryByText("openid")).toBeNull();
  });

  it("is closed only after the person has agreed in the core's dialog", async () => {
    const { desk } = openOrder(unpaid);
    const order = unpaid(desk);
    desk.world.personAgrees = false;
    await userEvent.click(await screen.findByTestId("order-close"));
    await waitFor(() => expect(screen.getByTestId("order-close").className).not.toContain("loading"));
    expect(order.state).toBe("NOTPAY");
    expect(screen.queryByTestId("error-view")).toBeNull();
    desk.world.personAgrees = true;
    await userEvent.click(screen.getByTestId("order-close"));
    await waitFor(() => expect(screen.getByTestId("drawer-state").dataset.state).toBe("CLOSED"));
  });

  it("in conflict says what the program does about it", async () => {
    openOrder((desk) => desk.world.orders.find((one) => one.flags.includes("conflict")) ?? unpaid(desk));
    expect((await screen.findByTestId("order-doing")).textContent).toContain("停止改动");
  });

  it("that is not there is an error with a code, not an empty drawer", async () => {
    openOrder(() => ({ out_trade_no: "20261120000000" }));
    const error = await screen.findByTestId("error-view");
    expect(error.dataset.code).toBe("not_found");
  });

  it("hands a raw message to the signature screen, filled in", async () => {
    openOrder((desk) => desk.world.orders.find((one) => one.state === "SUCCESS") ?? unpaid(desk));
    const summary = (await screen.findAllByText("原始报文"))[0];
    if (!summary) throw new Error("no raw message");
    await userEvent.click(summary);
    await userEvent.click(await screen.findByTestId("open-signature"));
    const input = await screen.findByTestId<HTMLTextAreaElement>("sig-input");
    expect(input.value).toContain("<trade_state>");
    await waitFor(() => expect(screen.getByTestId("sig-context").textContent).toContain("接口应答"));
    expect(window.location.hash).not.toContain("trade_state");
  });

  it("closes with Escape", async () => {
    openOrder(unpaid);
    await screen.findByTestId("drawer-state");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("order-drawer")).toBeNull());
  });
});

import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";

async function openForm() {
  const opened = openWindow("/test-orders", { orders: 0 });
  const user = userEvent.setup();
  await screen.findByTestId("test-form");
  await screen.findAllByTestId("goods-row");
  return { ...opened, user };
}

const goods = (id: string) => {
  const row = screen.getAllByTestId("goods-row").find((one) => one.dataset.goodsId === id);
  if (!row) throw new Error(`no goods ${id}`);
  return row;
};

describe("test orders", () => {
  it.each(["1e3", "0.001", "１.００", "1,000.00", "-1", "0"])(
    "refuses the amount %s and sends nothing",
    async (amount) => {
      const { user, desk } = await openForm();
      await user.type(screen.getByTestId("test-body"), "测试");
      await user.type(screen.getByTestId("test-amount"), amount);
      await user.click(screen.getByTestId("test-create"));
      expect(await screen.findByText(/最多两位小数/)).toBeTruthy();
      expect(desk.world.orders).toHaveLength(0);
    },
  );

  it("takes name and price from the goods that were clicked, and makes as many orders as asked", async () => {
    const { user, desk } = await openForm();
    await user.click(goods("tee-xl"));
    expect(screen.getByTestId<HTMLInputElement>("test-amount").value).toBe("19.90");
    const count = screen.getByTestId("test-count");
    await user.clear(count);
    await user.type(count, "10");
    await user.click(screen.getByTestId("test-create"));
    await waitFor(() => expect(screen.getByTestId("test-summary").dataset.created).toBe("10"));
    expect(desk.world.orders).toHaveLength(10);
    expect(desk.world.orders.every((order) => order.total_fee === 1990)).toBe(true);
    expect(new Set(desk.world.orders.map((order) => order.out_trade_no)).size).toBe(10);
  });

  it("asks for the field that the trade type needs and draws the QR code of a NATIVE order", async () => {
    const { user } = await openForm();
    await user.click(goods("mug-01"));
    await user.click(screen.getByText("NATIVE"));
    expect(screen.queryByTestId("test-openid")).toBeNull();
    const product = await screen.findByTestId("test-product-id");
    await user.clear(product);
    await user.click(screen.getByTestId("test-create"));
    expect(await screen.findByText(/NATIVE 必须填写 product_id/)).toBeTruthy();
    await user.type(product, "mug-01");
    await user.click(screen.getByTestId("test-create"));
    await screen.findByTestId("pay-code");
  });

  it.each(["0", "10001"])("refuses %s orders at a time", async (asked) => {
    const { user, desk } = await openForm();
    await user.click(goods("penny"));
    const count = screen.getByTestId("test-count");
    await user.clear(count);
    await user.type(count, asked);
    await user.click(screen.getByTestId("test-create"));
    expect(await screen.findByText(/1–10000 的整数/)).toBeTruthy();
    expect(desk.world.orders).toHaveLength(0);
  });

  it("can be stopped on the way, and keeps what was sent before", async () => {
    const { user, desk } = await openForm();
    await user.click(goods("penny"));
    const count = screen.getByTestId("test-count");
    await user.clear(count);
    await user.type(count, "10000");
    await user.click(screen.getByTestId("test-create"));
    await user.click(await screen.findByTestId("test-cancel"));
    expect(await screen.findByText(/已取消，取消前发出的订单保留/)).toBeTruthy();
    expect(desk.world.orders.length).toBeGreaterThan(0);
    expect(desk.world.orders.length).toBeLessThan(10_000);
  });

  it("in a batch are never ones used again: the switch is off, cannot be moved, and comes back for one", async () => {
    const { user, desk } = await openForm();
    const create = vi.spyOn(desk, "testOrdersCreate");
    const reuse = () => screen.getAllByTestId<HTMLButtonElement>("test-reuse");
    const shown = () => reuse().map((one) => [one.getAttribute("aria-checked"), one.disabled]);
    expect(shown()).toEqual([["true", false]]);
    await user.click(goods("penny"));
    const count = screen.getByTestId("test-count");
    await user.clear(count);
    await user.type(count, "2");
    await waitFor(() => expect(shown()).toEqual([["false", true]]));
    await user.click(screen.getByTestId("test-create"));
    await screen.findByTestId("test-summary");
    expect(create.mock.lastCall?.[0]).toMatchObject({ count: 2, reuse: false });
    await user.clear(count);
    await user.type(count, "1");
    await waitFor(() => expect(shown()).toEqual([["true", false]]));
    await user.click(screen.getByTestId("test-create"));
    await waitFor(() => expect(create.mock.lastCall?.[0]).toMatchObject({ count: 1, reuse: true }));
  });

  it("that stop early say how many were made, how many were not, and why", async () => {
    const { user, desk } = await openForm();
    await desk.simulatorStop();
    await user.click(goods("penny"));
    const count = screen.getByTestId("test-count");
    await user.clear(count);
    await user.type(count, "250");
    await user.click(screen.getByTestId("test-create"));
    const stopped = await screen.findByTestId("test-stopped");
    expect(stopped.textContent).toContain("250 笔中做到第 100 笔就停了；其余 150 笔没有产生");
    expect(stopped.querySelector("[lang=en]")?.textContent).toContain("connection refused");
  });

  it("take goods with a market price, which is not below the price", async () => {
    const { user, desk } = await openForm();
    await user.click(screen.getByTestId("goods-add"));
    await screen.findByTestId("goods-form");
    // At once: a dialog that opens may take the focus away from whoever types letter by letter.
    const put = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
    put("goods-name", "杯");
    put("goods-price", "9.90");
    put("goods-market", "9");
    await user.click(screen.getByTestId("goods-save"));
    expect(await screen.findByText("写成 29.90 这样的金额，不低于单价")).toBeTruthy();
    put("goods-market", "99");
    await user.click(screen.getByTestId("goods-save"));
    await waitFor(() => expect(desk.world.goods.at(-1)).toMatchObject({ name: "杯", market_price_fen: 9900 }));
    await waitFor(() => expect(screen.getAllByTestId("goods-market-price").at(-1)?.textContent).toBe("¥99.00"));
  });

  it("without a merchant leads to one", async () => {
    openWindow("/test-orders", { firstStart: true });
    await userEvent.click(await screen.findByTestId("first-start-skip"));
    await userEvent.click(await screen.findByTestId("nav-test"));
    expect(await screen.findByText("测试下单需要一个商户")).toBeTruthy();
  });
});

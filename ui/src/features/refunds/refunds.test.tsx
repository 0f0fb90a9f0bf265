import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import type { RefundRow } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";

function paid({ world }: FakeDesk) {
  const order = world.orders.find((one) => one.state === "SUCCESS" && one.total_fee > 100);
  if (!order) throw new Error("the fake has no paid order");
  return order;
}

const refund = (order: { out_trade_no: string; total_fee: number }, no: string, of: Partial<RefundRow>): RefundRow => ({
  profile: "builtin",
  out_refund_no: no,
  refund_id: null,
  out_trade_no: order.out_trade_no,
  refund_fee: 1,
  total_fee: order.total_fee,
  refund_desc: null,
  state: "SUBMITTED",
  conflict: false,
  found: false,
  arrival_zh: "",
  arrival_en: "",
  recv_account: null,
  created_at: 0,
  success_at: null,
  next_query_at: null,
  next_why_zh: null,
  next_why_en: null,
  ...of,
});

async function look(number: string) {
  await userEvent.click(await screen.findByTestId("refund-apply"));
  await userEvent.type(await screen.findByTestId("refund-order"), number);
  await userEvent.click(screen.getByTestId("refund-look"));
}

describe("refunds", () => {
  it("say what would be here before there is one, and an unpaid order is refused", async () => {
    const { desk } = openWindow("/refunds");
    await screen.findByTestId("refunds-empty");
    const unpaid = desk.world.orders.find((one) => one.state === "NOTPAY");
    await look(unpaid?.out_trade_no ?? "");
    expect((await screen.findByTestId("refund-none")).textContent).toContain("未支付");
    expect(screen.queryByTestId("refund-form")).toBeNull();
  });

  it("are never more than what is left, and nothing is sent when the person declines", async () => {
    const { desk } = openWindow("/refunds");
    const order = paid(desk);
    await look(order.out_trade_no);
    const amount = await screen.findByTestId("refund-amount");
    await userEvent.type(amount, "9");
    await userEvent.click(screen.getByTestId("refund-go"));
    await screen.findByText(/不超过可退金额/);
    desk.world.personAgrees = false;
    await userEvent.clear(amount);
    await userEvent.type(amount, "1.00");
    await userEvent.click(screen.getByTestId("refund-go"));
    await waitFor(() => expect(screen.getByTestId("refund-go").className).not.toContain("loading"));
    expect(desk.world.ownRefunds).toHaveLength(0);
  });

  it("ask for a shorter reason before anybody is asked to agree, because a Chinese character takes three bytes", async () => {
    const { desk } = openWindow("/refunds");
    const confirm = vi.spyOn(desk, "confirm");
    await look(paid(desk).out_trade_no);
    await userEvent.click(await screen.findByTestId("refund-desc"));
    await userEvent.paste("退".repeat(27));
    await userEvent.click(screen.getByTestId("refund-go"));
    await screen.findByText(/最多 80 字节/);
    expect(confirm).not.toHaveBeenCalled();
    await userEvent.type(screen.getByTestId("refund-desc"), "{Backspace}");
    await userEvent.click(screen.getByTestId("refund-go"));
    await waitFor(() => expect(desk.world.ownRefunds[0]?.refund_desc).toBe("退".repeat(26)));
  });

  it("are confirmed for one order and amount, listed, asked about, and the order follows", async () => {
    const { desk } = openWindow("/refunds");
    const order = paid(desk);
    await look(order.out_trade_no);
    const amount = await screen.findByTestId("refund-amount");
    await userEvent.clear(amount);
    await userEvent.type(amount, "1.00");
    await userEvent.click(screen.getByTestId("refund-go"));
    const row = await screen.findByTestId("refund-row");
    expect(row.dataset.state).toBe("SUBMITTED");
    expect(desk.world.ownRefunds[0]?.refund_fee).toBe(100);
    await userEvent.click(row);
    expect((await screen.findByTestId("refund-next-why")).textContent).toContain("还没有最终结果");
    expect(screen.getByTestId("polling").textContent).toContain("轮询中");
    await userEvent.click(await screen.findByTestId("refund-query"));
    await waitFor(() => expect(screen.getByTestId("refund-view").dataset.state).toBe("SUCCESS"));
    expect(screen.getByTestId("refund-arrival").textContent).toContain("零钱");
    expect(order.refunded_fee).toBe(100);
    expect(await screen.findAllByTestId("refund-step")).toHaveLength(1);
    // Beside it the list leaves out what it says itself; the row closes it again.
    expect(screen.getByTestId<HTMLTableRowElement>("refund-row").cells).toHaveLength(4);
    await userEvent.click(screen.getByTestId("refund-row"));
    expect(screen.queryByTestId("refund-view")).toBeNull();
    expect(screen.getByTestId<HTMLTableRowElement>("refund-row").cells).toHaveLength(6);
  });

  it("are of the days and the merchant that the address names", async () => {
    const { desk } = openWindow("/refunds?from=2026-11-02&to=2026-11-02&merchant=builtin", {}, (fake) => {
      const order = paid(fake);
      const made = (no: string, created: string, profile = "builtin") =>
        refund(order, no, { created_at: Date.parse(created), profile });
      fake.world.ownRefunds = [
        made("R-before", "2026-11-01T23:59:59+08:00"),
        made("R-first", "2026-11-02T00:00:00+08:00"),
        made("R-last", "2026-11-02T23:59:59+08:00"),
        made("R-after", "2026-11-03T00:00:00+08:00"),
        made("R-other", "2026-11-02T12:00:00+08:00", "other"),
      ];
    });
    await screen.findAllByTestId("refund-row");
    const shown = screen.getAllByTestId("refund-row").map((row) => row.dataset.outRefundNo);
    expect(shown).toEqual(["R-first", "R-last"]);
    expect(screen.getByTestId("refund-totals").textContent).toContain("2");
    expect(desk.world.ownRefunds).toHaveLength(5);
  });

  it("of another order, whose number begins like that of the one in the drawer, are not shown there", async () => {
    openWindow("/orders?of=builtin&open=SHOP-1", {}, (fake) => {
      const order = Object.assign(paid(fake), { out_trade_no: "SHOP-1", state: "REFUND" });
      fake.world.ownRefunds = [
        refund({ ...order, out_trade_no: "SHOP-10" }, "SHOP-10-R1", {}),
        refund(order, "SHOP-1-R1", {}),
      ];
    });
    const refunds = await screen.findByTestId("order-refunds");
    expect(
      within(refunds)
        .getAllByRole("link")
        .map((link) => link.textContent),
    ).toEqual(["SHOP-1-R1"]);
  });
});

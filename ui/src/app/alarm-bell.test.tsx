import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Alarm } from "../ipc/model";
import { openWindow } from "../testing/open-window";

function clear(orders: { flags: string[] }[]) {
  for (const order of orders) order.flags = [];
}

const alarm = (part: Partial<Alarm>): Alarm => ({
  kind: "refund_unknown",
  profile: "builtin",
  out_trade_no: null,
  out_refund_no: null,
  notice: null,
  date: null,
  at: 1_795_140_000_000,
  what: { zh: "退款的结果未知", en: "unknown" },
  next: { zh: "不要换单号再退", en: "wait" },
  seen: false,
  ...part,
});

async function openBell(alarms: Alarm[]) {
  const opened = openWindow("/settings", {}, ({ world }) => {
    clear(world.orders);
    world.alarms = alarms;
  });
  await screen.findByTitle(`需要留意 ${alarms.length} 件，未看 ${alarms.length} 件`);
  await userEvent.click(screen.getByTestId("alarm-bell"));
  return { ...opened, shown: await screen.findAllByTestId("alarm") };
}

const follow = (shown: HTMLElement | undefined) => userEvent.click(shown?.querySelector("a") as HTMLAnchorElement);

describe("what needs a person", () => {
  it("is nothing, and the bell says so", async () => {
    openWindow("/orders", {}, ({ world }) => clear(world.orders));
    const bell = await screen.findByTestId("alarm-bell");
    expect(bell.dataset.count).toBe("0");
    await userEvent.click(bell);
    await screen.findByText("没有需要留意的事");
    expect(screen.queryByTestId("alarms-see")).toBeNull();
  });

  it("is counted on every screen, and leads from the bell to the order that holds the evidence", async () => {
    const { desk } = openWindow("/settings", {}, ({ world }) => {
      clear(world.orders);
      world.orders[2]?.flags.push("conflict");
    });
    const number = desk.world.orders[2]?.out_trade_no;
    const bell = await screen.findByTestId("alarm-bell");
    await screen.findByTitle("需要留意 1 件，未看 1 件");
    await userEvent.click(bell);
    const shown = await screen.findByTestId("alarm");
    expect(shown.dataset.kind).toBe("conflict");
    expect(shown.textContent).toContain("打开订单核对证据");
    await follow(shown);
    expect((await screen.findByTestId("order-drawer")).dataset.outTradeNo).toBe(number);
  });

  it("leads from a refund to the refunds, from a day to the day, from an unknown notice to the lookup of its number", async () => {
    const { shown } = await openBell([
      alarm({ out_trade_no: "20240102030405", out_refund_no: "R-1" }),
      alarm({ kind: "bill_changed", date: "2026-11-20" }),
      alarm({ kind: "orphan_notice", notice: 7, out_trade_no: "20240102030406" }),
    ]);
    const links = shown.map((one) => one.querySelector("a")?.getAttribute("href"));
    expect(links[0]).toContain("/refunds?q=R-1");
    expect(links[1]).toContain("/days?date=2026-11-20");
    expect(links[2]).toContain("/lookup?q=");
    expect(shown[0]?.textContent).toContain("R-1");
    expect(shown[1]?.textContent).toContain("2026-11-20");
    await follow(shown[0]);
    await screen.findByTestId("screen-refunds");
  });

  it("is two things where the bill and the fund flow of one day changed", async () => {
    const warned = vi.spyOn(console, "error").mockImplementation(() => {});
    const of = (zh: string, en: string) => alarm({ kind: "bill_changed", date: "2026-11-20", what: { zh, en } });
    const { shown } = await openBell([of("账单变了", "the bill changed"), of("资金账单变了", "the fund flow changed")]);
    expect(shown.map((one) => one.textContent?.includes("资金"))).toEqual([false, true]);
    expect(warned.mock.calls.flat().join(" ")).not.toContain("same key");
    warned.mockRestore();
  });

  it("is not counted any more once it was seen, by the button, and is new again when it changes", async () => {
    const lost = alarm({ out_trade_no: "20240102030405", out_refund_no: "R-1" });
    const { desk } = await openBell([lost]);
    await userEvent.click(screen.getByTestId("alarms-see"));
    await screen.findByTitle("需要留意 1 件，未看 0 件");
    expect(screen.getByTestId("alarm").dataset.seen).toBe("true");
    expect(screen.queryByTestId("alarms-see")).toBeNull();
    desk.world.alarms = [{ ...lost, at: Date.now() + 1 }];
    desk.world.changed(["refunds"]);
    await screen.findByTitle("需要留意 1 件，未看 1 件");
    expect(screen.getByTestId("alarm").dataset.seen).toBe("false");
  });

  it("is not marked as seen where it came after the list that is on the screen", async () => {
    const shown = alarm({ out_refund_no: "R-1" });
    const { desk } = await openBell([shown]);
    const later = alarm({ out_refund_no: "R-2", at: Date.now() + 1 });
    await waitFor(() => expect(Date.now()).toBeGreaterThan(later.at));
    const list = desk.alarmsList.bind(desk);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    vi.spyOn(desk, "alarmsList").mockImplementation((...wanted) => answered.then(() => list(...wanted)));
    desk.world.alarms = [later, shown];
    desk.world.changed(["refunds"]);
    await screen.findByTitle("需要留意 2 件，未看 2 件");
    await userEvent.click(screen.getByTestId("alarms-see"));
    await screen.findByTitle("需要留意 2 件，未看 1 件");
    answer();
    await screen.findByText("R-2");
    expect(screen.getAllByTestId("alarm").map((one) => one.dataset.seen)).toEqual(["false", "true"]);
  });

  it("is marked as seen by a key wherever one is", async () => {
    openWindow("/orders", {}, ({ world }) => {
      clear(world.orders);
      world.alarms = [alarm({ out_refund_no: "R-1" })];
    });
    await screen.findByTitle("需要留意 1 件，未看 1 件");
    fireEvent.keyDown(window, { key: "S", ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(screen.getByTestId("alarm-bell").dataset.unseen).toBe("0"));
  });

  it("is counted exactly, and shown to the last on wishes for more", async () => {
    const many = Array.from({ length: 312 }, (_, n) => alarm({ out_refund_no: `R-${n}` }));
    const { shown } = await openBell(many);
    expect(shown).toHaveLength(50);
    expect(screen.getByTestId("alarms-rest").textContent).toContain("前 50 件，共 312 件");
    await userEvent.click(screen.getByTestId("alarms-more"));
    await waitFor(() => expect(screen.getAllByTestId("alarm")).toHaveLength(250));
    expect(screen.getByTestId("alarms-more").textContent).toContain("再显示 62 件");
    await userEvent.click(screen.getByTestId("alarms-more"));
    await waitFor(() => expect(screen.getAllByTestId("alarm")).toHaveLength(312));
    expect(screen.queryByTestId("alarms-rest")).toBeNull();
    expect(screen.getByText("R-311")).toBeTruthy();
  });

  it("is no longer kept up to date behind the bell once its list is closed", async () => {
    const { desk } = await openBell([alarm({ out_refund_no: "R-1" })]);
    const list = vi.spyOn(desk, "alarmsList");
    await userEvent.click(screen.getByTestId("alarm-bell"));
    await waitFor(() => expect(screen.queryByTestId("alarm-bell-list")).toBeNull());
    desk.world.alarms = [];
    desk.world.changed(["refunds"]);
    await waitFor(() => expect(screen.getByTestId("alarm-bell").dataset.count).toBe("0"));
    expect(list).not.toHaveBeenCalled();
  });

  it("is counted where it arrives, and puts no dialog and no list in anybody's way", async () => {
    const { desk } = openWindow("/orders", {}, ({ world }) => clear(world.orders));
    await screen.findByTitle("需要留意 0 件，未看 0 件");
    desk.world.alarms = [alarm({ out_refund_no: "R-1" })];
    desk.world.changed(["refunds"]);
    await screen.findByTitle("需要留意 1 件，未看 1 件");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.queryByTestId("alarm-bell-list")).toBeNull();
  });

  it("opens from the tray on whatever screen one is", async () => {
    const { desk } = openWindow("/settings", {}, ({ world }) => {
      clear(world.orders);
      world.alarms = [alarm({ out_refund_no: "R-1" })];
    });
    await screen.findByTitle("需要留意 1 件，未看 1 件");
    expect(screen.queryByTestId("alarm-bell-list")).toBeNull();
    desk.world.askInTray();
    const list = await screen.findByTestId("alarm-bell-list");
    await waitFor(() => expect(list.textContent).toContain("R-1"));
  });
});

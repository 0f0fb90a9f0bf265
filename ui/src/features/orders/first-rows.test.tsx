import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../testing/open-window";

/** Holds every call back until the test lets it go, in whatever order. */
function held<A extends unknown[], R>(call: (...args: A) => Promise<R>) {
  const waiting: { args: A; release: () => Promise<void> }[] = [];
  const later = (...args: A) =>
    new Promise<R>((resolve, reject) => {
      const release = () => act(async () => void (await call(...args).then(resolve, reject)));
      waiting.push({ args, release });
    });
  return { later, waiting };
}

async function open(orders: number, place = "/orders") {
  const { desk } = openWindow(place, { orders });
  const first = held(desk.ordersFirst);
  const whole = held(desk.ordersOpen);
  Object.assign(desk, { ordersFirst: first.later, ordersOpen: whole.later });
  await waitFor(() => expect([first.waiting.length, whole.waiting.length]).toEqual([1, 1]));
  return { desk, first: first.waiting, whole: whole.waiting };
}

const release = (calls: { release: () => Promise<void> }[], at: number) => calls[at]?.release();
const shownFirst = () => screen.getAllByTestId("order-row")[0]?.dataset.outTradeNo;
const bodies = (desk: Awaited<ReturnType<typeof open>>["desk"]) =>
  screen.getAllByTestId("order-row").map((row) => desk.world.order(row.dataset.outTradeNo ?? "").body);

async function search(text: string) {
  await userEvent.clear(screen.getByTestId("filter-search"));
  await userEvent.type(screen.getByTestId("filter-search"), `${text}{Enter}`);
}

describe("the first rows of a list", () => {
  it("are there before the sums, which are being counted, and stay when those come", async () => {
    const { desk, first, whole } = await open(200);
    expect(screen.queryAllByTestId("order-row")).toHaveLength(0);
    await release(first, 0);
    await screen.findByTestId("orders-counting");
    await waitFor(() => expect(shownFirst()).toBe(desk.world.orders[0]?.out_trade_no));
    const before = screen.getAllByTestId("order-row")[0];
    await release(whole, 0);
    expect((await screen.findByTestId("orders-total")).dataset.count).toBe("200");
    expect(screen.queryByTestId("orders-counting")).toBeNull();
    await waitFor(() => expect(shownFirst()).toBe(desk.world.orders[0]?.out_trade_no));
    expect(screen.getAllByTestId("order-row")[0]).toBe(before);
  });

  it("that come after the whole list change nothing any more", async () => {
    const { desk, first, whole } = await open(200);
    await release(whole, 0);
    await screen.findByTestId("orders-total");
    await waitFor(() => expect(shownFirst()).toBe(desk.world.orders[0]?.out_trade_no));
    await release(first, 0);
    expect(screen.getByTestId("orders-total").dataset.count).toBe("200");
    expect(screen.queryByTestId("orders-counting")).toBeNull();
  });

  it("of the filter before are not shown once the filter has changed", async () => {
    const { desk, first, whole } = await open(200);
    await search("马克杯");
    await waitFor(() => expect([first.length, whole.length]).toEqual([2, 2]));
    await release(first, 1);
    await waitFor(() => expect(new Set(bodies(desk))).toEqual(new Set(["马克杯 350ml"])));
    await release(first, 0);
    await release(whole, 0);
    expect(new Set(bodies(desk))).toEqual(new Set(["马克杯 350ml"]));
    expect(screen.getByTestId("orders-counting")).toBeTruthy();
    await release(whole, 1);
    const mugs = desk.world.orders.filter((order) => order.body === "马克杯 350ml").length;
    expect((await screen.findByTestId("orders-total")).dataset.count).toBe(String(mugs));
    await waitFor(() => expect(new Set(bodies(desk))).toEqual(new Set(["马克杯 350ml"])));
  });

  it("of nothing say so before anything is counted", async () => {
    const { first, whole } = await open(200);
    await release(whole, 0);
    await screen.findByTestId("orders-total");
    await search("nobody ordered this");
    await waitFor(() => expect(first).toHaveLength(2));
    await release(first, 1);
    await screen.findByTestId("orders-none");
    await release(whole, 1);
    await screen.findByTestId("orders-none");
  });

  it("are asked for once, and not again when an order changes", async () => {
    const { desk, first, whole } = await open(200);
    await release(first, 0);
    await release(whole, 0);
    await screen.findByTestId("orders-total");
    desk.world.changed(["orders"], []);
    await waitFor(() => expect(whole).toHaveLength(2));
    await release(whole, 1);
    await waitFor(() => expect(shownFirst()).toBe(desk.world.orders[0]?.out_trade_no));
    expect(first).toHaveLength(1);
  });
});

import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { openWindow } from "../../testing/open-window";
import { useLookupBench } from "./bench";
import { readLookupSearch } from "./lookup-search";

function paid({ world }: FakeDesk) {
  const order = world.orders.find((one) => one.state === "SUCCESS");
  if (!order) throw new Error("the fake has no paid order");
  return order;
}

async function type(text: string) {
  const field = await screen.findByTestId("lookup-text");
  await userEvent.clear(field);
  await userEvent.click(field);
  await userEvent.paste(text);
}

async function lookUp(text: string) {
  await type(text);
  await userEvent.keyboard("{Enter}");
}

beforeEach(() => useLookupBench.setState(useLookupBench.getInitialState()));

/** Lookups that tell their answers and then read bills until it is said how that ends. */
function readBills(desk: FakeDesk) {
  const find = desk.lookup.bind(desk);
  const ends: { done: () => void; fail: () => void }[] = [];
  const lookup = vi.spyOn(desk, "lookup").mockImplementation(async (request, onNews) => {
    const found = await find(request, onNews);
    await new Promise<void>((resolve, reject) => {
      ends.push({ done: resolve, fail: () => reject(new Error("the bill cannot be read")) });
    });
    return found;
  });
  return { lookup, ends };
}

describe("lookup", () => {
  it("refuses a text without a number, and keeps what was pasted", async () => {
    openWindow("/lookup");
    await type("钱扣了没发货");
    await userEvent.keyboard("{Enter}");
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("input_malformed");
    expect((screen.getByTestId("lookup-text") as HTMLTextAreaElement).value).toBe("钱扣了没发货");
  });

  it("answers a customer's message with one sentence, its steps with their sources, and a way to the order", async () => {
    const { desk } = openWindow("/lookup");
    const order = paid(desk);
    await type(`你好，商户单号：${order.out_trade_no} 付了没发货`);
    await userEvent.keyboard("{Enter}");
    expect((await screen.findByTestId("lookup-sentence")).textContent).toContain("已支付");
    expect(screen.getByTestId("lookup-final").textContent).toBe("最终结果");
    expect(screen.getByTestId("lookup-open-day").getAttribute("href")).toContain("/days?date=2026-11-20");
    const sources = screen.getAllByTestId("lookup-step").map((step) => step.dataset.source);
    expect(sources).toEqual(["record", "orderquery"]);
    await i18next.changeLanguage("en");
    await waitFor(() => expect(screen.getByTestId("lookup-sentence").textContent).toContain("Paid"));
    await i18next.changeLanguage("zh-CN");
    await userEvent.click(screen.getByTestId("lookup-open-order"));
    expect((await screen.findByTestId("order-drawer")).dataset.outTradeNo).toBe(order.out_trade_no);
    await userEvent.click(await screen.findByTestId("order-lookup"));
    await screen.findByTestId("screen-lookup");
    await screen.findByTestId("lookup-sentence");
  });

  it("copies the whole answer, its sentence first and the source of each step behind it", async () => {
    const { desk } = openWindow("/lookup");
    await lookUp(paid(desk).out_trade_no);
    const sentence = (await screen.findByTestId("lookup-sentence")).textContent ?? "";
    expect(sentence).toContain("已支付");
    const person = userEvent.setup();
    await person.click(screen.getByTestId("lookup-copy-all"));
    const lines = (await navigator.clipboard.readText()).split("\n");
    expect(lines[1]).toBe(sentence);
    expect(lines.filter((line) => line.endsWith("[查询订单]"))).toHaveLength(1);
  });

  it("gives the five reasons where nobody has the number", async () => {
    openWindow("/lookup?q=%22SHOP-9999999%22");
    expect((await screen.findByTestId("lookup-answer")).dataset.verdict).toBe("not_found");
    expect(screen.getByTestId("lookup-reasons").children).toHaveLength(5);
  });

  it("makes several numbers a table, and what was found is still there when one comes back", async () => {
    const { desk } = openWindow("/lookup");
    const order = paid(desk);
    await type(`${order.out_trade_no}\nSHOP-0000001\nSHOP-0000002`);
    await userEvent.click(screen.getByTestId("lookup-go"));
    expect(await screen.findAllByTestId("lookup-row")).toHaveLength(3);
    expect(screen.getByTestId("lookup-counts").textContent).toBe("找到 1 · 没有 2");
    await userEvent.click(screen.getByTestId("nav-overview"));
    await screen.findByTestId("screen-overview");
    await userEvent.click(screen.getByTestId("nav-lookup"));
    expect(await screen.findAllByTestId("lookup-row")).toHaveLength(3);
  });

  it("shows the answers while the bills are still read, tells their bytes, and then what they say", async () => {
    const { desk } = openWindow("/lookup");
    const order = paid(desk);
    const find = desk.lookup.bind(desk);
    let read = () => {};
    vi.spyOn(desk, "lookup").mockImplementation(async (request, onNews) => {
      const found = await find(request, onNews);
      onNews({ is: "bills", progress: { job: 3, done: 12_000_000, total: 48_000_000, rate_per_s: 0, rest_s: null } });
      await new Promise<void>((resolve) => {
        read = resolve;
      });
      const [answer] = found.answers;
      const [step] = answer?.timeline ?? [];
      if (!answer || !step) throw new Error("the fake has no answer");
      const line = { ...step, source: "bill" as const };
      return { ...found, answers: [{ ...answer, timeline: [...answer.timeline, line] }] };
    });
    await type(order.out_trade_no);
    await userEvent.click(screen.getByTestId("lookup-go"));
    expect((await screen.findByTestId("lookup-bills")).textContent).toMatch(/正在读取.*12 \/ 48 MB/);
    expect(screen.getByTestId("lookup-sentence").textContent).toContain("已支付");
    expect(screen.getAllByTestId("lookup-step")).toHaveLength(2);
    read();
    await waitFor(() => expect(screen.getAllByTestId("lookup-step")).toHaveLength(3));
    expect(screen.queryByTestId("lookup-bills")).toBeNull();
  });

  it("keeps the answers when the same is asked again while its bills are read, and asks nobody twice", async () => {
    const { desk } = openWindow("/lookup");
    const { lookup, ends } = readBills(desk);
    await type(paid(desk).out_trade_no);
    for (const times of [1, 2]) {
      await userEvent.keyboard("{Enter}");
      await screen.findByTestId("lookup-sentence");
      await userEvent.keyboard("{Enter}");
      expect(screen.getByTestId("lookup-sentence").textContent).toContain("已支付");
      expect(lookup).toHaveBeenCalledTimes(times);
      ends[times - 1]?.done();
      await waitFor(() => expect(screen.getByTestId("lookup-go").className).not.toContain("loading"));
    }
  });

  it("still has the answers of a lookup under way when one comes back to it from another", async () => {
    const { desk } = openWindow("/lookup");
    const { lookup } = readBills(desk);
    const number = paid(desk).out_trade_no;
    await type(number);
    await userEvent.keyboard("{Enter}");
    await screen.findByTestId("lookup-sentence");
    await type("SHOP-9999999");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByTestId("lookup-answer").dataset.verdict).toBe("not_found"));
    await type(number);
    await userEvent.keyboard("{Enter}");
    expect((await screen.findByTestId("lookup-sentence")).textContent).toContain("已支付");
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it("asks again about a number that was asked about before another, and shows what is answered now", async () => {
    const { desk } = openWindow("/lookup");
    const lookup = vi.spyOn(desk, "lookup");
    const order = paid(desk);
    await lookUp(order.out_trade_no);
    expect((await screen.findByTestId("lookup-sentence")).textContent).toContain("已支付");
    await lookUp("SHOP-9999999");
    await waitFor(() => expect(screen.getByTestId("lookup-answer").dataset.verdict).toBe("not_found"));
    order.state = "CLOSED";
    await lookUp(order.out_trade_no);
    await waitFor(() => expect(screen.getByTestId("lookup-sentence").textContent).toContain("未支付"));
    expect(lookup).toHaveBeenCalledTimes(3);
  });

  it("asks again about a number that another screen hands over, whenever it does", async () => {
    const { desk } = openWindow("/lookup");
    const lookup = vi.spyOn(desk, "lookup");
    await lookUp(paid(desk).out_trade_no);
    await userEvent.click(await screen.findByTestId("lookup-open-order"));
    await userEvent.click(await screen.findByTestId("order-lookup"));
    await screen.findByTestId("lookup-sentence");
    expect(lookup).toHaveBeenCalledTimes(2);
  });

  it("asks the merchant in use, also while another is still asked about the same", async () => {
    const { desk } = openWindow("/lookup", {}, ({ world }) => {
      const [builtin] = world.profiles;
      if (builtin) world.profiles.push({ ...builtin, name: "shop", builtin: false });
    });
    const { lookup } = readBills(desk);
    await lookUp("SHOP-9999999");
    await screen.findByTestId("lookup-sentence");
    await act(() => desk.profileUse("shop"));
    await waitFor(async () => {
      await userEvent.type(screen.getByTestId("lookup-text"), "{Enter}");
      expect(lookup).toHaveBeenCalledTimes(2);
    });
  });

  it("keeps a batch for as long as it was asked last, and asks nobody again by itself", async () => {
    const { desk } = openWindow("/lookup");
    const lookup = vi.spyOn(desk, "lookup");
    await lookUp("SHOP-0000001 SHOP-0000002");
    await screen.findAllByTestId("lookup-row");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    try {
      await userEvent.click(screen.getByTestId("nav-overview"));
      await screen.findByTestId("screen-overview");
      await act(() => vi.advanceTimersByTimeAsync(10 * 60_000));
      await userEvent.click(screen.getByTestId("nav-lookup"));
      expect(await screen.findAllByTestId("lookup-row")).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it("forgets the answers to what was asked before, as soon as nothing of it goes on", async () => {
    const { desk } = openWindow("/lookup");
    const { lookup, ends } = readBills(desk);
    const kept = () => useLookupBench.getState().lookups.map(({ of }) => of.text);
    await lookUp("SHOP-0000001");
    await lookUp("SHOP-0000002");
    await waitFor(() => expect(lookup).toHaveBeenCalledTimes(2));
    expect(kept()).toEqual(["SHOP-0000001", "SHOP-0000002"]);
    for (const { done } of ends) done();
    await waitFor(() => expect(kept()).toEqual(["SHOP-0000002"]));
    await lookUp("SHOP-0000003");
    expect(kept()).toEqual(["SHOP-0000003"]);
  });

  it("does not let news that come late take the place of how a lookup ended", async () => {
    const { desk } = openWindow("/lookup");
    const find = desk.lookup.bind(desk);
    let late = () => {};
    vi.spyOn(desk, "lookup").mockImplementation(async (request, onNews) => {
      const found = await find(request, onNews);
      late = () => onNews({ is: "answers", found });
      return { ...found, answers: found.answers.map((answer) => ({ ...answer, timeline: [] })) };
    });
    await lookUp(paid(desk).out_trade_no);
    await waitFor(() => expect(screen.getByTestId("lookup-go").className).not.toContain("loading"));
    expect(screen.getByTestId("lookup-answer")).toBeTruthy();
    act(late);
    expect(screen.queryAllByTestId("lookup-step")).toHaveLength(0);
  });

  it("writes the table that is on screen, also where a later lookup answered last", async () => {
    const { desk } = openWindow("/lookup");
    readBills(desk);
    const three = "SHOP-0000001 SHOP-0000002 SHOP-0000003";
    for (const [text, rows] of [
      [three, 3],
      ["SHOP-0000004 SHOP-0000005", 2],
      [three, 3],
    ] as const) {
      await lookUp(text);
      await waitFor(() => expect(screen.getAllByTestId("lookup-row")).toHaveLength(rows));
    }
    await userEvent.click(screen.getByTestId("lookup-export"));
    expect((await screen.findByText(/已写出/)).textContent).toContain("已写出 3 行");
  });

  it("shows beside an error what was answered before it, and forgets that when it is asked again", async () => {
    const { desk } = openWindow("/lookup");
    const { lookup, ends } = readBills(desk);
    await type(paid(desk).out_trade_no);
    await userEvent.keyboard("{Enter}");
    await screen.findByTestId("lookup-sentence");
    ends[0]?.fail();
    await screen.findByTestId("error-view");
    expect(screen.getByTestId("lookup-sentence").textContent).toContain("已支付");
    lookup.mockRejectedValue(new Error("nothing was answered"));
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByTestId("lookup-sentence")).toBeNull());
    expect(await screen.findByTestId("error-view")).toBeTruthy();
  });

  it("takes a number from the address as text, because a number of JavaScript would lose digits", () => {
    expect(readLookupSearch({ q: 4.2e27 })).toEqual({});
    expect(readLookupSearch({ q: " 4200 " })).toEqual({ q: "4200" });
    expect(readLookupSearch({ q: ["x"] })).toEqual({});
  });
});

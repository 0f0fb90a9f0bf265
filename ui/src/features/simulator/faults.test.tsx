import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { describe, expect, it } from "vitest";
import type { FaultRule } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";
import { always, isSought, replaced, ruleText, withoutFault, withRule } from "./fault-rules";

const plan = (...rules: FaultRule[]) => ({ seed: "7", rules });
const text = (part: Partial<FaultRule>) => ruleText(i18next.t, { ...always("no_sign"), ...part });
const rowOf = (fault: string) => {
  const row = document.querySelector<HTMLElement>(`[data-fault="${fault}"]`);
  if (!row) throw new Error(`no row for ${fault}`);
  return row;
};

describe("a plan of faults", () => {
  it("changes one rule and keeps the others", () => {
    const first = always("a");
    const second = { ...always("b"), limit: 3 };
    expect(withRule(plan(first), second).rules).toEqual([first, second]);
    expect(withoutFault(plan(first, second, first), "a").rules).toEqual([second]);
    expect(replaced(plan(first, second), 1, { ...second, limit: 4 }).rules[1]?.limit).toBe(4);
    expect(replaced(plan(first, second), 0, null).rules).toEqual([second]);
  });

  it("says in words when and whom a rule meets", () => {
    expect(text({})).toBe("每次");
    expect(text({ probability: "0.05", endpoint: "orderquery", limit: 2 })).toBe("概率 0.05 · orderquery · 最多 2 次");
    expect(text({ positions: "1, 4-6", count: "rule", out_trade_no: "T*", parameters: { status: "504" } })).toBe(
      "第 1, 4-6 次 · 合并计数 · T* · status=504",
    );
  });

  it("is searched by number, name and sentence", () => {
    const kind = { name: "no_sign", id: "K-G12", zh: "应答没有签名", en: "No sign" } as never;
    for (const found of ["k-g12", "NO_SIGN", "没有签名", "no sign", ""]) expect(isSought(kind, found)).toBe(true);
    expect(isSought(kind, "bill")).toBe(false);
  });
});

describe("the faults", () => {
  it("are switched on and off, and a banner says so on every tab", async () => {
    const { desk } = openWindow("/simulator?tab=faults");
    await userEvent.click(await screen.findByTestId("sim-fault-answer_dropped"));
    await waitFor(() => expect(rowOf("answer_dropped").dataset.on).toBe("true"));
    expect(desk.world.faults.rules.map((rule) => rule.fault)).toEqual(["answer_dropped"]);
    expect((await screen.findByTestId("sim-fault-banner")).textContent).toContain("1 条故障规则");
    await userEvent.click(screen.getByTestId("sim-tab-orders"));
    await screen.findByTestId("sim-fault-banner");
    await userEvent.click(screen.getByText("查看故障"));
    await userEvent.click(await screen.findByTestId("sim-fault-answer_dropped"));
    await waitFor(() => expect(screen.queryByTestId("sim-fault-banner")).toBeNull());
    expect(desk.world.faults.rules).toEqual([]);
  });

  it("are given a probability, an order and their own numbers", async () => {
    const { desk } = openWindow("/simulator?tab=faults");
    await userEvent.click(await screen.findByTestId("sim-fault-edit-html_page"));
    await userEvent.click(await screen.findByText("按概率"));
    await userEvent.type(await screen.findByTestId("sim-fault-probability"), "1.5");
    await userEvent.click(screen.getByTestId("sim-fault-save"));
    await screen.findByText("填写 0 到 1 的数，最多六位小数");
    expect(desk.world.faults.rules).toEqual([]);
    await userEvent.clear(screen.getByTestId("sim-fault-probability"));
    await userEvent.type(screen.getByTestId("sim-fault-probability"), "0.25");
    await userEvent.type(screen.getByTestId("sim-fault-order"), "T*");
    await userEvent.type(screen.getByTestId("sim-fault-parameter-status"), "504");
    await userEvent.click(screen.getByTestId("sim-fault-save"));
    await waitFor(() => expect(desk.world.faults.rules).toHaveLength(1));
    expect(desk.world.faults.rules[0]).toEqual({
      ...always("html_page"),
      probability: "0.25",
      out_trade_no: "T*",
      parameters: { status: "504" },
    });
    expect(within(rowOf("html_page")).getByTestId("sim-fault-when").textContent).toBe("概率 0.25 · T* · status=504");
  });

  it("tell how often each happened, and count from 0 when told to", async () => {
    const { desk } = openWindow("/simulator?tab=faults", {}, ({ world }) => {
      world.faults = plan(always("wrong_sign"));
      world.fired.set("wrong_sign", 3);
    });
    const fired = () => within(rowOf("wrong_sign")).getByTestId("sim-fault-fired").textContent;
    await screen.findByTestId("sim-faults-reset");
    expect(fired()).toBe("3");
    desk.world.fired.set("wrong_sign", 4);
    desk.world.changed(["simulator"]);
    await waitFor(() => expect(fired()).toBe("4"));
    await userEvent.click(screen.getByTestId("sim-faults-reset"));
    await waitFor(() => expect(fired()).toBe("0"));
  });

  it("keep their plan when the seed is changed, and take no seed that is no number", async () => {
    const { desk } = openWindow("/simulator?tab=faults", {}, ({ world }) => {
      world.faults = plan(always("wrong_sign"));
    });
    const seed = await screen.findByTestId("sim-fault-seed");
    await userEvent.clear(seed);
    await userEvent.type(seed, "x{Enter}");
    expect(desk.world.faults.seed).toBe("7");
    await userEvent.clear(seed);
    await userEvent.type(seed, "42{Enter}");
    await waitFor(() => expect(desk.world.faults).toEqual({ ...plan(always("wrong_sign")), seed: "42" }));
  });

  it("go on counting where another one is switched on", async () => {
    openWindow("/simulator?tab=faults", {}, ({ world }) => {
      world.faults = plan(always("wrong_sign"));
      world.fired.set("wrong_sign", 3);
    });
    await userEvent.click(await screen.findByTestId("sim-fault-answer_dropped"));
    await waitFor(() => expect(rowOf("answer_dropped").dataset.on).toBe("true"));
    expect(within(rowOf("wrong_sign")).getByTestId("sim-fault-fired").textContent).toBe("3");
  });
});

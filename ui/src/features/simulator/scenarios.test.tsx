import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../testing/open-window";
import { always } from "./fault-rules";

const open = (prepare?: Parameters<typeof openWindow>[2]) => openWindow("/simulator?tab=scenarios", {}, prepare);
const editor = () => screen.findByTestId<HTMLTextAreaElement>("sim-scenario-text");

describe("the scenarios", () => {
  it("are listed with what they mean, shown as their file, run and stopped", async () => {
    const { desk } = open();
    const entry = await screen.findByTestId("sim-scenario-day-cut");
    expect(entry.textContent).toContain("两笔分属两天的账单");
    expect(screen.queryByTestId("sim-scenario-progress")).toBeNull();
    await userEvent.click(entry);
    expect((await editor()).value).toContain('nth = "odd"');
    await userEvent.click(screen.getByTestId("sim-scenario-play"));
    await waitFor(() => expect(entry.dataset.playing).toBe("true"));
    expect(desk.world.scenarios.playing?.name).toBe("day-cut");
    expect((await screen.findByTestId("sim-scenario-progress")).textContent).toContain("日切前后支付");
    expect(screen.getByTestId<HTMLButtonElement>("sim-scenario-play").disabled).toBe(true);
    await userEvent.click(screen.getByTestId("sim-scenario-stop"));
    await waitFor(() => expect(entry.dataset.playing).toBe("false"));
    expect(desk.world.scenarios.playing).toBeNull();
  });

  it("are changed in place before they run, and a mistake is told with its line", async () => {
    const { desk } = open();
    const text = await editor();
    await userEvent.clear(text);
    await userEvent.type(text, "name");
    await userEvent.click(screen.getByTestId("sim-scenario-play"));
    await screen.findByText(/场景文件第 1 行/);
    expect(desk.world.scenarios.playing).toBeNull();
    await userEvent.clear(text);
    await userEvent.paste('name = "mine"\ntitle = "慢"\ntitle_en = "Slow"\n[[rule]]\nsteps = []\n');
    await userEvent.click(screen.getByTestId("sim-scenario-play"));
    const own = await screen.findByTestId("sim-scenario-mine");
    expect(own.dataset.playing).toBe("true");
    expect(own.textContent).toContain("自己的");
  });

  it("are opened from a file and wait there to be run", async () => {
    const { desk } = open();
    await userEvent.click(await screen.findByTestId("sim-scenario-open"));
    expect((await screen.findByTestId("sim-scenario-mine")).textContent).toContain("我的场景");
    expect((await editor()).value).toContain('name = "mine"');
    expect(desk.world.scenarios.playing).toBeNull();
  });

  it("tell what is due next, what has happened and what could not", async () => {
    const step = { at: 1_704_135_845_000, is_refund: false, scenario: "paid-after-3s" };
    open(({ world }) => {
      world.scenarios = {
        ...world.scenarios,
        taken: 3,
        steps: 2,
        refused: 1,
        due_count: 1,
        due: [{ ...step, id: 3, word: "pay", number: "T1", refused: null }],
        done: [
          { ...step, id: 2, word: "cancel", number: "T2", refused: "订单已支付" },
          { ...step, id: 1, word: "succeed", number: "R1", is_refund: true, refused: null },
        ],
        playing: { name: "x", title: "题", title_en: "", about: "", about_en: "", toml: "x" },
      };
    });
    const progress = await screen.findByTestId("sim-scenario-progress");
    expect(progress.textContent).toContain("接手 3 · 已执行 2 步 · 1 步未能执行");
    expect(progress.textContent).toContain("待执行 1 · 下一步 2024-01-02 03:04:05 付款");
    const lines = screen.getAllByTestId("sim-scenario-step");
    expect(lines.map((line) => line.dataset.state)).toEqual(["due", "refused", "done"]);
    screen.getByText("订单已支付");
  });
});

describe("a fault that is on", () => {
  it("is seen beside the gateway's entry on every screen, and gone when it is off or the gateway is stopped", async () => {
    const { desk } = openWindow("/orders");
    await screen.findByTestId("nav-simulator");
    expect(screen.queryByTestId("nav-faults")).toBeNull();
    await desk.simulatorFaultsSet({ seed: "1", rules: [always("no_sign")] });
    await waitFor(() => expect(screen.getByTestId("nav-faults").textContent).toBe("故障 1"));
    await desk.simulatorStop();
    await waitFor(() => expect(screen.queryByTestId("nav-faults")).toBeNull());
    await desk.simulatorStart();
    await screen.findByTestId("nav-faults");
    await desk.simulatorFaultsSet({ seed: "1", rules: [] });
    await waitFor(() => expect(screen.queryByTestId("nav-faults")).toBeNull());
  });
});

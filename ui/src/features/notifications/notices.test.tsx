import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../testing/open-window";

async function start() {
  await userEvent.click(await screen.findByTestId("listener-start"));
  await screen.findByTestId("listener-stop");
}

describe("notices", () => {
  it("cannot reach this machine from WeChat, and the screen says so before anything is started", async () => {
    openWindow("/notices");
    await screen.findByTestId("notices-empty");
    expect(screen.getByTestId("listener").textContent).toContain("访问不到这台电脑");
    expect(screen.getByTestId("listener").dataset.on).toBe("false");
  });

  it("arrive from the built-in gateway, are judged check by check, and are replayed", async () => {
    openWindow("/notices");
    await start();
    await userEvent.click(screen.getByTestId("notice-sample"));
    const row = await screen.findByTestId("notice-row");
    expect(row.dataset.verdict).toBe("accepted");
    await userEvent.click(row);
    expect(await screen.findAllByTestId("notice-check")).toHaveLength(3);
    await userEvent.click(screen.getByTestId("notice-replay"));
    await waitFor(() => expect(screen.getAllByTestId("notice-forwarded")[0]?.textContent).toContain("HTTP 200"));
    await userEvent.click(screen.getByTestId("listener-stop"));
    await screen.findByTestId("listener-start");
  });

  it("that are pasted are judged and not kept", async () => {
    const { desk } = openWindow("/notices?tab=inspect");
    const paste = await screen.findByTestId("notice-paste");
    await userEvent.click(paste);
    await userEvent.paste("<xml><out_trade_no>T20240102</out_trade_no></xml>");
    await userEvent.click(screen.getByTestId("notice-inspect"));
    const judged = await screen.findByTestId("notice-judgement");
    expect(judged.dataset.verdict).toBe("refused");
    expect(desk.world.received).toHaveLength(0);
  });

  it("of the mini program's orders stand in the drawn sequence, and the shop warns that it is for testing", async () => {
    const { desk } = openWindow("/notices?tab=shop", {}, ({ world }) => {
      const step = { at: 1, out_trade_no: null, request: "GET", answer: "{}", ok: true };
      world.shopSteps = [
        { ...step, id: 2, at: 2, kind: "prepay" },
        { ...step, id: 1, kind: "login" },
      ];
    });
    const steps = await screen.findAllByTestId("shop-step");
    expect(steps.map((one) => one.dataset.kind)).toEqual(["prepay", "login"]);
    await userEvent.click(await screen.findByTestId("listener-shop"));
    await screen.findByText(/仅供测试/);
    await start();
    await screen.findByTestId("shop-on");
    expect(desk.world.listener?.shop).toBe(desk.world.settings.active_profile);
  });
});

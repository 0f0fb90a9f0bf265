import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { openWindow } from "../../testing/open-window";
import { leaveBehind } from "../signature/handover";
import { contextOf } from "./exchange-text";

const NOTIFY_URL = "http://127.0.0.1:9/notify";
const NOTICE = "<xml><out_trade_no>T1</out_trade_no><time_end>20261120150405</time_end></xml>";

function noticed(desk: FakeDesk, request: string) {
  const at = Date.now();
  desk.world.notices.unshift({
    id: 1,
    out_trade_no: "T1",
    notify_url: NOTIFY_URL,
    attempt: 1,
    next_attempt_at: null,
    last_at: at,
    status: "acknowledged",
    http_status: 200,
    answer: "SUCCESS",
  });
  desk.world.traffic.unshift({
    id: 9,
    at,
    path: NOTIFY_URL,
    status: 200,
    took_us: 900,
    request,
    response: "",
    summary: "notice → ACKNOWLEDGED",
  });
}

async function openNotices(request: string) {
  openWindow((desk) => {
    noticed(desk, request);
    return "/simulator";
  });
  await userEvent.click(await screen.findByTestId("sim-tab-notices"));
  await userEvent.click(await screen.findByTestId("sim-notice-signature"));
}

beforeEach(() => leaveBehind({ mode: "verify", input: "" }));

describe("a message of the simulator", () => {
  it("opens from the list of notices with its bytes, its kind and the gateway's key", async () => {
    await openNotices(NOTICE);
    expect((await screen.findByTestId<HTMLTextAreaElement>("sig-input")).value).toBe(NOTICE);
    await waitFor(() => expect(screen.getByTestId("sig-context").textContent).toContain("支付结果通知"));
    expect(screen.getByTestId("sig-key-profile").textContent).toContain("内置网关");
  });

  it("that the gateway no longer keeps is said to be gone", async () => {
    await openNotices("<xml><out_trade_no>T2</out_trade_no></xml>");
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("sim-notice-signature").disabled).toBe(true));
    expect(screen.getByTestId("sim-notice-signature").title).toContain("已不在");
  });

  it("is a request to its endpoint, or a notice where the merchant's address is kept", () => {
    expect(contextOf({ path: "/pay/unifiedorder" })).toBe("unifiedorder");
    expect(contextOf({ path: NOTIFY_URL })).toBe("pay-notify");
  });
});

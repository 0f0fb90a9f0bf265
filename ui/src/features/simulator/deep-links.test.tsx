import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { refusal } from "../../ipc/fake/world";
import { openWindow } from "../../testing/open-window";
import { leaveBehind } from "../signature/handover";

const NOTIFY_URL = "http://127.0.0.1:9/notify";
const NOTICE = "<xml><out_trade_no>T1</out_trade_no><time_end>20261120150405</time_end></xml>";

function noticed(desk: FakeDesk, about: string) {
  const at = Date.now();
  desk.world.notices.unshift({
    id: 1,
    mch_id: "1900000109",
    out_trade_no: "T1",
    out_refund_no: null,
    notify_url: NOTIFY_URL,
    status: "acknowledged",
    next_attempt_at: null,
    attempts: [{ at, http_status: 200, answer: "SUCCESS", acknowledged: true, took_ms: 1 }],
  });
  desk.world.traffic.unshift({
    row: {
      id: 900,
      at,
      direction: "sent",
      path: NOTIFY_URL,
      endpoint: "notice",
      outcome: "ACKNOWLEDGED",
      reason: null,
      status: 200,
      took_us: 900,
      out_trade_no: about,
    },
    request: NOTICE,
    response: "SUCCESS",
    curl: "",
  });
}

async function openNotices(about: string) {
  const opened = openWindow((desk) => {
    noticed(desk, about);
    return "/simulator?tab=notices";
  });
  await userEvent.click(await screen.findByText("T1", { selector: ".row-button" }));
  await userEvent.click(await screen.findByTestId("sim-notice-signature"));
  return opened;
}

beforeEach(() => leaveBehind({ mode: "verify", input: "" }));

describe("a message of the simulator", () => {
  it("opens from the list of notices with its bytes, its kind and the gateway's key", async () => {
    await openNotices("T1");
    expect((await screen.findByTestId<HTMLTextAreaElement>("sig-input")).value).toBe(NOTICE);
    await waitFor(() => expect(screen.getByTestId("sig-context").textContent).toContain("支付结果通知"));
    expect(screen.getByTestId("sig-key-profile").textContent).toContain("内置网关");
  });

  it("that the gateway no longer keeps is said to be gone", async () => {
    await openNotices("T2");
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("sim-notice-signature").disabled).toBe(true));
    expect(screen.getByTestId("sim-notice-signature").title).toContain("已不在");
  });

  it("of the traffic opens from either side, and its cURL is what the core says", async () => {
    const { desk } = openWindow("/simulator?tab=traffic");
    const [row] = await screen.findAllByTestId("sim-traffic-row");
    if (row) await userEvent.click(row);
    expect(await screen.findAllByTestId("sim-open-signature")).toHaveLength(2);
    const person = userEvent.setup();
    await person.click(screen.getByTestId("sim-copy-curl"));
    expect(await navigator.clipboard.readText()).toBe(desk.world.traffic[0]?.curl);
  });
});

describe("an order of the simulator", () => {
  it("opens in the list of orders where this desk knows it", async () => {
    const { desk } = openWindow("/simulator");
    const [first] = await screen.findAllByTestId("sim-open-order");
    if (first) await userEvent.click(first);
    await screen.findByTestId("order-drawer");
    expect(window.location.hash).toContain(desk.world.orders[0]?.out_trade_no);
  });

  it("that another program made is said to be unknown here", async () => {
    openWindow("/simulator", {}, (desk) => {
      desk.orderDetail = async () => {
        throw refusal("not_found", "no such order");
      };
    });
    const [first] = await screen.findAllByTestId("sim-open-order");
    if (first) await userEvent.click(first);
    await screen.findByText(/由别的程序创建/);
    expect(screen.queryByTestId("error-view")).toBeNull();
  });
});

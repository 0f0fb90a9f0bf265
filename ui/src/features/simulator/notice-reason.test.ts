import i18next from "i18next";
import { describe, expect, it } from "vitest";
import type { SimulatorNotice } from "../../ipc/model";
import { orderOf, outcomeOf } from "./exchange-text";
import { noticeReason } from "./notice-reason";

const notice = (part: Partial<SimulatorNotice>): SimulatorNotice => ({
  id: 1,
  out_trade_no: "A",
  notify_url: "http://127.0.0.1:8000/wx",
  attempt: 0,
  next_attempt_at: null,
  last_at: null,
  status: "undeliverable",
  http_status: null,
  answer: null,
  ...part,
});
const reason = (part: Partial<SimulatorNotice>) => noticeReason(i18next.t, notice(part));

describe("a notice that was not delivered", () => {
  it("has no address: the order named none, or the placeholder stands for it", () => {
    expect(reason({ notify_url: "https://notify.invalid/wxpay" })).toContain("没有通知地址");
    expect(reason({ notify_url: "" })).toContain("没有通知地址");
  });

  it("would leave this machine, which the simulator never does", () => {
    expect(reason({ notify_url: "https://shop.example.com/wx" })).toBe(
      "https://shop.example.com/wx 不在本机；模拟网关只向本机投递",
    );
    expect(reason({ notify_url: "not a url" })).toContain("不在本机");
  });

  it("got no answer, or one that does not acknowledge", () => {
    expect(reason({ status: "pending", answer: "connection refused" })).toBe("没有回答：connection refused");
    expect(reason({ status: "given_up", http_status: 500, answer: "" })).toBe("HTTP 500，没有应答 SUCCESS：空");
  });
});

describe("a notice", () => {
  it("that was acknowledged shows what was answered, and one not sent yet nothing", () => {
    expect(reason({ status: "acknowledged", http_status: 200, answer: "<xml/>" })).toBe("<xml/>");
    expect(reason({ status: "pending" })).toBeNull();
  });
});

describe("an exchange", () => {
  it("is about the order that its request names, in CDATA or not", () => {
    const order = (request: string, response = "") => orderOf({ request, response });
    expect(order("<xml><out_trade_no>2026-A_1</out_trade_no></xml>")).toBe("2026-A_1");
    expect(order("<xml><out_trade_no><![CDATA[2026]]></out_trade_no></xml>")).toBe("2026");
    expect(order("<xml><transaction_id>42</transaction_id></xml>", "<out_trade_no><![CDATA[7]]></out_trade_no>")).toBe(
      "7",
    );
    expect(order("<xml><out_trade_no></out_trade_no></xml>")).toBeNull();
  });

  it("names its endpoint only where the path does not", () => {
    expect(outcomeOf({ path: "/pay/orderquery", summary: "orderquery → SUCCESS" })).toBe("SUCCESS");
    expect(outcomeOf({ path: "/wx/notify", summary: "notice → ACKNOWLEDGED" })).toBe("notice → ACKNOWLEDGED");
    expect(outcomeOf({ path: "/x", summary: "64 KiB" })).toBe("64 KiB");
  });
});

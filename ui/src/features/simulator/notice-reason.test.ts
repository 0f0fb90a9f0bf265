import i18next from "i18next";
import { describe, expect, it } from "vitest";
import type { SimulatorNotice } from "../../ipc/model";
import { contextOf } from "./exchange-text";
import { noticeReason } from "./notice-reason";

type Attempt = SimulatorNotice["attempts"][number];

const notice = (part: Partial<SimulatorNotice>): SimulatorNotice => ({
  id: 1,
  mch_id: "1900000109",
  out_trade_no: "A",
  out_refund_no: null,
  notify_url: "http://127.0.0.1:8000/wx",
  status: "undeliverable",
  next_attempt_at: null,
  attempts: [],
  ...part,
});
const tried = (part: Partial<Attempt>): Attempt => ({
  at: 0,
  http_status: null,
  answer: "",
  acknowledged: false,
  took_ms: 1,
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
    expect(reason({ status: "pending", attempts: [tried({ answer: "connection refused" })] })).toBe(
      "没有回答：connection refused",
    );
    expect(reason({ status: "given_up", attempts: [tried({ http_status: 500 })] })).toBe(
      "HTTP 500，没有应答 SUCCESS：空",
    );
  });
});

describe("a notice", () => {
  it("that was acknowledged shows what was answered, and one not sent yet nothing", () => {
    const acknowledged = tried({ http_status: 200, answer: "<xml/>", acknowledged: true });
    expect(reason({ status: "acknowledged", attempts: [acknowledged] })).toBe("<xml/>");
    expect(reason({ status: "pending" })).toBeNull();
  });

  it("is read by its last attempt", () => {
    const attempts = [tried({ http_status: 500 }), tried({ http_status: 404, answer: "no" })];
    expect(reason({ status: "pending", attempts })).toContain("HTTP 404");
  });
});

describe("an exchange", () => {
  it("is a request to its endpoint, or the kind of notice that the gateway sent", () => {
    expect(contextOf({ direction: "received", endpoint: "unifiedorder" })).toBe("unifiedorder");
    expect(contextOf({ direction: "sent", endpoint: "notice" })).toBe("pay-notify");
    expect(contextOf({ direction: "sent", endpoint: "refund_notice" })).toBe("refund-notify");
  });
});

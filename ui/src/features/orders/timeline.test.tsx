import { render, screen } from "@testing-library/react";
import i18next from "i18next";
import { afterEach, expect, test } from "vitest";
import type { OrderDetail } from "../../ipc/model";
import { Timeline } from "./Timeline";

const detail = {
  order: { profile: "shop" },
  timeline: [
    {
      seq: 1,
      source: "close",
      asked_at: 1704135845000,
      received_at: 1704135845100,
      verified: true,
      outcome: "rejected",
      trade_state: null,
      err_code: "ORDERPAID",
      err_code_des: "order paid",
      meaning: {
        zh: "订单已支付，不能关单",
        action_zh: "按已支付的订单处理",
        en: "paid",
        action_en: "treat it as paid",
      },
      return_msg: "OK",
      effect: "same",
      reason: "query_now",
      digest: "00",
      raw: null,
      signature: "valid",
    },
  ],
} as unknown as OrderDetail;

afterEach(() => i18next.changeLanguage("zh-CN"));

test("an error code is explained, with what to do, in the language of the window", async () => {
  await i18next.changeLanguage("zh-CN");
  const { unmount } = render(<Timeline detail={detail} />);
  expect(screen.getByText("ORDERPAID · order paid")).toBeTruthy();
  expect(screen.getByText("订单已支付，不能关单；按已支付的订单处理")).toBeTruthy();
  unmount();
  await i18next.changeLanguage("en");
  render(<Timeline detail={detail} />);
  expect(screen.getByText("paid; treat it as paid")).toBeTruthy();
});

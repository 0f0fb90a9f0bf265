import { expect, test } from "vitest";

test("the page names the program in Chinese and English", async () => {
  const root = document.createElement("div");
  root.id = "root";
  document.body.append(root);
  await import("./main");
  expect(document.querySelector("h1")?.textContent).toBe("WxPay Desk 微信支付商户台");
});

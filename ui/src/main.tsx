const root = document.getElementById("root");
if (root) {
  const title = document.createElement("h1");
  title.dataset.testid = "shell";
  title.textContent = "WxPay Desk 微信支付商户台";
  root.append(title);
}

export {};

// npm install tenpay
// 构造之后改写 payment.urls。(Rewrite payment.urls after the constructor.)
{{#tls}}
// node 须信任网关的 CA (let node trust the gateway's CA):
//   NODE_EXTRA_CA_CERTS="{{ca}}" node shop.js
{{/tls}}
const fs = require('fs');
const Tenpay = require('tenpay');

const payment = new Tenpay({
  appid: "{{appid}}",
  mchid: "{{mch_id}}",
  partnerKey: fs.readFileSync('key.txt', 'utf8').trim(),
{{#tls}}
  // 退款要用；Node 17 起须用 p12_modern 那一份 (refunds need it; from Node 17 on the p12_modern one)
  pfx: fs.readFileSync("{{p12}}"),
{{/tls}}
  notify_url: 'http://127.0.0.1:8080/notify',
  spbill_create_ip: '127.0.0.1',
});
for (const [name, url] of Object.entries(payment.urls)) {
  payment.urls[name] = url.replace('https://api.mch.weixin.qq.com', "{{url}}");
}

async function main() {
  const out_trade_no = 'T' + Date.now();
  console.log(await payment.unifiedOrder({
    out_trade_no,
    body: '测试商品',
    total_fee: 101,
    trade_type: 'NATIVE',
    product_id: 'P1',
  }));
  console.log(await payment.orderQuery({ out_trade_no }));
}

main();

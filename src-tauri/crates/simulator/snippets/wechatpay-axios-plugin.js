// npm install wechatpay-axios-plugin
// v2 接口经 wxpay.v2 调用；地址由 baseURL 覆盖。(v2 lives under wxpay.v2; the host is baseURL.)
const fs = require('fs');
{{#tls}}
const https = require('https');
{{/tls}}
const { Wechatpay, Formatter } = require('wechatpay-axios-plugin');

const wxpay = new Wechatpay({
  baseURL: "{{url}}/",
  mchid: "{{mch_id}}",
  secret: fs.readFileSync('key.txt', 'utf8').trim(),
  // v3 才用，但构造函数要求提供 (for v3 only, yet the constructor asks for them)
  serial: 'unused',
  privateKey: Buffer.from(''),
  certs: { unused: Buffer.from('') },
{{#tls}}
  httpsAgent: new https.Agent({
    ca: fs.readFileSync("{{ca}}"),
    // 退款要用 (refunds need them)
    cert: fs.readFileSync("{{cert}}"),
    key: fs.readFileSync("{{key}}"),
  }),
{{/tls}}
});

wxpay.v2.pay.unifiedorder.post({
  appid: "{{appid}}",
  mch_id: "{{mch_id}}",
  nonce_str: Formatter.nonce(),
  sign_type: 'HMAC-SHA256',
  body: '测试商品',
  out_trade_no: 'T' + Date.now(),
  total_fee: 101,
  spbill_create_ip: '127.0.0.1',
  notify_url: 'http://127.0.0.1:8080/notify',
  trade_type: 'NATIVE',
  product_id: 'P1',
}).then(({ data }) => console.log(data), (fault) => console.error(fault.message));

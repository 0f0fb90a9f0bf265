// A small shop on tenpay, unmodified, against the built-in gateway: order, re-sign, query, pay, notice, close.
// Every step that fails ends the program with a sentence that says what was expected.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const {parseArgs} = require('node:util');
const Tenpay = require('tenpay');

const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

function check(holds, sentence) {
  if (!holds) throw new Error(`expected that ${sentence}`);
}

async function refused(call, sentence) {
  const fault = await call().then(() => null, fault => fault);
  check(fault, sentence);
  return fault.message;
}

function client(options, key, notifyUrl) {
  const payment = new Tenpay({appid: options.appid, mchid: options['mch-id'], partnerKey: key, notify_url: notifyUrl});
  // The SDK has no setting for the host, but its addresses can be replaced.
  for (const [name, url] of Object.entries(payment.urls)) {
    payment.urls[name] = url.replace('https://api.mch.weixin.qq.com', options.url);
  }
  return payment;
}

// Receives notices on a loopback port through the SDK's own middleware; the first one is refused, so that the gateway has
// to try again.
function receiveNotices(middlewareOf) {
  const seen = [];
  const waiting = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const context = {request: {body: Buffer.concat(chunks).toString('utf8')}};
    let passed = false;
    await middlewareOf()(context, async () => {
      passed = true;
      context.reply(seen.length === 0 ? 'later' : undefined);
    });
    seen.push({passed, notice: context.request.weixin, answer: context.body});
    response.setHeader('Content-Type', 'application/xml; charset=utf-8');
    response.end(context.body);
    for (const wake of waiting.splice(0)) wake();
  });
  const next = async index => {
    while (seen.length <= index) await new Promise(resolve => waiting.push(resolve));
    return seen[index];
  };
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve({url: `http://127.0.0.1:${server.address().port}/wx/notify`, next, server}))
  );
}

async function control(options, method, path) {
  const token = fs.readFileSync(options['control-token-file'], 'utf8').trim();
  const answer = await fetch(options.control + path, {method, headers: {authorization: `Bearer ${token}`}});
  check(answer.ok, `the gateway does ${method} ${path}`);
  return answer.json();
}

async function main(options) {
  const key = fs.readFileSync(options['key-file'], 'utf8').trim();
  const signType = options['sign-type'];
  const notices = await receiveNotices(() => payment.middleware('pay'));
  const payment = client(options, key, notices.url);
  const number = `TENPAY${signType.slice(0, 4)}${process.hrtime.bigint() % 10n ** 15n}`;
  const order = {sign_type: signType, body: '测试商城-T恤 & "帽子"', total_fee: 101, attach: '店=1&b', device_info: 'WEB'};

  const created = await payment.unifiedOrder({...order, out_trade_no: number, openid: OPENID});
  check(created.prepay_id.length === 36, 'prepay_id has 36 characters');
  check(created.sign.length === (signType === 'MD5' ? 32 : 64), 'the answer is signed with the algorithm of the request');
  const params = payment.getPayParamsByPrepay(created, signType);
  check(params.signType === signType && params.paySign.length === created.sign.length, 'the payment is re-signed alike');
  const native = await payment.unifiedOrder({...order, out_trade_no: `${number}N`, trade_type: 'NATIVE', product_id: 'P1'});
  check(native.code_url.startsWith('weixin://wxpay/bizpayurl'), 'NATIVE gives a code_url');
  const again = await payment.unifiedOrder({...order, out_trade_no: number, openid: OPENID});
  check(again.prepay_id === created.prepay_id, 'the same order again has the same prepay_id');

  const unpaid = await payment.orderQuery({out_trade_no: number, sign_type: signType});
  check(unpaid.trade_state === 'NOTPAY', 'the order is NOTPAY before it is paid');
  await control(options, 'POST', `/orders/${number}/pay`);
  const paid = await payment.orderQuery({out_trade_no: number, sign_type: signType});
  check(paid.trade_state === 'SUCCESS' && paid.attach === '店=1&b', 'the order is SUCCESS after it is paid');
  const found = await payment.orderQuery({transaction_id: paid.transaction_id, sign_type: signType});
  check(found.out_trade_no === number, 'both numbers find it');

  const closed = await payment.closeOrder({out_trade_no: `${number}N`, sign_type: signType});
  check(closed.result_code === 'SUCCESS', 'an unpaid order is closed');
  const close = out_trade_no => refused(() => payment.closeOrder({out_trade_no, sign_type: signType}), 'it is not closed');
  check((await close(number)) === 'ORDERPAID', 'closing a paid order answers ORDERPAID');
  check((await close(`${number}N`)) === 'ORDERCLOSED', 'closing a closed order answers ORDERCLOSED');
  check((await close(`${number}X`)) === 'ORDERNOTEXIST', 'closing an unknown order answers ORDERNOTEXIST');
  const stranger = client(options, 'f'.repeat(32), notices.url);
  const told = await refused(() => stranger.orderQuery({out_trade_no: number, sign_type: signType}), 'a wrong key is refused');
  check(told === '签名错误，请检查后再试', 'a wrong key answers 签名错误，请检查后再试');

  for (const index of [0, 1]) {
    const {passed, notice, answer} = await notices.next(index);
    check(passed, `the SDK verifies notice ${index + 1}: ${answer}`);
    check(notice.transaction_id === paid.transaction_id && notice.total_fee === '101', 'the notice is about the payment');
    check(notice.sign_type === (signType === 'MD5' ? undefined : signType), 'only HMAC notices name their algorithm');
  }
  let stands;
  do {
    [stands] = (await control(options, 'GET', `/notices?search=${number}`)).notices;
  } while (stands.status === 'pending');
  check(stands.status === 'acknowledged' && stands.attempts.length === 2, 'the second attempt is acknowledged');
  notices.server.close();
  console.log(JSON.stringify({prepay_id: created.prepay_id, pay_params: params}));
}

const names = ['url', 'appid', 'mch-id', 'key-file', 'control', 'control-token-file', 'sign-type'];
const {values} = parseArgs({options: Object.fromEntries(names.map(name => [name, {type: 'string'}]))});
main(values).then(
  () => process.exit(0),
  fault => {
    console.error(`tenpay: ${fault.message}`);
    process.exit(1);
  }
);

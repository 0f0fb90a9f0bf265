// A small shop on tenpay, unmodified, against the built-in gateway: order, re-sign, query, pay, notice, refund, its notice,
// close, bill. Every step that fails ends the program with a sentence that says what was expected.
'use strict';

const fs = require('node:fs');
const Tenpay = require('tenpay');
const {OPENID, check, refused, control, settled, receiveNotices, dayBefore, tiesOut, run} = require('../node/desk.js');

const KINDS = {'/wx/notify': 'pay', '/wx/refund': 'refund'};

function client(options, key, notices, pfx) {
  const payment = new Tenpay({
    appid: options.appid, mchid: options['mch-id'], partnerKey: key, pfx,
    notify_url: `${notices.url}/wx/notify`, refund_url: `${notices.url}/wx/refund`,
  });
  // The SDK has no setting for the host, but its addresses can be replaced.
  for (const [name, url] of Object.entries(payment.urls)) {
    payment.urls[name] = url.replace('https://api.mch.weixin.qq.com', options.url);
  }
  return payment;
}

// The SDK's own middleware verifies and answers; the first notice of each kind is refused, so that the gateway tries again.
async function answer(payment, path, body, index) {
  const context = {request: {body}};
  let passed = false;
  await payment.middleware(KINDS[path])(context, async () => {
    passed = true;
    context.reply(index === 0 ? 'later' : undefined);
  });
  return {reply: context.body, understood: {passed, notice: context.request.weixin, reply: context.body}};
}

async function order(options, payment, number) {
  const signType = options['sign-type'];
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
  return {prepay_id: created.prepay_id, pay_params: params};
}

async function pay(options, payment, number) {
  const sign_type = options['sign-type'];
  const unpaid = await payment.orderQuery({out_trade_no: number, sign_type});
  check(unpaid.trade_state === 'NOTPAY', 'the order is NOTPAY before it is paid');
  await control(options, 'POST', `/orders/${number}/pay`);
  const paid = await payment.orderQuery({out_trade_no: number, sign_type});
  check(paid.trade_state === 'SUCCESS' && paid.attach === '店=1&b', 'the order is SUCCESS after it is paid');
  const found = await payment.orderQuery({transaction_id: paid.transaction_id, sign_type});
  check(found.out_trade_no === number, 'both numbers find it');
  return paid;
}

async function close(options, payment, notices, number) {
  const sign_type = options['sign-type'];
  const closed = await payment.closeOrder({out_trade_no: `${number}N`, sign_type});
  check(closed.result_code === 'SUCCESS', 'an unpaid order is closed');
  for (const [out_trade_no, code] of [[number, 'ORDERPAID'], [`${number}N`, 'ORDERCLOSED'], [`${number}X`, 'ORDERNOTEXIST']]) {
    const told = await refused(() => payment.closeOrder({out_trade_no, sign_type}), `${out_trade_no} is not closed`);
    check(told.message === code, `closing ${out_trade_no} answers ${code}`);
  }
  const stranger = client(options, 'f'.repeat(32), notices);
  const told = await refused(() => stranger.orderQuery({out_trade_no: number, sign_type}), 'a wrong key is refused');
  check(told.message === '签名错误，请检查后再试', 'a wrong key answers 签名错误，请检查后再试');
}

async function noticed(options, notices, number, paid) {
  const signType = options['sign-type'];
  for (const index of [0, 1]) {
    const {passed, notice, reply} = await notices.next('/wx/notify', index);
    check(passed, `the SDK verifies notice ${index + 1}: ${reply}`);
    check(notice.transaction_id === paid.transaction_id && notice.total_fee === '101', 'the notice is about the payment');
    check(notice.sign_type === (signType === 'MD5' ? undefined : signType), 'only HMAC notices name their algorithm');
  }
  const stands = await settled(options, number);
  check(stands.status === 'acknowledged' && stands.attempts.length === 2, 'the second attempt is acknowledged');
}

async function refund(options, payment, notices, key, number) {
  const wanted = {out_trade_no: number, out_refund_no: `${number}R`, total_fee: 101, refund_fee: 40, sign_type: options['sign-type']};
  if (options.p12) {
    const bare = await refused(() => client(options, key, notices).refund(wanted), 'a refund needs the certificate');
    check(bare.message === 'request fail', 'the SDK sees that the status is not 200');
  }
  const taken = await payment.refund(wanted);
  check(taken.refund_fee === '40' && taken.cash_refund_fee === '40', 'a partial refund is taken');
  const again = await payment.refund(wanted);
  check(again.refund_id === taken.refund_id, 'the same refund again is the same refund');
  const other = await refused(() => payment.refund({...wanted, refund_fee: 41}), 'another amount under the number is refused');
  check(other.message === 'REFUND_FEE_MISMATCH', 'another amount answers REFUND_FEE_MISMATCH');
  for (const index of [0, 1]) {
    const {passed, notice, reply} = await notices.next('/wx/refund', index);
    check(passed, `the SDK decrypts notice ${index + 1}: ${reply}`);
    const {refund_id, refund_status, refund_fee} = notice.req_info;
    check(refund_id === taken.refund_id && refund_status === 'SUCCESS' && refund_fee === '40', 'the notice is about the refund');
  }
  const found = await payment.refundQuery({out_refund_no: wanted.out_refund_no, sign_type: wanted.sign_type});
  check(found.refund_status_0 === 'SUCCESS' && found.refund_fee_0 === '40', 'refundquery says what became of it');
  const refunded = await payment.orderQuery({out_trade_no: number, sign_type: wanted.sign_type});
  check(refunded.trade_state === 'REFUND', 'the order is REFUND after it');
}

async function bill(options, payment, paid) {
  const bill_date = paid.time_end.slice(0, 8);
  const {list_data, total_data} = await payment.downloadBill({bill_date, sign_type: options['sign-type']}, true);
  tiesOut({rows: list_data, totals: total_data}, {paid: 101, refunded: 40, trades: 2});
  const none = await refused(() => payment.downloadBill({bill_date: dayBefore(bill_date)}), 'there is no bill of the day before');
  check(none.message === 'No Bill Exist', 'no bill is No Bill Exist');
}

async function shop(options, key) {
  const number = `TENPAY${options['sign-type'].slice(0, 4)}${process.hrtime.bigint() % 10n ** 15n}`;
  const notices = await receiveNotices((path, body, index) => answer(payment, path, body, index));
  const payment = client(options, key, notices, options.p12 && fs.readFileSync(options.p12));
  const result = await order(options, payment, number);
  const paid = await pay(options, payment, number);
  await close(options, payment, notices, number);
  await noticed(options, notices, number, paid);
  await refund(options, payment, notices, key, number);
  await bill(options, payment, paid);
  return result;
}

run('tenpay', shop);

// A small shop on wechatpay-axios-plugin, unmodified, against the built-in gateway: order, re-sign, query, pay, notice,
// refund, its notice, close, bill plain and gzip. Every step that fails ends the program with a sentence.
'use strict';

const {generateKeyPairSync} = require('node:crypto');
const fs = require('node:fs');
const zlib = require('node:zlib');
const {Wechatpay, Transformer, Hash, Aes, Formatter} = require('wechatpay-axios-plugin');
const {OPENID, check, refused, control, settled, receiveNotices, dayBefore, tiesOut, run} = require('../node/desk.js');

// The SDK does not start without keys of APIv3, which nothing here uses.
const V3 = generateKeyPairSync('rsa', {modulusLength: 2048});

function client(options, key, withCertificate) {
  const {cert, key: certKey} = options;
  return new Wechatpay({
    mchid: options['mch-id'], serial: 'own', privateKey: V3.privateKey, certs: {wechat: V3.publicKey}, secret: key,
    baseURL: `${options.url}/`,
    merchant: withCertificate && cert ? {cert: fs.readFileSync(cert), key: fs.readFileSync(certKey)} : undefined,
  }).v2;
}

// What every request carries; the SDK adds nonce_str and sign, and verifies the sign of every answer by its length.
function fields(options, more) {
  const {appid, 'mch-id': mch_id, 'sign-type': sign_type} = options;
  return {appid, mch_id, sign_type, ...more};
}

const told = async (call, sentence) => (await refused(call, sentence)).response.data;

// The notice of a payment is verified with its own sign_type, else MD5; the one of a refund by decrypting it.
function answer(key, path, body, index) {
  const notice = Transformer.toObject(body);
  let good;
  if (path === '/wx/refund') {
    notice.req_info = Transformer.toObject(Aes.AesEcb.decrypt(notice.req_info, Hash.md5(key)));
    good = notice.return_code === 'SUCCESS';
  } else {
    good = Hash.equals(Hash.sign(notice.sign_type ?? 'MD5', notice, key), notice.sign);
  }
  const reply = Transformer.toXml({return_code: good && index > 0 ? 'SUCCESS' : 'FAIL'});
  return {reply, understood: {good, notice}};
}

async function order(options, pay, number, key, notices) {
  const {appid, 'sign-type': signType} = options;
  const order = fields(options, {
    body: '测试商城-T恤 & "帽子"', total_fee: 101, attach: '店=1&b', device_info: 'WEB', spbill_create_ip: '127.0.0.1',
    notify_url: `${notices.url}/wx/notify`,
  });
  const {data: created} = await pay.unifiedorder.post({...order, trade_type: 'JSAPI', openid: OPENID, out_trade_no: number});
  check(created.prepay_id.length === 36, 'prepay_id has 36 characters');
  check(created.sign.length === (signType === 'MD5' ? 32 : 64), 'the answer is signed with the algorithm of the request');
  const {data: native} = await pay.unifiedorder.post({...order, trade_type: 'NATIVE', product_id: 'P1', out_trade_no: `${number}N`});
  check(native.code_url.startsWith('weixin://wxpay/bizpayurl'), 'NATIVE gives a code_url');
  const params = {
    appId: appid, timeStamp: `${Formatter.timestamp()}`, nonceStr: Formatter.nonce(),
    package: `prepay_id=${created.prepay_id}`, signType,
  };
  params.paySign = Hash.sign(signType, params, key);
  return {prepay_id: created.prepay_id, pay_params: params};
}

async function paid(options, pay, number) {
  const {data: unpaid} = await pay.orderquery.post(fields(options, {out_trade_no: number}));
  check(unpaid.trade_state === 'NOTPAY', 'the order is NOTPAY before it is paid');
  await control(options, 'POST', `/orders/${number}/pay`);
  const {data: found} = await pay.orderquery.post(fields(options, {out_trade_no: number}));
  check(found.trade_state === 'SUCCESS' && found.attach === '店=1&b', 'the order is SUCCESS after it is paid');
  return found;
}

async function close(options, pay, number) {
  const {data: closed} = await pay.closeorder.post(fields(options, {out_trade_no: `${number}N`}));
  check(closed.result_code === 'SUCCESS', 'an unpaid order is closed');
  const {err_code} = await told(() => pay.closeorder.post(fields(options, {out_trade_no: number})), 'a paid order is not closed');
  check(err_code === 'ORDERPAID', 'closing a paid order answers ORDERPAID');
  const stranger = client(options, 'f'.repeat(32), false).pay;
  const wrong = await told(() => stranger.orderquery.post(fields(options, {out_trade_no: number})), 'a wrong key is refused');
  check(wrong.return_msg === '签名错误，请检查后再试', 'a wrong key answers 签名错误，请检查后再试');
}

async function noticed(options, notices, number, transaction_id) {
  for (const index of [0, 1]) {
    const {good, notice} = await notices.next('/wx/notify', index);
    check(good && notice.transaction_id === transaction_id, `notice ${index + 1} verifies and is about the payment`);
  }
  const stands = await settled(options, number);
  check(stands.status === 'acknowledged' && stands.attempts.length === 2, 'the second attempt is acknowledged');
}

async function refund(options, wxpay, notices, key, number) {
  const wanted = fields(options, {
    out_trade_no: number, out_refund_no: `${number}R`, total_fee: 101, refund_fee: 40, notify_url: `${notices.url}/wx/refund`,
  });
  if (options.cert) {
    const bare = client(options, key, false);
    const fault = await refused(() => bare.secapi.pay.refund.post(wanted, {security: true}), 'a refund needs the certificate');
    check(fault.response.status === 400, 'nginx answers 400 to a refund without the certificate');
  }
  const {data: taken} = await wxpay.secapi.pay.refund.post(wanted, {security: true});
  check(taken.refund_fee === '40' && taken.refund_id.startsWith('50'), 'a partial refund is taken');
  for (const index of [0, 1]) {
    const {good, notice} = await notices.next('/wx/refund', index);
    const {refund_id, refund_status} = notice.req_info;
    check(good && refund_id === taken.refund_id && refund_status === 'SUCCESS', `notice ${index + 1} is about the refund`);
  }
  const {data: found} = await wxpay.pay.refundquery.post(fields(options, {out_trade_no: number}));
  check(found.refund_count === '1' && found.refund_status_0 === 'SUCCESS', 'refundquery says what became of it');
  const {err_code} = await told(
    () => wxpay.secapi.pay.refund.post({...wanted, out_refund_no: `${number}S`, refund_fee: 62}, {security: true}),
    'more than is left is not refunded'
  );
  check(err_code === 'INVALID_REQUEST', 'more than is left answers INVALID_REQUEST');
}

async function bills(options, pay, time_end) {
  const bill = fields(options, {bill_date: time_end.slice(0, 8), bill_type: 'ALL'});
  const raw = {responseType: 'arraybuffer', transformResponse: []};
  const {data: plain} = await pay.downloadbill.post(bill, raw);
  const {data: packed, headers} = await pay.downloadbill.post({...bill, tar_type: 'GZIP'}, raw);
  check(headers['content-encoding'] === undefined && packed[0] === 0x1f && packed[1] === 0x8b, 'GZIP gives the bytes of a gzip file');
  const text = plain.toString('utf8');
  check(zlib.gunzipSync(packed).equals(plain), 'the packed bill is the plain one');
  const lines = text.split('\r\n').filter(line => line).map(line => line.replace(/^`/, '').split(',`'));
  tiesOut({rows: lines.slice(1, -2), totals: lines.at(-1)}, {paid: 101, refunded: 40, trades: 2});
  const before = {...bill, bill_date: dayBefore(bill.bill_date)};
  const none = await told(() => pay.downloadbill.post(before), 'there is no bill of the day before');
  check(none.return_msg === 'No Bill Exist' && none.error_code === '20002', 'no bill is No Bill Exist, 20002');
}

async function shop(options, key) {
  const number = `AXIOS${options['sign-type'].slice(0, 4)}${process.hrtime.bigint() % 10n ** 15n}`;
  const notices = await receiveNotices((path, body, index) => answer(key, path, body, index));
  const wxpay = client(options, key, true);
  const result = await order(options, wxpay.pay, number, key, notices);
  const {transaction_id, time_end} = await paid(options, wxpay.pay, number);
  await close(options, wxpay.pay, number);
  await noticed(options, notices, number, transaction_id);
  await refund(options, wxpay, notices, key, number);
  await bills(options, wxpay.pay, time_end);
  return result;
}

run('wechatpay-axios-plugin', shop);

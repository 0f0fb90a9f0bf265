// What the shops in JavaScript share: the gateway's control, a receiver of notices, and sentences about what was expected.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const {parseArgs} = require('node:util');

const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
const NAMES = ['url', 'appid', 'mch-id', 'key-file', 'control', 'control-token-file', 'sign-type', 'p12', 'cert', 'key'];

function check(holds, sentence) {
  if (!holds) throw new Error(`expected that ${sentence}`);
}

async function refused(call, sentence) {
  const fault = await call().then(() => null, fault => fault);
  check(fault, sentence);
  return fault;
}

async function control(options, method, path) {
  const token = fs.readFileSync(options['control-token-file'], 'utf8').trim();
  const answer = await fetch(options.control + path, {method, headers: {authorization: `Bearer ${token}`}});
  check(answer.ok, `the gateway does ${method} ${path}`);
  return answer.json();
}

// The notice about the payment of an order, once it no longer waits for its next attempt.
async function settled(options, number) {
  for (;;) {
    const {notices} = await control(options, 'GET', `/notices?search=${number}`);
    const notice = notices.find(notice => !notice.out_refund_no);
    if (notice && notice.status !== 'pending') return notice;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// Receives notices on a loopback port. `answer(path, body, index)` gives what the shop says to the index-th one on a path
// and what it understood; `next(path, index)` waits for it.
function receiveNotices(answer) {
  const seen = {};
  const waiting = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const kept = (seen[request.url] ??= []);
    const {reply, understood} = await answer(request.url, Buffer.concat(chunks).toString('utf8'), kept.length);
    kept.push(understood);
    response.setHeader('Content-Type', 'application/xml; charset=utf-8');
    response.end(reply);
    for (const wake of waiting.splice(0)) wake();
  });
  const next = async (path, index) => {
    while ((seen[path]?.length ?? 0) <= index) await new Promise(resolve => waiting.push(resolve));
    return seen[path][index];
  };
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve({url: `http://127.0.0.1:${server.address().port}`, next, server}))
  );
}

// The day before one of the form 20240102, on which nothing was sold.
function dayBefore(day) {
  const [, year, month, date] = day.match(/^(\d{4})(\d\d)(\d\d)$/).map(Number);
  return new Date(Date.UTC(year, month - 1, date - 1)).toISOString().slice(0, 10).replaceAll('-', '');
}

// Yuan as a bill writes them, in fen.
function fen(yuan) {
  check(/^-?\d+\.\d\d$/.test(yuan), `${yuan} is an amount in yuan`);
  return Number(yuan.replace('.', ''));
}

// Whether the last line of a bill of type ALL is the sum of its rows, and says what the shop did: `paid` and `refunded` fen.
function tiesOut({rows, totals}, {paid, refunded, trades}) {
  const sum = column => rows.reduce((total, row) => total + fen(row[column]), 0);
  const [count, settled, refunds, coupons, , ordered, applied] = totals;
  check(rows.every(row => row.length === 27) && totals.length === 7, 'every row has 27 columns and the summary 7');
  check(Number(count) === rows.length && rows.length === trades, `the bill has ${trades} trades, not ${rows.length}`);
  check(fen(settled) === sum(12) && fen(refunds) === sum(16) && fen(coupons) === sum(17), 'the sums are those of the rows');
  check(fen(ordered) === sum(24) && fen(applied) === sum(25), 'the sums of orders and applications are those of the rows');
  check(fen(ordered) === paid && fen(applied) === refunded, 'the sums are what was paid and refunded');
}

function run(name, shop) {
  const {values} = parseArgs({options: Object.fromEntries(NAMES.map(name => [name, {type: 'string'}]))});
  shop(values, fs.readFileSync(values['key-file'], 'utf8').trim()).then(
    result => {
      console.log(JSON.stringify(result));
      process.exit(0);
    },
    fault => {
      console.error(`${name}: ${fault.stack}`);
      process.exit(1);
    }
  );
}

module.exports = {OPENID, check, refused, control, settled, receiveNotices, dayBefore, tiesOut, run};

"""A small shop on wechatpy, unmodified, against the built-in gateway: order, re-sign, query, pay, notice, refund, its
notice, close, bill, fund flow.

Every step that fails ends the program with a sentence that says what was expected.
"""

import argparse
import hashlib
import json
import queue
import ssl
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from wechatpy.exceptions import InvalidSignatureException, WeChatPayException
from wechatpy.pay import WeChatPay

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
ACCEPTED = b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
REFUSED = b"<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[later]]></return_msg></xml>"


def check(holds, sentence):
    if not holds:
        sys.exit(f"wechatpy: expected that {sentence}")


class Notices:
    """Receives notices on a loopback port; refuses the first on each path, so that the gateway has to try again."""

    def __init__(self):
        received = self.received = {"/wx/notify": queue.Queue(), "/wx/refund": queue.Queue()}
        answers = {path: iter([REFUSED]) for path in received}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = next(answers[self.path], ACCEPTED)
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                received[self.path].put((self.headers, body))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Control:
    def __init__(self, url, token_file, ca):
        self.url = url
        self.token = Path(token_file).read_text().strip()
        trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trusting)

    def call(self, method, path):
        request = urllib.request.Request(self.url + path, method=method, headers={"Authorization": f"Bearer {self.token}"})
        with self.opener.open(request, timeout=10) as answer:
            return json.load(answer)


def refused(call, sentence):
    try:
        call()
    except WeChatPayException as fault:
        return fault
    sys.exit(f"wechatpy: expected that {sentence}")


def client(options, key, with_certificate=True):
    pair = {"mch_cert": options.cert, "mch_key": options.key} if with_certificate and options.cert else {}
    pay = WeChatPay(options.appid, key, options.mch_id, timeout=15, **pair)
    pay.API_BASE_URL = options.url + "/"
    # A proxy of the environment would take the requests away from this machine.
    pay._http.trust_env = False
    if options.ca:
        pay._http.verify = options.ca
    return pay


def verified(pay, answer, sentence):
    check(pay.check_signature(dict(answer)), f"the SDK verifies the sign of {sentence}")
    return answer


def resign(pay, options, key, prepay_id):
    params = pay.jsapi.get_jsapi_params(prepay_id)
    string = "appId={appId}&nonceStr={nonceStr}&package={package}&signType={signType}&timeStamp={timeStamp}&key=".format(**params) + key
    check(hashlib.md5(string.encode()).hexdigest().upper() == params["paySign"], "paySign is the MD5 over the five fields")
    app = pay.order.get_appapi_params(prepay_id)
    check(app["prepayid"] == prepay_id and len(app["sign"]) == 32, "the APP parameters are signed")
    return params


def await_notice(pay, notices, control, out_trade_no, transaction_id):
    for attempt in (1, 2):
        headers, body = notices.received["/wx/notify"].get(timeout=30)
        check(headers["Content-Type"] == "text/xml", "a notice is text/xml")
        notice = pay.parse_payment_result(body)
        check(notice["out_trade_no"] == out_trade_no, f"attempt {attempt} is about the paid order")
        check(notice["transaction_id"] == transaction_id, "the notice names the transaction of the query")
        check(notice["total_fee"] == 101 and notice["attach"] == "店=1&b", "the notice carries amount and attach")
    try:
        pay.parse_payment_result(body.replace(b"101", b"100"))
        sys.exit("wechatpy: expected that a changed notice is refused by the SDK")
    except InvalidSignatureException:
        pass
    for _ in range(200):
        of_order = control.call("GET", f"/notices?search={out_trade_no}")["notices"]
        stands = next(notice for notice in of_order if not notice.get("out_refund_no"))
        if stands["status"] == "acknowledged":
            break
        time.sleep(0.05)
    check(stands["status"] == "acknowledged" and len(stands["attempts"]) == 2, "the second attempt is acknowledged")


def refund(pay, options, key, notices, number):
    wanted = {"out_trade_no": number, "out_refund_no": number + "R", "notify_url": notices.url + "/wx/refund"}
    if options.cert:
        bare = refused(lambda: client(options, key, False).refund.apply(101, 40, **wanted), "a refund needs the certificate")
        told = bare.response
        check(told.status_code == 400 and "No required SSL certificate was sent" in told.text, "nginx answers 400 without it")
    taken = verified(pay, pay.refund.apply(101, 40, **wanted), "refund")
    check(taken["refund_fee"] == "40" and taken["refund_id"].startswith("50"), "a partial refund is taken")
    for attempt in (1, 2):
        _, body = notices.received["/wx/refund"].get(timeout=30)
        notice = pay.parse_refund_notify_result(body)
        check(notice["refund_id"] == taken["refund_id"] and notice["refund_status"] == "SUCCESS", f"attempt {attempt} is about the refund")
        check(notice["refund_fee"] == 40 and notice["total_fee"] == 101, "the notice carries the amounts")
    found = verified(pay, pay.refund.query(out_refund_no=number + "R"), "refundquery")
    check(found["refund_status_0"] == "SUCCESS" and found["refund_fee_0"] == "40", "refundquery says what became of it")
    fault = refused(lambda: pay.refund.apply(101, 41, **wanted), "another amount under the number is refused")
    check(fault.errcode == "REFUND_FEE_MISMATCH", "another amount answers REFUND_FEE_MISMATCH")
    fault = refused(lambda: pay.refund.query(out_refund_no=number + "X"), "an unknown refund is not found")
    check(fault.errcode == "REFUNDNOTEXIST", "an unknown refund answers REFUNDNOTEXIST")


def rows(bill):
    """The fields of each line of a bill below its first."""
    check(isinstance(bill, str), "a bill is text and no XML")
    return [line.removeprefix("`").split(",`") for line in bill.lstrip("\ufeff").splitlines()[1:]]


def fen(yuan):
    return int(yuan.replace(".", ""))


def bills(pay, options, day):
    *trades, _, totals = rows(pay.tools.download_bill(day))
    ordered, applied = (sum(fen(trade[column]) for trade in trades) for column in (24, 25))
    check((len(trades), ordered, applied) == (2, 101, 40), "the bill has the payment and the refund")
    check((int(totals[0]), fen(totals[5]), fen(totals[6])) == (2, ordered, applied), "its sums tie out")
    fault = refused(lambda: pay.tools.download_bill(day, "RECHARGE_REFUND"), "there is no such bill")
    check(fault.return_msg == "No Bill Exist", "no bill is No Bill Exist")
    *flows, _, totals = rows(pay.tools.download_fundflow(day))
    check(int(totals[0]) == len(flows) >= 2, "the fund flow, in HMAC-SHA256, counts its rows")


def run(options):
    key = Path(options.key_file).read_text().strip()
    pay, control, notices = client(options, key), Control(options.control, options.control_token_file, options.ca), Notices()
    number = f"WECHATPY{time.time_ns() % 10**15:015d}"
    order = {"total_fee": 101, "notify_url": notices.url + "/wx/notify", "client_ip": "127.0.0.1", "attach": "店=1&b", "device_info": "WEB"}

    created = verified(pay, pay.order.create("JSAPI", '测试商城-T恤 & "帽子"', user_id=OPENID, out_trade_no=number, **order), "unifiedorder")
    check(len(created["prepay_id"]) == 36, "prepay_id has 36 characters")
    params = resign(pay, options, key, created["prepay_id"])
    native = pay.order.create("NATIVE", "扫码", out_trade_no=number + "N", product_id="P1", **order)
    check(native["code_url"].startswith("weixin://wxpay/bizpayurl"), "NATIVE gives a code_url")
    scene = {"h5_info": {"type": "Wap", "wap_url": "https://shop.example.com", "wap_name": "测试"}}
    mweb = pay.order.create("MWEB", "H5", out_trade_no=number + "H", scene_info=scene, **order)
    check("prepay_id=" + mweb["prepay_id"] in mweb["mweb_url"], "MWEB gives a mweb_url")

    unpaid = verified(pay, pay.order.query(out_trade_no=number), "orderquery, unpaid")
    check(unpaid["trade_state"] == "NOTPAY" and unpaid["total_fee"] == "101", "the order is NOTPAY before it is paid")
    control.call("POST", f"/orders/{number}/pay")
    paid = verified(pay, pay.order.query(out_trade_no=number), "orderquery, paid")
    check(paid["trade_state"] == "SUCCESS" and paid["transaction_id"].startswith("4200"), "the order is SUCCESS after it is paid")
    check(pay.order.query(transaction_id=paid["transaction_id"])["out_trade_no"] == number, "both numbers find it")

    verified(pay, pay.order.close(number + "N"), "closeorder")
    check(pay.order.query(out_trade_no=number + "N")["trade_state"] == "CLOSED", "a closed order is CLOSED")
    fault = refused(lambda: pay.order.close(number), "a paid order is not closed")
    check(fault.errcode == "ORDERPAID", "closing a paid order answers ORDERPAID")
    fault = refused(lambda: pay.order.create("NATIVE", "x", out_trade_no=number + "H", product_id="P1", **order), "a number is not used twice")
    check((fault.errcode, fault.errmsg) == ("INVALID_REQUEST", "201 商户订单号重复"), "a used number answers 201 商户订单号重复")
    fault = refused(lambda: pay.order.query(out_trade_no=number + "X"), "an unknown order is not found")
    check(fault.errcode == "ORDERNOTEXIST", "an unknown order answers ORDERNOTEXIST")
    fault = refused(lambda: client(options, "f" * 32).order.query(out_trade_no=number), "a wrong key is refused")
    check((fault.return_code, fault.errmsg) == ("FAIL", None) and fault.return_msg == "签名错误，请检查后再试", "a wrong key answers 签名错误，请检查后再试")

    await_notice(pay, notices, control, number, paid["transaction_id"])
    refund(pay, options, key, notices, number)
    bills(pay, options, paid["time_end"][:8])
    print(json.dumps({"prepay_id": created["prepay_id"], "pay_params": params}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("url", "appid", "mch-id", "key-file", "control", "control-token-file"):
        parser.add_argument("--" + name, required=True)
    for name in ("ca", "cert", "key"):
        parser.add_argument("--" + name)
    run(parser.parse_args())

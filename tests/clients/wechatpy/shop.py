"""A small shop on wechatpy, unmodified, against the built-in gateway: order, re-sign, query, pay, notice, close.

Every step that fails ends the program with a sentence that says what was expected.
"""

import argparse
import hashlib
import json
import queue
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
    """Receives notices on a loopback port; refuses the first, so that the gateway has to try again."""

    def __init__(self):
        received = self.received = queue.Queue()
        answers = iter([REFUSED])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = next(answers, ACCEPTED)
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                received.put((self.headers, body))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/wx/notify"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Control:
    def __init__(self, url, token_file):
        self.url = url
        self.token = Path(token_file).read_text().strip()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

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


def client(options, key):
    pay = WeChatPay(options.appid, key, options.mch_id, timeout=15)
    pay.API_BASE_URL = options.url + "/"
    # A proxy of the environment would take the requests away from this machine.
    pay._http.trust_env = False
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
        headers, body = notices.received.get(timeout=30)
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
    for _ in range(100):
        stands = control.call("GET", f"/notices?search={out_trade_no}")["notices"][0]
        if stands["status"] == "acknowledged":
            break
        time.sleep(0.05)
    check(stands["status"] == "acknowledged" and len(stands["attempts"]) == 2, "the second attempt is acknowledged")


def run(options):
    key = Path(options.key_file).read_text().strip()
    pay, control, notices = client(options, key), Control(options.control, options.control_token_file), Notices()
    number = f"WECHATPY{time.time_ns() % 10**15:015d}"
    order = {"total_fee": 101, "notify_url": notices.url, "client_ip": "127.0.0.1", "attach": "店=1&b", "device_info": "WEB"}

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
    print(json.dumps({"prepay_id": created["prepay_id"], "pay_params": params}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("url", "appid", "mch-id", "key-file", "control", "control-token-file"):
        parser.add_argument("--" + name, required=True)
    run(parser.parse_args())

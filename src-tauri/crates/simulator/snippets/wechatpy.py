# pip install wechatpy[cryptography]
# 地址是类属性 API_BASE_URL。(The host is the class attribute API_BASE_URL.)
{{#tls}}
# requests 须信任网关的 CA (let requests trust the gateway's CA):
#   REQUESTS_CA_BUNDLE="{{ca}}" python shop.py
{{/tls}}
from pathlib import Path
from time import time

from wechatpy.pay import WeChatPay


class GatewayPay(WeChatPay):
    API_BASE_URL = "{{url}}/"


pay = GatewayPay(
    appid="{{appid}}",
    api_key=Path("key.txt").read_text().strip(),
    mch_id="{{mch_id}}",
{{#tls}}
    # 退款要用 (refunds need them)
    mch_cert="{{cert}}",
    mch_key="{{key}}",
{{/tls}}
)
number = f"T{int(time() * 1000)}"
print(pay.order.create(
    trade_type="NATIVE",
    body="测试商品",
    total_fee=101,
    notify_url="http://127.0.0.1:8080/notify",
    client_ip="127.0.0.1",
    out_trade_no=number,
    product_id="P1",
))
print(pay.order.query(out_trade_no=number))

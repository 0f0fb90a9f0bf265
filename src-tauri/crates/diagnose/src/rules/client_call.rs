//! The second signature: what the payer's device is given, call by call, for a comparison side by side.

/// One parameter of a client call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallField {
    /// The name in the string to sign.
    pub signed_as: &'static str,
    /// The name in the call; nothing where the call does not take it.
    pub passed_as: Option<&'static str>,
    /// What its value is, in Chinese.
    pub chinese: &'static str,
    /// What its value is, in English.
    pub english: &'static str,
}

/// One client call.
#[derive(Clone, Copy, Debug)]
pub struct ClientCall {
    /// A stable word for programs: `requestPayment`.
    pub code: &'static str,
    /// How the call is written.
    pub title: &'static str,
    /// The kind of the call: `jsapi`, `app` or `native`.
    pub kind: &'static str,
    /// What is signed, sorted by name.
    pub fields: &'static [CallField],
    /// The name of the sign in the call.
    pub sign_name: &'static str,
}

const fn field(
    signed_as: &'static str,
    passed_as: Option<&'static str>,
    chinese: &'static str,
    english: &'static str,
) -> CallField {
    CallField { signed_as, passed_as, chinese, english }
}

const APP_ID: (&str, &str) = (
    "下单所用的 appid（服务商模式下传了 sub_appid 则用它）",
    "the appid of the order (sub_appid, where the order had one)",
);
const NONCE: (&str, &str) = ("随机串，与签名时是同一个", "a random text, the very one that was signed");
const PREPAY: (&str, &str) = ("prepay_id= 加上下单返回的 prepay_id", "prepay_id= and the order's prepay_id");
const SIGN_TYPE: (&str, &str) = ("与下单相同：MD5 或 HMAC-SHA256", "that of the order: MD5 or HMAC-SHA256");
const SECONDS: (&str, &str) = ("秒级时间戳，10 位，字符串", "seconds since 1970, ten digits, as a string");

const fn worded(
    signed_as: &'static str,
    passed_as: Option<&'static str>,
    words: (&'static str, &'static str),
) -> CallField {
    field(signed_as, passed_as, words.0, words.1)
}

/// What a page and a mini program sign alike, though they do not pass all of it under the same names.
const fn jsapi(app_id: Option<&'static str>, time_stamp: &'static str) -> [CallField; 5] {
    [
        worded("appId", app_id, APP_ID),
        worded("nonceStr", Some("nonceStr"), NONCE),
        worded("package", Some("package"), PREPAY),
        worded("signType", Some("signType"), SIGN_TYPE),
        worded("timeStamp", Some(time_stamp), SECONDS),
    ]
}

/// All calls: mini program, in-app page by bridge and by JS-SDK, APP, and the link of a static NATIVE code.
pub const CALLS: &[ClientCall] = &[
    ClientCall {
        code: "requestPayment",
        title: "wx.requestPayment",
        kind: "jsapi",
        fields: &jsapi(None, "timeStamp"),
        sign_name: "paySign",
    },
    ClientCall {
        code: "getBrandWCPayRequest",
        title: "WeixinJSBridge.invoke('getBrandWCPayRequest')",
        kind: "jsapi",
        fields: &jsapi(Some("appId"), "timeStamp"),
        sign_name: "paySign",
    },
    ClientCall {
        code: "chooseWXPay",
        title: "wx.chooseWXPay",
        kind: "jsapi",
        // The call's own name has a small s; the string to sign keeps the capital one.
        fields: &jsapi(None, "timestamp"),
        sign_name: "paySign",
    },
    ClientCall {
        code: "app",
        title: "APP SDK (PayReq)",
        kind: "app",
        fields: &[
            worded("appid", Some("appid"), APP_ID),
            worded("noncestr", Some("noncestr"), NONCE),
            field("package", Some("package"), "固定为 Sign=WXPay", "always Sign=WXPay"),
            field(
                "partnerid",
                Some("partnerid"),
                "商户号（服务商模式下是子商户号）",
                "the mch_id (sub_mch_id in partner mode)",
            ),
            field(
                "prepayid",
                Some("prepayid"),
                "下单返回的 prepay_id，不加前缀",
                "the order's prepay_id without a prefix",
            ),
            worded("timestamp", Some("timestamp"), SECONDS),
        ],
        sign_name: "sign",
    },
    ClientCall {
        code: "native",
        title: "weixin://wxpay/bizpayurl",
        kind: "native",
        fields: &[
            worded("appid", Some("appid"), APP_ID),
            field("mch_id", Some("mch_id"), "商户号", "the mch_id"),
            worded("nonce_str", Some("nonce_str"), NONCE),
            field("product_id", Some("product_id"), "商品 ID，至多 32 字节", "the product's id, at most 32 bytes"),
            worded("time_stamp", Some("time_stamp"), SECONDS),
        ],
        sign_name: "sign",
    },
];

impl ClientCall {
    /// The string to sign with a place holder for each value and without a key: `appId=…&nonceStr=…`.
    pub fn template(&self) -> String {
        let pairs: Vec<String> = self
            .fields
            .iter()
            .map(|field| {
                let value = match (self.kind, field.signed_as) {
                    ("jsapi", "package") => "prepay_id=…",
                    ("app", "package") => "Sign=WXPay",
                    _ => "…",
                };
                format!("{}={value}", field.signed_as)
            })
            .collect();
        pairs.join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_template_stands_in_the_order_that_is_signed() {
        for call in CALLS {
            assert!(call.fields.is_sorted_by_key(|field| field.signed_as), "{}", call.code);
        }
    }

    #[test]
    fn the_calls_differ_where_people_mix_them_up() {
        let call = |code: &str| CALLS.iter().find(|call| call.code == code).unwrap();
        let passed = |code: &str, name: &str| {
            call(code).fields.iter().find(|field| field.signed_as == name).and_then(|field| field.passed_as)
        };
        assert_eq!(passed("chooseWXPay", "timeStamp"), Some("timestamp"));
        assert_eq!(passed("getBrandWCPayRequest", "timeStamp"), Some("timeStamp"));
        assert_eq!(passed("requestPayment", "appId"), None);
        assert_eq!(call("app").template(), "appid=…&noncestr=…&package=Sign=WXPay&partnerid=…&prepayid=…&timestamp=…");
        assert_eq!(call("requestPayment").template(), "appId=…&nonceStr=…&package=prepay_id=…&signType=…&timeStamp=…");
    }
}

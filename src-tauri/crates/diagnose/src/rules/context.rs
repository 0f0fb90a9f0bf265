//! Where a message belongs: a request to an endpoint, a client call, a notification or an answer.

use serde::{Serialize, Serializer};
use wxpay_protocol::Params;

use super::Endpoint;
use crate::Input;

/// Where a message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A request to this endpoint.
    Endpoint(Endpoint),
    /// The call of an in-app page or a mini program.
    Jsapi,
    /// The call of the APP SDK.
    App,
    /// The link of a static NATIVE code.
    Native,
    /// A payment notification [支付结果通知].
    PayNotify,
    /// A refund notification [退款结果通知].
    RefundNotify,
    /// The gateway's answer to a request.
    Answer,
}

impl Context {
    /// The context for a word of the command line: an endpoint's name or path, `jsapi`, `app`, `native`, `pay-notify`,
    /// `refund-notify`, `answer`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "jsapi" => Self::Jsapi,
            "app" => Self::App,
            "native" => Self::Native,
            "pay-notify" => Self::PayNotify,
            "refund-notify" => Self::RefundNotify,
            "answer" => Self::Answer,
            endpoint => Self::Endpoint(Endpoint::parse(endpoint)?),
        })
    }

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint(endpoint) => endpoint.name(),
            Self::Jsapi => "jsapi",
            Self::App => "app",
            Self::Native => "native",
            Self::PayNotify => "pay-notify",
            Self::RefundNotify => "refund-notify",
            Self::Answer => "answer",
        }
    }

    /// What an input is by its fields; nothing where several would do, such as a bare out_trade_no.
    pub fn detect(input: &Input) -> Option<Self> {
        Self::of(&input.params)
    }

    /// As [`Context::detect`], from the fields alone.
    pub fn of(params: &Params) -> Option<Self> {
        let has = |name: &str| params.get(name).is_some();
        let any = |names: &[&str]| names.iter().any(|name| has(name));
        if has("req_info") {
            return Some(Self::RefundNotify);
        }
        // An order whose appid is written appId is still an order.
        let order = any(&["out_trade_no", "total_fee", "mch_id", "notify_url"]);
        let call = any(&["paySign", "package", "prepayid", "prepayId", "partnerid", "partnerId"]);
        if call || !order {
            // An APP call written with the names of a mini program is still one: only it names the merchant.
            if any(&["partnerid", "prepayid", "noncestr", "partnerId", "prepayId"]) && !has("paySign") {
                return Some(Self::App);
            }
            if any(&["paySign", "appId", "nonceStr", "timeStamp"]) {
                return Some(Self::Jsapi);
            }
        }
        if has("time_stamp") && has("product_id") {
            return Some(Self::Native);
        }
        if any(&["return_code", "result_code", "retcode"]) && !has("interface_url") {
            let notice = has("transaction_id") && has("time_end") && !any(&["trade_state", "return_msg"]);
            return Some(if notice { Self::PayNotify } else { Self::Answer });
        }
        // The gateway's question for a static NATIVE code is signed like an answer.
        if has("is_subscribe") {
            return Some(if has("transaction_id") { Self::PayNotify } else { Self::Answer });
        }
        endpoint_name(&any, params).and_then(Endpoint::parse).map(Self::Endpoint)
    }

    /// Whether WeChat's side made the message and may add fields at any time.
    pub const fn is_from_wechat(self) -> bool {
        matches!(self, Self::PayNotify | Self::RefundNotify | Self::Answer)
    }

    /// Whether it is what a device is given.
    pub const fn is_client_call(self) -> bool {
        matches!(self, Self::Jsapi | Self::App | Self::Native)
    }
}

/// The endpoint by the fields that only it has.
fn endpoint_name(any: &dyn Fn(&[&str]) -> bool, params: &Params) -> Option<&'static str> {
    const MARKS: &[(&[&str], &str)] = &[
        (&["workwx_sign"], "sendworkwxredpack"),
        (&["mch_appid", "mchid", "check_name"], "transfers"),
        (&["wxappid", "mch_billno"], "sendredpack"),
        (&["coupon_stock_id"], "send_coupon"),
        (&["receivers"], "profitsharing"),
        (&["out_return_no"], "profitsharingreturn"),
        (&["interface_url"], "report"),
        (&["long_url"], "shorturl"),
        (&["account_type"], "downloadfundflow"),
        (&["bill_date", "bill_type"], "downloadbill"),
        (&["begin_time"], "batchquerycomment"),
        (&["refund_fee"], "refund"),
    ];
    if any(&["auth_code"]) {
        return Some(if any(&["total_fee", "body"]) { "micropay" } else { "authcodetoopenid" });
    }
    if let Some((_, name)) = MARKS.iter().find(|(marks, _)| any(marks)) {
        return Some(name);
    }
    if any(&["trade_type", "notify_url", "spbill_create_ip"]) {
        return Some("unifiedorder");
    }
    if any(&["refund_id", "out_refund_no"]) {
        return Some("refundquery");
    }
    let only_key_request = params.get("mch_id").is_some()
        && params.iter().all(|(name, _)| matches!(name, "mch_id" | "nonce_str" | "sign"));
    only_key_request.then_some("getsignkey")
}

/// Serialises as the word of the command line.
impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(names: &[&str]) -> Option<&'static str> {
        let params = Params::from_pairs(names.iter().map(|name| (*name, "1"))).unwrap();
        Context::of(&params).map(Context::as_str)
    }

    #[test]
    fn every_word_names_one_context_and_back() {
        let words = ["jsapi", "app", "native", "pay-notify", "refund-notify", "answer"];
        for word in words.into_iter().chain(Endpoint::all().map(Endpoint::name)) {
            assert_eq!(Context::parse(word).map(Context::as_str), Some(word));
        }
        assert_eq!(Context::parse("/pay/orderquery").map(Context::as_str), Some("orderquery"));
        assert_eq!(Context::parse("JSAPI"), None);
    }

    #[test]
    fn a_message_is_recognised_by_the_fields_that_only_it_has() {
        for (names, context) in [
            (&["appid", "body", "total_fee", "notify_url", "trade_type"][..], "unifiedorder"),
            (&["appid", "body", "total_fee", "auth_code", "spbill_create_ip"], "micropay"),
            (&["appid", "out_refund_no", "refund_fee", "notify_url"], "refund"),
            (&["appid", "out_refund_no"], "refundquery"),
            (&["appid", "return_code", "prepay_id"], "answer"),
            (&["appid", "return_code", "transaction_id", "time_end"], "pay-notify"),
            (&["appid", "return_code", "return_msg", "transaction_id", "time_end"], "answer"),
            (&["appid", "req_info", "return_code"], "refund-notify"),
            (&["timeStamp", "nonceStr", "package"], "jsapi"),
            (&["appid", "partnerid", "timestamp", "sign"], "app"),
            (&["appid", "mch_id", "product_id", "time_stamp"], "native"),
            (&["mch_id", "nonce_str", "sign"], "getsignkey"),
            (&["mch_appid", "amount"], "transfers"),
            (&["appId", "mch_id", "nonceStr", "total_fee", "trade_type"], "unifiedorder"),
            (&["appId", "partnerId", "prepayId", "package", "timeStamp"], "app"),
        ] {
            assert_eq!(detected(names), Some(context), "{names:?}");
        }
    }

    #[test]
    fn a_message_that_fits_several_endpoints_is_none_of_them() {
        assert_eq!(detected(&["appid", "mch_id", "out_trade_no", "nonce_str", "sign"]), None);
    }
}

//! Names: how those of client calls are spelled elsewhere, what code calls them, which are usual.

use crate::knowledge::CauseId;

/// A name of a client call and the other ways to write it.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) is_appid: bool,
}

const fn named(name: &'static str, aliases: &'static [&'static str]) -> Named {
    Named { name, aliases, is_appid: false }
}

const APPID: &[&str] = &["appId", "appid", "appID", "AppId", "AppID", "app_id", "Appid"];
const NONCE: &[&str] = &["nonceStr", "noncestr", "nonce_str", "nonce", "NonceStr", "nonceString"];
const TIME: &[&str] = &["timeStamp", "timestamp", "time_stamp", "TimeStamp", "Timestamp", "time", "timeStampStr"];
const PACKAGE: &[&str] = &[
    "package",
    "packageValue",
    "payPackage",
    "package_",
    "_package",
    "packages",
    "package_value",
    "packageStr",
    "packageName",
    "pkg",
    "Package",
    "packAge",
    "prepayPackage",
    "wxPackage",
    "packageVal",
    "extPackage",
];
const SIGN_TYPE: &[&str] = &["signType", "sign_type", "signtype", "SignType"];
const PARTNER: &[&str] =
    &["partnerid", "partnerId", "partner_id", "partnerID", "PartnerId", "mch_id", "mchid", "mchId", "partner"];
const PREPAY: &[&str] = &["prepayid", "prepayId", "prepay_id", "prepayID", "PrepayId"];

/// `wx.requestPayment`, `WeixinJSBridge`, `wx.chooseWXPay`.
pub(crate) const JSAPI: [Named; 5] = [
    Named { name: "appId", aliases: APPID, is_appid: true },
    named("nonceStr", NONCE),
    named("package", PACKAGE),
    named("signType", SIGN_TYPE),
    named("timeStamp", TIME),
];

/// The APP SDK.
pub(crate) const APP: [Named; 6] = [
    Named { name: "appid", aliases: APPID, is_appid: true },
    named("noncestr", NONCE),
    named("package", PACKAGE),
    named("partnerid", PARTNER),
    named("prepayid", PREPAY),
    named("timestamp", TIME),
];

/// Names that stand for one another, and the cause of a confusion.
pub(crate) const CONFUSED: &[(CauseId, &[&str])] = &[
    (CauseId::B1, APPID),
    (CauseId::B2, TIME),
    (CauseId::B4, PACKAGE),
    (CauseId::B6, NONCE),
    (CauseId::B3, PARTNER),
    (CauseId::B3, PREPAY),
    (CauseId::A13, SIGN_TYPE),
    (CauseId::B7, &["appid", "mch_appid", "wxappid"]),
    (CauseId::B7, &["mch_id", "mchid", "partner_id", "mchId"]),
    (CauseId::B7, &["out_trade_no", "partner_trade_no", "mch_billno"]),
    (CauseId::B7, &["openid", "re_openid", "openId", "open_id"]),
    (CauseId::B7, &["sub_mch_id", "sub_mchid"]),
];

/// Usual slips of the pen: what it is called, and what code called it.
pub(crate) const MISSPELT: &[(&str, &[&str])] = &[
    (
        "out_trade_no",
        &["out_trade_on", "out_tade_no", "out_trade_num", "trade_no", "order_no", "out_order_no", "outTradeNo"],
    ),
    ("nonce_str", &["nonce", "noce_str", "nonse_str", "nonce_string"]),
    ("spbill_create_ip", &["spbill_creat_ip", "spbill_ip", "create_ip", "ip"]),
    ("notify_url", &["notify", "notifyurl", "notice_url", "nofity_url", "notify_uri"]),
    ("total_fee", &["totle_fee", "total", "totalfee", "total_amount"]),
    ("trade_type", &["tradetype", "type", "trade_typ"]),
    ("body", &["subject", "Body", "boby"]),
    ("mch_id", &["mchid", "mach_id"]),
    ("openid", &["open_id", "opendid"]),
    ("attach", &["attch", "attatch"]),
    ("device_info", &["device", "deviceinfo"]),
    ("sign_type", &["signtype", "sign_typ"]),
    ("out_refund_no", &["out_refund_on", "refund_no"]),
    ("refund_fee", &["refund", "refundfee"]),
    ("transaction_id", &["transation_id", "trade_no"]),
];

/// Fields that code sets without the merchant's knowing, and their usual values.
pub(crate) const DEFAULTS: &[(&str, &[&str])] = &[
    ("fee_type", &["CNY"]),
    ("sign_type", &["MD5", "HMAC-SHA256"]),
    ("coupon_type", &["", "NO_CASH", "CASH"]),
    ("coupon_fee", &["0"]),
    ("coupon_count", &["0"]),
    ("device_info", &["WEB", "0", "1000"]),
    ("cash_fee_type", &["CNY"]),
    ("refund_fee_type", &["CNY"]),
    ("settlement_total_fee", &["0"]),
    ("settlement_refund_fee", &["0"]),
    ("cash_refund_fee", &["0"]),
    ("coupon_refund_fee", &["0"]),
    ("is_subscribe", &["N", "Y"]),
    ("version", &["1.0"]),
    ("return_msg", &["OK"]),
    ("return_code", &["SUCCESS"]),
    ("result_code", &["SUCCESS"]),
    ("err_code", &["SUCCESS"]),
    ("err_code_des", &["OK"]),
    ("trade_state", &["SUCCESS"]),
    ("bank_type", &["CFT", "OTHERS"]),
    ("limit_pay", &["no_credit"]),
    ("spbill_create_ip", &["127.0.0.1"]),
    ("refund_account", &["REFUND_SOURCE_UNSETTLED_FUNDS"]),
    ("receipt", &["N"]),
    ("profit_sharing", &["N"]),
    ("trade_type", &["JSAPI", "APP", "NATIVE", "MWEB"]),
    ("signType", &["MD5", "HMAC-SHA256"]),
    ("input_charset", &["UTF-8"]),
    ("amount", &["0"]),
    ("coupon_type_0", &["", "NO_CASH", "CASH"]),
    ("coupon_fee_0", &["0"]),
];

/// Optional names that typed code keeps with an empty value.
pub(crate) const OPTIONAL: &[&str] = &[
    "attach",
    "detail",
    "device_info",
    "goods_tag",
    "time_start",
    "time_expire",
    "limit_pay",
    "openid",
    "product_id",
    "scene_info",
    "receipt",
    "sub_appid",
    "sub_mch_id",
    "sub_openid",
    "fee_type",
    "sign_type",
    "notify_url",
    "transaction_id",
    "out_trade_no",
    "refund_desc",
    "refund_account",
    "refund_fee_type",
    "op_user_id",
    "coupon_fee",
    "coupon_count",
    "coupon_type",
    "err_code",
    "err_code_des",
    "return_msg",
    "prepay_id",
    "code_url",
    "mweb_url",
    "profit_sharing",
    "appId",
    "signType",
];

/// `out_trade_no` → `outTradeNo`.
pub(crate) fn camel(name: &str) -> String {
    let mut changed = String::with_capacity(name.len());
    let mut raise = false;
    for found in name.chars() {
        if found == '_' {
            raise = true;
        } else if raise {
            changed.push(found.to_ascii_uppercase());
            raise = false;
        } else {
            changed.push(found);
        }
    }
    changed
}

/// `out_trade_no` → `OutTradeNo`.
pub(crate) fn pascal(name: &str) -> String {
    let changed = camel(name);
    let mut characters = changed.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}

/// `outTradeNo` → `out_trade_no`.
pub(crate) fn snake(name: &str) -> String {
    let mut changed = String::with_capacity(name.len() + 4);
    for found in name.chars() {
        if found.is_ascii_uppercase() && !changed.is_empty() {
            changed.push('_');
        }
        changed.push(found.to_ascii_lowercase());
    }
    changed
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between two names, up to 3.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len().abs_diff(right.len()) > 2 {
        return 3;
    }
    let width = right.len() + 1;
    let mut rows = vec![0usize; (left.len() + 1) * width];
    for row in 0..=left.len() {
        for column in 0..=right.len() {
            rows[row * width + column] = if row == 0 || column == 0 {
                row + column
            } else {
                let same = left[row - 1] == right[column - 1];
                let mut least = (rows[(row - 1) * width + column] + 1)
                    .min(rows[row * width + column - 1] + 1)
                    .min(rows[(row - 1) * width + column - 1] + usize::from(!same));
                if row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1] {
                    least = least.min(rows[(row - 2) * width + column - 2] + 1);
                }
                least
            };
        }
    }
    rows[left.len() * width + right.len()].min(3)
}

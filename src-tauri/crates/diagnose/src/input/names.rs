//! Names of WeChat Pay v2, for telling a field from a piece of a value.

use super::pasted_key::role_of;
use crate::pairs;

/// Every name of the protocol in lower case and without underscores, sorted.
const KNOWN: [&str; 131] = [
    "accounttype",
    "amount",
    "appid",
    "appname",
    "attach",
    "authcode",
    "bankcode",
    "banktype",
    "begintime",
    "billdate",
    "billtype",
    "body",
    "bundleid",
    "cashfee",
    "cashfeetype",
    "cashrefundfee",
    "cashrefundfeetype",
    "checkname",
    "clientip",
    "codeurl",
    "couponcount",
    "couponfee",
    "couponid",
    "couponrefundcount",
    "couponrefundfee",
    "couponrefundid",
    "couponstockid",
    "coupontype",
    "deptid",
    "desc",
    "detail",
    "deviceinfo",
    "devicetype",
    "encbankno",
    "enctruename",
    "endtime",
    "errcode",
    "errcodedes",
    "errorcode",
    "executetime",
    "feetype",
    "goodstag",
    "goodsid",
    "gmtcreate",
    "hashcode",
    "interfaceurl",
    "issubscribe",
    "key",
    "limit",
    "limitpay",
    "longurl",
    "mchappid",
    "mchbillno",
    "mchid",
    "mweburl",
    "name",
    "noncestr",
    "notifyurl",
    "offset",
    "openid",
    "opuserid",
    "outrefundno",
    "outtradeno",
    "package",
    "packagename",
    "partner",
    "partnerid",
    "partnertradeno",
    "paysign",
    "prepayid",
    "productid",
    "profitsharing",
    "promotiondetail",
    "rate",
    "reuseropenid",
    "reusername",
    "recall",
    "receipt",
    "receiptid",
    "receivers",
    "refundaccount",
    "refundchannel",
    "refundcount",
    "refunddesc",
    "refundfee",
    "refundfeetype",
    "refundid",
    "refundrecvaccout",
    "refundrecvaccount",
    "refundrequestsource",
    "refundstatus",
    "remark",
    "reqinfo",
    "resultcode",
    "resultmsg",
    "retcode",
    "retmsg",
    "returncode",
    "returnmsg",
    "sandboxsignkey",
    "sceneid",
    "sceneinfo",
    "sendname",
    "settlementrefundfee",
    "settlementtotalfee",
    "shorturl",
    "sign",
    "signtype",
    "spbillcreateip",
    "subappid",
    "subissubscribe",
    "submchid",
    "submsgid",
    "subopenid",
    "successtime",
    "tartype",
    "timeend",
    "timeexpire",
    "timestamp",
    "timestart",
    "totalamount",
    "totalfee",
    "totalnum",
    "totalrefundcount",
    "tradestate",
    "tradestatedesc",
    "tradetype",
    "transactionid",
    "url",
    "wishing",
    "workwxsign",
];

/// Whether a name is one of the protocol's, in any spelling of its case and underscores and with `_0`, `_0_1` behind it.
pub fn is_known(name: &str) -> bool {
    if name.len() > 40 {
        return false;
    }
    let stem = name.trim_end_matches(|found: char| found.is_ascii_digit() || matches!(found, '_' | '$'));
    let plain: String = stem.chars().filter(|found| *found != '_').map(|found| found.to_ascii_lowercase()).collect();
    KNOWN.contains(&plain.as_str()) || role_of(name).is_some()
}

/// Names of the protocol that other records have too.
const COMMON: [&str; 15] = [
    "amount",
    "body",
    "desc",
    "detail",
    "key",
    "limit",
    "name",
    "offset",
    "rate",
    "recall",
    "receipt",
    "remark",
    "sign",
    "timestamp",
    "url",
];

/// Whether a name is one of the protocol's and of few others: it tells a message from a log record.
pub(super) fn is_telling(name: &str) -> bool {
    is_known(name) && !COMMON.contains(&name)
}

/// The name with which a text begins; empty where it begins with none.
pub(super) fn name_at(text: &str) -> &str {
    let end = text.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')));
    let name = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    if pairs::is_name(name) { name } else { "" }
}

/// The name in which a text ends; empty where it ends in none.
pub(super) fn name_before(text: &str) -> &str {
    let start = text.bytes().rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')));
    let name = text.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
    if pairs::is_name(name) { name } else { "" }
}

/// Where a part of a text begins in it.
pub(super) fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

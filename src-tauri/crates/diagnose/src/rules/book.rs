//! All rules, and the names that are known anywhere.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::endpoint::{Algorithms, Certainty, Endpoint, Rule, Signing};
use super::field::Field;
use super::{CALLS, marketing, payment, tools};

/// The rules by file, in the order of the documentation.
pub(super) const BOOK: [&[Rule]; 3] = [payment::RULES, tools::RULES, marketing::RULES];

pub(super) const SIGN_TYPES: &[&str] = &["MD5", "HMAC-SHA256"];

/// The fields of every request, with the length of the sign and what follows it.
macro_rules! common_fields {
    ($sign_length:literal $(, $sign_type:expr)?) => {
        &[
            Field::new("appid", 32).required(),
            Field::new("mch_id", 32).required(),
            Field::new("sub_appid", 32),
            Field::new("sub_mch_id", 32),
            Field::new("nonce_str", 32).required(),
            Field::new("sign", $sign_length).required(),
            $($sign_type,)?
        ]
    };
}

/// What almost every request holds.
pub(super) const COMMON: &[Field] = common_fields![64, Field::new("sign_type", 32).values(SIGN_TYPES)];

/// The same for an endpoint that knows no sign_type.
pub(super) const COMMON_MD5: &[Field] = common_fields![32];

/// The same where sign_type must say HMAC-SHA256, because MD5 is what its absence means.
pub(super) const COMMON_HMAC: &[Field] =
    common_fields![64, Field::new("sign_type", 32).required().values(&["HMAC-SHA256"])];

pub(super) const BOTH: Signing =
    Signing { algorithms: Algorithms::Both, sign_type_field: true, certainty: Certainty::Stated };
pub(super) const MD5_ONLY: Signing =
    Signing { algorithms: Algorithms::Md5Only, sign_type_field: false, certainty: Certainty::Stated };
pub(super) const HMAC_ONLY: Signing =
    Signing { algorithms: Algorithms::HmacOnly, sign_type_field: true, certainty: Certainty::Stated };

/// What a plain endpoint has; the tables change what differs.
pub(super) const PLAIN: Rule = Rule {
    name: "",
    paths: &[],
    title: ("", ""),
    own: &[],
    common: COMMON,
    renamed: &[],
    signing: BOTH,
    second_sign: None,
    certificate: false,
    fields: Certainty::Stated,
};

/// Names of answers and notices that no request has; a `$n` index is left off.
const NOTICE_NAMES: &[&str] = &[
    "return_code",
    "return_msg",
    "result_code",
    "result_msg",
    "err_code",
    "err_code_des",
    "error_code",
    "retcode",
    "retmsg",
    "is_subscribe",
    "sub_is_subscribe",
    "sub_openid",
    "bank_type",
    "settlement_total_fee",
    "cash_fee",
    "cash_fee_type",
    "coupon_fee",
    "coupon_count",
    "coupon_type",
    "coupon_id",
    "time_end",
    "promotion_detail",
    "trade_state",
    "trade_state_desc",
    "prepay_id",
    "code_url",
    "mweb_url",
    "recall",
    "short_url",
    "req_info",
    "rate",
    "refund_channel",
    "refund_count",
    "total_refund_count",
    "settlement_refund_fee",
    "cash_refund_fee",
    "coupon_refund_fee",
    "coupon_refund_count",
    "coupon_refund_id",
    "refund_status",
    "refund_recv_accout",
    "refund_success_time",
    "refund_request_source",
    "success_time",
    "sandbox_signkey",
    "merchant_id",
];

/// Every name of the rule book, of the client calls, of answers and of notices, sorted.
pub(crate) fn known_names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let requests = Endpoint::all().flat_map(|endpoint| endpoint.fields().map(|field| field.name));
        let calls = CALLS.iter().flat_map(|call| {
            call.fields
                .iter()
                .flat_map(|field| [Some(field.signed_as), field.passed_as])
                .flatten()
                .chain([call.sign_name])
        });
        let names: BTreeSet<&str> = requests.chain(calls).chain(NOTICE_NAMES.iter().copied()).collect();
        names.into_iter().collect()
    })
}

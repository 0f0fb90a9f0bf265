//! What the widespread SDKs ask of a gateway (protocol page §10), where our own code can show it. Three of them run for real
//! in tests/clients; for the others this is all that keeps them working.

use std::sync::Arc;

use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::trial::*;
use crate::{Answer, Gateway, Pay, Switches};

const SHORT_URL: &str = "/tools/shorturl";
const REPORT: &str = "/payitil/report";
const ALGORITHMS: [SignType; 2] = [SignType::Md5, SignType::HmacSha256];

fn key() -> Secret {
    Secret::new(KEY.as_bytes().to_vec())
}

fn paid(gateway: &Gateway, message: Message, out_trade_no: &str) {
    assert_eq!(ask(gateway, UNIFIED, &message.signed()).outcome, "SUCCESS");
    gateway.pay(None, out_trade_no, &Pay::default()).unwrap();
}

/// One answer of every kind: what was done, what is refused for business reasons, and what is not accepted.
fn answers(gateway: &Gateway, sign_type: SignType) -> Vec<Answer> {
    let with_type = |message: Message| match sign_type {
        SignType::Md5 => message,
        SignType::HmacSha256 => message.with("sign_type", "HMAC-SHA256"),
    };
    paid(gateway, with_type(order("T20240102_1")), "T20240102_1");
    let native = order("T20240102_2").with("trade_type", "NATIVE").with("product_id", "P1");
    let scene = r#"{"h5_info":{"type":"Wap","wap_url":"https://shop.example.com","wap_name":"测试"}}"#;
    let asked = [
        (UNIFIED, native.with("device_info", "WEB")),
        (UNIFIED, order("T20240102_3").with("trade_type", "MWEB").with("scene_info", scene)),
        (UNIFIED, order("T20240102_1")),
        (UNIFIED, order("T20240102_4").without("openid")),
        (UNIFIED, order("T20240102_4").with("total_fee", "0")),
        (QUERY, query("T20240102_1")),
        (QUERY, query("T20240102_2")),
        (QUERY, query("T20240102_404")),
        (CLOSE, query("T20240102_3")),
        (CLOSE, query("T20240102_1")),
        (MICROPAY, micropay("T20240102_5", "134567890123456789")),
        (MICROPAY, micropay("T20240102_5", "not a code")),
        (REFUND, refund("T20240102_1", "R20240102_1").with("refund_fee", "40")),
        (REFUND, refund("T20240102_1", "R20240102_2").with("refund_fee", "62")),
        (REFUND_QUERY, query("T20240102_1")),
        (REFUND_QUERY, query("T20240102_2")),
        (REVERSE, query("T20240102_5")),
        (SHORT_URL, common().with("long_url", "weixin://wxpay/bizpayurl?sign=1")),
    ];
    let mut answers: Vec<_> =
        asked.into_iter().map(|(path, message)| ask(gateway, path, &with_type(message).signed())).collect();
    answers.push(ask(gateway, QUERY, "not XML"));
    answers.push(ask(gateway, QUERY, &query("T20240102_1").signed_as(sign_type, &"f".repeat(32))));
    answers
}

fn fields(answer: &Answer) -> Params {
    xml::read(&answer.body, "xml").unwrap()
}

fn is_success(params: &Params) -> bool {
    params.get("return_code") == Some("SUCCESS")
}

#[test]
fn every_answer_is_a_document_that_all_parsers_take() {
    for sign_type in ALGORITHMS {
        for answer in answers(&gateway(), sign_type) {
            let text = std::str::from_utf8(&answer.body).unwrap();
            // gopay takes nothing but 200 and no HTML; EasyWeChat 6 and chanxuehong look at the first characters.
            assert_eq!((answer.status, answer.content_type), (200, "text/plain"), "{text}");
            assert!(text.starts_with("<xml><return_code>") || text.starts_with("<xml><appid>"), "{text}");
            assert!(
                text.ends_with("</xml>") && !text.contains('\r') && !text.to_lowercase().contains("<html"),
                "{text}"
            );
            // WxJava signs values untrimmed, and every element stands at the start of a line.
            for (name, value) in fields(&answer).iter() {
                assert_eq!(value.trim(), value, "{name} in {text}");
            }
            assert!(!text.contains("\n ") && !text.contains("\n\n"), "{text}");
        }
    }
}

#[test]
fn every_accepted_request_is_answered_under_its_own_algorithm_which_is_not_named() {
    for sign_type in ALGORITHMS {
        let mut signed = 0;
        for answer in answers(&gateway(), sign_type) {
            let params = fields(&answer);
            // chanxuehong takes no SUCCESS without a sign; tenpay and the axios plugin know the algorithm from the request
            // or from the length.
            assert_eq!(params.get("sign").is_some(), is_success(&params), "{answer:?}");
            assert_eq!(params.get("sign_type"), None, "{answer:?}");
            if is_success(&params) {
                assert_eq!(sign::verify(&params, &key(), sign_type), Ok(()), "{answer:?}");
                signed += 1;
            }
        }
        assert!(signed > 10, "{signed}");
    }
}

#[test]
fn every_accepted_request_is_answered_to_who_asked() {
    for answer in answers(&gateway(), SignType::Md5) {
        let params = fields(&answer);
        if is_success(&params) {
            // tenpay and chanxuehong compare both; a provider's ids have no place here.
            assert_eq!((params.get("appid"), params.get("mch_id")), (Some(APPID), Some(MCH_ID)), "{answer:?}");
            assert_eq!(params.filled("sub_mch_id"), None, "{answer:?}");
        }
    }
}

#[test]
fn what_was_done_has_no_err_code_and_what_was_refused_has_one() {
    for answer in answers(&gateway(), SignType::Md5) {
        let params = fields(&answer);
        let refused = params.get("result_code") == Some("FAIL");
        // SKIT takes a filled err_code for a failure, whatever result_code says.
        assert_eq!(params.filled("err_code").is_some(), refused, "{answer:?}");
        assert_eq!(params.get("result_code").is_some(), is_success(&params), "{answer:?}");
    }
}

#[test]
fn sdks_that_take_no_success_without_a_sign_get_one_for_report_by_switch() {
    let report = common().with("interface_url", "https://api.mch.weixin.qq.com/pay/unifiedorder");
    let report = report.with("execute_time", "1").with("return_code", "SUCCESS").with("result_code", "SUCCESS");
    let signed = gateway_with(Switches { report_is_signed: true, ..Switches::default() });
    let params = fields(&ask(&signed, REPORT, &report.with("user_ip", "127.0.0.1").signed()));
    assert_eq!(sign::verify(&params, &key(), SignType::Md5), Ok(()));
}

fn notice(gateway: &Arc<Gateway>, sign_type: Option<&str>) -> Params {
    let message = order("T20240102_1").with("attach", "shop=1");
    let message = sign_type.map_or(message.clone(), |sign_type| message.with("sign_type", sign_type));
    paid(gateway, message, "T20240102_1");
    let body = gateway.take_due_notices(1).remove(0).body;
    assert!(body.starts_with("<xml><appid>"), "{body}");
    xml::read(body.as_bytes(), "xml").unwrap()
}

#[test]
fn a_notice_in_md5_verifies_over_the_few_fields_that_the_narrowest_sdk_knows() {
    // silenceper signs these and nothing else, so a notice must hold no other filled field.
    const KNOWN: [&str; 16] = [
        "appid",
        "attach",
        "bank_type",
        "cash_fee",
        "fee_type",
        "is_subscribe",
        "mch_id",
        "nonce_str",
        "openid",
        "out_trade_no",
        "result_code",
        "return_code",
        "time_end",
        "total_fee",
        "trade_type",
        "transaction_id",
    ];
    let params = notice(&gateway(), None);
    let pairs = KNOWN.iter().filter_map(|name| params.filled(name).map(|value| (*name, value)));
    let mut known = Params::from_pairs(pairs).unwrap();
    known.push("sign", params.get("sign").unwrap()).unwrap();
    assert_eq!(sign::verify(&known, &key(), SignType::Md5), Ok(()));
    // chanxuehong reads both strictly, silenceper the amounts as whole numbers.
    assert!(["Y", "N"].contains(&params.get("is_subscribe").unwrap()));
    let time_end = params.get("time_end").unwrap();
    assert!(time_end.len() == 14 && time_end.bytes().all(|digit| digit.is_ascii_digit()), "{time_end}");
    assert!(
        params.get("total_fee").unwrap().parse::<i64>().is_ok()
            && params.get("cash_fee").unwrap().parse::<i64>().is_ok()
    );
}

#[test]
fn a_notice_in_hmac_names_its_algorithm_and_by_switch_does_not() {
    // tenpay and chanxuehong take MD5 where nothing is named; WxJava goes by its configuration and needs no name.
    let named = notice(&gateway(), Some("HMAC-SHA256"));
    assert_eq!(named.get("sign_type"), Some("HMAC-SHA256"));
    let unnamed = notice(
        &gateway_with(Switches { hmac_notice_has_sign_type: false, ..Switches::default() }),
        Some("HMAC-SHA256"),
    );
    assert_eq!(unnamed.get("sign_type"), None);
    for params in [named, unnamed] {
        assert_eq!(sign::verify(&params, &key(), SignType::HmacSha256), Ok(()));
    }
}

/// How an SDK writes a request.
struct Manner {
    sdk: &'static str,
    before: &'static str,
    between: &'static str,
    value: fn(&str) -> String,
    more: &'static [(&'static str, &'static str)],
}

fn cdata(value: &str) -> String {
    format!("<![CDATA[{value}]]>")
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#34;")
}

fn cdata_unless_digits(value: &str) -> String {
    if value.bytes().all(|byte| byte.is_ascii_digit()) { value.to_owned() } else { cdata(value) }
}

fn cdata_where_needed(value: &str) -> String {
    if value.contains(['&', '<', '>', '"', '\'']) { cdata(value) } else { value.to_owned() }
}

const MANNERS: [Manner; 9] = [
    Manner { sdk: "wechatpy", before: "", between: "\n", value: cdata_unless_digits, more: &[] },
    Manner { sdk: "EasyWeChat", before: "", between: "", value: cdata_unless_digits, more: &[] },
    Manner { sdk: "tenpay", before: "", between: "\n  ", value: cdata_where_needed, more: &[("op_user_id", MCH_ID)] },
    Manner { sdk: "WxJava", before: "", between: "\n  ", value: cdata, more: &[("version", "1.0")] },
    Manner { sdk: "gopay", before: "", between: "", value: cdata, more: &[("sign_type", "MD5")] },
    Manner { sdk: "chanxuehong", before: "", between: "", value: escaped, more: &[("sign_type", "HMAC-SHA256")] },
    Manner { sdk: "silenceper", before: "", between: "", value: escaped, more: &[("sub_mch_id", ""), ("detail", "")] },
    Manner {
        sdk: "SKIT",
        before: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n",
        between: "\r\n\t",
        value: cdata,
        more: &[("sign_type", "HMAC-SHA256")],
    },
    Manner { sdk: "axios plugin", before: "", between: "", value: cdata_where_needed, more: &[("sign_type", "MD5")] },
];

#[test]
fn a_request_is_taken_in_the_manner_of_every_sdk() {
    for (place, manner) in MANNERS.iter().enumerate() {
        let message =
            order(&format!("T20240102_{place}")).with("body", "T恤 & \"帽子\" <大>").with("attach", "a=1&b=2+3%20");
        let mut params = manner.more.iter().fold(message, |message, (name, value)| message.with(name, value)).params();
        let sign_type = match params.get("sign_type") {
            Some("HMAC-SHA256") => SignType::HmacSha256,
            _ => SignType::Md5,
        };
        let sign = sign::sign(&params, &key(), sign_type);
        params.push("sign", &sign).unwrap();
        // Some write their fields sorted and some as they come; here the sign is in the middle.
        let mut elements: Vec<_> = params
            .iter()
            .map(|(name, value)| format!("{}<{name}>{}</{name}>", manner.between, (manner.value)(value)))
            .collect();
        elements.rotate_left(place);
        let body = format!("{}<xml>{}{}</xml>", manner.before, elements.concat(), manner.between);
        let answer = ask(&gateway(), UNIFIED, &body);
        assert_eq!(answer.outcome, "SUCCESS", "{}: {answer:?}\n{body}", manner.sdk);
    }
}

use std::ops::ControlFlow;

use desk::KeyAtHand;
use wxpay_diagnose::diagnosis::{Effort, KeyRole};
use wxpay_diagnose::knowledge::Words;
use wxpay_protocol::sign::sign;
use wxpay_protocol::{Params, Secret, SignType};

use super::*;
use crate::dto::diagnosis::{DiagnosisVerdict, NextStep};

const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

fn key(role: KeyRole, name: &str, text: &str) -> KeyAtHand {
    KeyAtHand { role, name: name.to_owned(), secret: Secret::new(text.as_bytes().to_vec()) }
}

fn evidence(text: &str) -> Evidence {
    let keys = vec![key(KeyRole::InUse, "shop", KEY), key(KeyRole::AppSecret, "shop AppSecret", APP_SECRET)];
    Evidence { pasted: text.as_bytes().to_vec(), keys, ..Evidence::default() }
}

fn answered(evidence: &Evidence, language: Language) -> DiagnosisView {
    let examined = desk::examine(evidence, Effort::default(), &mut |_| ControlFlow::Continue(()));
    view_of(evidence, &examined, language).unwrap()
}

/// An order as XML with an empty attach, whose sign is that of `signed` under `secret`.
fn order(signed: &[(&str, &str)], secret: &str) -> String {
    let params = Params::from_pairs(signed.iter().copied()).unwrap();
    let sign = sign(&params, &Secret::new(secret.as_bytes().to_vec()), SignType::Md5);
    let fields = [
        ("appid", "wxd930ea5d5a258f4f"),
        ("attach", ""),
        ("body", "测试商品"),
        ("mch_id", "1900000109"),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("notify_url", "https://shop.example/notify"),
        ("openid", OPENID),
        ("out_trade_no", "T20261120001"),
        ("spbill_create_ip", "123.12.12.123"),
        ("total_fee", "101"),
        ("trade_type", "JSAPI"),
        ("sign", &sign),
    ];
    let inner: Vec<String> = fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    format!("<xml>{}</xml>", inner.concat())
}

fn rightly_signed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("appid", "wxd930ea5d5a258f4f"),
        ("body", "测试商品"),
        ("mch_id", "1900000109"),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("notify_url", "https://shop.example/notify"),
        ("openid", OPENID),
        ("out_trade_no", "T20261120001"),
        ("spbill_create_ip", "123.12.12.123"),
        ("total_fee", "101"),
        ("trade_type", "JSAPI"),
    ]
}

#[test]
fn a_proven_cause_comes_with_its_words_its_lines_and_both_strings() {
    let mut signed = rightly_signed();
    // The amount was signed in yuan and sent in fen.
    signed.iter_mut().filter(|(name, _)| *name == "total_fee").for_each(|field| field.1 = "1.01");
    let view = answered(&evidence(&order(&signed, KEY)), Language::Chinese);
    assert_eq!(view.verdict, DiagnosisVerdict::Explained);
    let best = &view.explanations[0];
    let cause = view.causes.iter().find(|cause| cause.id == best.causes[0]).unwrap();
    assert!(!cause.title.is_empty() && !cause.sentence.is_empty() && !cause.sources.is_empty());
    assert_eq!(best.changes[0].field.as_deref(), Some("total_fee"));
    let differing: Vec<&str> = best.aligned.iter().filter(|part| !part.same).map(|part| part.left.as_str()).collect();
    assert_eq!(differing.concat(), ".");
    assert_eq!(best.aligned.iter().map(|part| part.right.as_str()).collect::<String>(), view.string_to_sign);
    assert!(view.causes.iter().any(|cause| cause.fixes.len() == 6 || cause.fixes.is_empty()));
}

#[test]
fn another_key_is_named_and_no_secret_leaves() {
    let view = answered(&evidence(&order(&rightly_signed(), APP_SECRET)), Language::English);
    assert_eq!(view.verdict, DiagnosisVerdict::Explained);
    assert_eq!(view.explanations[0].key.as_deref(), Some("shop AppSecret"));
    assert_eq!(view.next, NextStep::UseTheRightKey);
    let document = serde_json::to_string(&view).unwrap();
    assert!(!document.contains(KEY) && !document.contains(APP_SECRET), "{document}");
    assert!(view.causes.iter().all(|cause| cause.title.is_ascii() && cause.sentence.is_ascii()));
}

#[test]
fn the_report_for_copying_names_no_person_and_no_key() {
    let view = answered(&evidence(&order(&rightly_signed(), "no-such-key-no-such-key-no-such-")), Language::Chinese);
    assert_eq!(view.verdict, DiagnosisVerdict::Unexplained);
    assert!(view.excluded.tried.get() > 100);
    assert_eq!(view.next, NextStep::ProbeTheKey);
    let report = &view.redacted_report;
    for secret in [KEY, APP_SECRET, OPENID, "123.12.12.123"] {
        assert!(!report.contains(secret), "{secret} in {report}");
    }
    assert!(report.contains("32"), "the length of the key: {report}");
}

#[test]
fn what_a_message_of_very_many_fields_was_too_long_for_is_said() {
    let fields = ('a'..='y').map(|name| format!("<field_{name}>value</field_{name}>")).collect::<Vec<_>>().concat();
    let many = format!("<xml>{fields}<sign>00112233445566778899AABBCCDDEEFF</sign></xml>");
    let view = answered(&evidence(&many), Language::English);
    assert_eq!(view.verdict, DiagnosisVerdict::Unexplained);
    assert!(
        view.excluded.limits.iter().any(|limit| limit.starts_with("Too many fields")),
        "{:?}",
        view.excluded.limits
    );
}

#[test]
fn a_sentence_leaves_the_protocols_own_names_as_they_are_written() {
    let words = |english: &str| Words::new("unifiedorder 缺少 total_fee".to_owned(), english.to_owned());
    assert_eq!(sentence(&words("the key differs"), Language::English), "The key differs");
    assert_eq!(sentence(&words("unifiedorder lacks total_fee"), Language::English), "unifiedorder lacks total_fee");
    assert_eq!(sentence(&words("the key differs"), Language::Chinese), "unifiedorder 缺少 total_fee");
}

#[test]
fn a_right_sign_is_valid_and_a_client_call_is_shown_as_three_calls() {
    assert_eq!(answered(&evidence(&order(&rightly_signed(), KEY)), Language::Chinese).verdict, DiagnosisVerdict::Valid);
    let call = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203\",\"signType\":\"MD5\",\"paySign\":\"00112233445566778899AABBCCDDEEFF\"}";
    let asked = Evidence { appid: Some("wxd930ea5d5a258f4f".to_owned()), ..evidence(call) };
    let view = answered(&asked, Language::Chinese);
    assert_eq!(view.context.as_deref(), Some("jsapi"));
    assert_eq!(view.calls.len(), 3);
    for call in &view.calls {
        let appid = call.fields.iter().find(|field| field.signed_as == "appId").unwrap();
        assert_eq!(appid.value.as_deref(), Some("wxd930ea5d5a258f4f"), "{}", call.title);
    }
    let passed = |title: &str| {
        let call = view.calls.iter().find(|call| call.title == title).unwrap();
        call.fields.iter().find(|field| field.signed_as == "timeStamp").unwrap().passed_as.clone()
    };
    assert_eq!(passed("wx.chooseWXPay").as_deref(), Some("timestamp"));
    assert_eq!(passed("wx.requestPayment").as_deref(), Some("timeStamp"));
}

#[test]
fn what_was_sent_is_compared_with_what_was_signed_by_the_byte() {
    let signed = order(&rightly_signed(), KEY);
    let sent = signed.replace("测试商品", "测试商品\u{200b}");
    let asked = Evidence { sent: Some(sent.into_bytes()), ..evidence(&signed) };
    let view = answered(&asked, Language::Chinese);
    let body = view.differences.iter().find(|found| found.name == "body").unwrap();
    let more: Vec<&str> = body.aligned.iter().filter(|part| !part.same).map(|part| part.right.as_str()).collect();
    assert_eq!(more, ["\u{200b}"]);
}

#[test]
fn a_text_of_which_nothing_can_be_read_is_refused_in_both_languages() {
    for text in ["<!DOCTYPE x [<!ENTITY a \"b\">]><xml><appid>&a;</appid></xml>", "<<<", " "] {
        let asked = evidence(text);
        let examined = desk::examine(&asked, Effort::default(), &mut |_| ControlFlow::Continue(()));
        let error = view_of(&asked, &examined, Language::Chinese).expect_err(text);
        assert!(error.message_zh.is_some() && !error.message.is_empty(), "{text}");
    }
}

//! What the search finds, by what was hashed.

use std::ops::ControlFlow;

use md5::{Digest, Md5};
use sha2::Sha256;
use wxpay_protocol::Secret;
use wxpay_protocol::sign::upper_hex;

use crate::diagnosis::{
    Case, Context, Diagnosis, Effort, Explanation, KeyRole, KeySlot, Limit, Outcome, Proof, diagnose,
};
use crate::input::read;

const KEY: &str = "0123456789abcdef0123456789ABCDEF";
const SECRET: &str = "wecomwecomwecomwecomwecomwecomwecomwecom0123";

fn md5_of(bytes: impl AsRef<[u8]>) -> String {
    upper_hex(&Md5::digest(bytes))
}

struct Asked<'a> {
    text: &'a str,
    sign: &'a str,
    context: Option<&'a str>,
    sent: Option<&'a str>,
}

fn ask(asked: &Asked<'_>) -> Diagnosis {
    let (key, secret) = (Secret::new(KEY.as_bytes().to_vec()), Secret::new(SECRET.as_bytes().to_vec()));
    let keys = [
        KeySlot { role: KeyRole::InUse, name: "now", secret: &key },
        KeySlot { role: KeyRole::AppSecret, name: "wecom", secret: &secret },
    ];
    let input = read(asked.text.as_bytes(), None).unwrap();
    let sent = asked.sent.map(|text| read(text.as_bytes(), None).unwrap());
    let case = Case {
        input: &input,
        given_sign: (!asked.sign.is_empty()).then_some(asked.sign),
        sign_type: None,
        context: asked.context.and_then(Context::parse),
        appid: None,
        keys: &keys,
        sent: sent.as_ref(),
        return_msg: None,
    };
    diagnose(&case, Effort::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn found(text: &str, sign: &str) -> Explanation {
    let diagnosis = ask(&Asked { text, sign, context: None, sent: None });
    assert_eq!(diagnosis.verdict, Outcome::Explained, "{text}");
    diagnosis.explanations.into_iter().next().unwrap()
}

fn causes(best: &Explanation) -> Vec<&'static str> {
    let mut causes: Vec<&str> = best.changes.iter().map(|change| change.cause.as_str()).collect();
    causes.sort_unstable();
    causes
}

/// A message of these fields, and the right string of it.
fn message(fields: &[(&str, &str)]) -> (String, String) {
    let element = |(name, value): &(&str, &str)| format!("<{name}><![CDATA[{value}]]></{name}>");
    let xml = fields.iter().map(element).collect::<Vec<_>>().concat();
    let mut sorted: Vec<_> = fields.iter().filter(|(_, value)| !value.is_empty()).collect();
    sorted.sort();
    let pairs: Vec<String> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (format!("<xml>{xml}</xml>"), pairs.join("&"))
}

const ORDER: &[(&str, &str)] = &[
    ("appid", "wx0000000000000001"),
    ("mch_id", "1900000001"),
    ("body", "咖啡 & 蛋糕~(*)"),
    ("attach", ""),
    ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
    ("notify_url", "https://shop.example.com/wx/notify"),
    ("out_trade_no", "T20240102030405_001"),
    ("total_fee", "101"),
    ("trade_type", "NATIVE"),
];

/// Percent-encodes as the languages do: what stays, what becomes of a space, in which case the digits are.
fn encoded(text: &str, stays: &str, space: &str, lower: bool) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' if !stays.contains(' ') => space.to_owned(),
            _ if byte.is_ascii_alphanumeric() || stays.as_bytes().contains(&byte) => char::from(byte).to_string(),
            _ if lower => format!("%{byte:02x}"),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn a_whole_string_that_was_url_encoded_is_one_cause_in_every_language() {
    let (text, right) = message(ORDER);
    for (language, stays, space, lower) in [
        ("Python quote", "-_.~/", "%20", false),
        ("encodeURIComponent", "-_.!~*'()", "%20", false),
        ("PHP urlencode", "-_.", "+", false),
        ("PHP rawurlencode", "-_.~", "%20", false),
        ("Java", "-_.*", "+", false),
        ("Go", "-_.~", "+", false),
        ("C#", "-_.!*()", "+", true),
    ] {
        let whole = encoded(&format!("{right}&key={KEY}"), stays, space, lower);
        let fields = format!("{}&key={KEY}", encoded(&right, stays, space, lower));
        for hashed in [whole, fields] {
            let best = found(&text, &md5_of(&hashed));
            assert_eq!(causes(&best), ["D7"], "{language}: {:?}", best.changes);
            assert!(best.changes[0].detail.english.contains(language), "{language}: {:?}", best.changes);
            assert_eq!(best.string_to_sign, hashed.replace(KEY, "••••CDEF"));
        }
    }
    let best = found(&text, &md5_of(encoded(&format!("{right}&key={KEY}"), ";,/?:@&=+$#-_.!~*'()", "%20", false)));
    assert_eq!(causes(&best), ["D7"], "encodeURI leaves the separators: {:?}", best.changes);
}

#[test]
fn a_whole_string_that_was_encoded_is_found_beside_another_mistake() {
    let (text, right) = message(ORDER);
    let signed = right.replace("total_fee=101", "total_fee=1.01").replace("&body", "&attach=&body");
    for other in ["D3", "A1"] {
        let signed = match other {
            "D3" => signed.replace("&attach=", ""),
            _ => signed.replace("1.01", "101"),
        };
        let best = found(&text, &md5_of(encoded(&format!("{signed}&key={KEY}"), "-_.", "+", false)));
        let mut expected = vec![other, "D7"];
        expected.sort_unstable();
        assert_eq!(causes(&best), expected);
    }
}

#[test]
fn md5_of_the_key_and_every_wrapping_of_it_are_named() {
    let (text, right) = message(ORDER);
    let md5 = md5_of(KEY);
    for (key, cause, words) in [
        (md5.to_lowercase(), "E1", "md5 of the key in lower case"),
        (md5.clone(), "E1", "md5 of the key in upper case"),
        (format!("\"{KEY}\""), "E10", "with quotes around it"),
        (format!("'{KEY}'"), "E10", "single quotes"),
        (format!("\u{FEFF}{KEY}"), "E10", "byte order mark"),
        (format!("{KEY}{KEY}"), "E5", "pasted twice"),
    ] {
        let best = found(&text, &md5_of(format!("{right}&key={key}")));
        assert_eq!(causes(&best), [cause]);
        assert!(best.changes[0].detail.english.contains(words), "{:?}", best.changes);
        assert!(!format!("{best:?}").contains(&md5.to_lowercase()[..24]), "no form of the key is shown");
    }
    let best = found(&text, &md5_of(format!("{right}&key={}", md5_of(SECRET).to_lowercase())));
    assert_eq!((causes(&best), best.key.as_deref()), (vec!["E1"], Some("wecom")));
}

#[test]
fn a_change_that_acts_on_what_another_one_made_is_found() {
    let (text, right) = message(ORDER);
    let wrapped = |pairs: &str, bare: &[&str]| -> String {
        let wrap = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if !bare.contains(&name) => format!("{name}=<![CDATA[{value}]]>"),
            _ => pair.to_owned(),
        };
        let pairs = pairs.replace(" & ", "\u{1}");
        pairs.split('&').map(wrap).collect::<Vec<_>>().join("&").replace('\u{1}', " & ")
    };
    let cases = [
        ("D3+D9", wrapped(&right.replace("=101", "=1.01"), &["mch_id"])),
        ("D4+D9", wrapped(&right.replace("=101", "=100"), &["total_fee"])),
        ("A1+D9", wrapped(&right.replace("&body", "&attach=&body"), &[])),
        ("A10+D9", wrapped(&right.replace("&mch_id", "&fee_type=CNY&mch_id"), &["mch_id", "total_fee"])),
        ("D1+D3", right.replace("=101", "=1.01.0")),
    ];
    for (expected, signed) in cases {
        let best = found(&text, &md5_of(format!("{signed}&key={KEY}")));
        assert_eq!(causes(&best).join("+"), expected, "{signed}");
        assert_eq!(best.string_to_sign, format!("{signed}&key=••••CDEF"));
    }
}

#[test]
fn a_page_s_entities_are_in_the_charset_of_the_string() {
    let (text, right) = message(ORDER);
    // GBK has no ¬.
    let shown = right.replace("&not", "?");
    let hashed = [encoding_rs::GBK.encode(&shown).0.as_ref(), format!("&key={KEY}").as_bytes()].concat();
    assert_eq!(causes(&found(&text, &md5_of(hashed))), ["D14", "D8"]);
    let shown = right.replace("&not", "¬");
    let hashed = [encoding_rs::GB18030.encode(&shown).0.as_ref(), format!("&key={KEY}").as_bytes()].concat();
    assert_eq!(causes(&found(&text, &md5_of(hashed))), ["D14", "D8"]);
    let marked: Vec<_> = ORDER.iter().map(|(name, value)| (*name, value.replace('啡', "\u{FEFF}啡"))).collect();
    let marked: Vec<_> = marked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let hashed = format!("{}&key={KEY}", right.replace("&not", "¬"));
    assert_eq!(causes(&found(&message(&marked).0, &md5_of(hashed))), ["D18", "D8"]);
}

#[test]
fn an_unsorted_string_may_end_in_what_was_added() {
    let (text, _) = message(ORDER);
    let there: Vec<String> =
        ORDER.iter().filter(|(_, value)| !value.is_empty()).map(|(n, v)| format!("{n}={v}")).collect();
    let best = found(&text, &md5_of(format!("{}&attach=null&key={KEY}", there.join("&"))));
    assert_eq!(causes(&best), ["C1", "D13"]);
}

#[test]
fn an_object_that_was_signed_twice_is_found_in_every_way_to_write_a_sign() {
    use base64::Engine as _;
    let (text, right) = message(ORDER);
    let with_first =
        |first: &str| format!("{}&key={KEY}", right.replace("&total_fee", &format!("&sign={first}&total_fee")));
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let first = Md5::digest(format!("{right}&key={KEY}"));
    let second = Md5::digest(with_first(&base64(&first)));
    assert_eq!(causes(&found(&text, &base64(&second))), ["A2", "F7"]);
    let middle = |text: String| md5_of(text)[8..24].to_owned();
    let second = middle(with_first(&middle(format!("{right}&key={KEY}"))));
    assert_eq!(causes(&found(&text, &second)), ["A2", "F10"]);
    let plain = |text: String| upper_hex(&Sha256::digest(text));
    let second = plain(with_first(&plain(format!("{right}&key={KEY}"))));
    assert_eq!(causes(&found(&text, &second)), ["A2", "F8"]);
}

#[test]
fn a_notice_that_was_verified_with_the_order_s_fields_is_proven_by_the_order() {
    let (order, right) = message(ORDER);
    let notice = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><nonce_str>n</nonce_str>\
        <out_trade_no>T20240102030405_001</out_trade_no><result_code>SUCCESS</result_code><return_code>SUCCESS</return_code>\
        <time_end>20240102030500</time_end><total_fee>101</total_fee><transaction_id>4200000000</transaction_id></xml>";
    let sign = md5_of(format!("{right}&key={KEY}"));
    let best = |context, sent| {
        let diagnosis = ask(&Asked { text: &order, sign: &sign, context, sent });
        let best = diagnosis.explanations.into_iter().next();
        best.map(|best| (best.proof, causes(&best), best.string_to_sign))
    };
    let expected = Some((Proof::Hash, vec!["A14"], format!("{right}&key=••••CDEF")));
    assert_eq!(best(None, Some(notice)), expected, "both are given");
    assert_eq!(best(Some("pay-notify"), None), expected, "the order's fields are said to be a notice");
    assert_eq!(best(None, None), None, "an order with its right sign is right");
}

const RED_PACK: &[(&str, &str)] = &[
    ("act_name", "九月"),
    ("mch_billno", "B20240102"),
    ("mch_id", "1900000001"),
    ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
    ("re_openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ("remark", "快来抢"),
    ("sender_name", "XX活动"),
    ("total_amount", "100"),
    ("wxappid", "wx0000000000000001"),
];

#[test]
fn the_two_signs_of_a_wecom_red_packet_are_told_apart() {
    let fixed: Vec<_> =
        RED_PACK.iter().filter(|(name, _)| !matches!(*name, "remark" | "sender_name")).copied().collect();
    let first = message(&fixed).1;
    let right_first = md5_of(format!("{first}&secret={SECRET}"));
    let with = |workwx: &str| {
        let fields: Vec<_> = RED_PACK.iter().copied().chain([("workwx_sign", workwx)]).collect();
        message(&fields)
    };
    let (text, all) = with(&right_first);
    for (signed, key) in [
        (format!("{}&key={KEY}", message(RED_PACK).1), None),
        (format!("{first}&secret={SECRET}"), Some("wecom")),
        (format!("{all}&secret={SECRET}"), Some("wecom")),
        (format!("{first}&key={KEY}"), None),
    ] {
        let best = found(&text, &md5_of(&signed));
        assert_eq!((causes(&best), best.key.as_deref()), (vec!["A16"], key), "{signed}: {:?}", best.changes);
        assert!(best.alternatives.len() < 2, "{:?}", best.alternatives);
    }
    let valid = ask(&Asked { text: &text, sign: &md5_of(format!("{all}&key={KEY}")), context: None, sent: None });
    assert_eq!(valid.verdict, Outcome::Valid);
    let (text, all) = with(&md5_of(format!("{first}&key={KEY}")));
    let best = found(&text, &md5_of(format!("{all}&key={KEY}")));
    assert_eq!(best.changes[0].field.as_deref(), Some("workwx_sign"), "the sign is right, the first one is not");
    assert!(best.changes[0].detail.english.contains("the API key was used"), "{:?}", best.changes);
}

#[test]
fn a_copied_sign_is_proven_by_hash_where_what_it_signs_is_at_hand() {
    let answer = [
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("nonce_str", "ans"),
        ("prepay_id", "wx02030405"),
        ("result_code", "SUCCESS"),
        ("return_code", "SUCCESS"),
        ("trade_type", "JSAPI"),
    ];
    let (text, right) = message(&answer);
    let sign = md5_of(format!("{right}&key={KEY}"));
    let call = format!(
        "{{\"appId\":\"wx0000000000000001\",\"timeStamp\":\"1704135845\",\"nonceStr\":\"n\",\"package\":\"prepay_id=wx02030405\",\
         \"signType\":\"MD5\",\"sign\":\"{sign}\",\"paySign\":\"{sign}\"}}"
    );
    let best = |text: &str, sent| {
        let diagnosis = ask(&Asked { text, sign: "", context: None, sent });
        let best = diagnosis.explanations.into_iter().next().unwrap();
        (best.proof, causes(&best), best.string_to_sign)
    };
    let proven = (Proof::Hash, vec!["G1"], format!("{right}&key=••••CDEF"));
    assert_eq!(best(&call, Some(&text)), proven, "the answer is given beside the call");
    let member = |(name, value): &(&str, &str)| format!("\"{name}\":\"{value}\",");
    let rest = answer.iter().skip(1).map(member).collect::<Vec<_>>().concat();
    assert_eq!(best(&call.replacen('{', &format!("{{{rest}"), 1), None), proven, "it stands in the same text");
    assert_eq!(best(&call, None).0, Proof::Copy, "nothing that it signs is at hand");
}

#[test]
fn an_encoding_in_a_client_call_is_named_under_both_of_its_causes() {
    let signed = "appId=wx0000000000000001&nonceStr=n&package=prepay_id%3Dwx02030405&signType=MD5&timeStamp=1704135845";
    let call = "{\"appId\":\"wx0000000000000001\",\"timeStamp\":\"1704135845\",\"nonceStr\":\"n\",\
        \"package\":\"prepay_id=wx02030405\",\"signType\":\"MD5\"}";
    let best = found(call, &md5_of(format!("{signed}&key={KEY}")));
    let all: Vec<&str> = best.causes.iter().map(|cause| cause.as_str()).collect();
    assert_eq!((causes(&best), all), (vec!["D7"], vec!["D7", "D23"]));
}

#[test]
fn fields_of_another_endpoint_that_were_not_signed_are_named_under_both_of_their_causes() {
    let fields: Vec<_> = ORDER.iter().copied().chain([("op_user_id", "1900000109"), ("remark", "none")]).collect();
    let best = found(&message(&fields).0, &md5_of(format!("{}&key={KEY}", message(ORDER).1)));
    assert!(best.causes.iter().any(|cause| cause.as_str() == "A5"), "{:?}", best.causes);
    let all: Vec<_> = fields.iter().copied().chain([("x_1", "1")]).collect();
    let best = found(&message(&all).0, &md5_of(format!("{}&x_1=1&key={KEY}", message(ORDER).1)));
    let named: Vec<&str> = best.causes.iter().map(|cause| cause.as_str()).collect();
    assert!(named.contains(&"A5") && named.contains(&"A6"), "{named:?}");
}

#[test]
fn an_answer_says_what_the_message_was_too_long_for() {
    let names: Vec<String> = (0..21).map(|number| format!("field_{number:02}")).collect();
    let long = "x".repeat(900);
    let many = |value| names.iter().map(|name| (name.as_str(), value)).collect::<Vec<_>>();
    let limits = |text: &str| {
        let sign = "00112233445566778899AABBCCDDEEFF";
        ask(&Asked { text, sign, context: None, sent: None }).excluded.limits
    };
    assert_eq!(limits(&message(ORDER).0), []);
    assert_eq!(limits(&message(&many("1")).0), [Limit::SubsetsLeavingOut(4, 3)]);
    assert_eq!(limits(&message(&many(&long)).0), [Limit::PairsBelow(16 * 1024), Limit::SubsetsLeavingOut(4, 3)]);
    let words = Limit::PairsBelow(16 * 1024).words();
    assert!(words.chinese.contains("16 KiB") && words.english.contains("16 KiB"));
}

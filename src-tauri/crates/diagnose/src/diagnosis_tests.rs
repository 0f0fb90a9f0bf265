use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use wxpay_protocol::sign::upper_hex;

use super::*;
use crate::input::read;
use crate::knowledge::CauseId;

const KEY: &str = "0123456789abcdef0123456789ABCDEF";
const ORDER: &str = "<xml><mch_id>1900000001</mch_id><appid>wx0000000000000001</appid><body>测试商城-T恤 &amp; 帽子</body>\
    <attach></attach><nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str><notify_url>https://shop.example.com/wx/notify</notify_url>\
    <out_trade_no>T20240102030405_001</out_trade_no><total_fee>101</total_fee><trade_type>JSAPI</trade_type>\
    <openid>oUpF8uMuAJO_M2pxb1Q9zNjWeS6o</openid></xml>";
const RIGHT: &str = "appid=wx0000000000000001&body=测试商城-T恤 & 帽子&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c\
    &notify_url=https://shop.example.com/wx/notify&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_trade_no=T20240102030405_001\
    &total_fee=101&trade_type=JSAPI";

fn md5_of(bytes: impl AsRef<[u8]>) -> String {
    upper_hex(&Md5::digest(bytes))
}

fn hmac_of(bytes: impl AsRef<[u8]>, key: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(bytes.as_ref());
    upper_hex(&mac.finalize().into_bytes())
}

/// The message and the keys, and nothing else that is known.
fn bare<'c>(input: &'c Input, keys: &'c [KeySlot<'c>]) -> Case<'c> {
    Case { input, given_sign: None, sign_type: None, context: None, appid: None, keys, sent: None, return_msg: None }
}

fn watch() -> impl FnMut(Progress) -> ControlFlow<()> {
    |_| ControlFlow::Continue(())
}

fn diagnosed(text: &str, sign: &str) -> Diagnosis {
    let key = Secret::new(KEY.as_bytes().to_vec());
    with_keys(text, sign, &[KeySlot { role: KeyRole::InUse, name: "now", secret: &key }])
}

fn with_keys(text: &str, sign: &str, keys: &[KeySlot<'_>]) -> Diagnosis {
    let input = read(text.as_bytes(), None).unwrap();
    let case = Case {
        given_sign: (!sign.is_empty()).then_some(sign),
        appid: Some("wx0000000000000001"),
        ..bare(&input, keys)
    };
    diagnose(&case, Effort::default(), &mut watch()).unwrap()
}

fn causes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis
        .explanations
        .first()
        .map_or_else(Vec::new, |best| best.causes.iter().map(|cause| cause.as_str()).collect())
}

fn changes(diagnosis: &Diagnosis) -> Vec<(&'static str, Option<&str>)> {
    diagnosis.explanations.first().map_or_else(Vec::new, |best| {
        best.changes.iter().map(|change| (change.cause.as_str(), change.field.as_deref())).collect()
    })
}

#[test]
fn a_right_sign_is_valid_and_nothing_is_searched() {
    let right = md5_of(format!("{RIGHT}&key={KEY}"));
    let diagnosis = diagnosed(ORDER, &right);
    assert_eq!((diagnosis.verdict, diagnosis.excluded.tried), (Outcome::Valid, 0));
    assert_eq!(diagnosis.expected_sign, Some(right));
    assert_eq!(diagnosis.string_to_sign, format!("{RIGHT}&key=••••CDEF"));
    assert_eq!(diagnosis.next, Next::LookBeyondTheSign);
}

#[test]
fn an_empty_field_that_was_signed_is_proven() {
    let signed = RIGHT.replace("&body=", "&attach=&body=");
    let diagnosis = diagnosed(ORDER, &md5_of(format!("{signed}&key={KEY}")));
    assert_eq!(diagnosis.verdict, Outcome::Explained);
    assert_eq!(changes(&diagnosis), [("A1", Some("attach"))]);
    assert_eq!(diagnosis.explanations.len(), 1);
    assert_eq!(diagnosis.explanations[0].string_to_sign, format!("{signed}&key=••••CDEF"));
    assert_eq!(diagnosis.explanations[0].proof, Proof::Hash);
}

#[test]
fn a_single_mistake_is_found_in_md5_and_in_hmac() {
    let cases: [(&str, String); 13] = [
        ("D14", String::new()),
        ("D7", RIGHT.replace("https://shop.example.com/wx/notify", "https%3A%2F%2Fshop.example.com%2Fwx%2Fnotify")),
        ("D10", RIGHT.replace(" & ", " &amp; ")),
        ("D6", RIGHT.replace("T恤 & 帽子", "T恤+&+帽子")),
        ("D1", RIGHT.replace("total_fee=101", "total_fee=101.0")),
        ("D3", RIGHT.replace("total_fee=101", "total_fee=1.01")),
        ("D4", RIGHT.replace("total_fee=101", "total_fee=100")),
        ("B1", RIGHT.replace("appid=", "appId=")),
        ("A13", RIGHT.replace("&nonce_str=", "&nonce=")),
        ("D9", RIGHT.replace("=测试商城-T恤 & 帽子", "=<![CDATA[测试商城-T恤 & 帽子]]>")),
        ("A10", RIGHT.replace("&mch_id", "&fee_type=CNY&mch_id")),
        ("A6", RIGHT.replace("&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "")),
        ("D8", RIGHT.replace("&notify_url", "¬ify_url")),
    ];
    for (cause, signed) in cases {
        let bytes = if cause == "D14" { encoding_rs::GBK.encode(RIGHT).0.into_owned() } else { signed.into_bytes() };
        let message = [&bytes, format!("&key={KEY}").as_bytes()].concat();
        for sign in [md5_of(&message), hmac_of(&message, KEY.as_bytes())] {
            let diagnosis = diagnosed(ORDER, &sign);
            assert!(causes(&diagnosis).contains(&cause), "{cause}: {:?}", diagnosis.explanations);
            assert_eq!(diagnosis.explanations[0].changes.len(), 1, "{cause}: {:?}", diagnosis.explanations);
        }
    }
}

#[test]
fn two_mistakes_at_once_are_found() {
    let signed = RIGHT.replace("&body=", "&attach=&body=").replace("total_fee=101", "total_fee=1.01");
    let found = diagnosed(ORDER, &md5_of(format!("{signed}&key={KEY}")));
    assert_eq!(changes(&found), [("A1", Some("attach")), ("D3", Some("total_fee"))]);
    let signed = RIGHT.replace("appid=", "appId=").replace("&key=", "");
    let found = diagnosed(ORDER, &hmac_of(format!("{signed}{KEY}"), KEY.as_bytes()));
    let mut causes = causes(&found);
    causes.sort_unstable();
    assert_eq!(causes, ["B1", "C6"]);
}

#[test]
fn a_sign_over_some_of_the_fields_says_which() {
    let signed = "appid=wx0000000000000001&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c&total_fee=101";
    let diagnosis = diagnosed(ORDER, &md5_of(format!("{signed}&key={KEY}")));
    assert_eq!(diagnosis.verdict, Outcome::Explained);
    assert!(diagnosis.explanations[0].changes[0].detail.english.contains("signed over 4 of 9 fields"));
    assert_eq!(diagnosis.explanations[0].string_to_sign, format!("{signed}&key=••••CDEF"));
}

#[test]
fn the_key_that_was_used_is_named_and_no_key_is_shown() {
    let (now, other) =
        (Secret::new(KEY.as_bytes().to_vec()), Secret::new(b"ffffffffffffffffffffffffffffffff".to_vec()));
    let slots = [
        KeySlot { role: KeyRole::InUse, name: "now", secret: &now },
        KeySlot { role: KeyRole::AppSecret, name: "the app's", secret: &other },
    ];
    let sign = md5_of(format!("{RIGHT}&key=ffffffffffffffffffffffffffffffff"));
    let diagnosis = with_keys(ORDER, &sign, &slots);
    assert_eq!((causes(&diagnosis), diagnosis.next), (vec!["E2"], Next::UseTheRightKey));
    assert_eq!(diagnosis.explanations[0].key.as_deref(), Some("the app's"));
    for front in [
        format!("{KEY}{RIGHT}"),
        format!("key={KEY}&{RIGHT}"),
        format!("{}&key={KEY}", RIGHT.replace("&mch_id", &format!("&key={KEY}&mch_id"))),
    ] {
        let diagnosis = with_keys(ORDER, &md5_of(&front), &slots);
        assert_eq!(diagnosis.verdict, Outcome::Explained, "{front}");
        let text = format!("{diagnosis:?}").to_lowercase();
        assert!(!text.contains(&KEY.to_lowercase()) && !text.contains("ffffffffffffffff"), "{text}");
    }
}

#[test]
fn every_form_of_a_digest_is_told() {
    let message = format!("{RIGHT}&key={KEY}");
    let (md5, hmac) = (md5_of(&message), hmac_of(&message, KEY.as_bytes()));
    let unpadded: String = Md5::digest(&message).iter().fold(String::new(), |text, byte| format!("{text}{byte:x}"));
    let sha1 = upper_hex(&sha1::Sha1::digest(&message));
    for (sign, cause) in [
        (md5.to_lowercase(), "F5"),
        (hmac.to_lowercase(), "F5"),
        (md5[8..24].to_lowercase(), "F10"),
        (sha1, "F6"),
        (upper_hex(&Sha256::digest(&message)), "F8"),
        (hmac_of(RIGHT, KEY.as_bytes()), "F8"),
        (hmac_of(&message, b""), "F8"),
        (hmac_of(KEY, RIGHT.as_bytes()), "F8"),
    ] {
        let diagnosis = diagnosed(ORDER, &sign);
        assert_eq!(causes(&diagnosis).first(), Some(&cause), "{sign}");
    }
    if unpadded.len() < 32 {
        assert_eq!(causes(&diagnosed(ORDER, &unpadded)), ["F9"]);
    }
}

#[test]
fn nothing_is_explained_that_is_not_so() {
    let diagnosis = diagnosed(ORDER, "00112233445566778899AABBCCDDEEFF");
    assert_eq!((diagnosis.verdict, diagnosis.explanations.len()), (Outcome::Unexplained, 0));
    assert_eq!(diagnosis.next, Next::ProbeTheKey);
    assert!(diagnosis.excluded.tried > 10_000, "{:?}", diagnosis.excluded);
    assert_eq!(diagnosis.excluded.subsets_of, Some(9));
    assert_eq!(diagnosed(ORDER, "not a digest").verdict, Outcome::Malformed);
}

#[test]
fn without_a_key_or_a_sign_the_answer_says_what_is_missing() {
    assert_eq!(with_keys(ORDER, "00112233445566778899AABBCCDDEEFF", &[]).next, Next::GiveTheKey);
    assert_eq!(diagnosed(ORDER, "").next, Next::GiveTheSign);
}

#[test]
fn the_search_stops_when_it_is_told_to() {
    let key = Secret::new(KEY.as_bytes().to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let input = read(ORDER.as_bytes(), None).unwrap();
    let case = Case { given_sign: Some("00112233445566778899AABBCCDDEEFF"), ..bare(&input, &keys) };
    let mut seen = 0;
    let diagnosis = diagnose(&case, Effort::deep(), &mut |progress| {
        seen += 1;
        if progress.stage >= Stage::Pairs { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert!(diagnosis.excluded.stopped && seen > 1);
    assert_eq!(diagnosis.next, Next::SearchOn);
    assert!(!diagnosis.excluded.stages.iter().any(|count| count.stage == Stage::Triples));
}

const CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"SIGN\"}";
const CALL_STRING: &str = "appId=wx0000000000000001&nonceStr=IITRi8Iabbblz1Jc&package=prepay_id=wx0203040506789012abcdef0123456789000&signType=MD5&timeStamp=1704135845";

#[test]
fn a_client_call_is_compared_with_its_template() {
    let call = |sign: &str| diagnosed(&CALL.replace("SIGN", sign), "");
    let keyed = |signed: &str| md5_of(format!("{signed}&key={KEY}"));
    assert_eq!(call("A4C607DA0A12FF0DB36AF96858A45992").verdict, Outcome::Valid);
    for (cause, signed) in [
        ("A15", CALL_STRING.replace("appId=wx0000000000000001&", "")),
        ("B1", CALL_STRING.replace("appId=", "appid=")),
        ("B2", CALL_STRING.replace("timeStamp=", "timestamp=")),
        ("G2", CALL_STRING.replace("prepay_id=", "")),
        ("D20", CALL_STRING.replace("1704135845", "1704135845123")),
        ("F1", CALL_STRING.replace("signType=MD5", "signType=HMAC-SHA256")),
        ("D22", CALL_STRING.replace("signType=MD5", "signType=md5")),
        ("C1", "appId=wx0000000000000001&timeStamp=1704135845&nonceStr=IITRi8Iabbblz1Jc&package=prepay_id=wx0203040506789012abcdef0123456789000&signType=MD5".to_owned()),
    ] {
        let diagnosis = call(&keyed(&signed));
        assert_eq!(causes(&diagnosis).first(), Some(&cause), "{:?}", diagnosis.explanations);
    }
    let without_prefix = CALL.replace("prepay_id=", "").replace("SIGN", &keyed(&CALL_STRING.replace("prepay_id=", "")));
    assert_eq!(
        causes(&diagnosed(&without_prefix, "")).first(),
        Some(&"G2"),
        "consistent, and yet the client refuses it"
    );
}

#[test]
fn a_call_without_its_appid_is_searched_all_the_same() {
    let input = read(CALL.replace("SIGN", "00112233445566778899AABBCCDDEEFF").as_bytes(), None).unwrap();
    let key = Secret::new(KEY.as_bytes().to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let case = bare(&input, &keys);
    assert_eq!(diagnose(&case, Effort::default(), &mut watch()).unwrap().next, Next::GiveTheAppid);
    let lost = CALL_STRING.replace("appId=wx0000000000000001&", "");
    let sign = md5_of(format!("{lost}&key={KEY}"));
    let diagnosis = diagnose(&Case { given_sign: Some(&sign), ..case }, Effort::default(), &mut watch()).unwrap();
    assert_eq!(causes(&diagnosis).first(), Some(&"A15"));
    assert_eq!(diagnosis.expected_sign, None);
}

#[test]
fn the_order_s_own_sign_as_pay_sign_is_proven_without_a_hash() {
    let sign = "1B62299BAF1EE690B691F2FE5A96BA1D";
    let text = CALL.replace("\"paySign\"", &format!("\"sign\":\"{sign}\",\"paySign\"")).replace("SIGN", sign);
    let diagnosis = diagnosed(&text, "");
    assert_eq!(
        diagnosis.explanations.first().map(|best| (best.proof, best.causes.clone())),
        Some((Proof::Copy, vec![CauseId::G1]))
    );
}

#[test]
fn what_was_sent_is_compared_with_what_was_signed() {
    let key = Secret::new(KEY.as_bytes().to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let signed = read(ORDER.as_bytes(), None).unwrap();
    let sign = md5_of(format!("{RIGHT}&key={KEY}"));
    let answer = |sent: &str| {
        let sent = read(sent.as_bytes(), None).unwrap();
        let case = Case { given_sign: Some(&sign), sent: Some(&sent), ..bare(&signed, &keys) };
        diagnose(&case, Effort::default(), &mut watch()).unwrap()
    };
    assert_eq!(answer(ORDER).verdict, Outcome::Valid);
    let other_nonce = answer(&ORDER.replace("5d2b6c2a8db53831f7eda20af46e531c", "a00b6c2a8db53831f7eda20af46e531c"));
    assert_eq!(changes(&other_nonce), [("A7", Some("nonce_str"))]);
    assert_eq!(other_nonce.differences.len(), 1);
    let other_body = answer(&ORDER.replace("帽子", "帽"));
    assert_eq!(changes(&other_body), [("A6", Some("body"))]);
}

#[test]
fn the_document_is_the_one_that_the_command_line_promises() {
    let signed = RIGHT.replace("&body=", "&attach=&body=");
    let diagnosis = diagnosed(ORDER, &md5_of(format!("{signed}&key={KEY}")));
    let document = serde_json::to_value(&diagnosis).unwrap();
    assert_eq!(document["verdict"], "explained");
    assert_eq!(document["sign_type"], "MD5");
    assert_eq!(document["explanations"][0]["proof"], "hash");
    assert_eq!(document["explanations"][0]["causes"][0], "A1");
    assert_eq!(document["explanations"][0]["changes"][0]["cause"], "A1");
    assert_eq!(document["explanations"][0]["changes"][0]["field"], "attach");
    assert_eq!(document["explanations"][0]["changes"][0]["detail"], "the empty attach was signed");
    assert!(document["next"].is_string() && document["warnings"].is_array());
}

#[test]
fn an_object_that_was_signed_twice_and_has_another_mistake_too_is_found() {
    let signed = RIGHT.replace("total_fee=101", "total_fee=101.0");
    let first = md5_of(format!("{signed}&key={KEY}"));
    let twice = signed.replace("&total_fee", &format!("&sign={first}&total_fee"));
    let diagnosis = diagnosed(ORDER, &md5_of(format!("{twice}&key={KEY}")));
    assert_eq!(changes(&diagnosis), [("A2", Some("sign")), ("D1", Some("total_fee"))]);
    assert_eq!(diagnosis.explanations[0].string_to_sign, format!("{twice}&key=••••CDEF"));
    let first = md5_of(format!("{RIGHT}&key=null"));
    let twice = RIGHT.replace("&total_fee", &format!("&sign={first}&total_fee"));
    let mut found = causes(&diagnosed(ORDER, &md5_of(format!("{twice}&key=null"))));
    found.sort_unstable();
    assert_eq!(found, ["A2", "E6"]);
}

#[test]
fn three_mistakes_at_once_are_found_when_that_is_asked_for() {
    let simple =
        "<xml><appid>wx0000000000000001</appid><attach></attach><body>a b</body><total_fee>101</total_fee></xml>";
    let signed = format!("appId=wx0000000000000001&attach=&body=a+b&total_fee=101&key={KEY}");
    let key = Secret::new(KEY.as_bytes().to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let input = read(simple.as_bytes(), None).unwrap();
    let sign = md5_of(signed);
    let case = Case { given_sign: Some(&sign), ..bare(&input, &keys) };
    assert_eq!(diagnose(&case, Effort::default(), &mut watch()).unwrap().verdict, Outcome::Unexplained);
    let diagnosis = diagnose(&case, Effort::deep(), &mut watch()).unwrap();
    let mut found = causes(&diagnosis);
    found.truncate(3);
    found.sort_unstable();
    assert_eq!(found, ["A1", "B1", "D6"]);
}

#[test]
fn what_the_gateway_said_is_read_first() {
    let key = Secret::new(KEY.as_bytes().to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let input = read(ORDER.as_bytes(), None).unwrap();
    let case = Case {
        return_msg: Some("沙箱验证签名失败，请确认沙箱签名key是否正确"), ..bare(&input, &keys)
    };
    let diagnosis = diagnose(&case, Effort::default(), &mut watch()).unwrap();
    assert_eq!(diagnosis.warnings.first().map(|said| (said.rule, said.cause)), Some(("return_msg", Some(CauseId::H1))));
}

#[test]
fn a_call_that_passes_another_value_than_was_signed_says_so_beside_the_other_mistake() {
    let signed = CALL_STRING.replace("appId=", "appid=");
    let passed = CALL.replace("prepay_id=", "").replace("SIGN", &md5_of(format!("{signed}&key={KEY}")));
    let mut found = changes(&diagnosed(&passed, "")).into_iter().map(|(cause, _)| cause).collect::<Vec<_>>();
    found.sort_unstable();
    assert_eq!(found, ["B1", "G2"]);
}

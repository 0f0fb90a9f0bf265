use super::*;
use crate::input::read;

const OWN_KEY: &str = "0123456789abcdef0123456789ABCDEF";
const V1: &str = "appid=wx0000000000000001&attach=a=1&b=2+3%20&body=测试商城-T恤 & \"帽子\"&device_info=WEB&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c&notify_url=https://shop.example.com/wx/notify&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_trade_no=T20240102030405_001&spbill_create_ip=127.0.0.1&total_fee=101&trade_type=JSAPI";
const CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"A4C607DA0A12FF0DB36AF96858A45992\"}";

fn key() -> Secret {
    Secret::new(OWN_KEY.as_bytes().to_vec())
}

fn examined(text: &str, question: &Question<'_>) -> Report {
    examine(&read(text.as_bytes(), None).unwrap(), question).unwrap()
}

fn verified(text: &str, chosen: Option<SignType>, recorded: Option<SignType>) -> Report {
    let key = key();
    examined(text, &Question { key: Some(&key), chosen, recorded, appid: Some("wx0000000000000001"), sign: false })
}

#[test]
fn a_sign_that_is_missing_lower_case_or_wrong_is_told_apart() {
    let with = |sign: &str| verified(&format!("{V1}&sign={sign}"), None, None);
    assert_eq!(verified(V1, None, None).verdict, Verdict::MissingSign);
    assert_eq!(with("").verdict, Verdict::MissingSign);
    assert_eq!(with("652e14cc3ac936c310cc802f8fe8a5aa").verdict, Verdict::MalformedSign);
    assert_eq!(with("652E14CC3AC936C310CC802F8FE8A5A").verdict, Verdict::MalformedSign);
    let wrong = with("652E14CC3AC936C310CC802F8FE8A5AB");
    assert_eq!((wrong.verdict, wrong.valid), (Verdict::Mismatch, Some(false)));
    assert_eq!(wrong.expected_sign.as_deref(), Some("652E14CC3AC936C310CC802F8FE8A5AA"));
    let right = with("652E14CC3AC936C310CC802F8FE8A5AA");
    assert_eq!((right.verdict, right.valid, right.sign_type_from), (Verdict::Match, Some(true), SignTypeFrom::Length));
}

#[test]
fn a_message_that_names_another_algorithm_than_the_record_is_invalid() {
    let message = format!("{V1}&sign_type=MD5&sign=52D2A6405DCC16745BDC1128DBE8692E");
    assert_eq!(verified(&message, None, None).verdict, Verdict::Match);
    assert_eq!(verified(&message, None, None).sign_type_from, SignTypeFrom::Message);
    for (chosen, recorded) in [(Some(SignType::HmacSha256), None), (None, Some(SignType::HmacSha256))] {
        let report = verified(&message, chosen, recorded);
        assert_eq!((report.verdict, report.fault), (Verdict::Mismatch, Some(SignFault::OtherSignType)));
        assert_eq!(report.other_sign_type.as_deref(), Some("MD5"));
    }
    let odd = verified(&format!("{V1}&sign_type=md5&sign=52D2A6405DCC16745BDC1128DBE8692E"), None, None);
    assert_eq!(odd.verdict, Verdict::Mismatch);
}

#[test]
fn signing_refuses_an_algorithm_that_does_not_exist_and_an_empty_message() {
    let key = key();
    let question = Question { sign: true, key: Some(&key), ..Question::default() };
    let read = |text: &str| read(text.as_bytes(), None).unwrap();
    assert_eq!(examine(&read("a=1&sign_type=md5"), &question).unwrap_err(), ReportError::UnknownSignType("md5".into()));
    assert_eq!(examine(&read("a=&sign=X"), &question).unwrap_err(), ReportError::NothingToSign);
    // MD5 of nothing but `&key=…` is right for no message.
    let bare = read(&format!("a=&sign={}", sign::sign(&wxpay_protocol::Params::new(), &key, SignType::Md5)));
    assert_eq!(check(&bare, &key, &Question::default()), Err(ReportError::NothingToSign));
    assert_eq!(examine(&read(CALL), &question).unwrap_err(), ReportError::AppidNeeded);
}

#[test]
fn every_step_of_vector_v1_is_shown_and_the_key_never() {
    let key = key();
    let text = format!("{V1}&detail=&key={OWN_KEY}");
    let report = examined(&text, &Question { sign: true, key: Some(&key), ..Question::default() });
    assert_eq!(report.detected, "string_to_sign");
    assert_eq!(report.expected_sign.as_deref(), Some("652E14CC3AC936C310CC802F8FE8A5AA"));
    assert_eq!(report.string_to_sign, format!("{V1}&key=••••CDEF"));
    assert_eq!(report.bytes, V1.len() + 5 + 32);
    assert_eq!(report.sorted.first().map(String::as_str), Some("appid"));
    let left_out: Vec<(&str, Option<Reason>)> =
        report.fields.iter().filter(|step| !step.included).map(|step| (step.name.as_str(), step.reason)).collect();
    assert_eq!(left_out, [("detail", Some(Reason::Empty)), ("key", Some(Reason::Key))]);
    assert_eq!(report.key_warning, None);
    let everything = format!("{report:?}");
    assert!(!everything.contains(OWN_KEY) && !everything.contains("89ABCDEF"), "{everything}");
    assert!(report.hexdump.starts_with("00000000  61 70 70 69 64 3d 77 78  30 30"), "{}", report.hexdump);
    assert!(report.hexdump.contains("|appid=wx00000000|"), "{}", report.hexdump);
}

#[test]
fn the_client_call_is_recognised_and_signs_the_appid_that_it_does_not_carry() {
    let report = verified(CALL, None, None);
    assert_eq!((report.verdict, report.sign_name), (Verdict::Match, "paySign"));
    assert_eq!(report.sorted, ["appId", "nonceStr", "package", "signType", "timeStamp"]);
    assert!(report.repairs.contains(&Repair::AppidSupplied));
    let jssdk = CALL.replace("timeStamp", "timestamp").replace('}', ",\"total_fee\":\"1\"}");
    let report = verified(&jssdk, None, None);
    assert_eq!(report.verdict, Verdict::Match);
    assert!(report.repairs.contains(&Repair::TimestampRenamed));
    assert!(report.fields.iter().any(|step| step.name == "total_fee" && step.reason == Some(Reason::NotSigned)));
    let hmac = CALL.replace("\"MD5\"", "\"HMAC-SHA256\"").replace(
        "A4C607DA0A12FF0DB36AF96858A45992",
        "3C6DF8C82952E84EB77B6ABF2B4021133B75107470294988D3E4A8F60DD9A891",
    );
    assert_eq!(verified(&hmac, None, None).verdict, Verdict::Match);
    assert_eq!(verified(&CALL.replace("Jc\"", "Jd\""), None, None).verdict, Verdict::Mismatch);
}

#[test]
fn the_app_call_is_an_ordinary_message() {
    let call = "{\"appid\":\"wx0000000000000002\",\"partnerid\":\"1900000001\",\"prepayid\":\"wx0203040506789012abcdef0123456789000\",\"package\":\"Sign=WXPay\",\"noncestr\":\"IITRi8Iabbblz1Jc\",\"timestamp\":1704135845,\"sign\":\"99931C00EB3FAA3591178183DB97023D\"}";
    assert_eq!(verified(call, None, None).verdict, Verdict::Match);
    let hmac = call.replace(
        "99931C00EB3FAA3591178183DB97023D",
        "EDB70DCDD491B80FF6CD858BEC4E7A3AD5842F5E36A370180ABCFAF07B3E0121",
    );
    let report = verified(&hmac, None, None);
    assert_eq!((report.verdict, report.sign_type), (Verdict::Match, SignType::HmacSha256));
}

#[test]
fn without_a_key_the_steps_are_shown_and_nothing_is_compared() {
    let report = examined(&format!("{V1}&sign=652E14CC3AC936C310CC802F8FE8A5AA"), &Question::default());
    assert_eq!((report.verdict, report.valid, report.expected_sign), (Verdict::NoKey, None, None));
    assert!(report.string_to_sign.ends_with("&key="));
}

#[test]
fn invisible_characters_are_located_in_the_string() {
    let report = verified("b=x \u{200B}&a=1 &sign=X", None, None);
    let places: Vec<(usize, &str)> = report.invisible.iter().map(|one| (one.at, one.code.as_str())).collect();
    assert_eq!(places, [(3, "U+0020"), (9, "U+200B")]);
}

#[test]
fn a_key_that_looks_wrong_is_said_so() {
    let warning = |bytes: &[u8]| {
        let key = Secret::new(bytes.to_vec());
        examined("a=1&key=other", &Question { key: Some(&key), ..Question::default() }).key_warning
    };
    assert_eq!(warning(b"0123456789abcdef0123456789ABCDEF "), Some(KeyWarning::WhiteSpace));
    assert_eq!(warning("0123456789abcdef0123456789ABCDEF\u{200B}".as_bytes()), Some(KeyWarning::NotAscii));
    assert_eq!(warning(b"short"), Some(KeyWarning::Length(5)));
    assert_eq!(warning(OWN_KEY.as_bytes()), Some(KeyWarning::OtherThanPasted));
}

#[test]
fn the_short_answer_agrees_with_the_long_one() {
    let key = key();
    for text in [
        format!("{V1}&sign=652E14CC3AC936C310CC802F8FE8A5AA"),
        format!("{V1}&sign=652E14CC3AC936C310CC802F8FE8A5AB"),
        V1.to_owned(),
        CALL.to_owned(),
    ] {
        let input = read(text.as_bytes(), None).unwrap();
        let question = Question { key: Some(&key), appid: Some("wx0000000000000001"), ..Question::default() };
        let report = examine(&input, &question).unwrap();
        let checked = check(&input, &key, &question).unwrap();
        assert_eq!((checked.verdict, checked.fault), (report.verdict, report.fault));
    }
}

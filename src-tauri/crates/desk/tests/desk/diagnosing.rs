//! Why a sign is refused: whose key it was, and what is told to whom.

use std::ops::ControlFlow;

use desk::{Evidence, Examined, KeyAtHand, NewProfile, examine, redacted_report};
use wxpay_diagnose::diagnosis::{Effort, KeyRole, Next, Outcome, Proof};
use wxpay_diagnose::input::{Format, read};
use wxpay_diagnose::knowledge::{CauseId, Severity};
use wxpay_diagnose::report::{self, Question};
use wxpay_diagnose::rules::Context;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::shop::*;

const OTHER_KEY: &str = "OtherCanary0123456789abcdefghijk";
const APP_SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn at_hand(role: KeyRole, name: &str, text: &str) -> KeyAtHand {
    KeyAtHand { role, name: name.into(), secret: secret(text) }
}

fn order(signed_with: &str) -> Vec<u8> {
    let mut params = Params::from_pairs([
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("body", "T恤 & 帽子"),
        ("out_trade_no", "T20240102030405_001"),
        ("total_fee", "101"),
        ("spbill_create_ip", "203.0.113.7"),
        ("notify_url", "https://shop.example.com/wx/notify"),
        ("trade_type", "JSAPI"),
        ("openid", PAYER),
    ])
    .unwrap();
    let sign = sign::sign(&params, &secret(signed_with), SignType::Md5);
    params.push("sign", &sign).unwrap();
    xml::write(&params, xml::is_amount).unwrap().into_bytes()
}

fn examined(evidence: &Evidence) -> Examined {
    examine(evidence, Effort::default(), &mut |_| ControlFlow::Continue(()))
}

async fn shop_with_a_second_merchant() -> Shop {
    let shop = Shop::open().await;
    let other = NewProfile { mch_id: "1900000002".into(), api_key: secret(OTHER_KEY), ..profile("商户B") };
    shop.desk.profile_add(NewProfile { app_secret: Some(secret(APP_SECRET)), ..other }).await.unwrap();
    shop
}

#[tokio::test]
async fn the_key_of_another_profile_is_found_and_the_profile_is_named() {
    let shop = shop_with_a_second_merchant().await;
    let keys = shop.desk.keys_at_hand("shop", true).await.unwrap();
    let told: Vec<(&str, KeyRole)> = keys.iter().map(|key| (key.name.as_str(), key.role)).collect();
    assert_eq!(
        told,
        [("shop", KeyRole::InUse), ("商户B", KeyRole::OtherMerchant), ("商户B AppSecret", KeyRole::AppSecret)]
    );
    let found = examined(&Evidence { pasted: order(OTHER_KEY), keys, ..Evidence::default() });
    let best = &found.diagnosis.explanations[0];
    assert_eq!((best.causes[0], best.key.as_deref()), (CauseId::E7, Some("商户B")));
    assert_eq!(found.diagnosis.next, Next::UseTheRightKey);
}

#[tokio::test]
async fn another_profile_of_the_same_merchant_is_not_called_another_merchant() {
    let shop = Shop::open().await;
    for (name, environment) in [("live", Environment::Production), ("box", Environment::Sandbox)] {
        let key = if name == "live" { OTHER_KEY } else { APP_SECRET };
        let new = NewProfile { environment, base_url: None, api_key: secret(key), ..profile(name) };
        shop.desk.profile_add(new).await.unwrap();
    }
    let keys = shop.desk.keys_at_hand("live", true).await.unwrap();
    let role = |name: &str| keys.iter().find(|key| key.name == name).map(|key| key.role);
    assert_eq!(
        (role("live"), role("shop"), role("box")),
        (Some(KeyRole::InUse), Some(KeyRole::InUse), Some(KeyRole::Sandbox))
    );
    assert_eq!(keys[0].name, "live");
}

#[tokio::test]
async fn a_profile_without_its_key_is_an_error_and_other_keys_are_only_left_out() {
    let shop = shop_with_a_second_merchant().await;
    assert_eq!(shop.desk.keys_at_hand("nobody", true).await.err().unwrap().code(), "not_found");
    assert_eq!(shop.desk.keys_of_all_profiles().await.unwrap().len(), 3);
    shop.desk.vault_lock().await.unwrap();
    assert_eq!(shop.desk.keys_at_hand("shop", true).await.err().unwrap().code(), "vault_locked");
    assert!(shop.desk.keys_at_hand("shop", false).await.unwrap().is_empty());
    assert!(shop.desk.keys_of_all_profiles().await.unwrap().is_empty());
}

#[test]
fn damage_in_the_xml_is_the_cause_where_the_sign_holds_for_what_was_meant() {
    let text = String::from_utf8(order(KEY)).unwrap();
    let broken = text.replace("<total_fee>", "<toe>");
    assert_ne!(text, broken);
    let keys = || vec![at_hand(KeyRole::InUse, "shop", KEY)];
    let found = examined(&Evidence { pasted: broken.clone().into_bytes(), keys: keys(), ..Evidence::default() });
    assert_eq!(found.diagnosis.verdict, Outcome::Explained);
    assert_eq!(found.diagnosis.explanations[0].causes, [CauseId::A12]);
    assert_eq!(found.diagnosis.explanations[0].changes[0].field.as_deref(), Some("total_fee"));
    let fault = found.diagnosis.warnings.iter().find(|warning| warning.rule == "mismatched_tag").unwrap();
    assert_eq!((fault.cause, fault.severity), (Some(CauseId::A12), Severity::Error));
    let whole = examined(&Evidence { pasted: text.into_bytes(), keys: keys(), ..Evidence::default() });
    assert_eq!(whole.diagnosis.verdict, Outcome::Valid);
    // Damage in what was sent counts, damage in the log of what was signed does not.
    let sent = Evidence { pasted: order(KEY), sent: Some(broken.into_bytes()), keys: keys(), ..Evidence::default() };
    assert_eq!(examined(&sent).diagnosis.explanations[0].causes, [CauseId::A12]);
}

#[test]
fn a_text_without_a_field_is_answered_and_not_refused() {
    for text in [&b""[..], b"   ", b"hello", b"\xFF\xFEa\0", b"<!DOCTYPE a><xml><a>1</a></xml>"] {
        let keys = vec![at_hand(KeyRole::InUse, "shop", KEY)];
        let found = examined(&Evidence { pasted: text.to_vec(), keys, ..Evidence::default() });
        assert_eq!(found.diagnosis.verdict, Outcome::Malformed, "{text:?}");
        assert!(found.unreadable.is_some() && !found.diagnosis.warnings.is_empty(), "{text:?}");
    }
    let only_a_sign = Evidence { pasted: b"sign=ABC".to_vec(), ..Evidence::default() };
    assert_eq!(examined(&only_a_sign).diagnosis.verdict, Outcome::Malformed);
}

#[test]
fn the_address_in_a_command_says_what_the_message_is() {
    let text = "curl https://api.mch.weixin.qq.com/pay/orderquery -d 'appid=wx0000000000000001&mch_id=1900000001&nonce_str=5d2b6c2a8db53831&out_trade_no=T1'";
    let pasted = Evidence { pasted: text.as_bytes().to_vec(), ..Evidence::default() };
    assert_eq!(examined(&pasted).context.map(Context::as_str), Some("orderquery"));
    let told = Evidence { context: Context::parse("closeorder"), ..pasted };
    assert_eq!(examined(&told).context.map(Context::as_str), Some("closeorder"));
}

#[test]
fn the_algorithm_of_the_merchant_counts_for_a_notice_and_not_for_a_request() {
    let keys = || vec![at_hand(KeyRole::InUse, "shop", KEY)];
    let recorded = Some(SignType::HmacSha256);
    let request = Evidence { pasted: order(KEY), recorded, keys: keys(), ..Evidence::default() };
    assert_eq!(examined(&request).diagnosis.verdict, Outcome::Valid);
    let mut notice = Params::from_pairs([
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("transaction_id", "4200000000202401020000000001"),
        ("out_trade_no", "T1"),
        ("total_fee", "101"),
        ("time_end", "20240102030405"),
    ])
    .unwrap();
    let md5 = sign::sign(&notice, &key(), SignType::Md5);
    notice.push("sign", &md5).unwrap();
    let pasted = xml::write(&notice, xml::is_amount).unwrap().into_bytes();
    let found = examined(&Evidence { pasted, recorded, keys: keys(), ..Evidence::default() });
    assert_eq!((found.diagnosis.verdict, found.diagnosis.sign_type), (Outcome::Explained, SignType::HmacSha256));
}

#[test]
fn the_order_of_a_client_call_is_its_companion_and_not_what_was_sent() {
    let order_read = read(&order(KEY), Some(Format::Xml)).unwrap();
    let order_sign = order_read.params.get("sign").unwrap();
    let call = format!(
        "{{\"appId\":\"{APPID}\",\"timeStamp\":\"1704135845\",\"nonceStr\":\"5d2b6c2a8db53831\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"{order_sign}\"}}"
    );
    let keys = vec![at_hand(KeyRole::InUse, "shop", KEY)];
    let evidence = Evidence { pasted: call.into_bytes(), sent: Some(order(KEY)), keys, ..Evidence::default() };
    let found = examined(&evidence);
    assert!(found.diagnosis.differences.is_empty(), "two messages of different kinds are not compared");
    assert!(found.diagnosis.warnings.iter().any(|warning| warning.cause == Some(CauseId::G1)));
    let best = found.diagnosis.explanations.first().unwrap();
    assert_eq!(
        (best.proof, best.causes.as_slice()),
        (Proof::Hash, &[CauseId::G1][..]),
        "the order's sign was computed again"
    );
}

#[test]
fn a_search_can_be_ended_and_says_so() {
    let pasted = order("NobodysKey0123456789abcdefghijkl");
    let keys = vec![at_hand(KeyRole::InUse, "shop", KEY)];
    let evidence = Evidence { pasted, keys, ..Evidence::default() };
    let found = examine(&evidence, Effort::default(), &mut |_| ControlFlow::Break(()));
    assert_eq!((found.diagnosis.verdict, found.diagnosis.next), (Outcome::Unexplained, Next::SearchOn));
}

#[test]
fn the_report_for_others_holds_no_key_and_nobody() {
    let attach = "uid=a1&tel=13800138000 张三";
    for signed_with in [KEY, OTHER_KEY, "NobodysKey0123456789abcdefghijkl"] {
        let text = String::from_utf8(order(signed_with)).unwrap();
        let pasted = text.replace("<xml>", &format!("<xml><attach><![CDATA[{attach}]]></attach>")).into_bytes();
        let keys = vec![
            at_hand(KeyRole::InUse, "shop", KEY),
            at_hand(KeyRole::OtherMerchant, "商户B", OTHER_KEY),
            at_hand(KeyRole::AppSecret, "商户C", APP_SECRET),
        ];
        let evidence = Evidence { pasted, keys, return_msg: Some("签名错误".into()), ..Evidence::default() };
        let report = redacted_report(&evidence, &examined(&evidence));
        for hidden in [
            KEY,
            OTHER_KEY,
            APP_SECRET,
            "dXYZ",
            PAYER,
            "13800138000",
            "张三",
            "203.0.113.7",
            "商户B",
            "商户C",
            "shop",
            MCH_ID,
            APPID,
            "T2024",
        ] {
            assert!(!report.contains(hidden), "{hidden} in {report}");
        }
        assert!(report.contains(&key().fingerprint()) && report.contains("32 字节"), "{report}");
        assert!(report.contains("xxx=x0&xxx=00000000000 某某"), "the shape stays: {report}");
        assert!(report.contains("X00000000000000_000") && report.contains("total_fee"), "{report}");
    }
}

#[test]
fn a_key_that_was_pasted_as_a_value_a_sign_or_with_white_space_stands_in_no_answer_and_no_report() {
    let key = String::from_utf8(key().expose().to_vec()).unwrap();
    let with_key = format!("appid={APPID}&body={key}&mch_id={MCH_ID}&total_fee={key}&sign={key}");
    let without = format!("appid={APPID}&body=x&mch_id={MCH_ID}&trade_type={key}");
    for (pasted, sent) in [(&with_key, &without), (&without, &with_key)] {
        for at_key in [key.clone(), format!(" {key}\n"), format!("{key}x")] {
            let evidence = Evidence {
                pasted: pasted.clone().into_bytes(),
                sent: Some(sent.clone().into_bytes()),
                keys: vec![at_hand(KeyRole::InUse, "key", &at_key)],
                return_msg: Some(format!("签名错误 {key}")),
                ..Evidence::default()
            };
            let found = examined(&evidence);
            let answer = format!("{:?}", found.diagnosis);
            assert!(!answer.contains(&key), "{answer}");
            let report = redacted_report(&evidence, &found);
            assert!(!report.contains(&key), "{report}");
        }
    }
}

#[test]
fn the_report_for_others_shows_no_telephone_number_and_no_free_text() {
    let pasted = format!("appid={APPID}&body=张三的订单&mch_id={MCH_ID}&goods_tag=13800138000&sign=00");
    let keys = vec![at_hand(KeyRole::InUse, "key", OTHER_KEY)];
    let evidence = Evidence { pasted: pasted.into_bytes(), keys, ..Evidence::default() };
    let report = redacted_report(&evidence, &examined(&evidence));
    assert!(!report.contains("张三") && !report.contains("13800138000") && !report.contains(MCH_ID), "{report}");
    assert!(report.contains("`mch_id` = `0000000000`"), "{report}");
}

#[test]
fn a_message_of_very_many_fields_is_given_up_after_a_bounded_search() {
    let fields: Vec<String> = (0..200).map(|number| format!("name_{number}=value_{number}")).collect();
    let pasted = format!("{}&sign={}", fields.join("&"), "0".repeat(32));
    let keys = vec![at_hand(KeyRole::InUse, "key", OTHER_KEY)];
    let evidence = Evidence { pasted: pasted.into_bytes(), keys, ..Evidence::default() };
    let found = examined(&evidence).diagnosis;
    assert!(found.excluded.stopped && found.excluded.tried < 2_000_000, "{:?}", found.excluded);
}

/// Every way in which people write down a key; `{}` stands for it.
const WRITTEN: [&str; 25] = [
    "appid=wx1&body=x&mch_id=1&KEY={}",
    "appid=wx1&body=x&mch_id=1&Key={}",
    "appid=wx1&body=x&mch_id=1&api_key={}",
    "appid=wx1&body=x&mch_id=1&apiKey={}",
    "appid=wx1&body=x&mch_id=1&mch_key={}",
    "appid=wx1&body=x&mch_id=1&paternerKey={}",
    "appid=wx1&body=x&mch_id=1& key = {}",
    "appid=wx1&body=x&mch_id=1&amp;key={}",
    "appid=wx1&body=x&mch_id=1&amp; key={}",
    "appid=wx1&body=x&mch_id=1%26key%3D{}",
    "appid%3Dwx1%26body%3Dx%26mch_id%3D1%26key%3D{}",
    "appid=wx1&body=x&mch_id=1\nkey: {}",
    "appid=wx1&body=x&mch_id=1\n商户密钥：{}",
    "<xml><appid>wx1</appid><body>x</body><mch_id>1</mch_id><Key>{}</Key></xml>",
    "<xml><appid>wx1</appid><body><![CDATA[x&key={}]]></body><mch_id>1</mch_id></xml>",
    "<xml><appid>wx1</appid><body>x</body><mch_id>1</mch_id><api_key><![CDATA[{}]]></api_key></xm",
    "{\"appid\":\"wx1\",\"body\":\"x\",\"mch_id\":\"1\",\"apiKey\":\"{}\"}",
    "{\"appid\":\"wx1\",\"body\":\"{\\\"key\\\":\\\"{}\\\"}\",\"mch_id\":\"1\"}",
    "{'appid': 'wx1', 'body': 'x', 'mch_id': '1', 'partner_key': '{}'}",
    "{appid=wx1, apiKey={}, body=x, mch_id=1}",
    "map[appid:wx1 body:x mchKey:{} mch_id:1]",
    "Array\n(\n    [appid] => wx1\n    [body] => x\n    [mch_id] => 1\n    [mch_key] => {}\n)\n",
    "appid: wx1\nbody: x\nmch_id: 1\nAppSecret: {}",
    "https://example.com/?appid=wx1&body=x&mch_id=1&Key={}",
    "2024-01-02 INFO apiKey={} sign: appid=wx1&body=x&mch_id=1",
];

#[test]
fn a_key_that_was_pasted_under_any_name_is_tried_and_stands_in_no_answer_although_no_key_was_given() {
    for written in WRITTEN {
        let text = written.replace("{}", KEY);
        let evidence = Evidence {
            pasted: text.clone().into_bytes(),
            sign: Some("00112233445566778899AABBCCDDEEFF".to_owned()),
            return_msg: Some(format!("签名错误 {KEY}")),
            ..Evidence::default()
        };
        let found = examined(&evidence);
        assert!(found.diagnosis.excluded.tried > 0 && found.diagnosis.excluded.keys.len() == 1, "not tried: {text}");
        let answer = format!("{:?}", found.diagnosis);
        assert!(!answer.contains(KEY), "{text}: {answer}");
        let input = found.read.input.as_ref().unwrap();
        let steps = format!("{:?}", report::examine(input, &Question::default()).unwrap());
        let bytes = KEY.bytes().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        assert!(!steps.contains(KEY) && !steps.contains(&bytes), "{text}: {steps}");
        for tail in [redacted_report(&evidence, &found), format!("{:?}", found.read.repairs)] {
            assert!(!tail.contains(KEY), "{text}: {tail}");
        }
        assert!(found.read.repairs.iter().any(|placed| placed.repair.code().starts_with("key_")), "{text}");
    }
}

#[test]
fn what_a_key_that_is_not_the_one_in_use_signs_is_never_called_right() {
    let keys = || vec![at_hand(KeyRole::AppSecret, "AppSecret", APP_SECRET)];
    let found = examined(&Evidence { pasted: order(APP_SECRET), keys: keys(), ..Evidence::default() }).diagnosis;
    assert_eq!((found.verdict, found.expected_sign), (Outcome::Explained, None));
    assert_eq!(
        (found.explanations[0].causes[0], found.explanations[0].key.as_deref()),
        (CauseId::E2, Some("AppSecret"))
    );
    let other = examined(&Evidence { pasted: order(KEY), keys: keys(), ..Evidence::default() }).diagnosis;
    assert_eq!((other.verdict, other.next), (Outcome::Unexplained, Next::GiveTheKey));
    assert!(other.excluded.tried > 0 && other.excluded.keys == ["AppSecret"], "{:?}", other.excluded);
    // A key in the text is the one in use where nobody gave another.
    let text = format!("{}\nkey={KEY}", String::from_utf8(order(KEY)).unwrap());
    let pasted = examined(&Evidence { pasted: text.into_bytes(), keys: keys(), ..Evidence::default() }).diagnosis;
    assert_eq!(pasted.verdict, Outcome::Valid);
}

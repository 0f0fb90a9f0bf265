use std::collections::{BTreeMap, BTreeSet};

use wxpay_protocol::Secret;

use super::*;
use crate::diagnosis::{Case, KeyRole, KeySlot};
use crate::input::read;
use crate::knowledge::catalogue;
use crate::rules::Context;
use crate::search::base::given_of;
use crate::search::keys;

/// Which enumerator serves which cause of the catalogue.
const SERVED_BY: &[(&str, &str)] = &[
    ("members", "A1 A2 A3 A4 A5 A6 A8 A9 A10 A11 A15 D13"),
    ("spellings", "A13 B1 B2 B3 B4 B6 B7"),
    ("specials", "D20 D22 F1 G2 G3 G4 G5"),
    ("values", "D1 D2 D3 D4 D5 D6 D7 D9 D10 D11 D13 D14 D16 D17 D18 D19 D20 D23"),
    ("rest", "C1 C2 C3 C5 C6 C7 D8 D14 D18 E5 E6 E10 F8"),
    ("keys", "E2 E3 E4 E5 E6 E7 E10 H1"),
    ("target", "F5 F6 F7 F9 F10"),
    ("explain", "A6 A7 F1 F2 F3 F4 G1"),
];

const RICH: &str = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><sub_appid>wx0000000000000002</sub_appid>\
    <body> 测试 &amp; &lt;b&gt;T恤&lt;/b&gt; 😀 100%25+1\u{200B}\r\nx </body><attach></attach><detail>{\"a\": \"测/\"}</detail>\
    <coupon_fee>0</coupon_fee><coupon_fee_2>0</coupon_fee_2><coupon_fee_10>5</coupon_fee_10><re_openid>o1</re_openid>\
    <Remark>null</Remark><remarks>x</remarks><out_trade_on>T1</out_trade_on><sign_type>MD5</sign_type>\
    <nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str><notify_url>https://shop.example.com/n</notify_url>\
    <total_fee>1000001</total_fee><cash_fee>101.0</cash_fee></xml>";
const CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"n\",\"package\":\"prepay_id%3Dwx02\",\"signType\":\"MD5\",\
    \"paySign\":\"A4C607DA0A12FF0DB36AF96858A45992\",\"sub_appid\":\"wx0000000000000002\"}";
const APP: &str = "{\"appid\":\"wx0000000000000001\",\"partnerid\":\"1900000001\",\"prepayid\":\"wx02\",\"package\":\"Sign=WXPay\",\
    \"noncestr\":\"n\",\"timestamp\":\"1704135845\",\"sign\":\"99931C00EB3FAA3591178183DB97023D\"}";

fn singles_of(text: &str, context: Option<&str>, family: Family) -> BTreeMap<CauseId, usize> {
    let secrets: Vec<Secret> = ["0123456789abcdef0123456789ABCDEF0", "1", "2", "3", "4", "5"]
        .into_iter()
        .map(|key| Secret::new(key.as_bytes().to_vec()))
        .collect();
    let roles =
        [KeyRole::InUse, KeyRole::OtherMerchant, KeyRole::AppSecret, KeyRole::V3, KeyRole::Sandbox, KeyRole::Previous];
    let slots: Vec<KeySlot<'_>> =
        secrets.iter().zip(roles).map(|(secret, role)| KeySlot { role, name: "a key", secret }).collect();
    let input = read(text.as_bytes(), None).unwrap();
    let case = Case {
        input: &input,
        given_sign: None,
        sign_type: None,
        context: context.map(|word| Context::parse(word).unwrap()),
        appid: Some("wx0000000000000001"),
        keys: &slots,
        sent: None,
        return_msg: None,
    };
    let base = Base::of(&case);
    let keys = keys::keys(&slots);
    let given = given_of(&case, &base);
    let mut counts = BTreeMap::new();
    for single in all(&base, &given, &keys, family) {
        let detail = single.detail(&keys);
        assert!(!detail.chinese.is_empty() && !detail.english.is_empty());
        *counts.entry(single.cause).or_default() += 1;
    }
    for key in &keys {
        key.cause.into_iter().for_each(|cause| *counts.entry(cause).or_default() += 1);
    }
    counts
}

#[test]
fn every_cause_that_a_digest_shows_is_served_by_an_enumerator() {
    let served: BTreeSet<&str> = SERVED_BY.iter().flat_map(|(_, ids)| ids.split_whitespace()).collect();
    for cause in catalogue().iter().filter(|cause| cause.is_digest_detectable()) {
        assert!(served.contains(cause.id.as_str()), "{} is served by nothing", cause.id);
    }
}

#[test]
fn the_enumerators_make_what_the_table_says() {
    let mut made: BTreeSet<&str> = BTreeSet::new();
    for (text, context) in [
        (RICH, None),
        (RICH, Some("unifiedorder")),
        (RICH, Some("transfers")),
        (RICH, Some("pay-notify")),
        (CALL, Some("jsapi")),
        (APP, Some("app")),
    ] {
        for family in [Family::Md5, Family::HmacSha256] {
            made.extend(singles_of(text, context, family).keys().map(|cause| cause.as_str()));
        }
    }
    for (enumerator, ids) in SERVED_BY.iter().filter(|(name, _)| !matches!(*name, "target" | "explain")) {
        for id in ids.split_whitespace() {
            assert!(made.contains(id), "{enumerator} makes no {id}");
        }
    }
}

#[test]
fn one_message_has_hundreds_of_singles_and_not_tens_of_thousands() {
    let count: usize = singles_of(RICH, None, Family::Md5).values().sum();
    assert!((500..6000).contains(&count), "{count}");
}

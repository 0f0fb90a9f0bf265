//! The plants themselves, without the program: they are only worth something if their own signs are right.

use std::collections::BTreeSet;

use crate::fields::{self, Fields};
use crate::orders::{Algorithm, Kind, Order, Paste};
use crate::plant::ALL;
use crate::planted;
use crate::rng::Rng;
use crate::signing::Signing;
use crate::table::COLUMNS;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn sign(kind: Kind, algorithm: Algorithm, key: &str, pairs: &[(&str, &str)]) -> String {
    let mut order = Order::new(kind, false, algorithm, &mut Rng::seeded(1));
    order.fields = fields(pairs);
    key.clone_into(&mut order.key);
    Signing::right(&order).run().sign
}

const KEY: &str = "0123456789abcdef0123456789ABCDEF";

#[test]
fn code_without_a_mistake_signs_the_official_example() {
    let example = [
        ("appid", "wxd930ea5d5a258f4f"),
        ("mch_id", "10000100"),
        ("device_info", "1000"),
        ("body", "test"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
    ];
    let key = "192006250b4c09247ec02edce69f6a2d";
    assert_eq!(sign(Kind::Request, Algorithm::Md5, key, &example), "9A0A8659F005D6984697E2CA0A9CF3B7");
    assert_eq!(
        sign(Kind::Request, Algorithm::Hmac, key, &example),
        "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    );
}

#[test]
fn code_without_a_mistake_signs_chinese_reserved_and_empty_values() {
    let mut request = vec![
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("device_info", "WEB"),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("body", "测试商城-T恤 & \"帽子\""),
        ("detail", ""),
        ("attach", "a=1&b=2+3%20"),
        ("out_trade_no", "T20240102030405_001"),
        ("total_fee", "101"),
        ("spbill_create_ip", "127.0.0.1"),
        ("notify_url", "https://shop.example.com/wx/notify"),
        ("trade_type", "JSAPI"),
        ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ];
    assert_eq!(sign(Kind::Request, Algorithm::Md5, KEY, &request), "652E14CC3AC936C310CC802F8FE8A5AA");
    request.push(("sign_type", "HMAC-SHA256"));
    assert_eq!(
        sign(Kind::Request, Algorithm::Hmac, KEY, &request),
        "5B15B78AD4D06C55625A8F2CAC7FF19E5D8E56029A4AED37D0C8573E89AD808C"
    );
}

#[test]
fn code_without_a_mistake_signs_both_client_calls() {
    let call = |sign_type| {
        [
            ("timeStamp", "1704135845"),
            ("nonceStr", "IITRi8Iabbblz1Jc"),
            ("appId", "wx0000000000000001"),
            ("package", "prepay_id=wx0203040506789012abcdef0123456789000"),
            ("signType", sign_type),
            ("total_fee", "1"),
        ]
    };
    assert_eq!(sign(Kind::Jsapi, Algorithm::Md5, KEY, &call("MD5")), "A4C607DA0A12FF0DB36AF96858A45992");
    assert_eq!(
        sign(Kind::Jsapi, Algorithm::Hmac, KEY, &call("HMAC-SHA256")),
        "3C6DF8C82952E84EB77B6ABF2B4021133B75107470294988D3E4A8F60DD9A891"
    );
    let app = [
        ("appid", "wx0000000000000002"),
        ("noncestr", "IITRi8Iabbblz1Jc"),
        ("package", "Sign=WXPay"),
        ("partnerid", "1900000001"),
        ("prepayid", "wx0203040506789012abcdef0123456789000"),
        ("timestamp", "1704135845"),
    ];
    assert_eq!(sign(Kind::App, Algorithm::Md5, KEY, &app), "99931C00EB3FAA3591178183DB97023D");
    assert_eq!(
        sign(Kind::App, Algorithm::Hmac, KEY, &app),
        "EDB70DCDD491B80FF6CD858BEC4E7A3AD5842F5E36A370180ABCFAF07B3E0121"
    );
}

#[test]
fn the_plants_are_the_causes_that_a_digest_can_show_and_eight_more() {
    let document: serde_json::Value = serde_json::from_str(include_str!("../../causes.json")).unwrap();
    let words = ["set:", "name:", "order:", "join", "value:", "charset:", "key:", "digest:"];
    let mut expected: BTreeSet<&str> = document["causes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|cause| words.iter().any(|word| cause["detect"].as_str().unwrap().contains(word)))
        .map(|cause| cause["id"].as_str().unwrap())
        .collect();
    assert_eq!(expected.len(), 56);
    expected.extend(["A14", "A15", "A16", "E1", "F2", "F5", "G1", "G4"]);
    let planted: BTreeSet<&str> = ALL.iter().map(|plant| plant.cause).collect();
    assert_eq!(planted, expected);
}

#[test]
fn every_plant_differs_from_the_right_sign_and_bites_in_a_column_at_least() {
    for plant in &ALL {
        let mut bites = 0;
        for (column, (rich, algorithm)) in COLUMNS.into_iter().enumerate() {
            let mut rng = Rng::seeded(column as u64 + 77);
            for _ in 0..40 {
                if let Some(planted) = planted::single(plant, rich, algorithm, &mut rng) {
                    assert_ne!(planted.sign, planted.right_sign, "{}", plant.cause);
                    assert_eq!(planted.sign, planted.given.clone().unwrap_or(planted.sign.clone()));
                    bites += 1;
                }
            }
        }
        assert!(bites >= 40, "{} bites {bites} times of 160", plant.cause);
    }
}

#[test]
fn what_is_pasted_reads_back_as_what_was_sent() {
    let mut rng = Rng::seeded(5);
    for plant in &ALL {
        for (rich, algorithm) in COLUMNS {
            for _ in 0..10 {
                let Some(planted) = planted::single(plant, rich, algorithm, &mut rng) else { continue };
                let input = wxpay_diagnose::input::read(planted.pasted.as_bytes(), None)
                    .unwrap_or_else(|fault| panic!("{}: {fault}\n{}", plant.cause, planted.pasted));
                let read: Fields =
                    input.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                let mut sent = planted.order.verified.clone().unwrap_or(planted.order.fields.clone());
                for name in ["paySign", "sign"] {
                    if let Some(value) = fields::get(&read, name) {
                        sent.push((name.to_owned(), value.to_owned()));
                    }
                }
                assert_eq!(read, sent, "{}", plant.cause);
            }
        }
    }
}

#[test]
fn a_rich_order_has_sixteen_fields_and_a_simple_one_six_to_eight() {
    let mut rng = Rng::seeded(9);
    for (rich, algorithm) in COLUMNS {
        for _ in 0..50 {
            let order = Order::new(Kind::Request, rich, algorithm, &mut rng);
            let count = order.fields.len();
            if rich {
                assert_eq!(count, 16);
            } else {
                assert!((6..=8).contains(&count), "{count}");
                assert!(order.fields.iter().all(|(_, value)| value.is_ascii()));
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_orders() {
    let made = |seed| format!("{:?}", Order::new(Kind::Request, true, Algorithm::Md5, &mut Rng::seeded(seed)));
    assert_eq!(made(3), made(3));
    assert_ne!(made(3), made(4));
}

#[test]
fn a_script_is_pasted_with_its_call_back() {
    let order = Order::new(Kind::Jsapi, true, Algorithm::Md5, &mut Rng::seeded(2));
    assert_eq!(order.paste, Paste::Script);
    let pasted = planted::paste(&order, "AB");
    assert!(pasted.starts_with("wx.requestPayment({ timeStamp: '17") && pasted.contains("paySign: 'AB', success("));
}

use proptest::prelude::*;

use super::*;
use crate::xml;

fn key(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn own_key() -> Secret {
    key("0123456789abcdef0123456789ABCDEF")
}

fn params(pairs: &[(&str, &str)]) -> Params {
    Params::from_pairs(pairs.iter().copied()).unwrap()
}

/// Protocol page §3.3, vector V1, with its empty `detail`.
fn v1(sign_type: Option<&str>) -> Params {
    let mut fields = vec![
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
    fields.extend(sign_type.map(|named| ("sign_type", named)));
    params(&fields)
}

#[test]
fn the_official_example_signs_as_published() {
    let message = params(&[
        ("appid", "wxd930ea5d5a258f4f"),
        ("mch_id", "10000100"),
        ("device_info", "1000"),
        ("body", "test"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
    ]);
    let official = key("192006250b4c09247ec02edce69f6a2d");
    assert_eq!(
        string_to_sign(&message),
        "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA"
    );
    assert_eq!(sign(&message, &official, SignType::Md5), "9A0A8659F005D6984697E2CA0A9CF3B7");
    assert_eq!(
        sign(&message, &official, SignType::HmacSha256),
        "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    );
}

#[test]
fn vector_v1_signs_chinese_and_reserved_characters_literally() {
    assert_eq!(
        string_to_sign(&v1(None)),
        "appid=wx0000000000000001&attach=a=1&b=2+3%20&body=测试商城-T恤 & \"帽子\"&device_info=WEB&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c&notify_url=https://shop.example.com/wx/notify&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_trade_no=T20240102030405_001&spbill_create_ip=127.0.0.1&total_fee=101&trade_type=JSAPI"
    );
    assert_eq!(sign(&v1(None), &own_key(), SignType::Md5), "652E14CC3AC936C310CC802F8FE8A5AA");
    assert_eq!(sign(&v1(Some("MD5")), &own_key(), SignType::Md5), "52D2A6405DCC16745BDC1128DBE8692E");
    assert_eq!(
        sign(&v1(Some("HMAC-SHA256")), &own_key(), SignType::HmacSha256),
        "5B15B78AD4D06C55625A8F2CAC7FF19E5D8E56029A4AED37D0C8573E89AD808C"
    );
}

#[test]
fn vector_v2_sorts_by_ascii_bytes_and_index_suffixes_as_text() {
    let message = params(&[
        ("a_b", "2"),
        ("aB", "3"),
        ("a1", "1"),
        ("A", "4"),
        ("ab", "5"),
        ("coupon_fee", "6"),
        ("coupon_fee_0", "7"),
        ("coupon_fee_10", "8"),
        ("coupon_fee_2", "9"),
    ]);
    let sorted = "A=4&a1=3&aB=2&a_b=1&ab=5&coupon_fee=6&coupon_fee_0=7&coupon_fee_10=8&coupon_fee_2=9";
    let expected: Vec<&str> = sorted.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    let joined = string_to_sign(&message);
    let names: Vec<&str> = joined.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    assert_eq!(names, expected);
}

#[test]
fn vector_v3_signs_an_answer_with_and_without_hmac() {
    let answer = params(&[
        ("return_code", "SUCCESS"),
        ("return_msg", "OK"),
        ("result_code", "SUCCESS"),
        ("mch_id", "1900000001"),
        ("appid", "wx0000000000000001"),
        ("device_info", "WEB"),
        ("nonce_str", "IITRi8Iabbblz1Jc"),
        ("prepay_id", "wx0203040506789012abcdef0123456789000"),
        ("trade_type", "JSAPI"),
    ]);
    assert_eq!(sign(&answer, &own_key(), SignType::Md5), "1B62299BAF1EE690B691F2FE5A96BA1D");
    assert_eq!(
        sign(&answer, &own_key(), SignType::HmacSha256),
        "C7387D26F88263A5F9775140F99A62A5ECECE52B75DFF5AE855C18DCB0F5B202"
    );
}

#[test]
fn vector_v4_signs_a_refusal() {
    let answer = params(&[
        ("return_code", "SUCCESS"),
        ("return_msg", "OK"),
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("nonce_str", "TN55wO9Pba5yENl8"),
        ("result_code", "FAIL"),
        ("err_code", "ORDERPAID"),
        ("err_code_des", "该订单已支付"),
    ]);
    assert_eq!(sign(&answer, &own_key(), SignType::Md5), "4DE7B80FEAF0002E1D004B341C3C5E49");
}

#[test]
fn every_golden_message_of_the_protocol_verifies() {
    let goldens = include_str!("../tests/goldens.xml");
    let mut seen = 0;
    for message in goldens.split("\n\n").filter(|text| !text.trim().is_empty()) {
        let parsed = xml::read(message.trim().as_bytes(), "xml").unwrap();
        assert_eq!(verify(&parsed, &own_key(), SignType::Md5), Ok(()), "{message}");
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} golden messages");
}

#[test]
fn zero_is_not_empty_and_stays_in_the_string() {
    let message = params(&[("b", "0"), ("a", ""), ("sign", "X")]);
    assert_eq!(string_to_sign(&message), "b=0");
}

#[test]
fn a_missing_a_lower_case_and_a_short_sign_are_told_apart_from_a_wrong_one() {
    let with = |sign: &str| {
        let mut message = v1(None);
        message.push("sign", sign).unwrap();
        verify(&message, &own_key(), SignType::Md5)
    };
    assert_eq!(verify(&v1(None), &own_key(), SignType::Md5), Err(SignFault::Missing));
    assert_eq!(with(""), Err(SignFault::Missing));
    assert_eq!(with("652e14cc3ac936c310cc802f8fe8a5aa"), Err(SignFault::Malformed { expected: 32 }));
    assert_eq!(with("652E14CC3AC936C310CC802F8FE8A5A"), Err(SignFault::Malformed { expected: 32 }));
    assert_eq!(with("652E14CC3AC936C310CC802F8FE8A5AB"), Err(SignFault::Mismatch));
    assert_eq!(with("652E14CC3AC936C310CC802F8FE8A5AA"), Ok(()));
}

#[test]
fn a_message_cannot_choose_another_algorithm_than_our_record() {
    let mut message = v1(Some("MD5"));
    let downgraded = sign(&message, &own_key(), SignType::Md5);
    message.push("sign", &downgraded).unwrap();
    assert_eq!(verify(&message, &own_key(), SignType::HmacSha256), Err(SignFault::OtherSignType));
    assert_eq!(verify(&message, &own_key(), SignType::Md5), Ok(()));
}

proptest! {
    #[test]
    fn the_sign_does_not_depend_on_the_order_of_the_elements(
        fields in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,14}", "\\PC{0,20}", 1..20),
        seed in any::<u64>(),
    ) {
        let ordered: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut shuffled = ordered.clone();
        let mut state = seed | 1;
        for last in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
        }
        for sign_type in [SignType::Md5, SignType::HmacSha256] {
            prop_assert_eq!(sign(&params(&ordered), &own_key(), sign_type), sign(&params(&shuffled), &own_key(), sign_type));
        }
    }

    #[test]
    fn the_string_to_sign_is_the_sorted_non_empty_fields(
        fields in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,14}", "\\PC{0,20}", 1..20),
    ) {
        let expected: Vec<String> = fields
            .iter()
            .filter(|(name, value)| *name != "sign" && !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let reversed = Params::from_pairs(fields.iter().rev().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
        prop_assert_eq!(string_to_sign(&reversed), expected.join("&"));
    }
}

#[test]
fn the_notification_vector_signs_with_its_sign_type_element() {
    let notice = "<xml><appid>wx0000000000000001</appid><attach>a=1&amp;b=2+3%20</attach><bank_type>OTHERS</bank_type><cash_fee>101</cash_fee><device_info>WEB</device_info><fee_type>CNY</fee_type><is_subscribe>N</is_subscribe><mch_id>1900000001</mch_id><nonce_str>5d6d0aa3930135d6d0aa393013</nonce_str><openid>oUpF8uMuAJO_M2pxb1Q9zNjWeS6o</openid><out_trade_no>T20240102030405_001</out_trade_no><result_code>SUCCESS</result_code><return_code>SUCCESS</return_code><sign_type>HMAC-SHA256</sign_type><time_end>20240102030512</time_end><total_fee>101</total_fee><trade_type>JSAPI</trade_type><transaction_id>4200000000202401020000000001</transaction_id></xml>";
    let params = xml::read(notice.as_bytes(), "xml").unwrap();
    assert_eq!(
        sign(&params, &own_key(), SignType::HmacSha256),
        "EEB18273054458ECDBE3B7CC3110884659A5770642EA813600F5BD478FEECC1F"
    );
}

use super::*;
use crate::xml;

fn key() -> Secret {
    Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
}

const GOOD: [(&str, &str); 13] = [
    ("appid", "wx0000000000000001"),
    ("attach", "shop-7"),
    ("cash_fee", "101"),
    ("mch_id", "1900000001"),
    ("nonce_str", "n"),
    ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ("out_trade_no", "T20240102030405_001"),
    ("result_code", "SUCCESS"),
    ("return_code", "SUCCESS"),
    ("time_end", "20240102030512"),
    ("total_fee", "101"),
    ("trade_type", "JSAPI"),
    ("transaction_id", "4200000000202401020000000001"),
];

/// A genuine sign over the good notice with these fields changed, added or, where empty, left out.
fn signed(change: &[(&str, &str)], sign_type: SignType) -> Params {
    let kept = GOOD.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
    let pairs = kept.chain(change).filter(|(_, value)| !value.is_empty()).copied();
    let mut params = Params::from_pairs(pairs).unwrap();
    let sign = sign::sign(&params, &key(), sign_type);
    params.push("sign", &sign).unwrap();
    params
}

fn judged(params: &Params) -> Judged {
    let key = key();
    let record = Some(Record { total_fee: Fen::new(101), attach: Some("shop-7") });
    let known =
        Known { appid: "wx0000000000000001", mch_id: "1900000001", sign_type: SignType::Md5, key: &key, record };
    judge(params, &known)
}

#[track_caller]
fn refused_at(params: &Params, name: &str) {
    let judged = judged(params);
    assert!(judged.notice.is_none(), "accepted");
    let last = judged.checks.last().unwrap();
    assert_eq!((last.name, last.ok), (name, false), "{last:?}");
    assert!(judged.checks.iter().rev().skip(1).all(|check| check.ok));
}

#[test]
fn each_check_refuses_what_only_it_can_see_even_under_a_genuine_sign() {
    for field in PAYMENT_FIELDS.iter().filter(|field| **field != "sign") {
        refused_at(&signed(&[(field, "")], SignType::Md5), "fields");
    }
    refused_at(&signed(&[("sign_type", "HMAC-SHA256")], SignType::HmacSha256), "sign_type");
    refused_at(&signed(&[], SignType::HmacSha256), "sign");
    for foreign in FOREIGN_FIELDS {
        refused_at(&signed(&[(foreign, "x")], SignType::Md5), "context");
    }
    for state in ["NOTPAY", "REVOKED", "REFUND"] {
        refused_at(&signed(&[("trade_state", state)], SignType::Md5), "context");
    }
    refused_at(&signed(&[("mch_id", "1900000002")], SignType::Md5), "merchant");
    refused_at(&signed(&[("appid", "wx2")], SignType::Md5), "merchant");
    refused_at(&signed(&[("return_code", "FAIL")], SignType::Md5), "return_code");
    refused_at(&signed(&[("result_code", "FAIL")], SignType::Md5), "return_code");
    for (field, value) in [
        ("out_trade_no", "12"),
        ("transaction_id", "4 2"),
        ("total_fee", "1.01"),
        ("total_fee", "-101"),
        ("time_end", "2024-01-02 03:05:12"),
        ("coupon_fee", "1"),
    ] {
        refused_at(&signed(&[(field, value)], SignType::Md5), "formats");
    }
    refused_at(&signed(&[("total_fee", "102")], SignType::Md5), "amount");
    refused_at(&signed(&[("fee_type", "HKD")], SignType::Md5), "currency");
    refused_at(&signed(&[("attach", "shop-8")], SignType::Md5), "attach");
    refused_at(&signed(&[("attach", "")], SignType::Md5), "attach");
}

#[test]
fn an_amount_that_is_only_claimed_refuses_nothing_and_the_check_says_so() {
    let key = key();
    let record = Some(Record { total_fee: None, attach: None });
    let known =
        Known { appid: "wx0000000000000001", mch_id: "1900000001", sign_type: SignType::Md5, key: &key, record };
    for notice in [signed(&[("total_fee", "102"), ("cash_fee", "")], SignType::Md5), refund(&[], &[])] {
        let judged = judge(&notice, &known);
        assert!(judged.notice.is_some(), "{:?}", judged.checks);
        let amount = judged.checks.iter().find(|check| check.name == "amount").unwrap();
        assert!(amount.ok && amount.detail.contains("未核实"), "{amount:?}");
    }
    let foreign = judge(&signed(&[("fee_type", "HKD")], SignType::Md5), &known);
    assert_eq!((foreign.notice, foreign.checks.last().unwrap().name), (None, "currency"));
}

#[test]
fn a_notice_without_its_sign_or_with_one_byte_changed_is_refused() {
    let written = xml::write(&signed(&[], SignType::Md5), xml::is_amount).unwrap();
    let read = |text: &str| xml::read(text.as_bytes(), "xml").unwrap();
    refused_at(&read(&written.replace("<total_fee>101", "<total_fee>102")), "sign");
    refused_at(&Params::from_pairs(GOOD).unwrap(), "fields");
    let lower = written.replace(signed(&[], SignType::Md5).get("sign").unwrap(), "0a");
    refused_at(&read(&lower), "sign");
    assert!(xml::read(written.replace("</xml>", "<total_fee>1</total_fee></xml>").as_bytes(), "xml").is_err());
}

#[test]
fn the_good_notice_is_a_payment_and_extra_fields_stay_in_its_sign() {
    for change in [&[][..], &[("merchant_id", "extra"), ("sign_type", "MD5"), ("trade_state", "SUCCESS")]] {
        let judged = judged(&signed(change, SignType::Md5));
        let Some(Notice::Payment(payment)) = judged.notice else { panic!("{:?}", judged.checks) };
        assert_eq!((payment.total_fee.get(), payment.out_trade_no.as_str()), (101, "T20240102030405_001"));
        assert!(judged.checks.iter().all(|check| check.ok));
    }
}

fn refund(outer: &[(&str, &str)], inside: &[(&str, &str)]) -> Params {
    const INSIDE: [(&str, &str); 7] = [
        ("out_refund_no", "R1"),
        ("out_trade_no", "T20240102030405_001"),
        ("refund_fee", "60"),
        ("refund_id", "50000000002024010200000000001"),
        ("refund_status", "SUCCESS"),
        ("total_fee", "101"),
        ("transaction_id", "4200000000202401020000000001"),
    ];
    let kept = INSIDE.iter().filter(|(name, _)| !inside.iter().any(|(changed, _)| changed == name));
    let document = Params::from_pairs(kept.chain(inside).filter(|(_, value)| !value.is_empty()).copied()).unwrap();
    let document = xml::write(&document, |_| false).unwrap().replace("<xml>", "<root>").replace("</xml>", "</root>");
    let sealed = req_info::seal(&document, &key());
    let good = [
        ("return_code", "SUCCESS"),
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("nonce_str", "n"),
        ("req_info", sealed.as_str()),
    ];
    let kept = good.iter().filter(|(name, _)| !outer.iter().any(|(changed, _)| changed == name));
    Params::from_pairs(kept.chain(outer).copied()).unwrap()
}

#[test]
fn a_refund_notice_that_does_not_open_or_is_about_something_else_is_refused() {
    refused_at(&refund(&[("req_info", "bm90aGluZw==")], &[]), "decrypt");
    refused_at(&refund(&[("mch_id", "1900000002")], &[]), "merchant");
    refused_at(&refund(&[("nonce_str", "")], &[]), "fields");
    refused_at(&refund(&[("return_code", "FAIL")], &[]), "return_code");
    for (field, value) in
        [("refund_status", "PROCESSING"), ("refund_status", "PAID"), ("refund_fee", "0.60"), ("out_refund_no", "")]
    {
        refused_at(&refund(&[], &[(field, value)]), "formats");
    }
    refused_at(&refund(&[], &[("total_fee", "100")]), "amount");
    let judged = judged(&refund(&[], &[]));
    let Some(Notice::Refund(refund)) = judged.notice else { panic!("{:?}", judged.checks) };
    assert_eq!((refund.status, refund.out_refund_no.as_str()), (RefundStatus::Success, "R1"));
}

fn names(judged: &Judged) -> Vec<&'static str> {
    judged.checks.iter().map(|check| check.name).collect()
}

/// Each check and a change that only it refuses; the sign is spoilt after signing.
const SPOILT: [(&str, (&str, &str)); 10] = [
    ("fields", ("nonce_str", "")),
    ("sign_type", ("sign_type", "HMAC-SHA256")),
    ("sign", ("openid", "spoilt")),
    ("context", ("trade_state", "NOTPAY")),
    ("merchant", ("mch_id", "1900000002")),
    ("return_code", ("result_code", "FAIL")),
    ("formats", ("time_end", "x")),
    ("amount", ("total_fee", "102")),
    ("currency", ("fee_type", "HKD")),
    ("attach", ("attach", "shop-8")),
];

#[test]
fn of_two_things_that_are_wrong_with_a_payment_notice_the_earlier_check_speaks() {
    let order = SPOILT.map(|(name, _)| name);
    assert_eq!(names(&judged(&signed(&[], SignType::Md5))), order, "a good one passes all, in this order");
    for (first, (name, change)) in SPOILT.iter().enumerate() {
        for (second, (_, other)) in SPOILT.iter().enumerate().skip(first) {
            let changes: Vec<(&str, &str)> = if first == second { vec![*change] } else { vec![*change, *other] };
            let before: Vec<(&str, &str)> = changes.iter().filter(|(field, _)| *field != "openid").copied().collect();
            let mut params = signed(&before, SignType::Md5);
            if before.len() < changes.len() {
                let pairs: Vec<(String, String)> = params
                    .iter()
                    .map(|(field, value)| {
                        (field.to_owned(), if field == "openid" { "spoilt" } else { value }.to_owned())
                    })
                    .collect();
                params =
                    Params::from_pairs(pairs.iter().map(|(field, value)| (field.as_str(), value.as_str()))).unwrap();
            }
            refused_at(&params, name);
            assert_eq!(names(&judged(&params)), order[..=first], "{changes:?}, {second}");
        }
    }
}

#[test]
fn of_two_things_that_are_wrong_with_a_refund_notice_the_earlier_check_speaks() {
    let order = ["fields", "merchant", "return_code", "decrypt", "formats", "amount"];
    assert_eq!(names(&judged(&refund(&[], &[]))), order);
    let outer = [("nonce_str", ""), ("mch_id", "1900000002"), ("return_code", "FAIL"), ("req_info", "bm90aGluZw==")];
    for (first, change) in outer.iter().enumerate() {
        for other in &outer[first..] {
            let changes = if change == other { vec![*change] } else { vec![*change, *other] };
            let params = refund(&changes, &[("refund_status", "PAID"), ("total_fee", "100")]);
            assert_eq!(names(&judged(&params)), order[..=first], "{changes:?}");
        }
    }
    assert_eq!(names(&judged(&refund(&[], &[("refund_status", "PAID"), ("total_fee", "100")]))), order[..5]);
}

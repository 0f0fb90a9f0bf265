//! What an answer that arrived whole is taken for.

use wxpay_client::{Doubt, Outcome, Rejection};
use wxpay_protocol::answer::AnswerFault;
use wxpay_protocol::sign::SignFault;
use wxpay_protocol::{SignType, TradeState};

use crate::gateway::*;

#[tokio::test]
async fn a_verified_answer_to_our_question_is_confirmed_with_its_bytes() {
    let body = paid_but(&[("attach", "shop-7")]);
    let exchange = answered(&body).await;
    assert!(exchange.verified);
    assert_eq!(exchange.raw, body.as_bytes());
    assert_eq!(exchange.http_status, Some(200));
    let Outcome::Confirmed(report) = exchange.outcome else { panic!("{:?}", exchange.outcome) };
    assert_eq!(report.trade_state, TradeState::Success);
}

#[tokio::test]
async fn unknown_fields_stay_in_the_signature_and_a_leading_byte_order_mark_is_accepted() {
    let body = paid_but(&[("merchant_id", "x"), ("coupon_id_10", "值"), ("rate", "1")]);
    let marked = format!("\u{FEFF}{body}");
    assert!(matches!(answered(&marked).await.outcome, Outcome::Confirmed(_)));
}

#[tokio::test]
async fn a_sign_that_is_wrong_missing_or_of_another_algorithm_verifies_nothing() {
    let good = paid_but(&[]);
    let forged = good.replace("4200000000202401020000000001", "4200000000202401020000000002");
    let exchange = answered(&forged).await;
    assert!(!exchange.verified);
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unverified(SignFault::Mismatch))));

    let (head, _) = good.split_once("<sign>").unwrap();
    let unsigned = format!("{head}</xml>");
    let exchange = answered(&unsigned).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unverified(SignFault::Missing))));

    let hmac = signed_with(&PAID, &key(), SignType::HmacSha256);
    let exchange = answered(&hmac).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unverified(SignFault::Malformed { .. }))));

    let mut named = PAID.to_vec();
    named.push(("sign_type", "HMAC-SHA256"));
    let exchange = answered(&signed_with(&named, &key(), SignType::HmacSha256)).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unverified(SignFault::OtherSignType))));

    let other = wxpay_protocol::Secret::new(b"another-key-0123456789abcdef0123".to_vec());
    let exchange = answered(&signed_with(&PAID, &other, SignType::Md5)).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unverified(SignFault::Mismatch))));
}

#[tokio::test]
async fn a_good_sign_over_another_order_amount_attach_merchant_or_app_is_a_mismatch() {
    for (field, value) in [
        ("out_trade_no", "T20240102030405_002"),
        ("total_fee", "8888"),
        ("total_fee", "1.01"),
        ("attach", "shop-8"),
        ("mch_id", "1900000002"),
        ("appid", "wx0000000000000002"),
    ] {
        let exchange = answered(&paid_but(&[(field, value)])).await;
        assert!(!exchange.verified, "{field}");
        match exchange.outcome {
            Outcome::Unknown(Doubt::Mismatch { field: named, answered, .. }) => {
                assert_eq!((named.as_str(), answered.as_str()), (field, value));
            }
            other => panic!("{field}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_verified_success_that_is_incomplete_or_misshapen_is_unknown() {
    for change in [
        [("transaction_id", "")],
        [("total_fee", "")],
        [("trade_state", "PAID")],
        [("trade_state", "")],
        [("cash_fee", "1.01")],
        [("time_end", "2024-01-02")],
    ] {
        let exchange = answered(&paid_but(&change)).await;
        assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Shape(_))), "{change:?}: {:?}", exchange.outcome);
    }
}

#[tokio::test]
async fn an_unsigned_failure_is_a_rejection_that_proves_nothing() {
    let body = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[签名错误，请检查后再试]]></return_msg>\n</xml>";
    let exchange = answered(body).await;
    assert!(!exchange.verified);
    match exchange.outcome {
        Outcome::Rejected(Rejection::Unsigned { return_msg }) => assert_eq!(return_msg, "签名错误，请检查后再试"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_verified_refusal_is_definite_except_for_system_errors_and_codes_that_nobody_knows() {
    let refusal = |code: &'static str| {
        signed(&[("result_code", "FAIL"), ("err_code", code), ("err_code_des", "order not exist")])
    };
    let exchange = answered(&refusal("ORDERNOTEXIST")).await;
    assert!(exchange.verified);
    assert!(
        matches!(exchange.outcome, Outcome::Rejected(Rejection::Refused(refusal)) if refusal.err_code == "ORDERNOTEXIST")
    );
    let frequent = answered(&refusal("FREQUENCY_LIMITED")).await;
    assert!(matches!(frequent.outcome, Outcome::Rejected(Rejection::Refused(_))));
    let system = answered(&refusal("SYSTEMERROR")).await;
    assert!(matches!(system.outcome, Outcome::Unknown(Doubt::SystemError(_))));
    let unknown = answered(&refusal("NEW_CODE_OF_2027")).await;
    assert!(matches!(unknown.outcome, Outcome::Unknown(Doubt::UnknownErrCode(_))));
    let none = answered(&signed(&[("result_code", "FAIL")])).await;
    assert!(matches!(none.outcome, Outcome::Unknown(Doubt::UnknownErrCode(_))));
}

#[tokio::test]
async fn codes_in_another_place_or_missing_are_not_taken_for_success() {
    for body in [
        "<xml></xml>".to_owned(),
        "<xml><result_code>SUCCESS</result_code></xml>".to_owned(),
        signed(&[("result_code", "success")]),
        signed(&[("trade_state", "SUCCESS")]),
    ] {
        let exchange = answered(&body).await;
        assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Unreadable(_))), "{body}: {:?}", exchange.outcome);
    }
}

#[tokio::test]
async fn answers_that_are_not_flat_utf8_xml_are_unknown() {
    let good = paid_but(&[]);
    let (gbk, utf16) = (b"<xml><return_msg>\xC7\xA9\xC3\xFB</return_msg></xml>".to_vec(), {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(good.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    });
    let duplicate = good.replace("</xml>", "<total_fee>101</total_fee></xml>").into_bytes();
    let doctype = format!("<!DOCTYPE xml [<!ENTITY a 'b'>]>{good}").into_bytes();
    let nested = good.replace("</xml>", "<a><b>1</b></a></xml>").into_bytes();
    let huge_value = paid_but(&[("detail", "x".repeat(30_000).as_str())])
        .replace("</xml>", &format!("<more>{}</more></xml>", "y".repeat(40_000)))
        .into_bytes();
    for body in [gbk, utf16, duplicate, doctype, nested, Vec::new(), good.as_bytes()[..good.len() - 3].to_vec()] {
        let exchange = asked(Act::Write(http("200 OK", "", &body))).await;
        assert!(
            matches!(exchange.outcome, Outcome::Unknown(Doubt::Unreadable(AnswerFault::Xml(_)))),
            "{:?}",
            exchange.outcome
        );
        assert!(!exchange.verified);
    }
    let exchange = asked(Act::Write(http("200 OK", "", &huge_value))).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::TooLarge)));
}

#[tokio::test]
async fn another_status_than_200_is_unknown_whatever_the_body_says() {
    let good = paid_but(&[]);
    let html = "<html><body>502 Bad Gateway</body></html>";
    for (status, code, body) in [
        ("502 Bad Gateway", 502, html),
        ("503 Service Unavailable", 503, html),
        ("504 Gateway Timeout", 504, html),
        ("429 Too Many Requests", 429, html),
        ("400 Bad Request", 400, html),
        ("500 Internal Server Error", 500, good.as_str()),
        ("204 No Content", 204, ""),
    ] {
        let exchange = asked(Act::Write(http(status, "", body.as_bytes()))).await;
        assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::HttpStatus(found)) if found == code), "{status}");
    }
    let page = asked(Act::Write(http("200 OK", "", html.as_bytes()))).await;
    assert!(matches!(page.outcome, Outcome::Unknown(Doubt::Unreadable(_))));
}

#[tokio::test]
async fn a_created_order_needs_a_prepay_id_and_our_own_trade_type() {
    let good =
        [("result_code", "SUCCESS"), ("trade_type", "JSAPI"), ("prepay_id", "wx0203040506789012abcdef0123456789000")];
    assert!(matches!(created(&signed(&good)).await.outcome, Outcome::Confirmed(_)));
    let without = created(&signed(&good[..2])).await;
    assert!(matches!(without.outcome, Outcome::Unknown(Doubt::Shape(_))));
    let other = created(&signed(&[good[0], ("trade_type", "NATIVE"), good[2]])).await;
    assert!(matches!(other.outcome, Outcome::Unknown(Doubt::Mismatch { .. })));
    let duplicate = created(&signed(&[
        ("result_code", "FAIL"),
        ("err_code", "INVALID_REQUEST"),
        ("err_code_des", "201 商户订单号重复"),
    ]))
    .await;
    assert!(
        matches!(duplicate.outcome, Outcome::Rejected(Rejection::Refused(refusal)) if refusal.err_code_des.starts_with("201"))
    );
}

#[tokio::test]
async fn closing_is_confirmed_refused_or_unknown_like_the_others() {
    assert!(matches!(closed(&signed(&[("result_code", "SUCCESS")])).await.outcome, Outcome::Confirmed(_)));
    let paid =
        closed(&signed(&[("result_code", "FAIL"), ("err_code", "ORDERPAID"), ("err_code_des", "order paid")])).await;
    assert!(matches!(paid.outcome, Outcome::Rejected(Rejection::Refused(_))));
    let other = closed(&signed(&[("result_code", "SUCCESS"), ("out_trade_no", "T1234567")])).await;
    assert!(matches!(other.outcome, Outcome::Unknown(Doubt::Mismatch { .. })));
}

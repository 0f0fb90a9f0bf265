//! An answer that is not verified changes nothing, at creation, question and closing alike.

use desk::store::{Effect, OrderState, Outcome};
use wxpay_protocol::SignType;

use crate::shop::*;

/// Every way in which the genuine answer can come back as something that proves nothing.
fn spoilt() -> Vec<(&'static str, Fate)> {
    vec![
        ("reset", Fate::LostAfter),
        ("wrong sign", Fate::Changed(|body| body.replace("OK", "Ok"))),
        (
            "no sign",
            Fate::Changed(|body| {
                let (head, rest) = body.split_once("<sign>").unwrap();
                let (_, tail) = rest.split_once("</sign>").unwrap();
                format!("{head}{}", tail.trim_start())
            }),
        ),
        (
            "other algorithm",
            Fate::Changed(|body| resigned(body, SignType::HmacSha256, |_, value| Some(value.to_owned()))),
        ),
        (
            "message names its algorithm",
            Fate::Changed(|body| {
                let named = body.replace("<return_msg>", "<sign_type>HMAC-SHA256</sign_type><return_msg>");
                resigned(&named, SignType::HmacSha256, |_, value| Some(value.to_owned()))
            }),
        ),
        (
            "other merchant",
            Fate::Changed(|body| {
                resigned(body, SignType::Md5, |name, value| {
                    Some(if name == "mch_id" { "1900000002".to_owned() } else { value.to_owned() })
                })
            }),
        ),
        ("a field twice", Fate::Changed(|body| body.replace("</xml>", "<return_code>SUCCESS</return_code></xml>"))),
        ("cut off", Fate::Changed(|body| body[..body.len() - 9].to_owned())),
        (
            "no result_code",
            Fate::Changed(|body| {
                resigned(body, SignType::Md5, |name, value| (name != "result_code").then(|| value.to_owned()))
            }),
        ),
        ("unsigned FAIL", Fate::Instead(200, UNSIGNED_FAIL.into())),
        ("server error", Fate::Instead(500, "<xml></xml>".into())),
        ("bad gateway page", Fate::Instead(502, "<html>Bad Gateway</html>".into())),
        ("captive portal", Fate::Instead(200, "<html>Log in</html>".into())),
        ("empty", Fate::Instead(200, String::new())),
        ("redirect", Fate::Instead(302, String::new())),
        ("system error", Fate::Instead(200, refusal("SYSTEMERROR", "系统错误"))),
        ("code that nobody knows", Fate::Instead(200, refusal("NEW_CODE", "?"))),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_creation_with_a_spoilt_answer_stays_unknown() {
    let shop = Shop::open().await;
    for (name, fate) in spoilt() {
        shop.wire.next(CREATE, fate);
        let result = shop.create(test_order()).await.orders.remove(0);
        assert_eq!(result.state, OrderState::Creating, "{name}");
        assert_eq!(result.outcome, Outcome::Unknown, "{name}");
        assert_eq!(result.effect, Effect::Refused, "{name}");
        let order = shop.order(&result.out_trade_no).await;
        assert!(order.flags.words().contains(&"unknown"), "{name}");
        assert_eq!(order.prepay_id, None, "{name}");
        assert!(order.next_query_at.is_some(), "{name}: nobody will ask");
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_with_a_spoilt_answer_does_not_make_an_order_paid() {
    let shop = Shop::open().await;
    let other_order = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if name == "out_trade_no" { "20240102030405000100000000".into() } else { value.to_owned() })
        })
    });
    let other_amount = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if matches!(name, "total_fee" | "cash_fee") { "8888".into() } else { value.to_owned() })
        })
    });
    let other_attach = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if name == "attach" { "shop-8".into() } else { value.to_owned() })
        })
    });
    let no_number = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| (name != "transaction_id").then(|| value.to_owned()))
    });
    let odd_amount = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if name == "cash_fee" { "1.01".into() } else { value.to_owned() })
        })
    });
    let odd_state = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if name == "trade_state" { "PAID".into() } else { value.to_owned() })
        })
    });
    let mut fates = spoilt();
    fates.extend([
        ("other order", other_order),
        ("other amount", other_amount),
        ("other attach", other_attach),
        ("no transaction_id", no_number),
        ("amount in yuan", odd_amount),
        ("unknown state", odd_state),
    ]);
    for (name, fate) in fates {
        let number = shop.create_one().await;
        shop.pay(&number);
        shop.wire.next(QUERY, fate);
        let result = shop.desk.query_order("shop", &number).await.unwrap();
        assert_eq!(result.state, OrderState::NotPay, "{name}");
        assert_eq!(result.outcome, Outcome::Unknown, "{name}");
        let order = shop.order(&number).await;
        assert_eq!((order.transaction_id, order.paid_fee), (None, None), "{name}");
        assert!(order.next_query_at.is_some(), "{name}: nobody will ask again");
        let again = shop.desk.query_order("shop", &number).await.unwrap();
        assert_eq!(again.state, OrderState::Success, "{name}: the truth is found by the next question");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closing_with_a_spoilt_answer_does_not_close() {
    let shop = Shop::open().await;
    for (name, fate) in spoilt() {
        let number = shop.create_one().await;
        // The answer to the question after the closing is lost as well, so that only the closing's own answer counts.
        shop.wire.next(QUERY, Fate::Changed(str::to_owned));
        shop.wire.next(CLOSE, fate);
        shop.wire.next(QUERY, Fate::LostAfter);
        let result = shop.desk.close_order("shop", &number).await.unwrap();
        assert_eq!(result.state, OrderState::NotPay, "{name}");
        assert_eq!(result.outcome, Outcome::Unknown, "{name}");
        let found = shop.desk.query_order("shop", &number).await.unwrap();
        assert_eq!(found.state, OrderState::Closed, "{name}: the gateway had closed it");
    }
}

#[tokio::test(start_paused = true)]
async fn three_answers_in_a_row_that_do_not_verify_raise_an_alarm_and_one_good_one_ends_it() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    for _ in 0..3 {
        assert!(!shop.flags(&number).await.contains(&"unverified_answer"));
        shop.wire.next(QUERY, Fate::Changed(|body| body.replace("OK", "Ok")));
        shop.desk.query_order("shop", &number).await.unwrap();
    }
    assert!(shop.flags(&number).await.contains(&"unverified_answer"));
    let alarms = all_alarms(&shop.desk).await;
    assert_eq!(alarms[0].about.out_trade_no(), Some(number.as_str()));
    assert_eq!((alarms[0].kind, alarms[0].profile.as_str()), (desk::AlarmKind::UnverifiedAnswer, "shop"));
    shop.desk.query_order("shop", &number).await.unwrap();
    assert!(!shop.flags(&number).await.contains(&"unverified_answer"));
}

#[tokio::test(start_paused = true)]
async fn spoilt_answers_are_kept_as_evidence_with_their_bytes() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.wire.next(QUERY, Fate::Changed(|body| body.replace("OK", "Ok")));
    shop.desk.query_order("shop", &number).await.unwrap();
    let detail = shop.desk.order_detail("shop", &number).await.unwrap();
    let last = detail.observations.last().unwrap();
    assert!(!last.evidence.verified);
    assert_eq!(last.evidence.signature.as_str(), "invalid");
    assert!(last.raw.as_deref().unwrap().contains("Ok"));
}

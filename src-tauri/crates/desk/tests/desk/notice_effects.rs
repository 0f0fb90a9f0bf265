//! What notices do to their orders, what they make us ask, and which attempt of WeChat's ladder they were.

use std::time::Duration;

use desk::store::{Effect, NoticeVerdict, OrderState, RefundState};
use desk::{NoticeOutcome, RefundWish};
use wxpay_protocol::RefundStatus;
use wxpay_protocol::notice::{ACCEPTED, REFUSED, RETRY_GAPS_S};

use crate::notices::*;
use crate::refunds::wish;
use crate::shop::*;

const REFUND_QUERY: &str = "/pay/refundquery";

impl Shop {
    async fn hear(&self, body: Vec<u8>) -> NoticeOutcome {
        self.desk.receive_notice(Some(body), None, None).await
    }
}

fn names(outcome: &NoticeOutcome) -> Vec<&'static str> {
    outcome.checks.iter().map(|check| check.name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_good_notice_passes_every_check_in_one_order() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let good = shop.hear(payment(&number, &[])).await;
    assert_eq!(
        names(&good),
        [
            "message",
            "fields",
            "sign_type",
            "sign",
            "context",
            "merchant",
            "return_code",
            "formats",
            "amount",
            "currency",
            "attach"
        ]
    );
    assert!(good.checks.iter().all(|check| check.ok));
    let refund = shop.hear(refund_notice(&number, "R1", "SUCCESS")).await;
    assert_eq!(names(&refund), ["message", "fields", "merchant", "return_code", "decrypt", "formats", "amount"]);
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_is_older_than_what_is_known_is_acknowledged_and_changes_nothing() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    shop.desk.query_order("shop", &number).await.unwrap();
    let refund: Change = |answer| {
        resigned(answer, wxpay_protocol::SignType::Md5, |name, value| {
            Some(if name == "trade_state" { "REFUND" } else { value }.to_owned())
        })
    };
    shop.wire.next(QUERY, Fate::Changed(refund));
    assert_eq!(shop.desk.query_order("shop", &number).await.unwrap().state, OrderState::Refund);
    let transaction = shop.order(&number).await.transaction_id.unwrap().to_string();
    let late = shop.hear(payment(&number, &[("transaction_id", &transaction)])).await;
    assert_eq!((late.verdict, late.effect, late.answer), (NoticeVerdict::Stale, Some(Effect::Stale), ACCEPTED));
    assert_eq!(shop.state(&number).await, OrderState::Refund);
    assert_eq!(late.next_due_at, None, "it is acknowledged, so it does not come again");
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_is_notified_after_the_order_was_closed_is_kept_as_paid_for_a_person() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    assert_eq!(shop.desk.close_order("shop", &number).await.unwrap().state, OrderState::Closed);
    let late = shop.hear(payment(&number, &[])).await;
    assert_eq!((late.verdict, late.answer), (NoticeVerdict::Accepted, ACCEPTED));
    assert_eq!(shop.state(&number).await, OrderState::Success);
    assert!(shop.flags(&number).await.contains(&"paid_after_close"));
    let alarms = all_alarms(&shop.desk).await;
    let of_order = |alarm: &desk::Alarm| alarm.about.out_trade_no() == Some(number.as_str());
    assert!(alarms.iter().any(|alarm| alarm.kind == desk::AlarmKind::PaidAfterClose && of_order(alarm)));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_committed_is_not_acknowledged() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let database = rusqlite::Connection::open(shop.dir.path().join(desk::store::FILE_NAME)).unwrap();
    database
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON notices BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        .unwrap();
    let unkept = shop.hear(payment(&number, &[])).await;
    assert_eq!((unkept.verdict, unkept.answer, unkept.id), (NoticeVerdict::Refused, REFUSED, None));
    assert_eq!(names(&unkept), ["kept"]);
    assert_eq!(shop.state(&number).await, OrderState::NotPay, "the payment is not half kept");
    database.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(shop.hear(payment(&number, &[])).await.answer, ACCEPTED, "it comes again, and is kept then");
    assert_eq!(shop.state(&number).await, OrderState::Success);
}

#[tokio::test(start_paused = true)]
async fn each_rung_of_the_ladder_is_told_from_the_others_up_to_its_end() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let bad = payment(&number, &[("total_fee", "100"), ("cash_fee", "100")]);
    for rung in 0..=RETRY_GAPS_S.len() {
        let heard = shop.hear(bad.clone()).await;
        let next_s = heard.next_due_at.map(|at| (at.0 - heard.received_at.0) / 1000);
        assert_eq!((heard.attempt, next_s), (u32::try_from(rung).unwrap() + 1, RETRY_GAPS_S.get(rung).copied()));
        if let Some(gap_s) = RETRY_GAPS_S.get(rung) {
            // A few seconds late, as the network is.
            tokio::time::sleep(Duration::from_millis(gap_s.unsigned_abs() * 1000 + 40)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(2 * 86_400)).await;
    assert_eq!(shop.hear(bad).await.attempt, 1, "days after the end of the ladder it is another message");
}

/// A refund under way whose next question by the schedule is about half an hour away.
async fn long_polled_refund(shop: &Shop) -> String {
    shop.desk.start_polling();
    let number = shop.create_one().await;
    shop.pay(&number);
    let wish = RefundWish { out_refund_no: Some("R-1".into()), ..wish(&number, 60) };
    shop.desk.create_refund(wish).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1_000)).await;
    let asked = shop.wire.bodies(REFUND_QUERY).len();
    while shop.wire.bodies(REFUND_QUERY).len() == asked {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    number
}

#[tokio::test(start_paused = true)]
async fn a_refund_notice_has_a_signed_question_asked_at_once_and_only_that_moves_the_money() {
    let shop = Shop::open().await;
    let number = long_polled_refund(&shop).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    shop.gateway.end_refund(None, "R-1", RefundStatus::Success).unwrap();
    let asked = shop.wire.bodies(REFUND_QUERY).len();
    for _ in 0..20 {
        assert_eq!(shop.hear(refund_notice(&number, "R-1", "SUCCESS")).await.verdict, NoticeVerdict::Hint);
    }
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while shop.desk.refund_detail("shop", "R-1").await.unwrap().refund.state != RefundState::Success {
        assert!(tokio::time::Instant::now() < deadline, "nobody asked because of the notice");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(shop.wire.bodies(REFUND_QUERY).len(), asked + 1, "twenty notices, one question");
    assert_eq!(shop.order(&number).await.refunded_fee.get(), 60);
}

#[tokio::test(start_paused = true)]
async fn nothing_forged_makes_a_desk_that_polls_ask() {
    let shop = Shop::open().await;
    let number = long_polled_refund(&shop).await;
    let unpaid = shop.create_one().await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    let sent = shop.wire.sent.lock().unwrap().len();
    let sealed_otherwise = String::from_utf8(refund_notice(&number, "R-1", "SUCCESS")).unwrap();
    let sealed_otherwise = sealed_otherwise.replace("<req_info>", "<req_info>AAAA");
    let unsigned = String::from_utf8(payment(&unpaid, &[])).unwrap().replace("shop-7", "shop-8");
    for _ in 0..50 {
        for forged in [
            unsigned.clone().into_bytes(),
            payment(&unpaid, &[("total_fee", "1"), ("cash_fee", "1")]),
            sealed_otherwise.clone().into_bytes(),
            refund_notice(&number, "R-1", "PROCESSING"),
            refund_notice(&number, "R-unknown", "SUCCESS"),
            b"<xml></xml>".to_vec(),
        ] {
            shop.hear(forged).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(shop.wire.sent.lock().unwrap().len(), sent);
}

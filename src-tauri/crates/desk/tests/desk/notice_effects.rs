//! What notices do to their orders, what they make us ask, and which attempt of WeChat's ladder they were.

use std::time::Duration;

use desk::store::{Effect, NoticeVerdict, OrderState, RefundState};
use desk::{AlarmKind, AlarmNews, Cancel, LookupWish, NoticeOutcome, RefundWish, TestOrder};
use wxpay_protocol::notice::{ACCEPTED, REFUSED, RETRY_GAPS_S};
use wxpay_protocol::{Fen, RefundStatus};

use crate::notices::*;
use crate::refunds::{made_elsewhere, wish};
use crate::shop::*;

const REFUND_QUERY: &str = "/pay/refundquery";

impl Shop {
    async fn hear(&self, body: Vec<u8>) -> NoticeOutcome {
        self.desk.receive_notice(Some(body), None, None).await
    }
}

async fn alarm_kinds(shop: &Shop) -> Vec<AlarmKind> {
    all_alarms(&shop.desk).await.iter().map(|alarm| alarm.kind).collect()
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
    let same = payment(&number, &[("transaction_id", &transaction)]);
    let pasted = shop.desk.inspect_notice(same, None).await.unwrap();
    assert_eq!((pasted.verdict, pasted.effect), (NoticeVerdict::Stale, Some(Effect::Stale)));
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
            refund_notice("20240102030405999", "R-1", "SUCCESS"),
            b"<xml></xml>".to_vec(),
        ] {
            shop.hear(forged).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(shop.wire.sent.lock().unwrap().len(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_notice_of_a_refund_made_on_the_merchant_platform_has_it_found_by_a_signed_question() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    made_elsewhere(&shop, &number, 1);
    shop.gateway.end_refund(None, "ELSE0", RefundStatus::Success).unwrap();
    let notice = refund_notice(&number, "ELSE0", "SUCCESS");
    let first = shop.hear(notice.clone()).await;
    assert_eq!((first.verdict, first.answer), (NoticeVerdict::Orphan, ACCEPTED));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let found = shop.desk.refund_detail("shop", "ELSE0").await.unwrap().refund;
    assert_eq!(
        (found.state, found.refund_fee.get()),
        (RefundState::Success, 4),
        "the answer says 4 fen, the notice 60"
    );
    let order = shop.order(&number).await;
    assert_eq!((order.state, order.refunded_fee.get()), (OrderState::Refund, 4));
    assert_eq!(alarm_kinds(&shop).await, []);

    let asked = shop.wire.sent.lock().unwrap().len();
    assert_eq!(shop.hear(notice).await.verdict, NoticeVerdict::Hint);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(shop.wire.sent.lock().unwrap().len(), asked, "what is known and final is not asked about again");
}

#[tokio::test(start_paused = true)]
async fn a_notice_of_an_unknown_refund_moves_nothing_by_itself_and_is_an_alarm_until_a_question_finds_it() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    made_elsewhere(&shop, &number, 1);
    let mut news = AlarmNews::default();
    shop.desk.look_at_alarms(&mut news).await.unwrap();
    shop.wire.next(REFUND_QUERY, Fate::LostAfter);
    shop.hear(refund_notice(&number, "ELSE0", "SUCCESS")).await;
    let at_once = shop.desk.look_at_alarms(&mut news).await.unwrap();
    assert_eq!((at_once.unseen, at_once.announcement), (1, None), "the question may settle it");
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(shop.desk.look_at_alarms(&mut news).await.unwrap().announcement.is_some());
    assert_eq!(shop.wire.bodies(REFUND_QUERY).len(), 1);
    assert_eq!(shop.desk.refunds_of("shop", &number).await.unwrap(), []);
    assert_eq!(shop.order(&number).await.refunded_fee.get(), 0);
    assert_eq!(alarm_kinds(&shop).await, [AlarmKind::OrphanNotice]);

    let wish = LookupWish { text: number.clone(), one_per_order: true, ..LookupWish::default() };
    shop.desk.lookup(wish, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!(shop.desk.refunds_of("shop", &number).await.unwrap().len(), 1);
    assert_eq!(alarm_kinds(&shop).await, [], "what was settled is gone");
}

#[tokio::test(start_paused = true)]
async fn notices_of_refunds_that_nobody_finds_have_an_order_asked_about_once_a_minute_at_most() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    for n in 0..20 {
        shop.hear(refund_notice(&number, &format!("SPLICED{n}"), "SUCCESS")).await;
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(shop.wire.bodies(REFUND_QUERY).len(), 1);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(shop.wire.bodies(REFUND_QUERY).len(), 2, "once more for those that came after the first question");
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_was_just_found_is_not_asked_about_again_because_of_the_next_notice() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    made_elsewhere(&shop, &number, 1);
    shop.hear(refund_notice(&number, "ELSE0", "SUCCESS")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    shop.hear(refund_notice(&number, "ELSE0", "SUCCESS")).await;
    let refund = shop.desk.refund_detail("shop", "ELSE0").await.unwrap().refund;
    assert!(refund.next_query_at.unwrap() > shop.desk.now(), "it was asked about a second ago");
}

#[tokio::test(start_paused = true)]
async fn a_refused_refund_notice_shows_what_opened_under_the_key_and_climbs_the_ladder_of_its_refund() {
    let shop = Shop::open().await;
    let dearer = TestOrder { total_fee: Fen::new(102).unwrap(), ..test_order() };
    let number = shop.create(dearer).await.orders.remove(0).out_trade_no;
    for (status, failed) in [("SUCCESS", "amount"), ("PROCESSING", "formats")] {
        let notice = refund_notice(&number, &format!("R-{status}"), status);
        let heard = shop.hear(notice.clone()).await;
        let detail = shop.desk.notice_detail(heard.id.unwrap()).await.unwrap().outcome;
        let pasted = shop.desk.inspect_notice(notice.clone(), None).await.unwrap();
        for outcome in [&heard, &detail, &pasted] {
            assert_eq!((outcome.verdict, *names(outcome).last().unwrap()), (NoticeVerdict::Refused, failed));
            let inside = outcome.decrypted.as_ref().unwrap();
            assert!(inside.contains(&("refund_status".into(), status.into())), "{inside:?}");
            assert_eq!(outcome.out_trade_no.as_deref(), Some(number.as_str()));
        }
        assert_eq!((heard.attempt, shop.hear(notice).await.attempt), (1, 2));
    }
    let sealed_otherwise = String::from_utf8(refund_notice(&number, "R-1", "SUCCESS")).unwrap();
    let sealed_otherwise = sealed_otherwise.replace("<req_info>", "<req_info>AAAA");
    assert_eq!(shop.hear(sealed_otherwise.into_bytes()).await.decrypted, None);
}

#[tokio::test(start_paused = true)]
async fn a_pasted_notice_is_told_what_it_would_do_to_its_order_and_does_nothing() {
    let shop = Shop::open().await;
    let (first, second) = (shop.create_one().await, shop.create_one().await);
    let foreseen = async |number: &str, change: &[(&str, &str)]| {
        let pasted = shop.desk.inspect_notice(payment(number, change), None).await.unwrap();
        (pasted.verdict, pasted.effect)
    };
    assert_eq!(foreseen(&first, &[]).await, (NoticeVerdict::Accepted, Some(Effect::Applied)));
    assert_eq!(shop.state(&first).await, OrderState::NotPay);
    assert_eq!(shop.desk.order_detail("shop", &first).await.unwrap().observations.len(), 1, "the creation alone");
    shop.hear(payment(&first, &[])).await;
    let conflict = (NoticeVerdict::Accepted, Some(Effect::Conflict));
    assert_eq!(foreseen(&second, &[]).await, conflict, "the transaction_id is that of another order");
    let other = [("transaction_id", "4200000000202401020000000078")];
    assert_eq!(foreseen(&first, &other).await, conflict, "paid under another transaction_id");
    assert_eq!(foreseen(&first, &[("total_fee", "1"), ("cash_fee", "1")]).await, (NoticeVerdict::Refused, None));
}

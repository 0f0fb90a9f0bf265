//! Refunds: reserved, sent once, asked about; what is unknown is asked about under the same number.

use desk::simulator::Request;
use desk::store::{NewRefund, OrderState, RefundState, Reservation, Store};
use desk::{Cancel, DeskError, Drain, RefundResult, RefundWish, TestOrder};
use wxpay_protocol::ids::OutRefundNo;
use wxpay_protocol::{Fen, RefundStatus, SignType};

use crate::shop::*;

pub(crate) const REFUND: &str = "/secapi/pay/refund";
const REFUND_QUERY: &str = "/pay/refundquery";

pub(crate) fn wish(out_trade_no: &str, fen: i64) -> RefundWish {
    RefundWish {
        profile: "shop".into(),
        out_trade_no: out_trade_no.into(),
        refund_fee: Fen::new(fen).unwrap(),
        out_refund_no: None,
        refund_desc: Some("不合身".into()),
    }
}

impl Shop {
    pub(crate) async fn paid(&self) -> String {
        let number = self.create_one().await;
        self.pay(&number);
        number
    }

    pub(crate) async fn refund(&self, out_trade_no: &str, fen: i64) -> RefundResult {
        self.desk.create_refund(wish(out_trade_no, fen)).await.unwrap()
    }

    async fn refused(&self, wish: RefundWish) -> String {
        self.desk.create_refund(wish).await.unwrap_err().to_string()
    }

    async fn refund_state(&self, out_refund_no: &str) -> RefundState {
        self.desk.refund_detail("shop", out_refund_no).await.unwrap().refund.state
    }

    async fn wait_for_refund(&self, out_refund_no: &str, state: RefundState, within_s: u64) {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(within_s);
        while self.refund_state(out_refund_no).await != state {
            assert!(tokio::time::Instant::now() < deadline, "{out_refund_no} is not {state} after {within_s} s");
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_cannot_be_is_refused_before_anything_is_sent() {
    let shop = Shop::open().await;
    let unpaid = shop.create_one().await;
    assert!(shop.refused(wish(&unpaid, 1)).await.contains("NOTPAY"));
    let number = shop.paid().await;
    assert!(shop.refused(wish(&number, 102)).await.contains("101 fen"));
    assert!(shop.refused(wish(&number, 0)).await.contains("at least 1"));
    assert!(
        shop.refused(RefundWish { refund_desc: Some("长".repeat(27)), ..wish(&number, 1) }).await.contains("80 bytes")
    );
    assert!(
        shop.refused(RefundWish { out_refund_no: Some("a b".into()), ..wish(&number, 1) })
            .await
            .contains("out_refund_no")
    );
    let nobody = shop.desk.create_refund(wish("20240102030405", 1)).await.unwrap_err();
    assert!(matches!(nobody, DeskError::NotFound { .. }));
    assert!(shop.wire.bodies(REFUND).is_empty());
}

#[tokio::test(start_paused = true)]
async fn partial_refunds_add_up_to_the_payment_and_the_order_follows() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let number = shop.paid().await;
    let first = shop.refund(&number, 60).await;
    assert_eq!((first.state, first.exit_status()), (RefundState::Submitted, 0));
    assert!(shop.refused(wish(&number, 42)).await.contains("41 fen"));
    let second = shop.refund(&number, 41).await;
    shop.gateway.end_refund(None, &first.out_refund_no, RefundStatus::Success).unwrap();
    shop.gateway.end_refund(None, &second.out_refund_no, RefundStatus::RefundClose).unwrap();
    shop.wait_for_refund(&first.out_refund_no, RefundState::Success, 60).await;
    shop.wait_for_refund(&second.out_refund_no, RefundState::RefundClose, 60).await;
    shop.wait_for(&number, OrderState::Refund, 60).await;
    assert_eq!(shop.order(&number).await.refunded_fee.get(), 60);
    let third = shop.refund(&number, 41).await;
    assert_ne!(third.out_refund_no, second.out_refund_no, "a closed refund may be asked for anew, under a new number");
    let detail = shop.desk.refund_detail("shop", &first.out_refund_no).await.unwrap();
    assert!(detail.refund.success_at.is_some() && detail.refund.recv_account.is_some());
    assert!(detail.observations.iter().all(|seen| seen.evidence.verified));
}

#[tokio::test(start_paused = true)]
async fn the_amount_is_reserved_before_the_request_is_answered() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    let answered = std::sync::Arc::new(tokio::sync::Notify::new());
    shop.wire.next(REFUND, Fate::Held(std::sync::Arc::clone(&answered)));
    let (desk, asked) = (shop.desk.clone(), wish(&number, 60));
    let refunding = tokio::spawn(async move { desk.create_refund(asked).await.unwrap() });
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(600);
    while shop.wire.bodies(REFUND).is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "nothing was sent");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // Another desk reads what is committed, and nothing else.
    let (second, _) = shop.second_desk().await;
    let held = second.refunds_of("shop", &number).await.unwrap();
    let held: Vec<_> = held.iter().map(|refund| (refund.state, refund.refund_fee.get())).collect();
    assert_eq!(held, [(RefundState::Reserved, 60)]);
    answered.notify_one();
    assert_eq!(refunding.await.unwrap().state, RefundState::Submitted);
}

#[tokio::test(start_paused = true)]
async fn draining_asks_about_open_refunds_until_they_are_final() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    let refund = shop.refund(&number, 60).await;
    let drained = async || {
        let drain =
            Drain { profile: None, timeout: std::time::Duration::from_secs(30), close_after: None, rate_per_s: None };
        shop.desk.drain(drain, Box::new(|_| {}), &Cancel::new()).await.unwrap()
    };
    let first = drained().await;
    assert_eq!((first.open, first.refunds, first.refunds_open, first.all_final()), (0, 1, 1, false));
    shop.gateway.end_refund(None, &refund.out_refund_no, RefundStatus::Success).unwrap();
    let second = drained().await;
    assert_eq!((second.refunds, second.refunds_open, second.all_final()), (1, 0, true));
    assert_eq!(shop.refund_state(&refund.out_refund_no).await, RefundState::Success);
}

/// Fifty refunds of each of two orders, all due, under a profile.
async fn a_hundred_due_refunds(shop: &Shop, store: &Store, name: &str) {
    for _ in 0..2 {
        let mut created = shop.create(TestOrder { profile: name.into(), ..test_order() }).await;
        let number = created.orders.remove(0).out_trade_no;
        shop.pay(&number);
        shop.desk.query_order(name, &number).await.unwrap();
        let order_id = store.order(MCH_ID, &number).unwrap().unwrap().id;
        for n in 0..50 {
            let refund = NewRefund {
                order_id,
                profile: name.into(),
                out_refund_no: OutRefundNo::new(format!("{name}-{order_id}-{n}")).unwrap(),
                refund_fee: Fen::new(1).unwrap(),
                refund_desc: None,
                request: "<xml></xml>".into(),
                created_at: shop.desk.now(),
                first_query_at: START,
            };
            assert!(matches!(store.reserve_refund(refund).unwrap(), Reservation::New(_)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refunds_of_a_profile_that_is_gone_or_has_no_key_keep_no_other_refund_waiting() {
    let shop = Shop::open().await;
    let store = Store::open(shop.dir.path()).unwrap();
    for name in ["gone", "keyless"] {
        shop.desk.profile_add(profile(name)).await.unwrap();
        a_hundred_due_refunds(&shop, &store, name).await;
        let kept = store.profile(name).unwrap().unwrap();
        shop.desk.profile_remove(name).await.unwrap();
        if name == "keyless" {
            store.add_profile(kept).unwrap();
        }
    }
    let number = shop.paid().await;
    let first = shop.refund(&number, 60).await.out_refund_no;
    shop.gateway.end_refund(None, &first, RefundStatus::Success).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    shop.desk.poll_once(Some("shop"), None).await.unwrap();
    assert_eq!(shop.refund_state(&first).await, RefundState::Success);
    let locked = shop.desk.poll_once(Some("keyless"), None).await.unwrap_err();
    assert_eq!(locked.code(), "secret_missing", "{locked}");
    assert_eq!(shop.desk.poll_once(Some("gone"), None).await.unwrap().asked, 0);
    shop.desk.start_polling();
    let second = shop.refund(&number, 41).await.out_refund_no;
    shop.gateway.end_refund(None, &second, RefundStatus::Success).unwrap();
    shop.wait_for_refund(&second, RefundState::Success, 120).await;
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_answer_is_lost_is_found_by_a_question_and_never_made_twice() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    shop.wire.next(REFUND, Fate::LostAfter);
    let lost = shop.refund(&number, 60).await;
    assert_eq!((lost.state, lost.exit_status()), (RefundState::Unknown, 5));
    let found = shop.desk.query_refund("shop", &lost.out_refund_no).await.unwrap();
    assert_eq!((found.state, found.exit_status()), (RefundState::Processing, 0));
    assert_eq!(shop.wire.bodies(REFUND).len(), 1);
    assert_eq!(shop.gateway.refunds_page("", 0, 9).total, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_never_arrived_is_sent_again_unchanged_after_a_minute() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let number = shop.paid().await;
    shop.wire.next(REFUND, Fate::LostBefore);
    let started = tokio::time::Instant::now();
    let lost = shop.refund(&number, 60).await;
    shop.wait_for_refund(&lost.out_refund_no, RefundState::Processing, 300).await;
    assert!(started.elapsed().as_secs() >= 60, "sent again after {:?}", started.elapsed());
    let bodies = shop.wire.bodies(REFUND);
    assert!(bodies.len() == 2 && bodies[0] == bodies[1], "the second request is not the first one");
    assert_eq!(shop.gateway.refunds_page("", 0, 9).total, 1);
}

#[tokio::test(start_paused = true)]
async fn while_one_refund_is_unknown_no_other_is_sent_for_its_order_even_after_a_restart() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    shop.wire.next(REFUND, Fate::LostBefore);
    let lost = shop.refund(&number, 1).await;
    assert!(shop.refused(wish(&number, 1)).await.contains(&lost.out_refund_no));
    let (second, wire) = shop.second_desk().await;
    assert!(second.create_refund(wish(&number, 1)).await.unwrap_err().to_string().contains(&lost.out_refund_no));
    assert!(wire.bodies(REFUND).is_empty());
    let again = RefundWish { out_refund_no: Some(lost.out_refund_no.clone()), ..wish(&number, 1) };
    let resent = second.create_refund(again).await.unwrap();
    assert_eq!(resent.out_refund_no, lost.out_refund_no, "a person may send the same number again");
    assert_eq!(wire.bodies(REFUND), shop.wire.bodies(REFUND));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_sent_and_what_is_refused_for_good_hold_nothing() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    shop.wire.next(REFUND, Fate::NotSent);
    let not_sent = shop.refund(&number, 101).await;
    assert_eq!((not_sent.state, not_sent.exit_status()), (RefundState::Rejected, 4));
    shop.desk.poll_once(None, None).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(70)).await;
    shop.wire.next(REFUND, Fate::NotSeen(refusal("TRADE_OVERDUE", "订单已经超过退款期限")));
    let refused = shop.refund(&number, 101).await;
    assert_eq!((refused.state, refused.exit_status()), (RefundState::Rejected, 4));
    assert_eq!(shop.refund(&number, 101).await.state, RefundState::Submitted);
}

#[tokio::test(start_paused = true)]
async fn a_signed_refusal_that_is_not_for_good_keeps_the_amount_held_and_one_that_says_nothing_leaves_it_unknown() {
    for (code, state, exit) in [
        ("SYSTEMERROR", RefundState::Unknown, 5),
        ("BIZERR_NEED_RETRY", RefundState::Unknown, 5),
        ("NEW_CODE_2027", RefundState::Unknown, 5),
        ("NOTENOUGH", RefundState::Reserved, 4),
        ("FREQUENCY_LIMITED", RefundState::Reserved, 4),
    ] {
        let shop = Shop::open().await;
        let number = shop.paid().await;
        shop.wire.next(REFUND, Fate::NotSeen(refusal(code, "x")));
        let answered = shop.refund(&number, 60).await;
        assert_eq!((answered.state, answered.exit_status()), (state, exit), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsigned_failure_keeps_the_amount_held_until_three_questions_over_ten_minutes_agree() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let number = shop.paid().await;
    shop.wire.next(REFUND, Fate::NotSeen(UNSIGNED_FAIL.into()));
    let failed = shop.refund(&number, 101).await;
    assert_eq!((failed.state, failed.exit_status()), (RefundState::Reserved, 4));
    assert_eq!(failed.return_msg.as_deref(), Some("参数格式校验错误"));
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert_eq!(shop.refund_state(&failed.out_refund_no).await, RefundState::Reserved);
    shop.wait_for_refund(&failed.out_refund_no, RefundState::Rejected, 3600).await;
    assert_eq!(shop.wire.bodies(REFUND).len(), 1, "never sent again by itself");
}

#[tokio::test(start_paused = true)]
async fn forged_spoilt_and_foreign_answers_refund_nothing() {
    let other_amount: Change = |answer| {
        resigned(answer, SignType::Md5, |name, value| Some(if name == "refund_fee" { "1" } else { value }.to_owned()))
    };
    let no_sign: Change = |answer| {
        let (before, after) = answer.split_once("<sign>").unwrap();
        format!("{before}{}", after.split_once("</sign>").unwrap().1)
    };
    let forged: Change = |answer| answer.replace("<refund_fee>60<", "<refund_fee>61<");
    for change in [other_amount, no_sign, forged] {
        let shop = Shop::open().await;
        let number = shop.paid().await;
        shop.wire.next(REFUND, Fate::Changed(change));
        let result = shop.refund(&number, 60).await;
        assert_eq!((result.state, result.exit_status()), (RefundState::Unknown, 5));
        shop.gateway.end_refund(None, &result.out_refund_no, RefundStatus::Success).unwrap();
        let spoilt: Change = |answer| answer.replace("<refund_fee_0>60<", "<refund_fee_0>61<");
        shop.wire.next(REFUND_QUERY, Fate::Changed(spoilt));
        let asked = shop.desk.query_refund("shop", &result.out_refund_no).await.unwrap();
        assert_eq!(asked.state, RefundState::Unknown, "an answer whose sign does not hold says nothing");
        assert_eq!(shop.order(&number).await.refunded_fee, Fen::ZERO);
        let asked = shop.desk.query_refund("shop", &result.out_refund_no).await.unwrap();
        assert_eq!(asked.state, RefundState::Success);
    }
}

/// Refunds of an order that somebody else asked for, of four fen each.
pub(crate) fn made_elsewhere(shop: &Shop, number: &str, count: u32) {
    for n in 0..count {
        let body = format!(
            "<xml><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id><nonce_str>x</nonce_str><out_trade_no>{number}</out_trade_no>\
             <out_refund_no>ELSE{n}</out_refund_no><total_fee>101</total_fee><refund_fee>4</refund_fee></xml>"
        );
        let body = resigned(&body, SignType::Md5, |_, value| Some(value.to_owned()));
        let answer = shop.gateway.handle(&Request::post(REFUND, body.as_bytes()));
        assert!(String::from_utf8_lossy(&answer.body).contains("<result_code><![CDATA[SUCCESS]]>"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_totals_of_the_list_take_a_refund_off_once_it_succeeded_and_not_before() {
    let shop = Shop::open().await;
    let (number, _unpaid) = (shop.paid().await, shop.create_one().await);
    let totals = async || {
        let listed = shop.desk.orders_open(desk::store::OrderFilter::default(), desk::store::OrderSort::default());
        let totals = listed.await.unwrap().totals;
        (totals.count, totals.paid_count, totals.paid_fen, totals.refunded_fen, totals.net_fen())
    };
    let refund = shop.refund(&number, 40).await;
    assert_eq!(totals().await, (2, 1, 101, 0, 101), "what is on its way was not refunded yet");
    shop.gateway.end_refund(None, &refund.out_refund_no, RefundStatus::Success).unwrap();
    shop.desk.query_refund("shop", &refund.out_refund_no).await.unwrap();
    assert_eq!(totals().await, (2, 1, 101, 40, 61));
}

#[tokio::test(start_paused = true)]
async fn asking_what_can_be_refunded_keeps_the_pace_page_by_page() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    made_elsewhere(&shop, &number, 23);
    let settings = shop.desk.settings().await.unwrap();
    let slow = desk::store::Settings { simulator_poll_rate_per_s: 1, ..settings };
    shop.desk.settings_set(slow).await.unwrap();
    let started = tokio::time::Instant::now();
    assert_eq!(shop.desk.refundable("shop", &number).await.unwrap().refunds.len(), 23);
    // The order, and three pages of its refunds, a second apart.
    let took = started.elapsed();
    assert!(took >= std::time::Duration::from_millis(2_900), "four questions went out within {took:?}");
    assert_eq!(shop.wire.bodies(REFUND_QUERY).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn refunds_made_elsewhere_are_found_page_by_page_and_count() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    made_elsewhere(&shop, &number, 23);
    let refundable = shop.desk.refundable("shop", &number).await.unwrap();
    assert_eq!((refundable.refunds.len(), refundable.left.get()), (23, 101 - 92));
    assert!(refundable.refunds.iter().all(|refund| refund.state == RefundState::Processing));
    assert!(shop.refused(wish(&number, 10)).await.contains("9 fen"));
    assert!(shop.wire.bodies(REFUND).is_empty());
    assert_eq!(shop.refund(&number, 9).await.state, RefundState::Submitted);
    assert_eq!(
        shop.wire
            .bodies(REFUND_QUERY)
            .iter()
            .filter(|body| body.contains("<offset>20") || body.contains("<offset><![CDATA[20"))
            .count(),
        3
    );
}

//! What two sides of a day disagree on, asked of the gateway.

use std::time::Duration;

use desk::store::{OrderState, RefundState, Settings};
use desk::{Cancel, Doubtful, GatewaySays};
use wxpay_protocol::{Fen, RefundStatus, TradeState, order_query};

use crate::notices_pasted::order_in_production;
use crate::shop::{Fate, START, Shop, desk_on, profile, test_order};

fn order(number: &str) -> Doubtful {
    Doubtful::Order(number.to_owned())
}

async fn ask(shop: &Shop, doubtful: &[Doubtful]) -> Vec<GatewaySays> {
    shop.desk.ask_doubtful("shop", doubtful, Box::new(|_| {}), &Cancel::new()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_does_not_answer_is_left_alone_after_three_and_a_stop_is_heeded() {
    let shop = Shop::open().await;
    let numbers: Vec<Doubtful> = (0..6).map(|n| order(&format!("20240102030405000{n}"))).collect();
    for _ in 0..3 {
        shop.wire.next(order_query::PATH, Fate::NotSent);
    }
    let told = ask(&shop, &numbers).await;
    assert!(told.len() == 3 && told.iter().all(|told| told.word() == "UNKNOWN"), "{told:?}");
    let stopped = Cancel::new();
    stopped.cancel();
    let none = shop.desk.ask_doubtful("shop", &numbers, Box::new(|_| {}), &stopped).await.unwrap();
    assert!(none.is_empty());
    let forged = |text: &str| text.replace("<trade_state><![CDATA[NOTPAY]]>", "<trade_state><![CDATA[SUCCESS]]>");
    let unpaid = shop.create_one().await;
    shop.wire.next(order_query::PATH, Fate::Changed(forged));
    let [told] = &ask(&shop, &[order(&unpaid)]).await[..] else { panic!("one answer") };
    assert_eq!(told.word(), "UNKNOWN", "an answer that does not verify tells nothing: {told:?}");
}

#[tokio::test(start_paused = true)]
async fn the_gateway_is_asked_no_faster_than_the_settings_say() {
    let shop = Shop::open().await;
    let settings = shop.desk.settings().await.unwrap();
    shop.desk.settings_set(Settings { simulator_poll_rate_per_s: 10, ..settings }).await.unwrap();
    let mut asked: Vec<Doubtful> = (10..30).map(|n| order(&format!("202401020304050{n}"))).collect();
    asked.extend((10..30).map(|n| Doubtful::Refund(format!("R{n}"))));
    let began = tokio::time::Instant::now();
    let told = ask(&shop, &asked).await;
    assert!(told.len() == 40 && told.iter().all(|told| told.word() == "NOTEXIST"), "{told:?}");
    // 40 questions at 10 a second, of which a rest saves up 0.1 s; the virtual clock has no other reason to go on.
    let took = began.elapsed();
    assert!((Duration::from_millis(3_700)..Duration::from_millis(4_500)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_known_here_becomes_evidence_and_what_is_not_is_only_told() {
    let shop = Shop::open().await;
    let ours = shop.create_one().await;
    shop.pay(&ours);
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, _) = desk_on(elsewhere.path(), &shop.gateway, &shop.keyring, START).await;
    other.profile_add(profile("shop")).await.unwrap();
    let theirs = other.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let theirs = theirs.orders[0].out_trade_no.clone();
    shop.pay(&theirs);
    let asked =
        [order(&ours), order(&theirs), order("20240102030405999"), Doubtful::Refund("R2024".into()), order("T1")];
    let told = ask(&shop, &asked).await;
    let words: Vec<&str> = told.iter().map(GatewaySays::word).collect();
    assert_eq!(words, ["SUCCESS", "SUCCESS", "NOTEXIST", "NOTEXIST", "UNKNOWN"], "{told:?}");
    let GatewaySays::Order { state, total_fee, transaction_id, paid_at } = &told[1] else { panic!("{:?}", told[1]) };
    assert_eq!((*state, *total_fee), (TradeState::Success, Fen::new(101)));
    assert!(transaction_id.is_some() && paid_at.is_some());
    assert!(told[1].chinese().contains("1.01元"), "{}", told[1].chinese());
    let payment = Doubtful::Payment(transaction_id.clone().unwrap());
    let [GatewaySays::Order { transaction_id: of_payment, .. }] = &ask(&shop, &[payment]).await[..] else {
        panic!("a payment is asked for by WeChat's number");
    };
    assert_eq!(of_payment, transaction_id);
    assert_eq!(shop.state(&ours).await, OrderState::Success, "the answer was recorded");
    assert!(shop.desk.order_detail("shop", &theirs).await.is_err(), "an order of somebody else is not taken in");
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_is_known_here_becomes_evidence_and_any_other_is_only_told_by_either_of_its_numbers() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    let ours = shop.refund(&number, 60).await.out_refund_no;
    shop.gateway.end_refund(None, &ours, RefundStatus::Success).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, _) = desk_on(elsewhere.path(), &shop.gateway, &shop.keyring, START).await;
    other.profile_add(profile("shop")).await.unwrap();
    let [told] = &ask(&shop, &[Doubtful::Refund(ours.clone())]).await[..] else { panic!("one answer") };
    let GatewaySays::Refund { status, refund_fee, refund_id } = told else { panic!("{told:?}") };
    assert_eq!((*status, refund_fee.get()), (RefundStatus::Success, 60));
    assert_eq!(told.chinese(), "查退款：退款成功，0.60元");
    let kept = shop.desk.refund_detail("shop", &ours).await.unwrap().refund;
    assert_eq!(kept.state, RefundState::Success, "the answer was recorded");
    let asked = [
        Doubtful::Refund(ours.clone()),
        Doubtful::RefundId(refund_id.clone()),
        Doubtful::RefundId("50000000000000000000000000000".into()),
        Doubtful::RefundId("no number".into()),
    ];
    let answers = other.ask_doubtful("shop", &asked, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert!(answers[..2].iter().all(|answer| answer == told), "{answers:?}");
    assert_eq!([answers[2].word(), answers[3].word()], ["NOTEXIST", "UNKNOWN"], "{answers:?}");
    assert!(other.refund_detail("shop", &ours).await.is_err(), "a refund of somebody else is not taken in");
}

#[tokio::test(start_paused = true)]
async fn an_order_of_another_gateway_is_not_asked_about_under_this_ones_key_and_gets_no_evidence_of_it() {
    let shop = Shop::open().await;
    let number = order_in_production(&shop).await;
    let seen = async || shop.desk.order_detail("real", &number).await.unwrap().observations.len();
    let (before, sent) = (seen().await, shop.wire.sent.lock().unwrap().len());
    let refused = shop.desk.query_order("shop", &number).await.unwrap_err();
    assert_eq!(refused.code(), "environment_refused");
    for words in [number.as_str(), "of production", "\"real\"", "simulator"] {
        assert!(refused.to_string().contains(words), "{refused}");
    }
    assert_eq!(shop.wire.sent.lock().unwrap().len(), sent, "nothing was asked");
    let [told] = &ask(&shop, &[order(&number)]).await[..] else { panic!("one answer") };
    assert_eq!(told.word(), "NOTEXIST", "this gateway has no such order");
    assert_eq!((seen().await, shop.state(&number).await), (before, OrderState::NotPay));
}

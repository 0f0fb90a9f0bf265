//! Persist, send, ask, resend the same; never a new number.

use desk::simulator::Request;
use desk::store::{OrderState, Outcome, Reason};

use crate::shop::*;

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_found_by_a_question_and_never_made_twice() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    shop.wire.next(CREATE, Fate::LostAfter);
    let result = shop.create(test_order()).await.orders.remove(0);
    assert_eq!(result.outcome, Outcome::Unknown);
    shop.wait_for(&result.out_trade_no, OrderState::NotPay, 60).await;
    assert!(!shop.flags(&result.out_trade_no).await.contains(&"unknown"));
    assert_eq!(shop.gateway.orders("", 10).len(), 1);
    assert_eq!(shop.wire.bodies(CREATE).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_never_arrived_is_sent_again_unchanged_after_two_answers_thirty_seconds_apart() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let started = tokio::time::Instant::now();
    shop.wire.next(CREATE, Fate::LostBefore);
    let number = shop.create_one().await;
    shop.wait_for(&number, OrderState::NotPay, 180).await;
    assert!(started.elapsed().as_secs() >= 30, "sent again after {:?}", started.elapsed());
    let bodies = shop.wire.bodies(CREATE);
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], bodies[1], "the second request is not the first one");
    assert!(shop.wire.bodies(QUERY).len() >= 2);
    assert_eq!(shop.gateway.orders("", 10).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unsigned_failure_at_creation_is_never_sent_again_by_itself() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    shop.wire.next(CREATE, Fate::NotSeen(UNSIGNED_FAIL.into()));
    let result = shop.create(test_order()).await.orders.remove(0);
    assert_eq!(result.return_msg.as_deref(), Some("参数格式校验错误"));
    assert_eq!(result.exit_status(), 4);
    shop.wait_for(&result.out_trade_no, OrderState::CreateFailed, 180).await;
    assert_eq!(shop.wire.bodies(CREATE).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_system_error_is_decided_by_a_question_whether_the_order_was_made_or_not() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    shop.wire.next(CREATE, Fate::Instead(200, refusal("SYSTEMERROR", "系统错误")));
    let done = shop.create_one().await;
    shop.wire.next(CREATE, Fate::NotSeen(refusal("SYSTEMERROR", "系统错误")));
    let not_done = shop.create_one().await;
    for number in [&done, &not_done] {
        assert_eq!(shop.state(number).await, OrderState::Creating);
        assert!(shop.flags(number).await.contains(&"unknown"));
    }
    shop.wait_for(&done, OrderState::NotPay, 60).await;
    shop.wait_for(&not_done, OrderState::NotPay, 180).await;
    assert_eq!(shop.gateway.orders("", 10).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_the_gateway_has_with_other_data_is_a_conflict() {
    let shop = Shop::open().await;
    let number = "T20240102030405_001";
    let own = |fee: i64| desk::TestOrder {
        out_trade_no: Some(number.into()),
        total_fee: wxpay_protocol::Fen::new(fee).unwrap(),
        ..test_order()
    };
    // The same merchant's other machine placed this number before.
    let other = Shop::open().await;
    let foreign = other.create(own(999)).await;
    let body = other.wire.bodies(CREATE).remove(0);
    assert_eq!(foreign.created, 1);
    shop.gateway.handle(&Request::post(CREATE, body.as_bytes()));
    let result = shop.create(own(101)).await.orders.remove(0);
    assert_eq!(result.err_code_des.as_deref(), Some("201 商户订单号重复"));
    assert_eq!(result.reason, Reason::DuplicateNumber);
    assert!(shop.flags(number).await.contains(&"conflict"));
    assert_eq!(shop.desk.order_detail("shop", number).await.unwrap().doing, desk::Doing::HumanNeeded);
}

#[tokio::test(start_paused = true)]
async fn an_own_number_that_is_taken_here_is_refused_before_sending() {
    let shop = Shop::open().await;
    let own = desk::TestOrder { out_trade_no: Some("T20240102030405_001".into()), ..test_order() };
    shop.create(own.clone()).await;
    let again = shop.desk.create_orders(own, Box::new(|_| {}), &desk::Cancel::new()).await;
    assert_eq!(again.unwrap_err().code(), "conflict");
    assert_eq!(shop.wire.bodies(CREATE).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_not_there_leaves_the_order_known_not_sent_and_sends_it_when_it_is_back() {
    let shop = Shop::open().await;
    for _ in 0..3 {
        shop.wire.next(CREATE, Fate::NotSent);
    }
    let result = shop.create(test_order()).await.orders.remove(0);
    assert_eq!(result.outcome, Outcome::Rejected);
    assert_eq!(result.exit_status(), 4);
    assert!(!shop.flags(&result.out_trade_no).await.contains(&"unknown"));
    assert_eq!(shop.desk.held_back("shop").await.unwrap(), Some(desk::HeldBack::Unreachable));
    shop.desk.start_polling();
    shop.wait_for(&result.out_trade_no, OrderState::NotPay, 300).await;
    let bodies = shop.wire.bodies(CREATE);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(shop.gateway.orders("", 10).len(), 1);
    assert_eq!(shop.desk.held_back("shop").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_batch_ends_early_when_nothing_can_be_sent() {
    let shop = Shop::open().await;
    for _ in 0..10_000 {
        shop.wire.next(CREATE, Fate::NotSent);
    }
    let created = shop.create(desk::TestOrder { count: 1000, ..test_order() }).await;
    assert!(created.stopped.is_some());
    assert!(created.orders.len() < 1000, "{}", created.orders.len());
}

#[tokio::test(start_paused = true)]
async fn a_late_unpaid_answer_never_undoes_a_payment() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.desk.query_order("shop", &number).await.unwrap();
    let unpaid = shop.wire.gateway.handle(&Request::post(QUERY, shop.wire.bodies(QUERY).remove(0).as_bytes()));
    shop.pay(&number);
    assert_eq!(shop.desk.query_order("shop", &number).await.unwrap().state, OrderState::Success);
    shop.wire.next(QUERY, Fate::NotSeen(String::from_utf8(unpaid.body.to_vec()).unwrap()));
    let late = shop.desk.query_order("shop", &number).await.unwrap();
    assert_eq!(late.state, OrderState::Success);
    assert_eq!(shop.order(&number).await.paid_fee.unwrap().get(), 101);
}

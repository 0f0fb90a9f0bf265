//! A clock that leaps under a desk that polls: set back, set forward, and after a sleep.

use std::time::Duration;

use desk::RefundWish;
use desk::store::{OrderState, RefundState};
use wxpay_protocol::RefundStatus;

use crate::refunds::wish;
use crate::shop::*;

const DAY_S: i64 = 86_400;
const REFUND_QUERY: &str = "/pay/refundquery";

/// An unpaid order and a refund under way that have been asked about for a while, so that the next question about either is
/// up to half an hour away; the orders' numbers, and the refund's.
async fn long_polled(shop: &Shop) -> (String, String, &'static str) {
    shop.desk.start_polling();
    let (unpaid, paid) = (shop.create_one().await, shop.create_one().await);
    shop.pay(&paid);
    let wish = RefundWish { out_refund_no: Some("R-1".into()), ..wish(&paid, 60) };
    shop.desk.create_refund(wish).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1_000)).await;
    assert_eq!(shop.state(&unpaid).await, OrderState::NotPay);
    assert_eq!(refund_state(shop).await, RefundState::Processing);
    (unpaid, paid, "R-1")
}

async fn refund_state(shop: &Shop) -> RefundState {
    shop.desk.refund_detail("shop", "R-1").await.unwrap().refund.state
}

async fn wait_for_refund(shop: &Shop, within_s: u64) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(within_s);
    while refund_state(shop).await != RefundState::Success {
        assert!(tokio::time::Instant::now() < deadline, "the refund is not found within {within_s} s");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_a_day_delays_no_question_of_a_desk_that_polls() {
    let shop = Shop::open().await;
    let (unpaid, _, refund) = long_polled(&shop).await;
    shop.clock.leap_s(-DAY_S);
    shop.pay(&unpaid);
    shop.gateway.end_refund(None, refund, RefundStatus::Success).unwrap();
    shop.wait_for(&unpaid, OrderState::Success, 30).await;
    wait_for_refund(&shop, 30).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_night_of_sleep_each_order_and_refund_is_asked_about_once() {
    let shop = Shop::open().await;
    long_polled(&shop).await;
    let asked = (shop.wire.bodies(QUERY).len(), shop.wire.bodies(REFUND_QUERY).len());
    shop.clock.leap_s(8 * 3_600);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let after = (shop.wire.bodies(QUERY).len(), shop.wire.bodies(REFUND_QUERY).len());
    assert_eq!(after, (asked.0 + 1, asked.1 + 1));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_forward_a_year_closes_no_order_and_its_return_delays_none() {
    let shop = Shop::open().await;
    let (unpaid, _, refund) = long_polled(&shop).await;
    shop.clock.leap_s(365 * DAY_S);
    tokio::time::sleep(Duration::from_secs(3 * 3_600)).await;
    assert!(shop.wire.bodies(CLOSE).is_empty(), "closed because of a wrong clock");
    assert_eq!(shop.state(&unpaid).await, OrderState::NotPay);
    shop.clock.leap_s(-365 * DAY_S);
    shop.pay(&unpaid);
    shop.gateway.end_refund(None, refund, RefundStatus::Success).unwrap();
    shop.wait_for(&unpaid, OrderState::Success, 30).await;
    wait_for_refund(&shop, 30).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_expired_during_a_sleep_is_closed_once_the_clock_has_settled() {
    let shop = Shop::open().await;
    let (unpaid, ..) = long_polled(&shop).await;
    shop.clock.leap_s(8 * DAY_S);
    tokio::time::sleep(Duration::from_secs(3_000)).await;
    assert_eq!(shop.state(&unpaid).await, OrderState::NotPay);
    shop.wait_for(&unpaid, OrderState::Closed, 4 * 3_600).await;
}

//! What each shipped scenario promises.

use std::net::{Ipv4Addr, SocketAddr};

use wxpay_protocol::UtcMs;

use crate::faults::Delivery;
use crate::scenarios::shipped;
use crate::trial::*;
use crate::{Config, Gateway, NoticeStatus, TimeScale, start};

fn playing(name: &str) -> std::sync::Arc<Gateway> {
    let gateway = gateway();
    gateway.play_scenario(&named(name)).unwrap();
    gateway
}

fn named(name: &str) -> crate::Scenario {
    shipped().unwrap().into_iter().find(|scenario| scenario.name == name).unwrap()
}

fn ordered(gateway: &Gateway, number: &str) -> crate::Answer {
    let answer = ask(gateway, UNIFIED, &order(number).signed());
    assert_eq!(answer.outcome, "SUCCESS");
    answer
}

fn refunded(gateway: &Gateway, number: &str, refund_number: &str) {
    let request = refund(number, refund_number).with("total_fee", "101").with("refund_fee", "10");
    assert_eq!(ask(gateway, REFUND, &request.signed()).outcome, "SUCCESS");
}

fn refund_status(gateway: &Gateway, refund_number: &str) -> String {
    let answer = ask(gateway, REFUND_QUERY, &common().with("out_refund_no", refund_number).signed());
    field(&answer, "refund_status_0").unwrap()
}

fn scanned(gateway: &Gateway, number: &str, auth_code: &str) -> String {
    refusal(&ask(gateway, MICROPAY, &micropay(number, auth_code).signed())).0
}

#[test]
fn paid_after_3s_pays_at_the_third_second_and_not_before() {
    let gateway = playing("paid-after-3s");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(2).unwrap();
    assert_eq!(trade_state(&gateway, "T2024010201"), "NOTPAY");
    gateway.advance_s(3600).unwrap();
    let paid = gateway.order(None, "T2024010201").unwrap().order.payment.unwrap();
    assert_eq!(paid.paid_at, START.plus_ms(3000), "paid at its own moment, however late somebody looks");
    assert_eq!(scanned(&gateway, "M2024010201", "130000000000000001"), "USERPAYING");
    gateway.advance_s(3).unwrap();
    assert_eq!(trade_state(&gateway, "M2024010201"), "SUCCESS");
}

#[test]
fn user_cancels_leaves_an_order_that_can_be_closed_and_a_scan_that_failed() {
    let gateway = playing("user-cancels");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(5).unwrap();
    assert_eq!(gateway.order(None, "T2024010201").unwrap().order.cancelled_at, Some(START.plus_ms(5000)));
    assert_eq!(trade_state(&gateway, "T2024010201"), "NOTPAY");
    assert_eq!(ask(&gateway, CLOSE, &query("T2024010201").signed()).outcome, "SUCCESS");
    assert_eq!(scanned(&gateway, "M2024010201", "130000000000000001"), "USERPAYING");
    gateway.advance_s(5).unwrap();
    assert_ne!(trade_state(&gateway, "M2024010201"), "USERPAYING");
}

#[test]
fn refund_processing_for_a_day_ends_after_24_hours_and_not_before() {
    let gateway = playing("refund-processing-for-a-day");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(1).unwrap();
    refunded(&gateway, "T2024010201", "R1");
    gateway.advance_s(86_399).unwrap();
    assert_eq!(refund_status(&gateway, "R1"), "PROCESSING");
    gateway.advance_s(1).unwrap();
    assert_eq!(refund_status(&gateway, "R1"), "SUCCESS");
}

#[test]
fn refund_fails_changes_the_first_and_closes_the_second() {
    let gateway = playing("refund-fails");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(1).unwrap();
    refunded(&gateway, "T2024010201", "R1");
    refunded(&gateway, "T2024010201", "R2");
    gateway.advance_s(9).unwrap();
    assert_eq!(
        (refund_status(&gateway, "R1"), refund_status(&gateway, "R2")),
        ("PROCESSING".into(), "PROCESSING".into())
    );
    gateway.advance_s(1).unwrap();
    assert_eq!((refund_status(&gateway, "R1"), refund_status(&gateway, "R2")), ("CHANGE".into(), "REFUNDCLOSE".into()));
}

#[test]
fn notice_before_answer_pays_at_once_and_holds_the_answer_until_the_notice_was_tried() {
    let gateway = playing("notice-before-answer");
    assert_eq!(ordered(&gateway, "T2024010201").delivery, Delivery::AfterNotice(1));
    assert_eq!(trade_state(&gateway, "T2024010201"), "SUCCESS");
}

#[test]
fn no_notice_pays_and_tells_nobody() {
    let gateway = playing("no-notice");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(3).unwrap();
    assert_eq!((trade_state(&gateway, "T2024010201"), gateway.notices(9).len()), ("SUCCESS".into(), 0));
}

#[test]
fn double_payment_pays_both_orders_for_the_same_goods_the_second_first() {
    let gateway = playing("double-payment");
    ordered(&gateway, "T2024010201");
    let other = order("T2024010202").with("body", "别的商品").signed();
    ask(&gateway, UNIFIED, &other);
    ordered(&gateway, "T2024010203");
    gateway.advance_s(3).unwrap();
    let states = |numbers: [&str; 3]| numbers.map(|number| trade_state(&gateway, number));
    assert_eq!(states(["T2024010201", "T2024010202", "T2024010203"]), ["NOTPAY", "NOTPAY", "SUCCESS"]);
    gateway.advance_s(57).unwrap();
    assert_eq!(states(["T2024010201", "T2024010202", "T2024010203"]), ["SUCCESS", "SUCCESS", "SUCCESS"]);
}

#[test]
fn day_cut_pays_two_orders_on_two_days_two_seconds_apart() {
    let gateway = playing("day-cut");
    ordered(&gateway, "T2024010201");
    ordered(&gateway, "T2024010202");
    assert_eq!(gateway.next_due().map(UtcMs::dashed).as_deref(), Some("2024-01-02 23:59:59"));
    gateway.advance_s(86_400).unwrap();
    let paid_at = |number| gateway.order(None, number).unwrap().order.payment.unwrap().paid_at.dashed();
    assert_eq!(
        (paid_at("T2024010201"), paid_at("T2024010202")),
        ("2024-01-02 23:59:59".into(), "2024-01-03 00:00:01".into())
    );
}

#[test]
fn micropay_password_is_entered_twice_and_refused_the_third_time() {
    let gateway = playing("micropay-password");
    for (number, code) in [
        ("M2024010201", "130000000000000001"),
        ("M2024010202", "130000000000000002"),
        ("M2024010203", "130000000000000003"),
    ] {
        assert_eq!(scanned(&gateway, number, code), "USERPAYING");
        assert_eq!(trade_state(&gateway, number), "USERPAYING");
    }
    gateway.advance_s(8).unwrap();
    let states = ["M2024010201", "M2024010202", "M2024010203"].map(|number| trade_state(&gateway, number));
    assert_eq!(states, ["SUCCESS", "SUCCESS", "NOTPAY"]);
}

#[test]
fn coupons_make_total_settlement_and_cash_differ() {
    let gateway = playing("coupons");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(3).unwrap();
    let answer = ask(&gateway, QUERY, &query("T2024010201").signed());
    let fees = ["total_fee", "settlement_total_fee", "cash_fee"].map(|name| field(&answer, name).unwrap());
    assert_eq!(fees, ["101", "91", "71"]);
}

#[test]
fn expires_unpaid_closes_after_two_hours_and_not_before() {
    let gateway = playing("expires-unpaid");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(7199).unwrap();
    assert_eq!(trade_state(&gateway, "T2024010201"), "NOTPAY");
    gateway.advance_s(1).unwrap();
    assert_eq!(trade_state(&gateway, "T2024010201"), "CLOSED");
}

#[test]
fn late_notice_after_close_is_first_sent_an_hour_after_the_payment() {
    let gateway = playing("late-notice-after-close");
    ordered(&gateway, "T2024010201");
    gateway.advance_s(3).unwrap();
    assert_eq!(refusal(&ask(&gateway, CLOSE, &query("T2024010201").signed())).0, "ORDERPAID");
    let notice = &gateway.notices(1)[0];
    assert_eq!(notice.status, NoticeStatus::Pending { next_due: START.plus_ms(3_603_000) });
}

#[test]
fn a_step_that_has_become_impossible_is_written_down_as_refused() {
    let gateway = playing("paid-after-3s");
    ordered(&gateway, "T2024010201");
    assert_eq!(ask(&gateway, CLOSE, &query("T2024010201").signed()).outcome, "SUCCESS");
    gateway.advance_s(3).unwrap();
    assert_eq!(trade_state(&gateway, "T2024010201"), "CLOSED");
    let status = gateway.scenario_status(9);
    assert!(status.done[0].refused.as_ref().is_some_and(|sentence| sentence.contains("已关闭")), "{status:?}");
}

#[tokio::test]
async fn what_is_due_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let config = || Config {
        state_dir: Some(dir.path().to_owned()),
        time_scale: TimeScale::FROZEN,
        start_at: Some(START),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![own_merchant()])
    };
    let running = start(Config { scenario: Some(named("double-payment")), ..config() }).await.unwrap();
    ordered(&running.gateway, "T2024010201");
    running.stop().await;
    let running = start(config()).await.unwrap();
    let status = running.gateway.scenario_status(9);
    assert_eq!((status.playing.map(|playing| playing.name), status.due_count), (Some("double-payment".into()), 1));
    ordered(&running.gateway, "T2024010202");
    running.gateway.advance_s(60).unwrap();
    let paid_at = |number| running.gateway.order(None, number).unwrap().order.payment.unwrap().paid_at;
    assert_eq!((paid_at("T2024010201"), paid_at("T2024010202")), (START.plus_ms(60_000), START.plus_ms(3000)));
    running.stop().await;
    let running = start(config()).await.unwrap();
    assert_eq!(running.gateway.scenario_status(9).done_count, 2);
    assert_eq!(trade_state(&running.gateway, "T2024010201"), "SUCCESS");
}

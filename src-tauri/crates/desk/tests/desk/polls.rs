//! Polling: the ladder, the lease, expiry, and a gateway that wants to be left alone.

use std::time::Duration;

use desk::simulator::Request;
use desk::store::{OrderFilter, OrderSort, OrderState};
use desk::{Cancel, Tag, WhyThen};
use tokio::time::Instant;

use crate::shop::*;

#[tokio::test(start_paused = true)]
async fn an_open_order_is_asked_about_on_the_ladder() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let number = shop.create_one().await;
    let mut asked_after = Vec::new();
    let started = Instant::now();
    while asked_after.len() < 7 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let asked = shop.wire.bodies(QUERY).len();
        if asked > asked_after.len() {
            asked_after.push(started.elapsed().as_secs());
        }
    }
    let gaps: Vec<u64> = asked_after.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(asked_after[0].abs_diff(5) <= 1, "{asked_after:?}");
    for (gap, expected) in gaps.iter().zip([10, 30, 60, 180, 600, 1800]) {
        assert!(gap.abs_diff(expected) <= 1, "{gaps:?}");
    }
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    shop.pay(&number);
    shop.wait_for(&number, OrderState::Success, 2000).await;
    let asked = shop.wire.bodies(QUERY).len();
    tokio::time::sleep(Duration::from_secs(7_200)).await;
    assert_eq!(shop.wire.bodies(QUERY).len(), asked, "a paid order is still asked about");
}

#[tokio::test(start_paused = true)]
async fn when_an_order_is_asked_about_next_and_why_is_told() {
    let shop = Shop::open().await;
    let next = async |number: &str| shop.desk.order_detail("shop", number).await.unwrap().next_question;
    let number = shop.create_one().await;
    let first = next(&number).await.unwrap();
    assert_eq!(first.why, WhyThen::Ladder { question: 1, gap_s: 5 });
    assert_eq!(Some(first.at), shop.order(&number).await.next_query_at);
    shop.desk.query_order("shop", &number).await.unwrap();
    assert_eq!(next(&number).await.unwrap().why, WhyThen::Ladder { question: 2, gap_s: 10 });
    shop.pay(&number);
    shop.desk.query_order("shop", &number).await.unwrap();
    assert_eq!(next(&number).await, None, "a paid order is not asked about");
    shop.wire.next(CREATE, Fate::LostAfter);
    let lost = shop.create(test_order()).await.orders[0].out_trade_no.clone();
    assert_eq!(next(&lost).await.unwrap().why, WhyThen::CreationUnknown);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_breaks_off_is_asked_again_and_costs_nothing() {
    let shop = Shop::open().await;
    shop.desk.start_polling();
    let number = shop.create_one().await;
    shop.pay(&number);
    shop.wire.next(QUERY, Fate::LostAfter);
    shop.wire.next(QUERY, Fate::LostBefore);
    shop.wait_for(&number, OrderState::Success, 60).await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_pays_is_asked_about_and_closed_after_seven_days() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    tokio::time::sleep(Duration::from_secs(7 * 86_400 - 60)).await;
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    assert!(shop.wire.bodies(CLOSE).is_empty());
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(shop.state(&number).await, OrderState::Closed);
    let paths: Vec<String> =
        shop.wire.sent.lock().unwrap().iter().rev().take(3).map(|(path, _)| path.clone()).collect();
    assert_eq!(paths, [QUERY, CLOSE, QUERY]);
}

#[tokio::test(start_paused = true)]
async fn an_expired_order_is_left_alone_when_the_settings_say_so() {
    let shop = Shop::open().await;
    let mut settings = shop.desk.settings().await.unwrap();
    settings.close_expired = false;
    shop.desk.settings_set(settings).await.unwrap();
    let number = shop.create_one().await;
    tokio::time::sleep(Duration::from_secs(8 * 86_400)).await;
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    assert!(shop.wire.bodies(CLOSE).is_empty());
    assert_eq!(shop.order(&number).await.next_query_at, None);
}

#[tokio::test(start_paused = true)]
async fn a_payment_between_the_last_question_and_the_closing_is_found() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    // The question before the closing still says unpaid; then the customer pays, and the closing is refused.
    let unpaid = {
        shop.desk.query_order("shop", &number).await.unwrap();
        shop.gateway.handle(&Request::post(QUERY, shop.wire.bodies(QUERY)[0].as_bytes()))
    };
    shop.pay(&number);
    shop.wire.next(QUERY, Fate::NotSeen(String::from_utf8(unpaid.body.to_vec()).unwrap()));
    let result = shop.desk.close_order("shop", &number).await.unwrap();
    assert_eq!(result.state, OrderState::Success, "{}", result.detail);
    assert_eq!(shop.wire.bodies(CLOSE).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_asked_too_often_is_left_alone_and_then_the_queue_drains() {
    let shop = Shop::open().await;
    for _ in 0..20 {
        shop.create_one().await;
    }
    // All that are under way at first are refused, and so are the next three tries.
    let limited = || Fate::NotSeen(refusal("FREQUENCY_LIMITED", "频率限制"));
    for _ in 0..23 {
        shop.wire.next(QUERY, limited());
    }
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(20)).await;
    let burst = shop.wire.bodies(QUERY).len();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let probes = shop.wire.bodies(QUERY).len() - burst;
    assert!(probes <= 6, "{probes} questions in a minute of refusals");
    tokio::time::sleep(Duration::from_secs(1800)).await;
    let open = shop.desk.orders_first(OrderFilter::default(), OrderSort::default(), 100).await.unwrap();
    assert!(open.iter().all(|order| order.flags.words().is_empty()));
    assert!(shop.wire.bodies(QUERY).len() >= 23 + 20 * 4, "{}", shop.wire.bodies(QUERY).len());
}

#[tokio::test(start_paused = true)]
async fn of_two_desks_on_one_folder_only_one_polls_and_the_other_takes_over() {
    let shop = Shop::open().await;
    let (second, second_wire) = shop.second_desk().await;
    for _ in 0..5 {
        shop.create_one().await;
    }
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(1)).await;
    second.start_polling();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(!shop.wire.bodies(QUERY).is_empty());
    assert!(second_wire.bodies(QUERY).is_empty(), "both poll");
    let pass = second.poll_once(None, None).await.unwrap();
    assert!(pass.polled_elsewhere);
    assert_eq!((pass.asked, pass.open), (0, 5));

    shop.desk.stop_polling().await.unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(!second_wire.bodies(QUERY).is_empty(), "nobody took over");
    second.stop_polling().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_hangs_with_the_lease_is_followed_after_thirty_seconds() {
    let shop = Shop::open().await;
    let (second, second_wire) = shop.second_desk().await;
    shop.create_one().await;
    // Takes the lease and is never heard of again.
    shop.desk.poll_once(None, None).await.unwrap();
    let store = desk::store::Store::open(shop.dir.path()).unwrap();
    assert!(store.hold_poll_lease("hanging", shop.desk.now(), 30_000).unwrap());
    second.start_polling();
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(second_wire.bodies(QUERY).is_empty());
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(!second_wire.bodies(QUERY).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_died_with_the_lease_is_followed_at_once() {
    let shop = Shop::open().await;
    let (second, second_wire) = shop.second_desk().await;
    shop.create_one().await;
    let store = desk::store::Store::open(shop.dir.path()).unwrap();
    assert!(store.hold_poll_lease("dead", shop.desk.now(), 30_000).unwrap());
    // What the system does for a process that is killed: its files are closed, its lease stays written.
    drop(store);
    second.start_polling();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(!second_wire.bodies(QUERY).is_empty(), "the order was due after five seconds");
}

#[tokio::test(start_paused = true)]
async fn one_pass_asks_what_is_due_once_and_nothing_else() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let pass = shop.desk.poll_once(None, None).await.unwrap();
    assert_eq!((pass.asked, pass.open), (0, 1), "not due yet");
    tokio::time::sleep(Duration::from_secs(5)).await;
    shop.pay(&number);
    let pass = shop.desk.poll_once(Some("shop"), None).await.unwrap();
    assert_eq!((pass.asked, pass.open), (1, 0));
    assert_eq!(shop.state(&number).await, OrderState::Success);
}

#[tokio::test(start_paused = true)]
async fn fifty_orders_that_come_due_together_are_asked_at_the_rate() {
    let shop = Shop::open().await;
    shop.create(desk::TestOrder { count: 50, ..test_order() }).await;
    let mut settings = shop.desk.settings().await.unwrap();
    settings.simulator_poll_rate_per_s = 10;
    shop.desk.settings_set(settings).await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let started = Instant::now();
    let pass = shop.desk.poll_once(None, None).await.unwrap();
    assert_eq!(pass.asked, 50);
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(4_800) && took <= Duration::from_millis(5_600), "{took:?}");
}

/// A sign that is somebody else's.
fn other_key(body: &str) -> String {
    body.replace("<return_msg>", "<device_info>x</device_info><return_msg>")
}

#[tokio::test(start_paused = true)]
async fn answers_that_never_verify_end_the_questions_say_why_and_change_no_order() {
    let shop = Shop::open().await;
    let numbers = [shop.create_one().await, shop.create_one().await, shop.create_one().await];
    for number in &numbers {
        shop.pay(number);
    }
    for _ in 0..10_000 {
        shop.wire.next(QUERY, Fate::Changed(other_key));
    }
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(shop.desk.held_back("shop").await.unwrap(), Some(desk::HeldBack::KeyRefused));
    let alarms = all_alarms(&shop.desk).await;
    assert_eq!((alarms[0].kind, &alarms[0].about), (desk::AlarmKind::KeyRefused, &desk::AlarmAbout::Merchant));
    let asked = shop.wire.bodies(QUERY).len();
    tokio::time::sleep(Duration::from_secs(6 * 3_600)).await;
    let later = shop.wire.bodies(QUERY).len() - asked;
    assert!(later <= 6 * 6 + 1, "one question in ten minutes, not {later}");
    for number in &numbers {
        assert_eq!(shop.state(number).await, OrderState::NotPay);
    }
    shop.desk.stop_polling().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2_400)).await;
    let refused = shop.desk.poll_once(Some("shop"), None).await.unwrap_err();
    assert!(refused.to_string().contains("API key"), "{refused}");
    let (second, wire) = shop.second_desk().await;
    assert_eq!(second.held_back("shop").await.unwrap(), Some(desk::HeldBack::KeyRefused), "a restart knows it");
    assert_eq!(all_alarms(&second).await[0].kind, desk::AlarmKind::KeyRefused);
    assert!(wire.bodies(QUERY).is_empty());
    shop.wire.forget();
    let answered = shop.desk.query_order("shop", &numbers[0]).await.unwrap();
    assert_eq!(answered.state, OrderState::Success, "a person may ask all the same");
    assert_eq!(shop.desk.held_back("shop").await.unwrap(), None, "and an answer that verifies ends it");
    assert!(all_alarms(&shop.desk).await.iter().all(|alarm| alarm.kind != desk::AlarmKind::KeyRefused));
}

#[tokio::test(start_paused = true)]
async fn what_is_being_asked_about_at_this_moment_is_told() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let now = async || shop.desk.polling_now(Some("shop")).await.unwrap().remove(0);
    assert_eq!((now().await.under_way, now().await.asking), (0, None));
    let answered = std::sync::Arc::new(tokio::sync::Notify::new());
    shop.wire.next(QUERY, Fate::Held(std::sync::Arc::clone(&answered)));
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!((now().await.under_way, now().await.asking), (1, Some(number)));
    answered.notify_one();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((now().await.under_way, now().await.asking), (0, None));
    shop.desk.stop_polling().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn open_refunds_and_when_and_why_they_are_asked_about_next_are_told_beside_the_orders() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    let now = async || shop.desk.polling_now(Some("shop")).await.unwrap().remove(0);
    assert_eq!((now().await.open_refunds, now().await.next_refund_at), (0, None));
    let refund = shop.refund(&number, 60).await.out_refund_no;
    let detail = shop.desk.refund_detail("shop", &refund).await.unwrap().refund;
    assert_eq!((now().await.open_refunds, now().await.next_refund_at), (1, detail.next_query_at));
    let (zh, en) = desk::why_asked(&detail).unwrap();
    assert!(zh.contains("还没有最终结果") && en.contains("not final yet"), "{zh} {en}");
    let answered = std::sync::Arc::new(tokio::sync::Notify::new());
    shop.wire.next(wxpay_protocol::refund_query::PATH, Fate::Held(std::sync::Arc::clone(&answered)));
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!((now().await.under_way, now().await.asking), (1, Some(refund)));
    answered.notify_one();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(now().await.asking, None);
    shop.desk.stop_polling().await.unwrap();
}

#[tokio::test]
async fn what_another_desk_on_the_folder_commits_is_told_as_a_change_of_anything() {
    let shop = Shop::open().await;
    let (second, _) = shop.second_desk().await;
    let follower = shop.desk.clone();
    let following = tokio::spawn(async move { follower.follow_others().await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut told = shop.desk.changes();
    shop.create_one().await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    while let Ok(own) = told.try_recv() {
        assert!(!own.tags.contains(&Tag::Goods), "its own commit was taken for another's");
    }
    second.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let changed = tokio::time::timeout(Duration::from_secs(10), told.recv()).await.unwrap().unwrap();
    assert_eq!((changed.tags, changed.ids), (Tag::ALL.into(), [].into()));
    following.abort();
}

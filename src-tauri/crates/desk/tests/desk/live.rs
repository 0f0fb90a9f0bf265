//! The built-in gateway in this process, over real sockets and in real time.

use std::time::{Duration, Instant};

use desk::simulator::Pay;
use desk::store::{OrderFilter, OrderSort, OrderState};
use desk::vault::MemoryKeyring;
use desk::{BUILTIN, Cancel, Desk, Seams, Tag, TestOrder};

use crate::shop::*;

async fn desk_on_disk(dir: &std::path::Path) -> Desk {
    let seams = Seams { keyring: Box::new(MemoryKeyring::absent()), ..Seams::of_this_machine() };
    Desk::open(dir, seams).await.unwrap()
}

async fn paid(desk: &Desk) -> u64 {
    let filter = OrderFilter { states: vec![OrderState::Success], ..OrderFilter::default() };
    desk.orders_open(filter, OrderSort::default()).await.unwrap().totals.count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_orders_are_created_three_are_paid_and_the_list_changes_within_two_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk_on_disk(dir.path()).await;
    desk.gateway_start().await.unwrap();
    desk.start_polling();
    let order = TestOrder { profile: BUILTIN.into(), count: 10, ..test_order() };
    let created = desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!(created.created, 10, "{:?}", created.stopped);
    let mut changes = desk.changes();
    let started = Instant::now();
    for order in created.orders.iter().take(3) {
        desk.gateway_pay(None, &order.out_trade_no, &Pay::default()).await.unwrap();
    }
    let told = tokio::time::timeout(Duration::from_secs(2), async {
        while paid(&desk).await < 3 {
            let told = changes.recv().await.unwrap();
            assert!(!told.tags.is_empty());
        }
    });
    assert!(told.await.is_ok(), "not there after {:?}", started.elapsed());
    assert_eq!(paid(&desk).await, 3, "the others must not move");
    assert_eq!(desk.gateway_pay(None, "T20240102030405_001", &Pay::default()).await.unwrap_err().code(), "not_found");
    let again = desk.gateway_pay(None, &created.orders[0].out_trade_no, &Pay::default()).await.unwrap_err();
    assert_eq!(again.code(), "conflict");
    desk.stop_polling().await.unwrap();
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scenario_pays_what_is_ordered_and_polling_finds_the_payment() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk_on_disk(dir.path()).await;
    desk.gateway_start().await.unwrap();
    desk.start_polling();
    let scenario = desk::simulator::shipped_scenarios().unwrap().into_iter().find(|one| one.name == "paid-after-3s");
    let begun = desk.gateway_play(&scenario.unwrap()).await.unwrap();
    assert_eq!((begun.so_far.taken, begun.due_count), (0, 0));
    assert_eq!(desk.gateway_status().await.scenario.as_deref(), Some("paid-after-3s"));
    let mut changes = desk.changes();
    let order = TestOrder { profile: BUILTIN.into(), count: 2, ..test_order() };
    desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let planned = desk.gateway_scenario().await.unwrap();
    assert_eq!((planned.so_far.taken, planned.due_count, planned.due[0].word), (2, 2, "pay"));
    desk.gateway_clock(desk::GatewayClock::Advance(3)).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        while paid(&desk).await < 2 {
            changes.recv().await.unwrap();
        }
    });
    assert!(told.await.is_ok(), "{:?}", desk.gateway_scenario().await.unwrap());
    let ended = desk.gateway_stop_scenario().await.unwrap();
    assert_eq!((ended.playing, ended.done_count, ended.done[0].word), (None, 2, "pay"));
    assert_eq!(desk.gateway_status().await.scenario, None);
    desk.stop_polling().await.unwrap();
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trying_it_makes_a_merchant_goods_and_orders_once_without_any_secret() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk_on_disk(dir.path()).await;
    assert!(desk.is_first_start().await.unwrap());
    let english = desk_store::Settings { language: "en".into(), ..desk.settings().await.unwrap() };
    desk.settings_set(english).await.unwrap();
    assert!(desk.is_first_start().await.unwrap(), "a language chosen at the first start does not end it");
    let tried = desk.try_it().await.unwrap();
    assert_eq!(tried.orders, 6);
    assert!(tried.profile.profile.builtin && tried.profile.api_key.set);
    assert_eq!(desk.goods().await.unwrap().len(), 5);
    assert_eq!(desk.settings().await.unwrap().active_profile.as_deref(), Some(BUILTIN));
    assert_eq!(desk.try_it().await.unwrap().orders, 0, "a second time makes no more");
    assert!(!desk.is_first_start().await.unwrap());
    let url = desk.gateway_status().await.url.unwrap();
    desk.gateway_stop().await;
    assert!(desk.gateway_orders("", 0, 10).await.is_err());
    let again = desk.gateway_start().await.unwrap();
    assert_eq!(again.url.as_deref(), Some(url.as_str()), "the port is remembered");
    assert_eq!(again.status.unwrap().orders, 6, "the orders are remembered");
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_passed_over_and_the_next_one_remembered() {
    let (first_dir, second_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = desk_on_disk(first_dir.path()).await;
    let second = desk_on_disk(second_dir.path()).await;
    let one = first.gateway_start().await.unwrap().url.unwrap();
    let other = second.gateway_start().await.unwrap().url.unwrap();
    assert_ne!(one, other);
    assert_eq!(second.profile(BUILTIN).await.unwrap().profile.base_url.as_deref(), Some(other.as_str()));
    first.gateway_stop().await;
    second.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_gateway_leaves_its_orders_known_not_sent_and_a_start_sends_them() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk_on_disk(dir.path()).await;
    desk.gateway_start().await.unwrap();
    desk.gateway_stop().await;
    desk.start_polling();
    let order = TestOrder { profile: BUILTIN.into(), ..test_order() };
    let created = desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let result = &created.orders[0];
    assert_eq!((created.rejected, result.state), (1, OrderState::Creating), "{}", result.detail);
    desk.gateway_start().await.unwrap();
    let mut changes = desk.changes();
    let resent = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let order = desk.order_detail(BUILTIN, &result.out_trade_no).await.unwrap().order;
            if order.state == OrderState::NotPay {
                return;
            }
            while !changes.recv().await.unwrap().tags.contains(&Tag::Orders) {}
        }
    });
    assert!(resent.await.is_ok());
    desk.stop_polling().await.unwrap();
    desk.gateway_stop().await;
}

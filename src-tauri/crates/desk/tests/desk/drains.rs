//! Draining: every open order is asked until it is final, at the pace that is allowed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use desk::simulator::{Config, Merchant, Pay, Running};
use desk::vault::MemoryKeyring;
use desk::{Cancel, Desk, Drain, NewProfile, Seams, TestOrder};
use wxpay_protocol::ids::{Appid, MchId};

use crate::shop::*;

fn drain(timeout_s: u64) -> Drain {
    Drain { profile: None, timeout: Duration::from_secs(timeout_s), close_after: None, rate_per_s: None }
}

fn unwatched() -> desk::OnProgress {
    Box::new(|_| {})
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_paid_are_drained_and_unpaid_ones_time_out() {
    let shop = Shop::open().await;
    let created = shop.create(TestOrder { count: 300, ..test_order() }).await;
    for order in created.orders.iter().take(299) {
        shop.pay(&order.out_trade_no);
    }
    let drained = shop.desk.drain(drain(30), unwatched(), &Cancel::new()).await.unwrap();
    assert_eq!((drained.total, drained.open), (300, 1));
    assert!(drained.asked >= 300 && drained.asked < 330, "{}", drained.asked);
    shop.pay(&created.orders[299].out_trade_no);
    let drained = shop.desk.drain(drain(30), unwatched(), &Cancel::new()).await.unwrap();
    assert_eq!((drained.total, drained.open), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn unpaid_orders_are_closed_on_the_way_when_they_are_old_enough() {
    let shop = Shop::open().await;
    shop.create(TestOrder { count: 20, ..test_order() }).await;
    let closing = Drain { close_after: Some(Duration::from_secs(60)), ..drain(300) };
    let started = tokio::time::Instant::now();
    let drained = shop.desk.drain(closing, unwatched(), &Cancel::new()).await.unwrap();
    assert_eq!(drained.open, 0);
    assert!(started.elapsed() >= Duration::from_secs(59), "{:?}", started.elapsed());
    assert_eq!(shop.gateway.sums().closed, 20);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_drain_ends_at_once() {
    let shop = Shop::open().await;
    shop.create(TestOrder { count: 20, ..test_order() }).await;
    let cancel = Cancel::new();
    let later = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        later.cancel();
    });
    let started = tokio::time::Instant::now();
    let drained = shop.desk.drain(drain(600), unwatched(), &cancel).await.unwrap();
    assert!(drained.cancelled);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_drain_beside_a_polling_desk_watches_and_does_not_ask() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let (second, second_wire) = shop.second_desk().await;
    shop.desk.start_polling();
    tokio::time::sleep(Duration::from_secs(1)).await;
    shop.pay(&number);
    let drained = second.drain(drain(600), unwatched(), &Cancel::new()).await.unwrap();
    assert!(drained.polled_elsewhere);
    assert_eq!(drained.open, 0);
    assert!(second_wire.sent.lock().unwrap().is_empty());
}

/// A real gateway on a port and a desk with the real wire.
async fn real(dir: &Path) -> (Desk, Running) {
    let merchant = Merchant::new(Appid::new(APPID).unwrap(), MchId::new(MCH_ID).unwrap(), key());
    let config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![merchant]);
    let running = desk::simulator::start(config).await.unwrap();
    let seams = Seams { keyring: Box::new(MemoryKeyring::usable()), ..Seams::of_this_machine() };
    let desk = Desk::open(dir, seams).await.unwrap();
    let own = NewProfile { base_url: Some(running.url.clone()), ..profile("shop") };
    desk.profile_add(own).await.unwrap();
    (desk, running)
}

/// Creates, pays and drains so many orders; returns the rate of draining and the memory of this process in KiB.
async fn drained_for_real(count: u32) -> (u64, u64) {
    let dir = tempfile::tempdir().unwrap();
    let (desk, running) = real(dir.path()).await;
    let order = TestOrder { count, ..test_order() };
    let started = Instant::now();
    let created = desk.create_orders(order, unwatched(), &Cancel::new()).await.unwrap();
    assert_eq!(created.created, count, "{:?}", created.stopped);
    let created_in = started.elapsed();
    for order in &created.orders {
        running.gateway.pay(None, &order.out_trade_no, &Pay::default()).unwrap();
    }
    drop(created);
    let started = Instant::now();
    let drained = desk.drain(drain(600), unwatched(), &Cancel::new()).await.unwrap();
    let took = started.elapsed();
    assert_eq!((drained.total, drained.open), (u64::from(count), 0));
    let rate = u64::from(count) * 1000 / u64::try_from(took.as_millis()).unwrap().max(1);
    let memory = resident_peak_kib();
    println!("created {count} orders in {created_in:?}; drained in {took:?}, {rate}/s; peak memory {memory} KiB");
    running.stop().await;
    (rate, memory)
}

fn resident_peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_paid_orders_are_drained_over_real_sockets() {
    let (rate, _) = drained_for_real(500).await;
    // A debug build on a busy machine; the figure for a release build is printed by the ignored test below.
    assert!(rate >= 50, "{rate}/s");
}

/// Run alone, in a release build: `cargo test -p desk --release --test desk ten_thousand -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement; its memory is that of the whole process, so it has to run alone"]
async fn ten_thousand_paid_orders_are_drained_under_a_hundred_mebibytes() {
    let (rate, memory) = drained_for_real(10_000).await;
    assert!(memory < 100 * 1024, "{memory} KiB");
    assert!(rate <= 2_100, "{rate}/s is faster than allowed");
}

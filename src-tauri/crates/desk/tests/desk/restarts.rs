//! The program ends in the middle; the next start goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use desk::store::{NewClaim, OrderFilter, OrderSort, OrderState, Origin, Store};
use desk::vault::MemoryKeyring;
use desk::{Cancel, Desk, TestOrder};
use wxpay_protocol::ids::{Appid, MchId, OutTradeNo};
use wxpay_protocol::{Fen, SignType};

use crate::shop::*;

/// A runtime of its own, whose end is as sudden as that of a process: nothing that was under way is finished.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

async fn open(
    dir: &std::path::Path,
    gateway: &Arc<desk::simulator::Gateway>,
    keyring: &MemoryKeyring,
    after_s: i64,
) -> (Desk, Arc<SpoilingWire>) {
    desk_on(dir, gateway, keyring, START.plus_ms(after_s * 1000)).await
}

#[test]
fn polling_goes_on_and_unknown_creations_are_resolved_after_a_restart() {
    let (dir, gateway, keyring) = (tempfile::tempdir().unwrap(), gateway(), MemoryKeyring::usable());
    let first = runtime();
    let (unpaid, lost, never) = first.block_on(async {
        let (desk, wire) = open(dir.path(), &gateway, &keyring, 0).await;
        desk.profile_add(profile("shop")).await.unwrap();
        desk.start_polling();
        let mut create = Vec::new();
        for fate in [None, Some(Fate::LostAfter), Some(Fate::LostBefore)] {
            if let Some(fate) = fate {
                wire.next(CREATE, fate);
            }
            let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
            create.push(created.orders[0].out_trade_no.clone());
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        (create.remove(0), create.remove(0), create.remove(0))
    });
    drop(first);
    gateway.pay(None, &unpaid, &desk::simulator::Pay::default()).unwrap();

    let second = runtime();
    second.block_on(async {
        let (desk, wire) = open(dir.path(), &gateway, &keyring, 60).await;
        desk.start_polling();
        for (number, state) in
            [(&unpaid, OrderState::Success), (&lost, OrderState::NotPay), (&never, OrderState::NotPay)]
        {
            let deadline = tokio::time::Instant::now() + Duration::from_secs(300);
            while desk.order_detail("shop", number).await.unwrap().order.state != state {
                assert!(tokio::time::Instant::now() < deadline, "{number} does not become {state}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        assert_eq!(wire.bodies(CREATE).len(), 1, "only what never arrived is sent again");
        assert_eq!(gateway.orders("", 10).len(), 3);
    });
}

#[test]
fn an_intent_whose_request_was_never_answered_is_found_after_a_restart() {
    let (dir, gateway, keyring) = (tempfile::tempdir().unwrap(), gateway(), MemoryKeyring::usable());
    let first = runtime();
    first.block_on(async {
        let (desk, wire) = open(dir.path(), &gateway, &keyring, 0).await;
        desk.profile_add(profile("shop")).await.unwrap();
        let order = TestOrder { count: 50, ..test_order() };
        for _ in 0..order.count {
            wire.next(CREATE, Fate::Held(Arc::default()));
        }
        let quiet = Cancel::new();
        let creating = desk.create_orders(order, Box::new(|_| {}), &quiet);
        // Ends while requests are under way: some intents are committed, their answers never recorded.
        tokio::select! {
            _ = creating => {}
            () = wait_for_requests(&gateway, 10) => {}
        }
    });
    drop(first);

    let second = runtime();
    second.block_on(async {
        let (desk, _) = open(dir.path(), &gateway, &keyring, 30).await;
        let left = desk.orders_first(OrderFilter::default(), OrderSort::default(), 100).await.unwrap();
        assert!(left.len() >= 10 && left.iter().all(|order| order.state == OrderState::Creating), "{left:?}");
        desk.start_polling();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(600);
        loop {
            let orders = desk.orders_first(OrderFilter::default(), OrderSort::default(), 100).await.unwrap();
            assert!(!orders.is_empty());
            if orders.iter().all(|order| order.state == OrderState::NotPay && order.flags.words().is_empty()) {
                assert_eq!(gateway.status().orders, orders.len(), "an order exists at one side only");
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "some orders stay unknown");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
}

async fn wait_for_requests(gateway: &Arc<desk::simulator::Gateway>, count: usize) {
    while gateway.status().orders < count {
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_vault_opens_from_the_keyring_after_a_restart() {
    let (dir, gateway, keyring) = (tempfile::tempdir().unwrap(), gateway(), MemoryKeyring::usable());
    runtime().block_on(async {
        let (desk, _) = open(dir.path(), &gateway, &keyring, 0).await;
        desk.profile_add(profile("shop")).await.unwrap();
    });
    runtime().block_on(async {
        let (desk, _) = open(dir.path(), &gateway, &keyring, 1).await;
        let shown = desk.profile("shop").await.unwrap();
        assert!(shown.api_key.set);
        assert_eq!(shown.api_key.view.unwrap().tail.as_deref(), Some("dXYZ"));
        let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
        assert_eq!(created.created, 1);
    });
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_a_day_delays_no_question() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    let Shop { desk, gateway, keyring, dir, .. } = shop;
    drop(desk);
    let (desk, wire) = open(dir.path(), &gateway, &keyring, -86_400).await;
    desk.start_polling();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let detail = desk.order_detail("shop", &number).await.unwrap();
    assert_eq!(detail.order.state, OrderState::Success);
    assert_eq!(wire.bodies(QUERY).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_eight_hours_of_sleep_each_order_is_asked_about_once() {
    let shop = Shop::open().await;
    let numbers = [shop.create_one().await, shop.create_one().await];
    let Shop { desk, gateway, keyring, dir, .. } = shop;
    drop(desk);
    let (desk, wire) = open(dir.path(), &gateway, &keyring, 8 * 3_600).await;
    desk.start_polling();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(wire.bodies(QUERY).len(), numbers.len());
}

const OPEN: usize = 50_000;

#[tokio::test(start_paused = true)]
async fn fifty_thousand_open_orders_at_the_start_delay_no_list_and_are_asked_at_the_pace() {
    let shop = Shop::open().await;
    let claims = (0..OPEN).map(|n| NewClaim {
        profile: "shop".into(),
        appid: Appid::new(APPID).unwrap(),
        mch_id: MchId::new(MCH_ID).unwrap(),
        out_trade_no: OutTradeNo::new(format!("OPEN{n:012}")).unwrap(),
        sign_type: SignType::Md5,
        origin: Origin::Import,
        total_fee: Fen::new(101).unwrap(),
        trade_type: None,
        body: "拿铁".into(),
        attach: None,
        openid: None,
        created_at: START,
        claimed_at: START,
        state: None,
        transaction_id: None,
        paid_at: None,
        next_query_at: Some(START),
        raw: None,
    });
    let store = Store::open(shop.dir.path()).unwrap();
    store.import(claims, |_, _| std::ops::ControlFlow::Continue(())).unwrap();
    let started = std::time::Instant::now();
    shop.desk.start_polling();
    let first = shop.desk.orders_first(OrderFilter::default(), OrderSort::default(), 60).await.unwrap();
    let shown = started.elapsed();
    assert_eq!(first.len(), 60);
    assert!(shown < Duration::from_secs(2), "the list came after {shown:?}");
    let now = shop.desk.polling_now(Some("shop")).await.unwrap().remove(0);
    assert!(now.open >= OPEN as u64 - 1 && now.next_query_at.is_some(), "{now:?}");
    let virtually = tokio::time::Instant::now();
    while shop.wire.bodies(QUERY).len() < 200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let asked = shop.wire.bodies(QUERY).len();
    // Two thousand a second, and what was under way at the first look.
    let most = virtually.elapsed().as_millis() * 2 + 512;
    assert!(asked as u128 <= most, "{asked} questions in {:?}", virtually.elapsed());
    shop.desk.stop_polling().await.unwrap();
}

//! Placing test orders: what is refused before anything is committed, batches, and using an order again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::store::{OrderFilter, OrderSort, OrderState};
use desk::{Cancel, TestOrder};
use wxpay_protocol::{Fen, TradeType};

use crate::shop::*;

async fn refused(shop: &Shop, order: TestOrder) -> &'static str {
    let fault = shop.desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert!(matches!(fault.code(), "input_invalid" | "not_found"), "{fault}");
    fault.field().unwrap_or(fault.code())
}

#[tokio::test(start_paused = true)]
async fn what_could_be_signed_as_something_else_is_refused_before_anything_is_committed() {
    let shop = Shop::open().await;
    let with = |change: &dyn Fn(&mut TestOrder)| {
        let mut order = test_order();
        change(&mut order);
        order
    };
    assert_eq!(refused(&shop, with(&|order| order.attach = Some("shop-7&b=1".into()))).await, "attach");
    assert_eq!(refused(&shop, with(&|order| order.attach = Some("a\nb".into()))).await, "attach");
    assert_eq!(refused(&shop, with(&|order| order.product_id = Some("a=b".into()))).await, "product_id");
    assert_eq!(refused(&shop, with(&|order| order.body = "tea&total_fee=1".into())).await, "body");
    assert_eq!(refused(&shop, with(&|order| order.body = "tea\u{0}".into())).await, "body");
    assert_eq!(refused(&shop, with(&|order| order.out_trade_no = Some("a&b=123".into()))).await, "out_trade_no");
    assert_eq!(refused(&shop, with(&|order| order.openid = None)).await, "openid");
    assert_eq!(refused(&shop, with(&|order| order.total_fee = Fen::ZERO)).await, "total_fee");
    assert_eq!(refused(&shop, with(&|order| order.scene = Some("12".into()))).await, "scene");
    assert_eq!(refused(&shop, with(&|order| order.count = 10_001)).await, "count");
    assert_eq!(refused(&shop, with(&|order| order.notify_url = Some("https://a/?b=1".into()))).await, "notify_url");
    assert_eq!(refused(&shop, with(&|order| order.goods_id = Some("nothing".into()))).await, "not_found");
    assert_eq!(refused(&shop, with(&|order| order.profile = "nobody".into())).await, "not_found");
    let list = shop.desk.orders_open(OrderFilter::default(), OrderSort::default()).await.unwrap();
    assert_eq!(list.totals.count, 0);
    assert!(shop.wire.sent.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_trade_type_is_created_with_what_its_payer_needs() {
    let shop = Shop::open().await;
    for trade_type in [TradeType::Jsapi, TradeType::Native, TradeType::App, TradeType::Mweb] {
        let order =
            TestOrder { trade_type, openid: (trade_type == TradeType::Jsapi).then(|| PAYER.into()), ..test_order() };
        let result = shop.create(order).await.orders.remove(0);
        assert_eq!(result.state, OrderState::NotPay, "{trade_type}: {}", result.detail);
        assert_eq!(result.code_url.is_some(), trade_type == TradeType::Native);
        assert_eq!(result.mweb_url.is_some(), trade_type == TradeType::Mweb);
        let params = shop.desk.pay_params("shop", &result.out_trade_no).await.unwrap();
        let names: Vec<String> = params.into_iter().flatten().map(|(name, _)| name).collect();
        match trade_type {
            TradeType::Jsapi => assert!(names.contains(&"paySign".to_owned()), "{names:?}"),
            TradeType::App => assert!(names.contains(&"partnerid".to_owned()), "{names:?}"),
            _ => assert!(names.is_empty()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_order_of_the_same_payer_goods_and_type_is_used_again_for_seven_days() {
    let shop = Shop::open().await;
    let order = || TestOrder { reuse: true, ..test_order() };
    let first = shop.create(order()).await;
    let again = shop.create(order()).await;
    assert_eq!((first.created, again.created, again.reused), (1, 0, 1));
    assert_eq!(first.orders[0].out_trade_no, again.orders[0].out_trade_no);
    let bodies = shop.wire.bodies(CREATE);
    assert_eq!(bodies[0], bodies[1], "the same parameters are sent again");
    assert_eq!(shop.gateway.orders("", 10).len(), 1);

    let other_payer = TestOrder { openid: Some("oSomebodyElse".into()), ..order() };
    let other_amount = TestOrder { total_fee: Fen::new(102).unwrap(), ..order() };
    let other_type = TestOrder { trade_type: TradeType::App, ..order() };
    for other in [other_payer, other_amount, other_type, test_order()] {
        assert_eq!(shop.create(other).await.created, 1);
    }

    let number = first.orders[0].out_trade_no.clone();
    shop.pay(&number);
    shop.desk.query_order("shop", &number).await.unwrap();
    let after_payment = shop.create(order()).await;
    assert_ne!(after_payment.orders[0].out_trade_no, number);

    tokio::time::sleep(Duration::from_secs(7 * 86_400 + 1)).await;
    let after_a_week = shop.create(order()).await;
    assert_eq!((after_a_week.created, after_a_week.reused), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_order_is_used_again_until_its_seventh_day_is_over() {
    let shop = Shop::open().await;
    let order = || TestOrder { reuse: true, ..test_order() };
    let first = shop.create(order()).await;
    tokio::time::sleep(Duration::from_secs(7 * 86_400 - 60)).await;
    let in_time = shop.create(order()).await;
    assert_eq!((in_time.created, in_time.reused), (0, 1));
    assert_eq!(in_time.orders[0].out_trade_no, first.orders[0].out_trade_no);
    tokio::time::sleep(Duration::from_secs(61)).await;
    let too_late = shop.create(order()).await;
    assert_eq!((too_late.created, too_late.reused), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_batch_makes_as_many_different_orders_as_asked_and_tells_how_far_it_is() {
    let shop = Shop::open().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let order = TestOrder { count: 500, reuse: true, ..test_order() };
    let progress = Box::new(move |progress: desk::Progress| sink.lock().unwrap().push(progress));
    let created = shop.desk.create_orders(order, progress, &Cancel::new()).await.unwrap();
    assert_eq!((created.created, created.rejected, created.unknown), (500, 0, 0));
    let numbers: std::collections::HashSet<_> = created.orders.iter().map(|order| &order.out_trade_no).collect();
    assert_eq!(numbers.len(), 500);
    assert_eq!(shop.gateway.status().orders, 500);
    let seen = seen.lock().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].done <= pair[1].done));
    assert_eq!(seen.last().map(|last| (last.done, last.total)), Some((500, 500)));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_batch_stops_and_leaves_nothing_half_done() {
    let shop = Shop::open().await;
    let cancel = Cancel::new();
    let own = cancel.clone();
    let order = TestOrder { count: 10_000, ..test_order() };
    let progress = Box::new(move |progress: desk::Progress| {
        if progress.done >= 200 {
            own.cancel();
        }
    });
    let created = shop.desk.create_orders(order, progress, &cancel).await.unwrap();
    assert!(created.cancelled);
    assert!((200..2000).contains(&created.orders.len()), "{}", created.orders.len());
    let list = shop.desk.orders_open(OrderFilter::default(), OrderSort::default()).await.unwrap();
    assert_eq!(list.totals.count, created.orders.len() as u64);
    let states: Vec<OrderState> = created.orders.iter().map(|order| order.state).collect();
    assert!(states.iter().all(|state| *state == OrderState::NotPay), "an order was committed and not sent");
}

#[tokio::test(start_paused = true)]
async fn a_real_merchant_is_never_sent_more_than_the_set_rate() {
    let shop = Shop::open().await;
    let mut settings = shop.desk.settings().await.unwrap();
    settings.simulator_poll_rate_per_s = 10;
    shop.desk.settings_set(settings).await.unwrap();
    let started = tokio::time::Instant::now();
    shop.create(TestOrder { count: 100, ..test_order() }).await;
    assert!(started.elapsed() >= Duration::from_millis(9_800), "{:?}", started.elapsed());
}

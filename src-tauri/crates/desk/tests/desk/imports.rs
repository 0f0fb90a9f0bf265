//! Imported orders are claims: shown, asked about, and never evidence.

use std::time::Duration;

use desk::simulator::Request;
use desk::store::OrderState;
use desk::{Cancel, Import, Imported, Mapping};

use crate::shop::*;

async fn import(shop: &Shop, text: &str) -> Imported {
    let import =
        Import { profile: "shop".into(), bytes: text.as_bytes().to_vec(), mapping: Mapping::new(), unit: None };
    shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_claimed_payment_is_not_a_payment_until_a_question_says_so() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    // The same merchant's orders in another data folder, known from a file only.
    let other = Shop::open().await;
    let file = format!(
        "out_trade_no,total_fee,state,attach\n{number},101,SUCCESS,shop-7\nT20240102030405_009,500,未支付,\n1.23E+17,100,,\n"
    );
    let imported = import(&other, &file).await;
    assert_eq!((imported.added, imported.known, imported.unchanged), (2, 0, 0));
    assert_eq!(imported.refused.len(), 1);
    assert_eq!(imported.refused[0].line, 4);
    assert!(imported.refused[0].reason.contains("precision lost"));

    let order = other.order(&number).await;
    assert_eq!((order.state, order.claimed_state), (OrderState::Unverified, Some(OrderState::Success)));
    assert_eq!(order.paid_fee, None);

    for body in shop.wire.bodies(CREATE) {
        other.gateway.handle(&Request::post(CREATE, body.as_bytes()));
    }
    other.pay(&number);
    assert_eq!(other.desk.query_order("shop", &number).await.unwrap().state, OrderState::Success);
    assert_eq!(other.order(&number).await.paid_fee.unwrap().get(), 101);
}

#[tokio::test(start_paused = true)]
async fn the_same_file_again_changes_nothing() {
    let shop = Shop::open().await;
    let file = "商户订单号,金额(元),交易状态\nT20240102030405_001,0.07,支付成功\nT20240102030405_002,19.99,未支付\n";
    assert_eq!(import(&shop, file).await.added, 2);
    let again = import(&shop, file).await;
    assert_eq!((again.added, again.known, again.unchanged), (0, 0, 2));
    let order = shop.order("T20240102030405_001").await;
    assert_eq!(order.total_fee.get(), 7);
    let detail = shop.desk.order_detail("shop", "T20240102030405_001").await.unwrap();
    assert_eq!(detail.observations.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_open_claim_that_the_gateway_does_not_know_stays_a_claim_and_is_never_sent_or_closed() {
    let shop = Shop::open().await;
    import(&shop, "out_trade_no,total_fee,state\nT20240102030405_001,101,NOTPAY\n").await;
    for _ in 0..5 {
        shop.desk.poll_once(None, None).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2 * 86_400)).await;
    }
    let order = shop.order("T20240102030405_001").await;
    assert_eq!(order.state, OrderState::Unverified);
    assert!(!shop.wire.bodies(QUERY).is_empty());
    assert!(shop.wire.bodies(CREATE).is_empty() && shop.wire.bodies(CLOSE).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_import_stops_before_the_next_group() {
    let shop = Shop::open().await;
    let file = "out_trade_no,total_fee\nT20240102030405_001,101\n";
    let cancel = Cancel::new();
    cancel.cancel();
    let import =
        Import { profile: "shop".into(), bytes: file.as_bytes().to_vec(), mapping: Mapping::new(), unit: None };
    let imported = shop.desk.import_orders(import, Box::new(|_| {}), &cancel).await.unwrap();
    assert!(imported.cancelled);
    assert_eq!(imported.added, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_names_columns_that_are_not_known_and_refuses_others() {
    let mapping = desk::parse_mapping(r#"{"out_trade_no": "单号", "amount": "实收(元)"}"#.as_bytes()).unwrap();
    let shop = Shop::open().await;
    let bytes = "单号,实收(元)\nT20240102030405_001,4.35\n".as_bytes().to_vec();
    let import = Import { profile: "shop".into(), bytes, mapping, unit: None };
    assert_eq!(shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 1);
    assert_eq!(desk::parse_mapping(b"{\"price\": \"x\"}").unwrap_err().code(), "input_invalid");
    assert_eq!(desk::parse_mapping(b"[]").unwrap_err().code(), "input_malformed");
}

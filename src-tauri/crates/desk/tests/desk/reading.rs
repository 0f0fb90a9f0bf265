//! Lists, details and figures.

use std::collections::BTreeSet;

use desk::simulator::Request;
use desk::store::{OrderFilter, OrderSort, OrderState, SortBy};
use desk::{Agreement, Doing, Tag, TestOrder};
use wxpay_protocol::{Fen, Params, sign};

use crate::shop::*;

#[tokio::test(start_paused = true)]
async fn a_list_keeps_its_order_while_rows_move_and_is_gone_after_eight_others() {
    let shop = Shop::open().await;
    for fee in [300, 100, 200] {
        shop.create(TestOrder { total_fee: Fen::new(fee).unwrap(), ..test_order() }).await;
    }
    let sort = OrderSort { by: SortBy::TotalFee, descending: true };
    let opened = shop.desk.orders_open(OrderFilter::default(), sort).await.unwrap();
    assert_eq!((opened.totals.count, opened.totals.polling), (3, 3));
    let rows = shop.desk.orders_rows(opened.snapshot, 0, 60).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.total_fee.get()).collect::<Vec<_>>(), [300, 200, 100]);
    shop.pay(rows[0].out_trade_no.as_str());
    shop.desk.query_order("shop", rows[0].out_trade_no.as_str()).await.unwrap();
    let rows = shop.desk.orders_rows(opened.snapshot, 0, 1).await.unwrap();
    assert_eq!(rows[0].state, OrderState::Success);
    assert!(shop.desk.orders_rows(opened.snapshot, 5, 9).await.unwrap().is_empty());
    for _ in 0..8 {
        shop.desk.orders_open(OrderFilter::default(), sort).await.unwrap();
    }
    assert_eq!(shop.desk.orders_rows(opened.snapshot, 0, 1).await.unwrap_err().code(), "not_found");
}

#[tokio::test(start_paused = true)]
async fn the_detail_has_evidence_pay_params_and_a_curl_command_without_the_key() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let detail = shop.desk.order_detail("shop", &format!(" {number}\n")).await.unwrap();
    assert_eq!(detail.doing, Doing::Polling);
    assert_eq!(detail.observations.len(), 1);
    let params = detail.pay_params.unwrap();
    let pairs =
        params.iter().filter(|(name, _)| name != "paySign").map(|(name, value)| (name.as_str(), value.as_str()));
    let expected = sign::sign(&Params::from_pairs(pairs).unwrap(), &key(), wxpay_protocol::SignType::Md5);
    assert!(params.contains(&("paySign".to_owned(), expected)));
    let curl = detail.curl.unwrap();
    assert!(curl.contains("<sign>") && curl.contains("http://127.0.0.1:9/pay/orderquery"), "{curl}");
    assert!(!curl.contains(KEY));
    let body = curl.split('\'').find(|part| part.starts_with("<xml>")).unwrap();
    let answer = shop.gateway.handle(&Request::post(QUERY, body.as_bytes()));
    assert!(String::from_utf8_lossy(&answer.body).contains("NOTPAY"));
    assert_eq!(shop.desk.order_detail("shop", "T20240102030405_009").await.unwrap_err().exit_status(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_overview_counts_what_is_verified_today() {
    let shop = Shop::open().await;
    let numbers = [shop.create_one().await, shop.create_one().await, shop.create_one().await];
    shop.pay(&numbers[0]);
    shop.desk.query_order("shop", &numbers[0]).await.unwrap();
    let overview = shop.desk.overview(7, Some("shop")).await.unwrap();
    assert_eq!((overview.orders, overview.paid, overview.paid_fen), (3, 1, 101));
    assert_eq!(overview.success_permille(), Some(333));
    assert_eq!(overview.daily.len(), 7);
    assert_eq!(overview.daily[6].starts_at.day(), "2024-01-02");
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_after_the_commit_with_the_number() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut changes = shop.desk.changes();
    shop.pay(&number);
    shop.desk.query_order("shop", &number).await.unwrap();
    let told = changes.recv().await.unwrap();
    assert!(told.tags.contains(&Tag::Orders));
    assert_eq!(told.ids, BTreeSet::from([number]));
}

#[tokio::test(start_paused = true)]
async fn closing_in_production_waits_until_the_order_is_five_minutes_old() {
    let shop = Shop::open().await;
    let real = desk::NewProfile {
        environment: wxpay_protocol::environment::Environment::Production,
        base_url: None,
        api_key: wxpay_protocol::Secret::new(b"another-key-0123456789abcdef0123".to_vec()),
        mch_id: "1900000002".into(),
        ..profile("real")
    };
    shop.desk.profile_add(real).await.unwrap();
    let created = shop.create(TestOrder { profile: "real".into(), ..test_order() }).await;
    let number = &created.orders[0].out_trade_no;
    let fault = shop.desk.close_order("real", number).await.unwrap_err();
    assert_eq!(fault.code(), "conflict");
    assert!(fault.to_string().contains("five minutes"), "{fault}");
    assert!(shop.wire.bodies(CLOSE).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_person_agreed_to_can_be_done_once() {
    let shop = Shop::open().await;
    let agreement = Agreement { action: "close_order".into(), subject: "shop/T1".into(), amount: Fen::new(101) };
    let token = shop.desk.confirm(agreement.clone()).unwrap();
    assert!(shop.desk.redeem(&token, &agreement).is_ok());
    assert_eq!(shop.desk.redeem(&token, &agreement).unwrap_err().code(), "confirmation_required");
}

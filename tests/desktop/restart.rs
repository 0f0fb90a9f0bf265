//! What a restart keeps, also after the program was killed.

use std::time::Duration;

use acceptance::window::WindowStart;

#[tokio::test]
async fn a_restart_keeps_every_order_and_goes_on_polling() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let numbers = window.create_orders(3, "1.00").await.unwrap();
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&numbers[0], "已支付").await.unwrap();
    window.close().await.unwrap();

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.count_is("order-row", 9).await.unwrap();
    window.listed_when(&numbers[0], "已支付").await.unwrap();
    window.listed_when(&numbers[1], "未支付").await.unwrap();
    let followed = window.pay_and_watch(&numbers[1], "已支付").await.unwrap();
    assert!(followed <= Duration::from_secs(2), "after a restart the list followed after {followed:?}");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_window_that_was_killed_has_lost_nothing_that_it_showed() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let numbers = window.create_orders(5, "2.50").await.unwrap();
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&numbers[4], "已支付").await.unwrap();
    window.kill();

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    for number in &numbers[..4] {
        window.listed_when(number, "未支付").await.unwrap();
    }
    window.listed_when(&numbers[4], "已支付").await.unwrap();
    window.close().await.unwrap();
}

//! A refund and a notice in the real window: nothing moves without the question that the core draws.

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowStart};
use serde_json::json;

async fn press(window: &DeskWindow, keys: &'static [&'static str]) {
    let display = window.display().to_owned();
    tokio::task::spawn_blocking(move || press_in(&display, "退款 ¥", keys)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_paid_order_is_refunded_only_after_the_cores_question_and_the_refund_is_followed() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "8.88").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&number, "已支付").await.unwrap();
    for token in ["", "0123456789abcdef0123456789abcdef"] {
        let request = json!({ "profile": "builtin", "out_trade_no": number, "refund_fee": 100, "refund_desc": null });
        let refused = window.invoke("refund_create", json!({ "request": request, "confirmation": token }));
        assert_eq!(refused.await.unwrap().unwrap_err()["code"], "confirmation_required");
    }
    window.open_order(&number).await.unwrap();
    window.click("order-refund").await.unwrap();
    window.click("refund-look").await.unwrap();
    window.fill("refund-amount", "1.00").await.unwrap();
    window.click("refund-go").await.unwrap();
    press(&window, &["Escape"]).await;
    window.find("[data-testid=\"refund-go\"]:not(.ant-btn-loading)").await.unwrap();
    window.click("refund-go").await.unwrap();
    press(&window, &["alt+r"]).await;
    window.listed_when(&number, "有退款").await.unwrap();
    window.find("[data-testid=\"order-refunds\"] a").await.unwrap();
    window.go_to("refunds").await.unwrap();
    window.count_is("refund-row", 1).await.unwrap();
    window.press("[data-testid=\"refund-row\"][data-state=\"SUCCESS\"] .row-button").await.unwrap();
    window.text_when("refund-arrival", |text| text.contains("零钱")).await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_notice_of_the_built_in_gateway_is_received_and_shown_check_by_check() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("notices").await.unwrap();
    window.click("listener-start").await.unwrap();
    window.click("notice-sample").await.unwrap();
    let row = "[data-testid=\"notice-row\"][data-verdict=\"accepted\"] .row-button";
    window.press(row).await.unwrap();
    window.find("[data-testid=\"notice-judgement\"][data-verdict=\"accepted\"]").await.unwrap();
    window.gone("[data-testid=\"notice-check\"][data-ok=\"false\"]").await.unwrap();
    window.click("listener-stop").await.unwrap();
    window.by_test_id("listener-start").await.unwrap();
    window.close().await.unwrap();
}

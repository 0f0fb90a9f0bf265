//! What needs a person's agreement: the question is drawn by the core, and no script of the page can answer it.

use std::path::Path;

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowStart};
use serde_json::json;

const QUESTION: &str = "关闭这个订单";

async fn window_with_an_unpaid_order(home: &Path) -> (DeskWindow, String) {
    let window = WindowStart::over(home).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "8.88").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.listed_when(&number, "未支付").await.unwrap();
    window.open_order(&number).await.unwrap();
    window.by_test_id("order-close").await.unwrap();
    (window, number)
}

async fn press(window: &DeskWindow, keys: &'static [&'static str]) {
    let display = window.display().to_owned();
    tokio::task::spawn_blocking(move || press_in(&display, QUESTION, keys)).await.unwrap().unwrap();
}

#[tokio::test]
async fn return_and_escape_decline_and_only_the_button_closes_the_order() {
    let home = tempfile::tempdir().unwrap();
    let (window, number) = window_with_an_unpaid_order(home.path()).await;
    for declining in [&["Escape"], &["Return"]] {
        window.click("order-close").await.unwrap();
        press(&window, declining).await;
        window.find("[data-testid=\"order-close\"]:not(.ant-btn-loading)").await.unwrap();
        let listed = window.listed(&number).await.unwrap().unwrap();
        assert!(listed.contains("未支付"), "after {declining:?}: {listed}");
    }
    window.click("order-close").await.unwrap();
    press(&window, &["alt+c"]).await;
    window.listed_when(&number, "已关闭").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_token_that_nobody_gave_closes_no_order_and_removes_no_merchant() {
    let home = tempfile::tempdir().unwrap();
    let (window, number) = window_with_an_unpaid_order(home.path()).await;
    for token in ["", "0123456789abcdef0123456789abcdef"] {
        let arguments = json!({ "profile": "builtin", "outTradeNo": number, "confirmation": token });
        let refused = window.invoke("order_close", arguments).await.unwrap().unwrap_err();
        assert_eq!(refused["code"], "confirmation_required", "{refused}");
        let arguments = json!({ "name": "builtin", "confirmation": token });
        let refused = window.invoke("profile_remove", arguments).await.unwrap().unwrap_err();
        assert_eq!(refused["code"], "confirmation_required", "{refused}");
    }
    assert!(window.listed(&number).await.unwrap().unwrap().contains("未支付"));
    window.close().await.unwrap();
}

#[tokio::test]
async fn an_agreement_holds_once_and_for_that_order_only() {
    let home = tempfile::tempdir().unwrap();
    let (window, number) = window_with_an_unpaid_order(home.path()).await;
    let script = "window.agreed = window.__TAURI_INTERNALS__.invoke('confirm', \
                  { action: 'close_order', subject: 'builtin/' + arguments[0] }); return true";
    window.client().execute(script, vec![json!(number)]).await.unwrap();
    press(&window, &["alt+c"]).await;
    let token = window
        .client()
        .execute_async("window.agreed.then(arguments[0], e => arguments[0](null))", vec![])
        .await
        .unwrap();
    let close = |confirmation: &serde_json::Value, of: &str| json!({ "profile": "builtin", "outTradeNo": of, "confirmation": confirmation });
    let closed = window.invoke("order_close", close(&token, &number)).await.unwrap().unwrap();
    assert_eq!(closed["state"], "CLOSED");
    let again = window.invoke("order_close", close(&token, &number)).await.unwrap().unwrap_err();
    assert_eq!(again["code"], "confirmation_required");
    window.close().await.unwrap();
}

//! The main job: try it, create orders, pay some of them, watch the list, check a signature.

use acceptance::window::WindowStart;

#[tokio::test]
async fn the_first_start_offers_to_try_it_and_then_orders_appear_and_move() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.try_it().await.unwrap();
    window.count_is("order-row", 6).await.unwrap();
    // Some of the sample orders are paid by themselves within seconds.
    window.find("[data-testid=\"order-state\"][data-state=\"SUCCESS\"]").await.unwrap();
    window.find("[data-testid=\"environment-band\"].band-hatched").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn started_with_try_the_window_opens_on_the_built_in_gateway_at_once() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.count_is("order-row", 6).await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn ten_orders_of_which_three_are_paid_show_so_within_two_seconds_untouched() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.ask_only_when_told().await.unwrap();
    let numbers = window.create_orders(10, "19.99").await.unwrap();
    assert_eq!(numbers.len(), 10, "{numbers:?}");
    window.go_to("simulator").await.unwrap();
    let (paid, unpaid) = numbers.split_at(3);
    for number in paid {
        window.pay_in_simulator(number).await.unwrap();
    }
    window.go_to("orders").await.unwrap();
    for number in paid {
        window.listed_when(number, "已支付").await.unwrap();
    }
    for number in unpaid {
        let listed = window.listed(number).await.unwrap();
        assert!(listed.as_deref().is_some_and(|text| text.contains("未支付")), "{number}: {listed:?}");
    }
    // Now with the list in sight: nothing but the payment happens.
    let (measured, unpaid) = unpaid.split_at(2);
    let (paid, unpaid) = unpaid.split_at(3);
    let following = window.follows(measured, paid).await.unwrap();
    assert!(following.is_in_time(), "{following:?}, where {:?} were allowed", following.limit());
    for number in unpaid {
        let listed = window.listed(number).await.unwrap();
        assert!(listed.as_deref().is_some_and(|text| text.contains("未支付")), "{number}: {listed:?}");
    }
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_drawer_of_an_order_shows_its_evidence_and_never_a_key() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "0.07").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.listed_when(&number, "未支付").await.unwrap();
    window.open_order(&number).await.unwrap();
    window.by_test_id("order-drawer").await.unwrap();
    window.text_when("drawer-state", |text| text.contains("未支付")).await.unwrap();
    window.click("order-query").await.unwrap();
    window.text_when("timeline", |text| text.contains("orderquery") || text.contains("查询")).await.unwrap();
    let arguments = serde_json::json!({ "profile": "builtin", "outTradeNo": number });
    let detail = window.invoke("order_detail", arguments).await.unwrap().unwrap();
    let curl = detail["curl"].as_str().unwrap();
    assert!(curl.contains("<sign>") && curl.contains("/pay/orderquery"), "{curl}");
    assert!(!curl.contains("key="), "{curl}");
    assert_eq!(detail["order"]["total_fee"], 7);
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_published_example_of_a_signature_is_said_to_match_and_a_changed_one_not() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("signature").await.unwrap();
    window.click("sig-example").await.unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"match\"]").await.unwrap();
    window.text_when("sig-verdict", |text| text.contains("一致")).await.unwrap();
    window.text_when("sig-string", |text| text.contains("appid=wxd930ea5d5a258f4f&body=test&")).await.unwrap();
    let shown = window.text_of_when("[data-testid=\"screen-signature\"]", |_| true).await.unwrap();
    assert!(!shown.contains("192006250b4c09247ec02edce69f6a2d"), "the key stands on the screen");
    window
        .fill("sig-input", "<xml><appid>wxd930ea5d5a258f4f</appid><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>")
        .await
        .unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"mismatch\"]").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn english_and_the_dark_theme_are_one_click_away_and_stay() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.text_when("nav-orders", |text| text.contains("订单")).await.unwrap();
    window.click("top-language").await.unwrap();
    window.text_when("nav-orders", |text| text.contains("Orders")).await.unwrap();
    window.click("top-theme").await.unwrap();
    window.find("html[data-theme=\"dark\"]").await.unwrap();
    window.close().await.unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.text_when("nav-orders", |text| text.contains("Orders")).await.unwrap();
    window.find("html[data-theme=\"dark\"]").await.unwrap();
    window.close().await.unwrap();
}

//! Lookup in the real window: from a customer's message to the sentence, in both languages.

use acceptance::window::WindowStart;

#[tokio::test]
async fn a_customers_message_becomes_the_sentence_to_read_out_in_chinese_and_in_english() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "8.88").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&number, "已支付").await.unwrap();
    // Nothing needs a person while all is well, and the bell says so without being in the way.
    window.find("[data-testid=\"alarm-bell\"][data-count=\"0\"]").await.unwrap();
    window.go_to("lookup").await.unwrap();
    window.by_test_id("lookup-empty").await.unwrap();
    window.fill("lookup-text", "钱扣了没发货").await.unwrap();
    window.click("lookup-go").await.unwrap();
    window.text_when("error-view", |text| text.contains("这段文字里没有单号")).await.unwrap();
    window.fill("lookup-text", &format!("你好，商户单号：{number} 付了8.88元没发货")).await.unwrap();
    window.click("lookup-go").await.unwrap();
    window.text_when("lookup-sentence", |text| text.starts_with("已支付 ¥8.88")).await.unwrap();
    window.text_when("lookup-final", |text| text == "最终结果").await.unwrap();
    window.find("[data-testid=\"lookup-step\"][data-source=\"orderquery\"]").await.unwrap();
    window.click("top-language").await.unwrap();
    window.text_when("lookup-sentence", |text| text.starts_with("Paid ¥8.88")).await.unwrap();
    window.click("lookup-evidence").await.unwrap();
    window.find("[data-testid=\"lookup-answer\"] [data-testid=\"timeline-step\"]").await.unwrap();
    window.click("lookup-open-order").await.unwrap();
    window.find(&format!("[data-testid=\"order-drawer\"][data-out-trade-no=\"{number}\"]")).await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn several_numbers_become_a_table_and_what_nobody_has_gets_its_five_reasons() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "8.88").await.unwrap().remove(0);
    window.go_to("lookup").await.unwrap();
    window.fill("lookup-text", &format!("{number} SHOP-0000001 SHOP-0000002")).await.unwrap();
    window.click("lookup-go").await.unwrap();
    window.count_is("lookup-row", 3).await.unwrap();
    let absent = "[data-testid=\"lookup-row\"][data-verdict=\"not_found\"] .row-button";
    window.press(absent).await.unwrap();
    window.find("[data-testid=\"lookup-reasons\"] li:nth-of-type(5)").await.unwrap();
    window.close().await.unwrap();
}

//! A day's work in the real window against a gateway behind TLS, in both languages: a merchant with its certificate, orders from
//! a file with a title of its own, one of them found, paid, notified, refunded over mutual TLS, and looked up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowStart};
use desk::simulator::{Config, Merchant, Pay, Request, Running, TlsSource, start};
use serde_json::json;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::today::choose;

const APPID: &str = "wx0000000000000001";
const MCH_ID: &str = "1900000001";
const KEY: &str = "0123456789abcdef0123456789ABCDEF";
const PASSPHRASE: &str = "correct horse battery 纸";
const NUMBERS: [&str; 3] =
    ["20261120150405000100000000001", "20261120150405000100000000002", "20261120150405000100000000003"];

/// What the window says in one language.
struct Words {
    authority: &'static str,
    certificate: &'static str,
    import: &'static str,
    number: &'static str,
    line: &'static str,
    no_amount: &'static str,
    refund: &'static str,
    paid: &'static str,
    refunded: &'static str,
    arrival: &'static str,
    sentence: &'static str,
}

const CHINESE: Words = Words {
    authority: "CA 证书",
    certificate: "选择商户证书",
    import: "导入订单",
    number: "商户单号",
    line: "第 3 行",
    no_amount: "金额(元)“1e3”：不是金额",
    refund: "退款 ¥",
    paid: "已支付",
    refunded: "有退款",
    arrival: "零钱",
    sentence: "已支付 ¥19.90",
};

const ENGLISH: Words = Words {
    authority: "simulator's authority",
    certificate: "merchant's certificate",
    import: "Import orders",
    number: "Order number",
    line: "line 3",
    no_amount: "金额(元) \"1e3\": is not an amount",
    refund: "Refund ¥",
    paid: "Paid",
    refunded: "Refunded",
    arrival: "balance",
    sentence: "Paid ¥19.90",
};

async fn gateway(dir: &Path) -> Running {
    let key = Secret::new(KEY.as_bytes().to_vec());
    let merchant = Merchant::new(Appid::new(APPID).unwrap(), MchId::new(MCH_ID).unwrap(), key);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = Config {
        state_dir: Some(dir.join("gateway")),
        tls: Some(TlsSource::Own),
        ..Config::new(listen, vec![merchant])
    };
    start(config).await.unwrap()
}

/// Places the orders at the gateway as a shop of its own would, which then keeps them in a file: under a title of its own, and
/// with a row in line 3 that no order can be made of.
fn shop(running: &Running, notify_url: &str, file: &Path) {
    let mut rows = "小票流水,金额(元),商品\n".to_owned();
    for (place, number) in NUMBERS.into_iter().enumerate() {
        if place == 1 {
            rows.push_str("20261120150405000100000000009,1e3,T恤\n");
        }
        let mut order = Params::from_pairs([
            ("appid", APPID),
            ("mch_id", MCH_ID),
            ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
            ("body", "T恤"),
            ("out_trade_no", number),
            ("total_fee", "1990"),
            ("spbill_create_ip", "127.0.0.1"),
            ("notify_url", notify_url),
            ("trade_type", "NATIVE"),
            ("product_id", "T-1"),
        ])
        .unwrap();
        let signature = sign::sign(&order, &Secret::new(KEY.as_bytes().to_vec()), SignType::Md5);
        order.push("sign", &signature).unwrap();
        let body = xml::write(&order, xml::is_amount).unwrap();
        let answer = running.gateway.handle(&Request::post("/pay/unifiedorder", body.as_bytes()));
        assert!(
            String::from_utf8_lossy(&answer.body).contains("prepay_id"),
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        rows.push_str(&format!("{number},19.90,T恤\n"));
    }
    std::fs::write(file, rows).unwrap();
}

/// Adds the merchant: its key into the vault, the gateway's authority and its own certificate from their files.
async fn merchant(window: &DeskWindow, running: &Running, words: &Words) {
    let files = running.gateway.tls_files().unwrap();
    window.click("first-start-add").await.unwrap();
    window.fill("vault-passphrase", PASSPHRASE).await.unwrap();
    window.fill("vault-repeat", PASSPHRASE).await.unwrap();
    window.click("vault-submit").await.unwrap();
    window.fill("merchant-name", "shop").await.unwrap();
    window.choose_part("merchant-environment", 3).await.unwrap();
    window.fill("merchant-base-url", &running.url).await.unwrap();
    window.fill("merchant-appid", APPID).await.unwrap();
    window.fill("merchant-mch-id", MCH_ID).await.unwrap();
    window.fill("merchant-key", KEY).await.unwrap();
    window.click("merchant-submit").await.unwrap();
    choose(window, words.authority, &files.ca).await;
    window.by_test_id("screen-orders").await.unwrap();
    window.go_to("settings").await.unwrap();
    window.click("certificate-import").await.unwrap();
    choose(window, words.certificate, &files.merchants[0].1.p12).await;
    window.by_test_id("certificate-until").await.unwrap();
}

/// Imports the file: says which of its titles is the number, and sees which row was refused and why.
async fn import(window: &DeskWindow, file: &Path, words: &Words) {
    window.go_to("orders").await.unwrap();
    window.click("orders-import").await.unwrap();
    choose(window, words.import, file).await;
    window.by_test_id("import-problem").await.unwrap();
    window.click("import-field-0").await.unwrap();
    window.press(&format!(".ant-select-item-option[title=\"{}\"]", words.number)).await.unwrap();
    window.gone("[data-testid=\"import-problem\"]").await.unwrap();
    window.click("import-run").await.unwrap();
    window.find("[data-testid=\"import-result\"][data-added=\"3\"][data-refused=\"1\"]").await.unwrap();
    let is_told = |text: &str| text.contains(words.line) && text.contains(words.no_amount);
    window.text_of_when(".import-refused > li", is_told).await.unwrap();
    window.click("import-close").await.unwrap();
}

async fn walk(window: &DeskWindow, dir: &Path, words: &Words) {
    let running = gateway(dir).await;
    merchant(window, &running, words).await;
    let listening = window.asked(
        "listener_start",
        json!({ "request": {
            "port": 0, "path": null, "public_url": null, "forward": null, "shop": null,
        }}),
    );
    let notify_url = listening.await.unwrap()["notify_url"].as_str().unwrap().to_owned();
    let file = dir.join("orders.csv");
    shop(&running, &notify_url, &file);

    import(window, &file, words).await;
    window.fill("filter-search", &NUMBERS[1][..24]).await.unwrap();
    window.fill("filter-search", NUMBERS[1]).await.unwrap();
    window.count_is("order-row", 1).await.unwrap();

    running.gateway.pay(None, NUMBERS[1], &Pay::default()).unwrap();
    window.listed_when(NUMBERS[1], words.paid).await.unwrap();
    window.open_order(NUMBERS[1]).await.unwrap();
    window.find("[data-testid=\"drawer-state\"][data-state=\"SUCCESS\"]").await.unwrap();
    window.click("order-refund").await.unwrap();
    window.click("refund-look").await.unwrap();
    window.fill("refund-amount", "5.00").await.unwrap();
    window.click("refund-go").await.unwrap();
    let (display, title) = (window.display().to_owned(), words.refund);
    tokio::task::spawn_blocking(move || press_in(&display, title, &["alt+r"])).await.unwrap().unwrap();
    window.listed_when(NUMBERS[1], words.refunded).await.unwrap();
    let refunds = running.gateway.refunds("", 10);
    assert_eq!((refunds.len(), refunds[0].out_trade_no.as_str()), (1, NUMBERS[1]));
    window.go_to("refunds").await.unwrap();
    window.press("[data-testid=\"refund-row\"][data-state=\"SUCCESS\"] .row-button").await.unwrap();
    window.text_when("refund-arrival", |text| text.contains(words.arrival)).await.unwrap();

    window.go_to("notices").await.unwrap();
    let row = format!("[data-testid=\"notice-row\"][data-out-trade-no=\"{}\"][data-verdict=\"accepted\"]", NUMBERS[1]);
    window.press(&format!("{row} .row-button")).await.unwrap();
    window.find("[data-testid=\"notice-judgement\"][data-verdict=\"accepted\"]").await.unwrap();

    window.go_to("lookup").await.unwrap();
    window.fill("lookup-text", &format!("你好，{} 付了 19.90，退款到了吗？", NUMBERS[1])).await.unwrap();
    window.click("lookup-go").await.unwrap();
    let told = |text: &str| text.starts_with(words.sentence) && text.contains("5.00");
    window.text_when("lookup-sentence", told).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_from_import_to_lookup_goes_through_the_window_over_tls_in_chinese() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(&home.path().join("desk")).open().await.unwrap();
    walk(&window, home.path(), &CHINESE).await;
    window.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_from_import_to_lookup_goes_through_the_window_over_tls_in_english() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(&home.path().join("desk")).open().await.unwrap();
    window.choose_part("first-start-language", 1).await.unwrap();
    walk(&window, home.path(), &ENGLISH).await;
    window.close().await.unwrap();
}

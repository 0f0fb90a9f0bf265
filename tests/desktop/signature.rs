//! The signature workbench in the real window: the cause of a wrong sign, proven, within a second.

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowStart};
use serde_json::json;

use crate::paste::{EMPTY_ATTACH_SIGNED, KEY, paste_and_time, workbench};

const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
const UNKNOWN_SIGN: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><body>test</body>\
     <nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>00112233445566778899AABBCCDDEEFF</sign></xml>";
/// A field that holds a secret and is no password field.
const OPEN_SECRET: &str = "return [...document.querySelectorAll('input')] \
     .find(input => /^[0-9a-f]{32}$/.test(input.value) && input.type !== 'password')?.dataset.testid ?? null";
/// A build that is not optimised hashes many times slower than the one that people get, and keeps to this all the same.
const LIMIT_MS: f64 = 1000.0;

#[tokio::test]
async fn an_empty_value_that_was_signed_is_proven_within_a_second_and_no_secret_is_shown() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    workbench(&window).await.unwrap();
    window.unfold("[data-testid=\"sig-fold-keys\"]").await.unwrap();
    window.fill("sig-more-app_secret", APP_SECRET).await.unwrap();
    let took_ms = paste_and_time(&window, EMPTY_ATTACH_SIGNED, "explained", "A1").await.unwrap();
    assert!(took_ms < LIMIT_MS, "{took_ms} ms from pasting to the proven cause");
    let verdict = window.text_when("sig-verdict", |text| text.contains("确诊")).await.unwrap();
    assert!(verdict.contains("不一致") && verdict.contains("attach") && verdict.contains("A1"), "{verdict}");
    window.text_when("sig-beside", |text| text.contains("attach=&")).await.unwrap();
    window.text_when("sig-fix", |text| text.contains("array_filter") || text.contains("!== ''")).await.unwrap();
    let shown = window.text_of_when("body", |_| true).await.unwrap();
    assert!(![KEY, APP_SECRET].iter().any(|secret| shown.contains(secret)), "a secret stands on the screen");
    let open = window.client().execute(OPEN_SECRET, vec![]).await.unwrap();
    assert!(open.is_null(), "a field shows its secret: {open}");
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_probe_is_sent_only_after_a_person_agreed_to_it_in_a_dialog_of_the_core() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let refused = window
        .invoke("key_probe", json!({ "profile": "builtin", "confirmation": "0123456789abcdef0123456789abcdef" }))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(refused["code"], "confirmation_required", "{refused}");
    window.go_to("signature").await.unwrap();
    window.fill("sig-input", UNKNOWN_SIGN).await.unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"unexplained\"]").await.unwrap();
    window.text_when("sig-verdict", |text| text.contains("未能复现")).await.unwrap();
    window.click("sig-probe").await.unwrap();
    press(&window, &["Escape"]).await;
    window.find("[data-testid=\"sig-probe\"]:not(.ant-btn-loading)").await.unwrap();
    assert_eq!(probes(&window).await, 0, "a question was sent although nobody agreed");
    window.click("sig-probe").await.unwrap();
    press(&window, &["alt+p"]).await;
    window.find("[data-testid=\"sig-probe-answer\"][data-verdict=\"key_right\"]").await.unwrap();
    assert_eq!(probes(&window).await, 1);
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_deep_search_tells_how_far_it_is_and_ends_on_the_next_keystroke() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    workbench(&window).await.unwrap();
    paste(&window, &many_fields()).await;
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"unexplained\"]").await.unwrap();
    assert!(candidates(&window).await > 1000);
    window.click("sig-deep").await.unwrap();
    let told = |text: &str| text.chars().any(|letter| ('1'..='9').contains(&letter));
    window.text_when("sig-deep-progress", told).await.unwrap();
    window.click("sig-deep-cancel").await.unwrap();
    window.gone("[data-testid=\"sig-deep-progress\"]").await.unwrap();
    window.text_when("sig-excluded", |text| text.contains("中途停止")).await.unwrap();
    paste(&window, EMPTY_ATTACH_SIGNED).await;
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"explained\"]").await.unwrap();
    paste(&window, &many_fields()).await;
    window.click("sig-deep").await.unwrap();
    window.text_when("sig-deep-progress", told).await.unwrap();
    paste(&window, EMPTY_ATTACH_SIGNED).await;
    window.gone("[data-testid=\"sig-deep-progress\"]").await.unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"explained\"]").await.unwrap();
    window.close().await.unwrap();
}

/// Puts a text into the field at once, as pasting does.
async fn paste(window: &DeskWindow, text: &str) {
    let script = "const field = document.querySelector('[data-testid=\"sig-input\"]'); \
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, arguments[0]); \
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    window.client().execute(script, vec![json!(text)]).await.unwrap();
}

/// A message under whose sign a search for three changes has to go on for seconds.
fn many_fields() -> String {
    let fields: String = ('a'..='s').map(|name| format!("<field_{name}>value {name}</field_{name}>")).collect();
    let (detail, sign) = ("x".repeat(4000), "0123456789ABCDEF".repeat(4));
    format!("<xml>{fields}<detail>{detail}</detail><sign>{sign}</sign></xml>")
}

/// How many changes the verdict says were tried.
async fn candidates(window: &DeskWindow) -> u64 {
    let text = window.text_when("sig-verdict", |text| text.contains('种')).await.unwrap();
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or_default()
}

#[tokio::test]
async fn a_message_of_the_gateways_traffic_opens_filled_in_with_its_kind_and_key() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("simulator").await.unwrap();
    window.click("sim-tab-traffic").await.unwrap();
    let row = "[data-testid=\"sim-traffic-row\"][data-path=\"/pay/unifiedorder\"] .row-button";
    window.press(row).await.unwrap();
    window.click("sim-open-signature").await.unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"valid\"]").await.unwrap();
    window.text_when("sig-context", |text| text.contains("unifiedorder")).await.unwrap();
    window.close().await.unwrap();
}

async fn press(window: &DeskWindow, keys: &'static [&'static str]) {
    let display = window.display().to_owned();
    tokio::task::spawn_blocking(move || press_in(&display, "探测这个密钥", keys)).await.unwrap().unwrap();
}

/// How many probes the built-in gateway has seen.
async fn probes(window: &DeskWindow) -> u64 {
    let filter = json!({ "search": "KEYPROBE", "endpoint": "orderquery", "outcome": null });
    let traffic = window.invoke("simulator_traffic", json!({ "filter": filter, "limit": 200 })).await.unwrap().unwrap();
    traffic["found"].as_u64().unwrap()
}

/// Types a text letter by letter, each with its own event, and answers how long the last one took to be answered.
const TYPE_FAST: &str = "const [text, done] = arguments; \
     const field = document.querySelector('[data-testid=\"sig-input\"]'); \
     const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set; \
     let at = text.length - 12; let started = 0; \
     const type = () => { at += 1; started = performance.now(); set.call(field, text.slice(0, at)); \
       field.dispatchEvent(new Event('input', { bubbles: true })); \
       if (at < text.length) setTimeout(type, 170); else look(); }; \
     const look = () => { \
       const verdict = document.querySelector('[data-testid=\"sig-verdict\"]'); \
       if (verdict?.dataset.outcome === 'explained') done(performance.now() - started); \
       else if (performance.now() - started > 20000) done(null); \
       else requestAnimationFrame(look); }; type()";

#[tokio::test]
async fn typing_on_never_piles_up_searches() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    workbench(&window).await.unwrap();
    // Each letter but the last leaves a text whose sign nothing gives, so that the search for it would run to its end.
    let took = window.client().execute_async(TYPE_FAST, vec![json!(EMPTY_ATTACH_SIGNED)]).await.unwrap();
    let took_ms = took.as_f64().expect("the cause was never named");
    assert!(took_ms < LIMIT_MS, "{took_ms} ms from the last letter to the proven cause");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_key_that_was_pasted_in_the_text_is_tried_and_shown_nowhere_but_where_it_was_pasted() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("signature").await.unwrap();
    window.choose_part("sig-key-kind", 2).await.unwrap();
    let string = "appid=wxd930ea5d5a258f4f&attach=&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA\
         &sign=C14A961532040E73C3BE6ECE35946C13&apiKey=";
    paste(&window, &format!("{string}{KEY}")).await;
    window.text_when("sig-verdict", |text| text.contains("确诊") && text.contains("A1")).await.unwrap();
    let told = "const area = document.querySelector('[data-testid=\"sig-input\"]').closest('.paste'); \
         return [...document.querySelectorAll('body *')].filter(one => !area.contains(one) && one.children.length === 0) \
           .map(one => one.textContent).join('\\n')";
    let shown = window.client().execute(told, vec![]).await.unwrap();
    assert!(!shown.as_str().unwrap().contains(KEY), "the key stands on the screen");
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_evidence_of_an_order_opens_filled_in() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let numbers = window.create_orders(1, "1.00").await.unwrap();
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&numbers[0], "已支付").await.unwrap();
    window.press("[data-testid=\"order-state\"][data-state=\"SUCCESS\"]").await.unwrap();
    window.unfold(".raw").await.unwrap();
    window.click("open-signature").await.unwrap();
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"valid\"]").await.unwrap();
    window.close().await.unwrap();
}

//! The gateway's own screen in the real window: faults on switches, scenarios, exact bytes, its clock and its TLS.

use std::process::Command;

use acceptance::window::{DeskWindow, WindowStart};
use serde_json::{Value, json};

/// The number of the order that the test orders screen shows.
const NUMBER: &str = "return document.querySelector('[data-testid=\"test-result-row\"]')\
     ?.parentElement.innerText.match(/[0-9A-Za-z_\\-|*@]{20,32}/)?.[0] ?? null";

async fn tab(window: &DeskWindow, name: &str) {
    window.go_to("simulator").await.unwrap();
    window.click(&format!("sim-tab-{name}")).await.unwrap();
}

/// How often the gateway has lost an answer on purpose.
async fn lost(window: &DeskWindow) -> u64 {
    let faults = window.asked("simulator_faults", json!({})).await.unwrap();
    faults["rules"][0]["fired"].as_u64().unwrap()
}

#[tokio::test]
async fn an_order_whose_answers_are_lost_stays_unknown_until_the_fault_is_off() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    tab(&window, "faults").await;
    window.click("sim-fault-answer_dropped").await.unwrap();
    window.by_test_id("sim-fault-banner").await.unwrap();
    window.start_batch("NATIVE", 1, "0.07").await.unwrap();
    let number = window.answer_when(NUMBER, "the number of the order", Value::is_string).await.unwrap();
    let number = number.as_str().unwrap();
    window.go_to("orders").await.unwrap();
    window.listed_when(number, "未知").await.unwrap();
    let before = lost(&window).await;
    window.open_order(number).await.unwrap();
    window.click("order-query").await.unwrap();
    window.find("[data-testid=\"error-view\"][data-code=\"outcome_unknown\"]").await.unwrap();
    assert!(lost(&window).await > before, "the question met the fault");
    let listed = window.listed(number).await.unwrap();
    assert!(listed.as_deref().is_some_and(|text| text.contains("未知")), "{listed:?}");
    tab(&window, "faults").await;
    window.click("sim-fault-answer_dropped").await.unwrap();
    window.gone("[data-testid=\"sim-fault-banner\"]").await.unwrap();
    window.go_to("orders").await.unwrap();
    window.open_order(number).await.unwrap();
    window.click("order-query").await.unwrap();
    window.find("[data-testid=\"drawer-state\"][data-state=\"NOTPAY\"]").await.unwrap();
    window.listed_when(number, "未支付").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_copied_curl_sends_the_bytes_of_its_exchange_once_more() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    tab(&window, "traffic").await;
    let row = "[data-testid=\"sim-traffic-row\"][data-path=\"/pay/unifiedorder\"] .row-button";
    window.press(row).await.unwrap();
    window.by_test_id("sim-copy-curl").await.unwrap();
    let asked = || async {
        let filter = json!({ "search": "", "endpoint": "unifiedorder", "outcome": null });
        let traffic = window.asked("simulator_traffic", json!({ "filter": filter, "limit": 1 })).await.unwrap();
        let id = traffic["rows"][0]["id"].clone();
        (traffic["found"].as_u64().unwrap(), window.asked("simulator_exchange", json!({ "id": id })).await.unwrap())
    };
    let (count, exchange) = asked().await;
    let curl = exchange["curl"].as_str().unwrap().to_owned();
    let sent = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &curl]).output()).await.unwrap();
    let answer = sent.unwrap();
    assert!(answer.status.success(), "{answer:?}");
    let (again, repeated) = asked().await;
    assert_eq!(again, count + 1);
    assert_eq!(repeated["request"], exchange["request"]);
    assert_eq!(String::from_utf8_lossy(&answer.stdout), repeated["response"].as_str().unwrap());
    window.close().await.unwrap();
}

#[tokio::test]
async fn over_tls_the_gateway_is_still_the_desks_own_and_its_clock_can_be_moved() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    tab(&window, "access").await;
    window.click("sim-tls").await.unwrap();
    window.text_when("sim-url", |text| text.starts_with("https://")).await.unwrap();
    let ca = window.text_when("sim-access-ca", |text| !text.is_empty()).await.unwrap();
    assert!(ca.trim().ends_with("ca.pem"), "{ca:?}");
    let number = window.create_orders(1, "0.07").await.unwrap().remove(0);
    window.go_to("simulator").await.unwrap();
    window.click("sim-advance-day").await.unwrap();
    window.text_when("sim-clock-text", |text| text.contains("1 d")).await.unwrap();
    window.pay_in_simulator(&number).await.unwrap();
    window.go_to("orders").await.unwrap();
    window.listed_when(&number, "已支付").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn an_order_is_paid_by_itself_while_the_scenario_runs_and_waits_again_when_it_was_stopped() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    tab(&window, "scenarios").await;
    window.click("sim-scenario-paid-after-3s").await.unwrap();
    window.click("sim-scenario-play").await.unwrap();
    window.find("[data-testid=\"sim-scenario-paid-after-3s\"][data-playing=\"true\"]").await.unwrap();
    let number = window.create_orders(1, "0.07").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.listed_when(&number, "已支付").await.unwrap();
    tab(&window, "scenarios").await;
    let step = format!("[data-testid=\"sim-scenario-step\"][data-number=\"{number}\"][data-state=\"done\"]");
    window.text_of_when(&step, |text| text.contains("付款")).await.unwrap();
    window.text_when("sim-scenario-counts", |text| text.contains("接手 1")).await.unwrap();
    window.click("sim-scenario-stop").await.unwrap();
    window.gone("[data-testid=\"sim-scenario-progress\"]").await.unwrap();
    let unpaid = window.create_orders(1, "0.07").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.listed_when(&unpaid, "未支付").await.unwrap();
    let due = window.asked("simulator_scenarios", json!({})).await.unwrap();
    assert_eq!((&due["playing"], &due["due_count"]), (&Value::Null, &json!(0)));
    window.close().await.unwrap();
}

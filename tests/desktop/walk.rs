//! The way of the tour through the main job. Every sentence of the summary is checked before it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use acceptance::steps::LISTED;
use acceptance::window::{DeskWindow, WindowError};
use serde_json::{Value, json};

use crate::filled_day;
use crate::looks;
use crate::money_back;
use crate::report::Report;

const CREATED: u32 = 10;
/// Enough for its progress to be seen on a fast machine.
const BATCH: u32 = 800;
const SAMPLES: u64 = 6;
/// The order that the gateway is paid for, to notify.
const NOTIFIED: u64 = 1;
/// The order whose answers are forged.
const FORGED: u64 = 1;
/// The two messages of the exchange that is shown.
const EXCHANGE: &str =
    "return [...document.querySelectorAll('[data-testid=\"sim-exchange\"] pre')].map(e => e.textContent)";
/// Every notice in sight: its order, where it stands, and the words of its row.
const NOTICES: &str = "return [...document.querySelectorAll('[data-testid=\"sim-notice-row\"]')]\
     .map(row => ({ status: row.dataset.status, words: [...row.cells].map(cell => cell.innerText.trim()) }))";

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// The states of the orders that the tour pays or leaves unpaid, by number.
pub(crate) type States = BTreeMap<String, &'static str>;

/// From the first start to a paid order, a checked signature, and what each screen looks like in the other language and
/// shade. Answers how the ten orders stand at the end.
pub(crate) async fn main_job(window: &DeskWindow, report: &mut Report, home: &Path) -> Result<States, WindowError> {
    first_start(window, report).await?;
    let numbers = create_ten(window, report).await?;
    let mut states: States = numbers.iter().map(|number| (number.clone(), "NOTPAY")).collect();
    pay_by_click(window, report, &numbers, &mut states).await?;
    pay_untouched(window, report, &numbers, &mut states).await?;
    evidence(window, report, &numbers).await?;
    gateway_side(window, report, &numbers).await?;
    if let Some(paid) = numbers.get(1) {
        money_back::refund(window, report, paid).await?;
        states.insert(paid.clone(), "REFUND");
        money_back::lookup(window, report, paid).await?;
    }
    money_back::notice(window, report).await?;
    batch(window, report).await?;
    looks::signature(window, report).await?;
    looks::empty_and_wrong(window, report).await?;
    filled_day::reconcile(window, report, home).await?;
    filled_day::fees(window, report, home).await?;
    filled_day::fees_and_month(window, report, ("中文", "light")).await?;
    looks::alarms(window, report).await?;
    looks::languages_and_shades(window, report).await?;
    Ok(states)
}

async fn first_start(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    window.by_test_id("first-start").await?;
    report.figure("process start to first contentful paint, debug build, Xvfb", ms(window.first_paint().await?));
    report.picture(window, "first-start", "第一次打开 · The first start").await?;
    window.click("first-start-add").await?;
    window.by_test_id("vault-form").await?;
    report
        .picture(window, "first-start-vault", "没有系统密钥环时先设密码 · Without a keyring a passphrase comes first")
        .await?;
    window.client().refresh().await?;
    window.try_it().await?;
    window.count_is("order-row", SAMPLES).await?;
    window.find("[data-testid=\"order-state\"][data-state=\"SUCCESS\"]").await?;
    let gateway = window.asked("simulator_status", json!({})).await?;
    WindowError::unless(gateway["running"] == true, || format!("the gateway should run: {gateway}"))?;
    report.done("Started on an empty data folder and chose to try it: the built-in gateway runs, six sample orders are listed, and one of them is paid by now.");
    report.picture(window, "orders-moving", "试用：订单自己在动 · Tried: orders move by themselves").await?;
    window.click("polling").await?;
    window.by_test_id("polling-asked").await?;
    report
        .picture(window, "polling", "查询：现在问什么、下一次何时、为什么 · What is asked, when next and why")
        .await?;
    window.click("polling").await?;
    window.gone("[data-testid=\"polling-asked\"]").await
}

async fn create_ten(window: &DeskWindow, report: &mut Report) -> Result<Vec<String>, WindowError> {
    report.begin("creating ten NATIVE orders");
    let numbers = window.create_orders(CREATED, "19.99").await?;
    let different: BTreeSet<&String> = numbers.iter().collect();
    WindowError::unless(different.len() == CREATED as usize, || format!("ten different numbers: {numbers:?}"))?;
    let mut codes = BTreeSet::new();
    for number in &numbers {
        let order = detail(window, number).await?;
        WindowError::unless(order["total_fee"] == 1999 && order["trade_type"] == "NATIVE", || {
            format!("a NATIVE order of 1999 fen: {order}")
        })?;
        codes.extend(order["code_url"].as_str().map(str::to_owned));
    }
    WindowError::unless(codes.len() == numbers.len(), || format!("a code of its own for each order: {codes:?}"))?;
    window.by_test_id("pay-code").await?;
    report.done("Created ten NATIVE orders of ¥19.99 on the test orders screen: each has a code_url of its own, and the screen shows the QR code of one.");
    report.picture(window, "test-orders", "测试下单：十笔 · Ten test orders").await?;
    Ok(numbers)
}

async fn pay_by_click(
    window: &DeskWindow,
    report: &mut Report,
    numbers: &[String],
    states: &mut States,
) -> Result<(), WindowError> {
    report.begin("paying three on the gateway's screen");
    let mut slowest: Option<(Duration, Duration)> = None;
    for number in numbers.iter().take(3) {
        let seen = window.pay_by_click_and_watch(number, "已支付").await?;
        slowest = slowest.max(Some((seen.shown, seen.listed)));
        states.insert(number.clone(), "SUCCESS");
    }
    let (shown, listed) = slowest.unwrap_or_default();
    report.figure(
        "click on 付款 on the gateway's screen to 已支付 in the list, with the walk from that screen to the list in between, slowest of 3",
        format!("{}, of which {} until the row was in sight", ms(shown), ms(listed)),
    );
    listed_as(window, states).await?;
    report.done("Paid three of them with the button on the gateway's screen: of the ten rows in the list exactly these three say 已支付, the other seven 未支付.");
    window.go_to("simulator").await?;
    for number in numbers.iter().take(3) {
        window
            .find(&format!("[data-testid=\"sim-order-row\"][data-out-trade-no=\"{number}\"][data-state=\"SUCCESS\"]"))
            .await?;
    }
    report.picture(window, "simulator-paid", "在模拟网关里以顾客身份付三笔 · Three paid as the customer").await
}

async fn pay_untouched(
    window: &DeskWindow,
    report: &mut Report,
    numbers: &[String],
    states: &mut States,
) -> Result<(), WindowError> {
    report.begin("paying three while nobody touches the list");
    window.go_to("orders").await?;
    listed_as(window, states).await?;
    let mut slowest = Duration::ZERO;
    for number in numbers.iter().skip(3).take(3) {
        slowest = slowest.max(window.pay_and_watch(number, "已支付").await?);
        states.insert(number.clone(), "SUCCESS");
    }
    report.figure("payment by IPC while the list is in sight to 已支付 in its row, slowest of 3", ms(slowest));
    listed_as(window, states).await?;
    report.done("Paid three more by IPC while the list was in sight and touched nothing: exactly their rows changed by themselves.");
    report.picture(window, "orders-paid", "订单列表：没有碰它，状态自己变了 · The list changed untouched").await
}

async fn evidence(window: &DeskWindow, report: &mut Report, numbers: &[String]) -> Result<(), WindowError> {
    report.begin("the evidence of an order");
    let (Some(paid), Some(unpaid)) = (numbers.first(), numbers.last()) else { return Ok(()) };
    window.open_order(paid).await?;
    window.find("[data-testid=\"drawer-state\"][data-state=\"SUCCESS\"]").await?;
    let step = "[data-testid=\"timeline-step\"][data-effect=\"applied\"]";
    window.text_of_when(step, |text| text.contains("SUCCESS") && text.contains("已核实")).await?;
    report.picture(window, "order-drawer", "一笔已付的订单和它的证据 · A paid order and its evidence").await?;
    report.keep_as("orders.png")?;
    window.click("drawer-close").await?;
    window.open_order(unpaid).await?;
    window.find("[data-testid=\"drawer-state\"][data-state=\"NOTPAY\"]").await?;
    window.by_test_id("pay-code").await?;
    report
        .picture(
            window,
            "order-drawer-unpaid",
            "一笔未付的订单：二维码和下一步 · An unpaid order: QR code and what happens next",
        )
        .await?;
    window.click("drawer-close").await?;
    report.done("Opened a paid order (the newest step of its timeline is a verified answer that says SUCCESS) and an unpaid one (its QR code).");
    Ok(())
}

async fn gateway_side(window: &DeskWindow, report: &mut Report, numbers: &[String]) -> Result<(), WindowError> {
    report.begin("the gateway's notices");
    window.go_to("simulator").await?;
    window.click("sim-tab-notices").await?;
    window.by_test_id("sim-notice-row").await?;
    let notices = window.client().execute(NOTICES, vec![]).await?;
    let rows = notices.as_array().cloned().unwrap_or_default();
    let of_paid = |row: &&Value| {
        let words = row["words"].as_array().into_iter().flatten().filter_map(Value::as_str);
        words.clone().any(|word| numbers.iter().take(6).any(|number| is_shown_as(number, word)))
    };
    let told: Vec<&Value> = rows.iter().filter(of_paid).collect();
    let undelivered = told.iter().all(|row| row["status"] == "undeliverable");
    WindowError::unless(told.len() == 6 && undelivered, || {
        format!("six undeliverable notices of paid orders: {notices}")
    })?;
    for number in numbers.iter().take(6) {
        let notify_url = detail(window, number).await?["notify_url"].take();
        let is_nowhere = notify_url.as_str().is_some_and(|url| url.starts_with("https://notify.invalid/"));
        WindowError::unless(is_nowhere, || format!("{number} tells {notify_url}"))?;
    }
    report.picture(window, "simulator-notices", "模拟网关：通知 · Notices").await?;
    report.begin("the gateway's traffic");
    window.click("sim-tab-traffic").await?;
    window.press("[data-testid=\"sim-traffic-row\"][data-path=\"/pay/orderquery\"] .row-button").await?;
    let both = |messages: &Value| {
        let holds = |place: usize, word: &str| messages[place].as_str().is_some_and(|text| text.contains(word));
        holds(0, "<out_trade_no>") && holds(0, "<sign>") && holds(1, "<trade_state>") && holds(1, "<sign>")
    };
    window.answer_when(EXCHANGE, "", both).await?;
    report.picture(window, "simulator-traffic", "模拟网关：一次查询的请求和回答 · One question and its answer").await?;
    report.done("Looked at the gateway's side: a notice for each of the six payments, listed as not delivered (their notify_url is at notify.invalid, which is no address of this machine), and one orderquery opened with the signed request and the signed answer.");
    Ok(())
}

/// Whether a number is shown, whole or with its middle left out.
fn is_shown_as(number: &str, shown: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').collect();
    match parts.as_slice() {
        [whole] => *whole == number,
        [first, last] => first.len() + last.len() >= 12 && number.starts_with(first) && number.ends_with(last),
        _ => false,
    }
}

async fn batch(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    report.begin("a batch of JSAPI orders");
    window.start_batch("JSAPI", BATCH, "0.07").await?;
    let bar = "const bar = document.querySelector(arguments[0]); return bar && bar.value / bar.max";
    let under_way = |part: &Value| part.as_f64().is_some_and(|part| part > 0.0 && part < 1.0);
    window.answer_when(bar, "[data-testid=\"test-progress\"] progress", under_way).await?;
    report.picture_now(window, "test-orders-progress", "测试下单：一批正在创建 · A batch on its way").await?;
    let numbers = window.batch_created(BATCH).await?;
    let seen = window.progress_seen().await?;
    let between = seen.iter().filter(|done| (1..u64::from(BATCH)).contains(done)).count();
    WindowError::unless(between > 0 && seen.is_sorted(), || format!("progress on the way to {BATCH}: {seen:?}"))?;
    window.text_when("pay-params", |text| text.contains("prepay_id=") && text.contains("paySign")).await?;
    let number = numbers.first().cloned().unwrap_or_default();
    let order = detail(window, &number).await?;
    WindowError::unless(order["trade_type"] == "JSAPI" && order["prepay_id"].is_string(), || {
        format!("a JSAPI order with a prepay_id: {order}")
    })?;
    report.picture(window, "test-orders-jsapi", "测试下单：JSAPI 的支付参数 · A batch of JSAPI orders").await?;
    report.done(format!(
        "Created {BATCH} JSAPI orders in one batch; its progress was seen {between} times between none and all, and the screen shows the signed payment parameters of one."
    ));
    Ok(())
}

/// What the core knows of an order of the built-in gateway.
async fn detail(window: &DeskWindow, number: &str) -> Result<Value, WindowError> {
    let mut detail = window.asked("order_detail", json!({ "profile": "builtin", "outTradeNo": number })).await?;
    Ok(detail.get_mut("order").map(Value::take).unwrap_or_default())
}

/// Reads the rows of the list until every one of these orders stands in it as it should.
async fn listed_as(window: &DeskWindow, states: &States) -> Result<(), WindowError> {
    let as_it_should = |listed: &Value| {
        states.iter().all(|(number, state)| {
            let word = if *state == "SUCCESS" { "已支付" } else { "未支付" };
            listed[number].as_str() == Some(&format!("{state} {word}"))
        })
    };
    window.answer_when(LISTED, "the rows of the list", as_it_should).await.map(drop)
}

/// The same data folder again: everything is there, and payments are still followed.
pub(crate) async fn after_a_restart(
    window: &DeskWindow,
    report: &mut Report,
    states: &States,
) -> Result<(), WindowError> {
    window.by_test_id("screen-orders").await?;
    let count = SAMPLES + u64::from(CREATED) + u64::from(BATCH) + NOTIFIED + FORGED;
    window.find(&format!("[data-testid=\"orders-total\"][data-count=\"{count}\"]")).await?;
    for (number, state) in states {
        let order = detail(window, number).await?;
        WindowError::unless(order["state"] == *state, || format!("{number} should still be {state}: {order}"))?;
    }
    let unpaid = states.iter().find(|(_, state)| **state == "NOTPAY").map(|(number, _)| number.clone());
    let number = unpaid.unwrap_or_default();
    window.fill("filter-search", &number).await?;
    window.count_is("order-row", 1).await?;
    let followed = window.pay_and_watch(&number, "已支付").await?;
    report.figure("the same after a restart, the list filtered to that order", ms(followed));
    window.fill("filter-search", "").await?;
    window.find(&format!("[data-testid=\"orders-total\"][data-count=\"{count}\"]")).await?;
    report.done(format!(
        "Closed the window and opened it again: {count} orders are there, the ten stand as they stood, and the next payment (by IPC, list in sight) is followed as before."
    ));
    report.picture(window, "after-restart", "重新打开之后 · After a restart").await?;
    window.client().set_window_rect(0, 0, 1920, 1080).await?;
    report.picture(window, "wide", "1920 × 1080").await?;
    window.go_to("days").await?;
    filled_day::open(window).await?;
    report.picture(window, "days-wide", "对账 · Reconciliation, 1920 × 1080").await
}

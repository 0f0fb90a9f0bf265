//! What a restart keeps, also after the program was killed.

use std::time::{Duration, Instant};

use acceptance::window::{DeskWindow, WindowError, WindowStart};
use serde_json::{Value, json};

/// A reopened window asks about what is due within this time of beginning to poll (K-H01).
const ASKS_WITHIN_MS: i64 = 2000;
/// How often an open order is asked about, in seconds.
const ASKED_EVERY_S: u32 = 4;
/// Longer than the lease of a dead window would hold, so that the test tells how late the question came.
const ASKED_LIMIT: Duration = Duration::from_secs(40);
/// How often the evidence is read while nothing new is there.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

async fn detail(window: &DeskWindow, number: &str) -> Result<Value, WindowError> {
    window.asked("order_detail", json!({ "profile": "builtin", "outTradeNo": number })).await
}

/// When the order was first asked about after this moment, in milliseconds of UTC; waits until it was.
async fn asked_after(window: &DeskWindow, number: &str, moment_ms: i64) -> i64 {
    let waiting = Instant::now();
    loop {
        let detail = detail(window, number).await.unwrap();
        let observations = detail["timeline"].as_array().unwrap().iter();
        let queries = observations.filter(|observation| observation["source"] == "query");
        let first = queries.filter_map(|query| query["asked_at"].as_i64()).filter(|asked| *asked > moment_ms).min();
        if let Some(first) = first {
            return first;
        }
        assert!(
            waiting.elapsed() < ASKED_LIMIT,
            "{number} was not asked about after {moment_ms}, due at {}: {}",
            detail["order"]["next_query_at"],
            detail["timeline"]
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// When the last of these orders is due, in milliseconds of UTC, read at a moment when no question is under way: each order
/// is due within the next [`ASKED_EVERY_S`], but not at once.
async fn last_due_in_a_calm(window: &DeskWindow, numbers: &[String]) -> i64 {
    loop {
        let mut due_ms = Vec::new();
        for number in numbers {
            due_ms.push(detail(window, number).await.unwrap()["order"]["next_query_at"].as_i64().unwrap());
        }
        let now_ms = window.now_ms().await.unwrap();
        let ahead_ms = now_ms + 1000..=now_ms + i64::from(ASKED_EVERY_S) * 1000;
        if due_ms.iter().all(|due_ms| ahead_ms.contains(due_ms)) {
            return due_ms.into_iter().max().unwrap();
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

#[tokio::test]
async fn after_a_kill_the_reopened_window_asks_about_what_is_due_within_two_seconds() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.ask_every(ASKED_EVERY_S).await.unwrap();
    let numbers = window.create_orders(5, "2.50").await.unwrap();
    let due_ms = last_due_in_a_calm(&window, &numbers).await;
    let killed_ms = window.now_ms().await.unwrap();
    window.kill();
    // Everything is due before the window opens again.
    let rest_ms = u64::try_from(due_ms - killed_ms).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(rest_ms)).await;

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.asked("app_start", json!({})).await.unwrap();
    // The start is answered by a desk that polls.
    let polls_ms = window.now_ms().await.unwrap();
    for number in &numbers {
        let late_ms = asked_after(&window, number, killed_ms).await - polls_ms;
        assert!(late_ms <= ASKS_WITHIN_MS, "{number} was asked about {late_ms} ms after the window polled");
    }
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_every_order_and_goes_on_polling() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.ask_only_when_told().await.unwrap();
    let numbers = window.create_orders(5, "1.00").await.unwrap();
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&numbers[0], "已支付").await.unwrap();
    window.close().await.unwrap();

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.count_is("order-row", 11).await.unwrap();
    window.listed_when(&numbers[0], "已支付").await.unwrap();
    window.listed_when(&numbers[1], "未支付").await.unwrap();
    let following = window.follows(&numbers[1..2], &numbers[2..5]).await.unwrap();
    assert!(following.is_in_time(), "after a restart {following:?}, where {:?} were allowed", following.limit());
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

//! Work whose process is killed in its midst: what was committed stands, the rest is as if it had never begun, and the same
//! command again ends as if nothing had happened.

use std::fmt::Write as _;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::big_day::{DAY, many_rows, wait_for_kept_differences};
use crate::program::Desk;
use crate::reconcile::ORDERS;

/// So many that a debug build is still at it when it is killed.
const ROWS: u64 = 60_000;

fn spawned(desk: &Desk, words: &[&str]) -> Child {
    desk.command(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills it as a power cut would.
fn kill(mut child: Child) {
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it had ended by itself");
}

fn shop() -> Desk {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk
}

#[test]
fn an_import_that_is_killed_and_started_again_has_every_order_once() {
    let desk = shop();
    let mut orders = "out_trade_no,state,total_fee,paid_at\n".to_owned();
    for row in 0..ROWS {
        writeln!(orders, "ORDER-{row:08},SUCCESS,100,2026-11-20 10:00:01").unwrap();
    }
    desk.file("orders.csv", orders);
    let count = || desk.run(&["order", "list", "--json"]).expect(0).json()["count"].as_u64().unwrap();
    let mut child = spawned(&desk, &["order", "import", "orders.csv", "--json"]);
    while count() == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it had ended by itself");
    }
    kill(child);
    let before = count();
    assert!((1..ROWS).contains(&before), "{before}");
    let again = desk.run(&["order", "import", "orders.csv", "--json"]).expect(0).json();
    assert_eq!((&again["added"], &again["unchanged"]), (&json!(ROWS - before), &json!(before)));
    assert_eq!(count(), ROWS);
    let found = desk.run(&["order", "list", "--search", "ORDER-00059999", "--json"]).expect(0).json();
    assert_eq!(found["count"], 1, "the search knows what came after the kill");
    desk.run(&["order", "show", "ORDER-00000000", "--json"]).expect(0);
}

#[test]
fn a_day_whose_run_is_killed_keeps_nothing_of_it_and_runs_again_as_if_for_the_first_time() {
    let desk = shop();
    many_rows(&desk, ROWS, 100);
    desk.file("orders.csv", ORDERS);
    let words =
        ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop", "--json"];
    let mut child = spawned(&desk, &words);
    wait_for_kept_differences(&desk, &mut child);
    kill(child);
    let shown = || desk.run(&["day", "show", DAY, "--profile", "shop", "--json"]);
    let unfinished = shown().expect(1).json();
    assert_eq!((&unfinished["mark"], &unfinished["run"]), (&json!("not_run"), &Value::Null), "its bill alone is known");
    let run = desk.run(&words).expect(1).json();
    assert_eq!((&run["kept"]["again"], &run["classes"]["bill_only"]["count"]), (&json!(false), &json!(ROWS)));
    assert_eq!(shown().json()["mark"], "open");
}

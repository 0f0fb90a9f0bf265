//! Work whose process is killed in its midst: what was committed stands, the rest is as if it had never begun, and the same
//! command again ends as if nothing had happened.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::program::Desk;
use crate::reconcile::bill;

/// So many that a debug build is still at it when it is killed.
const ROWS: u64 = 60_000;
const DAY: &str = "2026-11-20";

fn spawned(desk: &Desk, words: &[&str]) -> Child {
    desk.command(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills it as a power cut would, after it has said for the first time that something is done.
fn kill_in_its_midst(mut child: Child) {
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    std::iter::from_fn(|| told.next())
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["progress"].clone())
        .find(|progress| progress["done"].as_u64().is_some_and(|done| done > 0))
        .unwrap();
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
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it had ended by itself");
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
    let numbers: Vec<[String; 2]> = (0..ROWS).map(|row| [format!("ORDER-{row:08}"), format!("{row:020}")]).collect();
    let payments: Vec<_> = numbers
        .iter()
        .map(|[number, transaction]| (number.as_str(), transaction.as_str(), "10:00:00", "SUCCESS", 100, 0))
        .collect();
    desk.file("bill.csv", bill(&payments, &[]));
    desk.file("orders.csv", "out_trade_no,transaction_id,state,total_fee,paid_at\n");
    let words =
        ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop", "--json"];
    kill_in_its_midst(spawned(&desk, &[&words[..], &["--progress"]].concat()));
    let shown = || desk.run(&["day", "show", DAY, "--profile", "shop", "--json"]);
    let nothing = shown().expect(1).json();
    assert_eq!((&nothing["mark"], &nothing["run"]), (&json!("nothing"), &Value::Null));
    let run = desk.run(&words).expect(1).json();
    assert_eq!((&run["kept"]["again"], &run["classes"]["bill_only"]["count"]), (&json!(false), &json!(ROWS)));
    assert_eq!(shown().json()["mark"], "open");
}

//! Reconciling that somebody stops: it ends at once, with nothing kept and nothing written.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::Desk;
use crate::reconcile::bill;

/// So many that reading them takes a debug build far longer than it takes to stop it.
const ROWS: usize = 120_000;

fn big_day() -> Desk {
    let desk = Desk::new();
    let numbers: Vec<[String; 2]> = (0..ROWS).map(|row| [format!("ORDER-{row:08}"), format!("{row:020}")]).collect();
    let payments: Vec<_> = numbers
        .iter()
        .map(|[number, transaction]| (number.as_str(), transaction.as_str(), "10:00:00", "SUCCESS", 100, 0))
        .collect();
    desk.file("bill.csv", bill(&payments, &[]));
    let mut orders = "out_trade_no,transaction_id,state,total_fee,paid_at\n".to_owned();
    for [number, transaction] in &numbers {
        writeln!(orders, "{number},42{transaction},SUCCESS,100,2026-11-20 10:00:01").unwrap();
    }
    desk.file("orders.csv", orders);
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk
}

#[test]
fn an_interrupt_ends_it_within_a_second_with_nothing_kept_and_progress_is_told_line_by_line() {
    let desk = big_day();
    let words = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "2026-11-20"];
    let options = ["--profile", "shop", "--json", "--progress", "--out", "out"];
    let mut child = desk
        .command(&[&words[..], &options].concat())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let progress = std::iter::from_fn(|| told.next())
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["progress"].clone())
        .find(|progress| progress["done"].as_u64().is_some_and(|done| done > 0))
        .unwrap();
    let files = ["bill.csv", "orders.csv"].map(|name| std::fs::metadata(desk.path(name)).unwrap().len());
    assert_eq!((&progress["unit"], progress["total"].as_u64()), (&"bytes".into(), Some(files.iter().sum())));
    let asked_at = Instant::now();
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let status = child.wait().unwrap();
    let took = asked_at.elapsed();
    assert_eq!(status.code(), Some(3));
    assert!(took < Duration::from_secs(1), "it took {took:?} to stop");
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["error"]["code"], "cancelled");
    assert!(!desk.path("out").exists());
    let day = desk.run(&["day", "show", "2026-11-20", "--profile", "shop", "--json"]).expect(1).json();
    assert_eq!((&day["mark"], &day["run"], &day["bills_seen"]), (&"nothing".into(), &Value::Null, &0.into()));
}

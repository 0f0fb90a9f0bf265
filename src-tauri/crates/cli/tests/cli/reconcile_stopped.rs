//! Reconciling that somebody stops: it ends at once, with nothing kept and nothing written.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::big_day::{DAY, many_rows, wait_for_kept_differences};
use crate::program::Desk;

/// So many that reading them takes a debug build far longer than it takes to stop it.
const ROWS: u64 = 120_000;

fn big_day(local_fen: u32) -> Desk {
    let desk = Desk::new();
    many_rows(&desk, ROWS, local_fen);
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk
}

/// Reconciles the day, and tells how far it is.
fn begun(desk: &Desk) -> (Child, impl Iterator<Item = Value>) {
    let words = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY];
    let options = ["--profile", "shop", "--json", "--progress", "--out", "out"];
    let mut child = desk
        .command(&[&words[..], &options].concat())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()["progress"].clone());
    (child, told)
}

/// Interrupts it, which ends it within a second with nothing written.
fn interrupt(desk: &Desk, mut child: Child) {
    let asked_at = Instant::now();
    let asked = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let status = child.wait().unwrap();
    let took = asked_at.elapsed();
    assert_eq!(status.code(), Some(3));
    assert!(took < Duration::from_secs(1), "it took {took:?} to stop");
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["error"]["code"], "cancelled");
    assert!(!desk.path("out").exists());
}

fn shown(desk: &Desk) -> Value {
    desk.run(&["day", "show", DAY, "--profile", "shop", "--json"]).expect(1).json()
}

#[test]
fn an_interrupt_ends_it_within_a_second_with_nothing_kept_and_progress_is_told_line_by_line() {
    let desk = big_day(100);
    let (child, mut told) = begun(&desk);
    let progress = told.find(|progress| progress["done"].as_u64().is_some_and(|done| done > 0)).unwrap();
    let files = ["bill.csv", "orders.csv"].map(|name| std::fs::metadata(desk.path(name)).unwrap().len());
    assert_eq!((&progress["unit"], progress["total"].as_u64()), (&"bytes".into(), Some(files.iter().sum())));
    assert!(progress["rate_per_s"].as_u64().unwrap() > 0 && progress["rest_s"].is_u64(), "{progress}");
    interrupt(&desk, child);
    let day = shown(&desk);
    assert_eq!((&day["mark"], &day["run"], &day["bills_seen"]), (&"nothing".into(), &Value::Null, &0.into()));
}

#[test]
fn an_interrupt_while_differences_are_kept_leaves_no_run_of_them() {
    let desk = big_day(101);
    let (mut child, mut told) = begun(&desk);
    told.find(|progress| progress["done"].is_u64() && progress["done"] == progress["total"]).unwrap();
    wait_for_kept_differences(&desk, &mut child);
    interrupt(&desk, child);
    let day = shown(&desk);
    assert_eq!((&day["mark"], &day["run"]), (&"not_run".into(), &Value::Null), "its bill alone is known");
}

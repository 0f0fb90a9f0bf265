//! Runs that never ended: what they leave behind goes in pieces, so that other writers come in between.

use std::path::Path;

use desk_store::{DayFee, NewDifference, RunBegun, StoreError};
use rusqlite::Connection;

use crate::days::{Days, difference, new_run, open};
use crate::write_ahead_log::commits;

const DIFFERENCES: u64 = 10_000;

/// A run with many differences and fees that is not complete.
fn unfinished(days: &Days, bill: i64) -> i64 {
    let RunBegun::New(run) = days.store.begin_run(new_run(1, vec![bill], DIFFERENCES)).unwrap() else {
        panic!("not new")
    };
    let one = |place: u64| NewDifference { place, identity: u128::from(place).to_be_bytes(), ..difference(1, 1) };
    days.store.add_differences(run, (0..DIFFERENCES).map(one).collect()).unwrap();
    let fee = DayFee {
        bill,
        bill_line: 2,
        out_trade_no: "T1".into(),
        transaction_id: "4200000000202611200000000001".into(),
        refund_id: None,
        base_fen: 100,
        rate_ppm: 6_000,
        fee_milli_fen: 700,
    };
    days.store.add_fees(run, 0, vec![fee; 3_000]).unwrap();
    run
}

/// Somebody who reads, so that the log is not begun anew, from a log that is empty now.
fn reading(days: &Days) -> Connection {
    let stranger = Connection::open(days.store.path()).unwrap();
    let busy: i64 = stranger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0);
    stranger.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema").unwrap();
    stranger
}

fn folder(days: &Days) -> &Path {
    days.store.path().parent().unwrap()
}

/// The differences, fees and runs of this id that there are.
fn rows(days: &Days, run: i64) -> [i64; 3] {
    let stranger = Connection::open(days.store.path()).unwrap();
    let count = |sql: &str| stranger.query_row(sql, [run], |row| row.get(0)).unwrap();
    [
        count("SELECT count(*) FROM day_differences WHERE run = ?1"),
        count("SELECT count(*) FROM day_fees WHERE run = ?1"),
        count("SELECT count(*) FROM day_runs WHERE id = ?1"),
    ]
}

#[test]
fn a_run_with_many_differences_is_given_up_in_many_short_writes() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let run = unfinished(&days, bill);
    assert_eq!(rows(&days, run), [10_000, 3_000, 1]);
    let stranger = reading(&days);
    days.store.abandon_run(run).unwrap();
    assert!(commits(folder(&days)) >= 5, "{} commits", commits(folder(&days)));
    drop(stranger);
    assert_eq!(rows(&days, run), [0; 3]);
}

#[test]
fn what_a_killed_run_left_behind_is_removed_in_many_short_writes_before_it_is_made_again() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let left = unfinished(&days, bill);
    let stranger = reading(&days);
    let RunBegun::New(run) = days.store.begin_run(new_run(1, vec![bill], 0)).unwrap() else { panic!("not new") };
    assert!(commits(folder(&days)) >= 5, "{} commits", commits(folder(&days)));
    drop(stranger);
    assert_eq!((rows(&days, left), rows(&days, run)), ([0; 3], [0, 0, 1]));
    days.store.complete_run(run).unwrap();
}

#[test]
fn a_run_that_somebody_began_to_remove_cannot_be_completed_without_what_is_gone() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let run = unfinished(&days, bill);
    let stranger = Connection::open(days.store.path()).unwrap();
    // As far as another process is that is killed after its first write.
    stranger.execute("UPDATE day_runs SET turn = 0 WHERE id = ?1", [run]).unwrap();
    for done in [days.store.add_differences(run, Vec::new()), days.store.complete_run(run)] {
        assert!(matches!(done, Err(StoreError::TakenOver { .. })), "{done:?}");
    }
    let RunBegun::New(again) = days.store.begin_run(new_run(1, vec![bill], 0)).unwrap() else { panic!("not new") };
    days.store.complete_run(again).unwrap();
    assert_eq!(rows(&days, run), [0; 3]);
}

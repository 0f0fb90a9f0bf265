//! A day of many rows, and a run of it that is caught while its differences are kept.

use std::fmt::Write as _;
use std::process::Child;
use std::time::Duration;

use crate::program::Desk;
use crate::reconcile::{ORDERS, bill};

pub(crate) const DAY: &str = "2026-11-20";
/// Bytes in the log of what was written, far more than everything before the differences.
const MUCH: u64 = 1 << 20;

/// Writes `bill.csv` with so many payments of 100 fen, and `orders.csv` with the same orders of this many fen.
pub(crate) fn many_rows(desk: &Desk, rows: u64, local_fen: u32) {
    let numbers: Vec<[String; 2]> = (0..rows).map(|row| [format!("ORDER-{row:08}"), format!("{row:020}")]).collect();
    let payments: Vec<_> = numbers
        .iter()
        .map(|[number, transaction]| (number.as_str(), transaction.as_str(), "10:00:00", "SUCCESS", 100, 0))
        .collect();
    desk.file("bill.csv", bill(&payments, &[]));
    let mut orders = ORDERS.to_owned();
    for [number, transaction] in &numbers {
        writeln!(orders, "{number},42{transaction},SUCCESS,{local_fen},{DAY} 10:00:01").unwrap();
    }
    desk.file("orders.csv", orders);
}

/// Waits until the run keeps differences, the only thing of which it writes much; the program must still be at it.
pub(crate) fn wait_for_kept_differences(desk: &Desk, child: &mut Child) {
    let log = desk.path("data").join(format!("{}-wal", desk::store::FILE_NAME));
    let written = || log.metadata().map_or(0, |log| log.len());
    while written() < MUCH {
        assert_eq!(child.try_wait().unwrap(), None, "it had ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(child.try_wait().unwrap(), None, "it had ended by itself");
}

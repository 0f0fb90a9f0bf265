//! The bills of the days beside a day, read for what waits at its edges.

use std::fs::File;
use std::path::Path;

use desk_reconcile::{Day, Edge, Verdict, Waiting};
use sha2::{Digest, Sha256};
use wxpay_protocol::bill::BillLine;

use super::bills::{LOOK_ROWS, open, open_trades};
use super::{DaySides, ReconcileFault, Watch, go_on, place};
use crate::bill_files::{BillText, Hashed};
use crate::progress::Cancel;

/// Looks for every order that waits at midnight in the bills of the days before and after, where those are there.
pub(super) fn settle(
    sides: &DaySides,
    mch_id: Option<&str>,
    day: Day,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), ReconcileFault> {
    let mut edges = Edge::BOTH.map(|edge| Beside { waiting: Waiting::of(verdict, edge), whole: None });
    if edges.iter().all(|beside| beside.waiting.is_empty()) {
        return Ok(());
    }
    for path in &sides.beside.bills {
        read(path, mch_id, day, &mut edges, watch)?;
    }
    for (beside, edge) in edges.iter().zip(Edge::BOTH) {
        let has_no_bill = || sides.beside.without_trade.contains(&edge).then_some(true);
        if let Some(is_whole) = beside.whole.or_else(has_no_bill) {
            beside.waiting.settle(verdict, is_whole);
        }
    }
    Ok(())
}

/// Looks for what waits in the bill of the day that it waits for; says whether every row of that could be read.
///
/// # Errors
///
/// The bill cannot be read, its text is no longer the one of this digest, or somebody stopped it.
pub(crate) fn settled_by(
    path: &Path,
    digest: [u8; 32],
    waiting: &mut Waiting,
    cancel: &Cancel,
) -> Result<bool, ReconcileFault> {
    let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
    let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
    let text = BillText::open(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    let mut sum = Sha256::new();
    let mut bill = open(Hashed::new(text, Some(&mut sum)), path)?;
    let mut rows = 0u32;
    while let Some(line) = bill.next_line().map_err(refused)? {
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(LOOK_ROWS) {
            go_on(cancel)?;
        }
        if let BillLine::Row(row) = line {
            waiting.push(&row);
        }
    }
    let is_whole = bill.totals().malformed == 0;
    drop(bill);
    if <[u8; 32]>::from(sum.finalize()) == digest { Ok(is_whole) } else { Err(ReconcileFault::Changed(place(path))) }
}

/// One of the days beside.
struct Beside {
    waiting: Waiting,
    /// Whether a bill with its payments was there, and whether all rows of it could be read.
    whole: Option<bool>,
}

fn read(
    path: &Path,
    mch_id: Option<&str>,
    day: Day,
    [before, after]: &mut [Beside; 2],
    watch: Watch<'_>,
) -> Result<(), ReconcileFault> {
    let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
    let mut bill = open_trades(path)?;
    let has_payments = bill.layout().kind().has_payments();
    if let Some(mch_id) = mch_id {
        bill.expect_merchant(mch_id);
    }
    let (mut edge, mut rows) = (None, 0u32);
    while let Some(line) = bill.next_line().map_err(refused)? {
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(LOOK_ROWS) {
            go_on(watch.cancel)?;
        }
        let BillLine::Row(row) = line else { continue };
        let beside = match day.edge_of(row.at) {
            Some(found) if *edge.get_or_insert(found) == found => match found {
                Edge::Before => &mut *before,
                Edge::After => &mut *after,
            },
            _ => {
                let (line, at, date) = (row.line, row.at.dashed(), day.midnight().day());
                return Err(ReconcileFault::NotBeside { place: place(path), line, at, date });
            }
        };
        beside.waiting.push(&row);
    }
    let beside = match edge {
        Some(Edge::Before) => before,
        Some(Edge::After) => after,
        // Not a readable row: nobody knows whose day it is.
        None => return Ok(()),
    };
    if has_payments {
        beside.whole = Some(beside.whole.unwrap_or(true) && bill.totals().malformed == 0);
    }
    Ok(())
}

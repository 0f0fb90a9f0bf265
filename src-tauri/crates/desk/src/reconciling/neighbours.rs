//! The bills of the days beside a day, read for what waits at its edges.

use std::fs::File;
use std::path::Path;

use desk_reconcile::{Day, Edge, Verdict, Waiting};
use wxpay_protocol::bill::{Bill, BillLine, BillType};

use super::{DaySides, ReconcileFault, Watch, place};
use crate::bill_files::BillText;

/// Looks for every order that waits at midnight in the bills of the days before and after, where those are there.
pub(super) fn settle(
    sides: &DaySides,
    mch_id: Option<&str>,
    day: Day,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), ReconcileFault> {
    let mut edges = [Edge::Before, Edge::After].map(|edge| Beside { waiting: Waiting::of(verdict, edge), whole: None });
    if sides.beside.is_empty() || edges.iter().all(|beside| beside.waiting.is_empty()) {
        return Ok(());
    }
    for path in &sides.beside {
        read(path, mch_id, day, &mut edges, watch)?;
    }
    for beside in &edges {
        if let Some(is_whole) = beside.whole {
            beside.waiting.settle(verdict, is_whole);
        }
    }
    Ok(())
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
    let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
    let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
    let text = BillText::open(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    let Bill::Trades(mut bill) = Bill::open(text).map_err(refused)? else {
        return Err(ReconcileFault::FundFlow(place(path)));
    };
    let has_payments = matches!(bill.layout().kind(), BillType::All | BillType::Success);
    if let Some(mch_id) = mch_id {
        bill.expect_merchant(mch_id);
    }
    let (mut edge, mut rows) = (None, 0u32);
    while let Some(line) = bill.next_line().map_err(refused)? {
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(4096) && watch.cancel.is_cancelled() {
            return Err(ReconcileFault::Cancelled);
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

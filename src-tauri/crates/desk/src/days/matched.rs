//! The rows of a day that agree: the store keeps what differs, so they are read from the bills once more.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use desk_reconcile::Basis;
use desk_store::{DayBill, DayRun, DifferingRow, Store};
use wxpay_protocol::bill::{Bill, BillLine, BillRefusal, BillRow, BillState, Column, TradeReader};
use wxpay_protocol::{Fen, UtcMs};

use crate::desk::Inner;
use crate::reconciling::bill_digest;
use crate::{BillText, Cancel, Desk, DeskError, ReconcileFault};

/// Rows of a bill between two looks at how far it is.
const LOOK_ROWS: u64 = 4096;

/// A row of a bill with which the merchant's own side agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedRow {
    /// A refund, else a payment.
    pub is_refund: bool,
    /// The merchant's number of the order.
    pub out_trade_no: String,
    /// WeChat's number of the order.
    pub transaction_id: String,
    /// WeChat's number of the refund; empty of a payment.
    pub refund_id: String,
    /// The merchant's number of the refund; empty of a payment.
    pub out_refund_no: String,
    /// The amount that both sides have.
    pub amount: Fen,
    /// 交易时间.
    pub at: UtcMs,
    /// 交易类型.
    pub trade_type: String,
    /// The line of the bill, from 1.
    pub line: u64,
    /// The file of the bill, where the run has several.
    pub bill_file: Option<String>,
}

/// A stretch of the rows that agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchedPage {
    /// Rows of the bill that agree.
    pub total: u64,
    /// In the order of the bills.
    pub rows: Vec<MatchedRow>,
}

impl Desk {
    /// Payments or refunds of a day that agree, from the place `start`, read from its bills; none where nothing was run.
    ///
    /// # Errors
    ///
    /// A bill is no longer what it was when the day was brought together.
    pub async fn matched_rows(
        &self,
        profile: &str,
        date: UtcMs,
        is_refund: bool,
        start: u64,
        limit: usize,
    ) -> Result<MatchedPage, DeskError> {
        let (profile, date) = (profile.to_owned(), date.start_of_day());
        self.blocking(move |inner| {
            let Some(run) = inner.store.current_run(&profile, date)? else { return Ok(MatchedPage::default()) };
            let class = if is_refund { "refund_matched" } else { "matched" };
            let total =
                run.found.classes.iter().filter(|tally| tally.class == class).map(|tally| tally.bill_rows).sum();
            let (mut rows, mut place) = (Vec::with_capacity(limit.min(1_000)), 0);
            if limit > 0 && start < total {
                inner.each_matched(
                    (&run, &Cancel::new()),
                    |_| Ok(()),
                    |row| {
                        if row.is_refund != is_refund {
                            return Ok(ControlFlow::Continue(()));
                        }
                        place += 1;
                        if place > start {
                            rows.push(row);
                        }
                        Ok(if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
                    },
                )?;
            }
            Ok(MatchedPage { total, rows })
        })
        .await
    }
}

/// What of the bills does not agree: a bit for each line and 16 bytes for each transaction, because it may be all of them.
#[derive(Default)]
struct Differing {
    /// By the ids of the bills.
    lines: HashMap<i64, Vec<u64>>,
    /// Their transactions, in order: of a payment and its reverse only one row is named.
    numbers: Vec<u128>,
    /// Those whose numbers are not like WeChat's.
    others: HashSet<Vec<u8>>,
}

impl Differing {
    fn of(store: &Store, run: &DayRun) -> Result<Self, DeskError> {
        let mut differing = Self::default();
        store.each_differing_row(run.id, |row| differing.add(row))?;
        differing.numbers.sort_unstable();
        Ok(differing)
    }

    fn add(&mut self, row: &DifferingRow<'_>) {
        let lines = self.lines.entry(row.bill).or_default();
        let (word, bit) = place(row.line);
        if word >= lines.len() {
            lines.resize((word + 1).next_power_of_two(), 0);
        }
        if let Some(bits) = lines.get_mut(word) {
            *bits |= bit;
        }
        let Some(transaction_id) = row.transaction_id else { return };
        match number(transaction_id.as_bytes()) {
            Some(number) => self.numbers.push(number),
            None => {
                self.others.insert(transaction_id.as_bytes().to_vec());
            }
        }
    }

    fn has(&self, bill: &DayBill, row: &BillRow<'_>) -> bool {
        let (word, bit) = place(row.line);
        self.lines.get(&bill.id).and_then(|lines| lines.get(word)).is_some_and(|bits| bits & bit != 0)
            || (row.state == BillState::Revoked && self.has_transaction(row.transaction_id))
    }

    fn has_transaction(&self, transaction_id: &[u8]) -> bool {
        match number(transaction_id) {
            Some(number) => self.numbers.binary_search(&number).is_ok(),
            None => self.others.contains(transaction_id),
        }
    }
}

/// The word and the bit of a line.
fn place(line: u64) -> (usize, u64) {
    (usize::try_from(line / 64).unwrap_or(usize::MAX), 1 << (line % 64))
}

/// WeChat's number, which has 28 digits (protocol page §4.2).
fn number(transaction_id: &[u8]) -> Option<u128> {
    let digits = std::str::from_utf8(transaction_id).ok().filter(|text| text.len() == 28)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl Inner {
    /// Hands over every row of the bills that agrees, in the order of the bills; `on_rows` is told of all of them, a few thousand at a
    /// time, and ends it with what it says.
    pub(super) fn each_matched(
        &self,
        (run, cancel): (&DayRun, &Cancel),
        mut on_rows: impl FnMut(u64) -> Result<(), DeskError>,
        mut take: impl FnMut(MatchedRow) -> Result<ControlFlow<()>, DeskError>,
    ) -> Result<(), DeskError> {
        let differing = Differing::of(&self.store, run)?;
        let basis = Basis::parse(&run.found.basis).unwrap_or_default();
        for bill in run.compared_bills() {
            let file = file_among(run, bill);
            let (mut rows, mut count) = (rows_of(bill, cancel)?, 0u64);
            while let Some(line) = rows.next_line().map_err(|cause| refused(bill, cause))? {
                count += 1;
                if count.is_multiple_of(LOOK_ROWS) {
                    on_rows(LOOK_ROWS)?;
                }
                let BillLine::Row(row) = line else { continue };
                let is_refund = row.state == BillState::Refund;
                // What had nothing to be compared with agrees with nothing.
                let side = if is_refund { &run.found.refunds } else { &run.found.orders };
                if side.is_none() || differing.has(bill, &row) {
                    continue;
                }
                if take(matched(&row, basis, file))?.is_break() {
                    return Ok(());
                }
            }
            on_rows(count % LOOK_ROWS)?;
        }
        Ok(())
    }
}

/// The file of a bill, where its run has several; one alone needs no telling apart.
pub(super) fn file_among<'b>(run: &DayRun, bill: &'b DayBill) -> Option<&'b str> {
    bill.file.as_deref().filter(|_| run.bills.len() > 1)
}

fn refused(bill: &DayBill, cause: BillRefusal) -> DeskError {
    ReconcileFault::Bill { place: bill.file.clone().unwrap_or_default(), cause }.into()
}

/// The rows of a bill, which must still be what it was.
fn rows_of(bill: &DayBill, cancel: &Cancel) -> Result<Box<TradeReader<BillText<File>>>, DeskError> {
    let changed = || {
        DeskError::malformed(format!(
            "the bill of {} is no longer where it was, or says something else [账单文件已不在或有变]; run the day again",
            bill.date.day()
        ))
    };
    let file = bill.file.as_ref().map(Path::new).ok_or_else(changed)?;
    let is_same = bill_digest(file, cancel).is_ok_and(|digest| digest == bill.digest);
    if cancel.is_cancelled() {
        return Err(ReconcileFault::Cancelled.into());
    }
    if !is_same {
        return Err(changed());
    }
    let text = File::open(file).and_then(BillText::open).map_err(|_| changed())?;
    match Bill::open(text).map_err(|cause| refused(bill, cause))? {
        Bill::Trades(rows) => Ok(rows),
        Bill::FundFlow(_) => Err(changed()),
    }
}

fn matched(row: &BillRow<'_>, basis: Basis, bill_file: Option<&str>) -> MatchedRow {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let is_refund = row.state == BillState::Refund;
    MatchedRow {
        is_refund,
        out_trade_no: text(row.out_trade_no),
        transaction_id: text(row.transaction_id),
        out_refund_no: if is_refund { text(row.out_refund_no) } else { String::new() },
        refund_id: if is_refund { text(row.refund_id) } else { String::new() },
        amount: if is_refund { basis.of_refund(row) } else { basis.of_payment(row) },
        at: row.at,
        trade_type: text(row.text(Column::TradeType)),
        line: row.line,
        bill_file: bill_file.map(str::to_owned),
    }
}

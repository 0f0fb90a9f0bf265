//! A day's bill against the merchant's own side, files or the store: both read in threads of their own, brought together by
//! `desk-reconcile`, and what differs looked up again where it stands.

mod beside;
mod bill_rows;
mod bills;
mod by_shares;
mod differences;
mod each_row;
mod fault;
mod fault_words;
mod fees;
mod keeping;
mod kept;
mod listed;
mod local;
mod neighbours;
mod own_amounts;
mod own_side;
mod own_texts;
mod raw_lines;
#[cfg(test)]
mod shares_tests;
mod texts;
mod told;
mod workbook;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use desk_reconcile::{Basis, Scope, Verdict};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{BillTotals, BillType, FeeDifference};

use crate::GatewaySays;
use crate::progress::Cancel;
pub use beside::{Beside, BesideBill, WaitingOrders};
use bills::Bills;
use by_shares::Bounds;
pub use differences::MalformedLine;
pub use fault::ReconcileFault;
pub(crate) use fees::COLUMNS as FEE_COLUMNS;
pub use fees::{FeeOff, exact_yuan_text};
pub use keeping::bill_digest;
pub(crate) use keeping::{MALFORMED, Parts, facts, file_digest, hex, kept_tallies, tallies_of, unbilled};
pub use kept::KeptSide;
use listed::{Listed, MOST_HELD_ROWS};
pub(crate) use neighbours::settled_by;
pub use own_amounts::OwnAmounts;
pub(crate) use own_amounts::fitting;
pub use own_side::{OwnFiles, OwnRows, OwnSide, OwnTable};
pub(crate) use workbook::amount;

/// What an order takes in a file, about: what the store has of one is told as so many bytes.
const ROW_BYTES_OF_ORDERS: u64 = 180;
/// What both sides of a day may keep of their rows; beyond it the day is brought together share by share.
const MOST_KEPT_BYTES: usize = 416 * 1024 * 1024;

/// What is to be compared.
#[derive(Clone)]
pub struct DaySides {
    /// Bills of trades, plain or packed; a file that is given twice counts once. None where WeChat says that nothing was traded:
    /// then everything of the merchant's own side has nothing in the bill.
    pub bills: Vec<PathBuf>,
    /// What is known of the days before and after.
    pub beside: Beside,
    /// The merchant's own side.
    pub own: OwnSide,
    /// Which of WeChat's amounts the merchant keeps.
    pub basis: Basis,
    /// Any moment of the day.
    pub date: UtcMs,
    /// How wide the edges around midnight are, in seconds.
    pub day_cut_s: u32,
    /// The merchant whose bills these must be, where it is known. What comes of the day is then kept, so that the bills are
    /// hashed while they are read.
    pub mch_id: Option<String>,
    /// The sub-merchant that they must be of as well, where they were asked for with its number.
    pub sub_mch_id: Option<String>,
}

/// What the bills are, all together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillsRead {
    /// Files that were read, in the order of their numbers.
    pub files: Vec<PathBuf>,
    /// Files that hold the same text as an earlier one, packed or not, and were left out.
    pub same: Vec<String>,
    /// What those that are compared add up to; `summary_ok` and `malformed` are of every file.
    pub totals: BillTotals,
    /// Rows of bills of 充值退款, which are in no bill of trades and compared with nothing.
    pub recharge_refunds: u64,
    /// The merchant.
    pub mch_id: Option<String>,
    /// What each file is, in the order of their numbers.
    pub each: Vec<OneBill>,
    /// SHA-256 of the plain text of each, in the order of their numbers; none where the merchant is not known.
    pub(crate) digests: Vec<[u8; 32]>,
}

/// One bill of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneBill {
    /// Which rows it holds.
    pub kind: BillType,
    /// How many columns it has: its generation.
    pub columns: usize,
    /// What it adds up to.
    pub totals: BillTotals,
}

/// What the own side is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalRead {
    /// Readable orders.
    pub orders: u64,
    /// Orders of the store that are only claimed, by an import, and of which nothing is verified.
    pub claims: u64,
    /// Readable refunds.
    pub refunds: u64,
    /// Rows that cannot be read, of both.
    pub malformed: u64,
    /// Totals, blank lines and further lines of one order.
    pub passed_over: u64,
    /// Numbers that a spreadsheet damaged in rows that were taken all the same: they are found by their other number.
    pub damaged_ids: u64,
    /// The line of the first of these, in the orders where they have one.
    pub first_damaged_line: Option<u64>,
    /// The sheet of a workbook that the orders stood on.
    pub orders_sheet: Option<String>,
    /// The one of the refunds.
    pub refunds_sheet: Option<String>,
}

/// What came of a day.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// The bills.
    pub bills: BillsRead,
    /// The own side.
    pub local: LocalRead,
    /// The classes and what they add up to.
    pub verdict: Verdict,
    /// What differs, one by one.
    differences: Arc<Listed>,
    /// Rows that cannot be read, the first of them.
    pub malformed: Vec<MalformedLine>,
    /// What the gateway said about differences, by their places in the list; empty unless it was asked.
    pub told: BTreeMap<usize, GatewaySays>,
}

impl Reconciled {
    /// Rows of either side that cannot be read.
    pub const fn malformed_count(&self) -> u64 {
        self.bills.totals.malformed + self.local.malformed
    }

    /// Those of them that are only counted: beyond the first ten thousand of a side nobody is told line and reason.
    pub const fn malformed_unlisted(&self) -> u64 {
        self.malformed_count().saturating_sub(self.malformed.len() as u64)
    }

    /// Whether the day is balanced: nothing differs and every row was read.
    pub fn is_balanced(&self) -> bool {
        self.malformed_count() == 0 && self.verdict.is_balanced()
    }

    /// Rows and pairs that do not agree, day cuts included.
    pub fn listed_count(&self) -> u64 {
        self.differences.count()
    }

    /// The sum of all marked fee differences.
    pub const fn fee_difference(&self) -> FeeDifference {
        self.verdict.fees.difference
    }
}

/// Who watches the reading: told of every block of bytes, and able to stop it.
#[derive(Clone, Copy)]
pub struct Watch<'w> {
    /// Called with the bytes that were just read.
    pub on_bytes: &'w (dyn Fn(u64) + Sync),
    /// Called when it turns out that so many more will be read.
    pub on_more: &'w (dyn Fn(u64) + Sync),
    /// Stops the reading at its next block.
    pub cancel: &'w Cancel,
}

/// A file that is watched while it is read.
struct Watched<'w> {
    file: fs::File,
    watch: Watch<'w>,
}

impl Read for Watched<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.watch.cancel.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.file.read(room)?;
        (self.watch.on_bytes)(count as u64);
        Ok(count)
    }
}

/// Whether nobody stopped it.
fn go_on(cancel: &Cancel) -> Result<(), ReconcileFault> {
    if cancel.is_cancelled() { Err(ReconcileFault::Cancelled) } else { Ok(()) }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl DaySides {
    /// The bytes of everything that is read, once; of the store about as many as its orders would have in a file.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn bytes(&self) -> Result<u64, ReconcileFault> {
        let bills = self.bills.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len());
        Ok(bills.sum::<u64>() + self.own.bytes()?)
    }

    /// Brings the day together.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or is refused as a whole; then nothing is known of the day.
    pub fn reconcile(&self, watch: Watch<'_>) -> Result<Reconciled, ReconcileFault> {
        let result = self.reconcile_within(Bounds { kept_bytes: MOST_KEPT_BYTES, held_rows: MOST_HELD_ROWS }, watch);
        if watch.cancel.is_cancelled() { Err(ReconcileFault::Cancelled) } else { result }
    }

    /// What both sides have, so that it can be compared.
    fn scope(&self, bills: &Bills<'_>) -> Result<Scope, ReconcileFault> {
        let scope = Scope {
            payments: bills.have_payments() && self.own.has_orders(),
            refunds: bills.have_refunds() && self.own.has_refunds(),
        };
        if !bills.have_payments() && !bills.have_refunds() {
            return Err(ReconcileFault::NoTrades);
        }
        if !scope.payments && !scope.refunds {
            return Err(ReconcileFault::NothingToCompare);
        }
        Ok(scope)
    }
}

fn place(file: &std::path::Path) -> String {
    file.display().to_string()
}

fn places<'f>(files: impl Iterator<Item = &'f PathBuf>) -> String {
    files.map(|file| place(file)).collect::<Vec<_>>().join(", ")
}

//! A day's bill against the merchant's own side, files or the store: both read in threads of their own, brought together by
//! `desk-reconcile`, and what differs looked up again where it stands.

mod beside;
mod bill_rows;
mod bills;
mod by_shares;
mod differences;
mod each_row;
mod fault_words;
mod fees;
mod keeping;
mod kept;
mod listed;
mod local;
mod neighbours;
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
use desk_sheets::{SheetError, WriteError};
use desk_store::StoreError;
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{BillRefusal, BillTotals, BillType, FeeDifference};

use crate::GatewaySays;
use crate::progress::Cancel;
pub use beside::{Beside, BesideBill, WaitingOrders};
use bills::Bills;
use by_shares::Bounds;
pub use differences::MalformedLine;
pub(crate) use fees::COLUMNS as FEE_COLUMNS;
pub use fees::{FeeOff, exact_yuan_text};
pub use keeping::bill_digest;
pub(crate) use keeping::{MALFORMED, Parts, facts, file_digest, hex, kept_tallies, tallies_of, unbilled};
pub use kept::KeptSide;
use listed::{Listed, MOST_HELD_ROWS};
pub(crate) use neighbours::settled_by;
pub use own_side::{OwnFiles, OwnSide, OwnTable};
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
}

/// Why a day cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileFault {
    /// A bill is refused as a whole.
    #[error("{place}: {cause} [{}]", .cause.chinese())]
    Bill {
        /// The file.
        place: String,
        /// Why.
        cause: BillRefusal,
    },
    /// A fund flow has no orders.
    #[error("{0} is a fund flow [资金账单]; give bills of trades [交易账单]")]
    FundFlow(String),
    /// A bill of another day.
    #[error(
        "{place} line {line}: {at} lies outside of {date} [不是当天的账单]; give the bill of that day, or another --date"
    )]
    OtherDay {
        /// The file.
        place: String,
        /// The first such row.
        line: u64,
        /// Its 交易时间.
        at: String,
        /// The day that was asked for.
        date: String,
    },
    /// A bill that should be of a day beside it.
    #[error(
        "{place} line {line}: {at} is not of the day before or after {date} [不是前后一天的账单]; give one bill of each"
    )]
    NotBeside {
        /// The file.
        place: String,
        /// The first such row.
        line: u64,
        /// Its 交易时间.
        at: String,
        /// The day that is brought together.
        date: String,
    },
    /// Bills of 充值退款 and none of trades.
    #[error(
        "bills of RECHARGE_REFUND are compared with nothing [充值退款账单不参与对账]; give the bill of trades of the day as well"
    )]
    NoTrades,
    /// No bill, and nobody said that there is none.
    #[error(
        "there is no bill of {0}, and WeChat has not said that nothing was traded [没有账单，微信支付也没有说当天无交易]; download it, or give it"
    )]
    NoBill(String),
    /// That nothing was traded does not hold where there is a bill.
    #[error(
        "a bill of {0} is known [已有当天的账单]; give it where it is no longer in its place, or download it again"
    )]
    BillKnown(String),
    /// Two bills of the same trades, each of which would count twice.
    #[error(
        "{place} and {other} hold the same trades [ALL 账单已包含 SUCCESS 和 REFUND]; give the one of kind ALL alone, or SUCCESS and REFUND without it"
    )]
    Overlapping {
        /// The file.
        place: String,
        /// The one before it.
        other: String,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store has one amount of an order.
    #[error(
        "the kept orders have 订单金额 only; leave --amount out, or give your orders as a file [本地库只有订单金额]"
    )]
    OnlyOrderAmount,
    /// More files than can be told apart.
    #[error("at most {} bills can be compared at once", desk_reconcile::MAX_BILLS)]
    TooManyBills,
    /// Neither orders nor refunds, or none that the bills speak of.
    #[error(
        "there is nothing to compare the bills with [没有可对比的本地文件]; give orders for payments and refunds for refunds"
    )]
    NothingToCompare,
    /// A table is refused as a whole.
    #[error("{place}: {cause}")]
    Sheet {
        /// The file.
        place: String,
        /// Why.
        cause: SheetError,
    },
    /// Orders whose day nobody can tell.
    #[error(
        "{0} has no column with the time of payment [缺少支付时间列]; say in a mapping which one it is: paid_at = \"…\""
    )]
    NoPaidAt(String),
    /// Refunds whose day nobody can tell.
    #[error(
        "{0} has no column with the time of the refund [缺少退款时间列]; say in a mapping which one it is: created_at = \"…\""
    )]
    NoRefundTime(String),
    /// A file cannot be read.
    #[error("{place} cannot be read: {cause}; check the name and the permissions")]
    Unreadable {
        /// The file.
        place: String,
        /// Why.
        cause: io::Error,
    },
    /// A file was read again and says something else.
    #[error(
        "{0} changed while it was read and nothing was kept [读取期间文件被改动，未保留任何结果]; start again once nobody writes it"
    )]
    Changed(String),
    /// The results cannot be written.
    #[error("{place} cannot be written: {cause}; check the folder and the space on the disk")]
    Unwritable {
        /// The file.
        place: String,
        /// Why.
        cause: WriteError,
    },
    /// Some of the results have their names and the next one cannot take its own.
    #[error(
        "{place} cannot be replaced: {cause}; {written} are of this run already, the rest is of an earlier one [只替换了一部分结果文件]; close whatever has it open and start again"
    )]
    PartlyWritten {
        /// The file that is still an earlier one.
        place: String,
        /// Those that are new.
        written: String,
        /// Why.
        cause: io::Error,
    },
    /// A thread of the work ended by itself, which is a defect.
    #[error("an internal step failed; please report it")]
    Internal,
    /// Somebody stopped it; nothing was written.
    #[error("stopped; nothing was written [已取消]")]
    Cancelled,
}

impl ReconcileFault {
    /// The word that the window translates and scripts compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bill { .. } | Self::OtherDay { .. } | Self::NotBeside { .. } | Self::FundFlow(_) | Self::NoTrades => {
                "bill_refused"
            }
            Self::Unreadable { .. } | Self::Changed(_) => "input_unreadable",
            Self::Unwritable { .. } | Self::PartlyWritten { .. } => "output_unwritable",
            Self::Store(_) => "store_unavailable",
            Self::Internal => "internal",
            Self::Cancelled => "cancelled",
            Self::TooManyBills
            | Self::NoBill(_)
            | Self::BillKnown(_)
            | Self::Overlapping { .. }
            | Self::NothingToCompare
            | Self::OnlyOrderAmount
            | Self::Sheet { .. }
            | Self::NoPaidAt(_)
            | Self::NoRefundTime(_) => "input_invalid",
        }
    }
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

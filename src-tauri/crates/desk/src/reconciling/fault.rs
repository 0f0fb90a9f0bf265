//! Why a day cannot be compared, in English; `fault_words` has the Chinese.

use std::io;

use desk_sheets::{SheetError, WriteError};
use desk_store::StoreError;
use wxpay_protocol::bill::BillRefusal;

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
    /// Somebody else brought the same day together in the same way meanwhile.
    #[error(
        "another window or command has just compared the same day; its result counts, look at the day [以它的结果为准]"
    )]
    TakenOver,
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
            Self::TakenOver => "taken_over",
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

//! The grammar of WeChat's bills (protocol page §4.6 and §4.7): which columns stand where, how a line is
//! written, and how it is read.
//!
//! One table of columns serves every kind of bill and every generation of it, so that whoever reads a bill and whoever
//! writes one mean the same by a title.

mod amount;
mod cells;
mod column;
pub mod download;
mod fee;
mod fund_flow;
mod fund_flow_reader;
mod layout;
mod line;
mod lines;
mod reader;
mod refusal;
mod row;
#[cfg(test)]
mod sample;
mod summary;
mod trade;

pub use amount::Days;
pub use column::Column;
pub use fee::{FeeError, FeeRounding, MilliFen, Rate};
pub use fund_flow::{AccountType, Direction, FUND_FLOW_HEADER, FUND_FLOW_SUMMARY_HEADER, FundFlow, FundFlowSums};
pub use fund_flow_reader::{FundFlowReader, FundFlowTotals};
pub use layout::Layout;
pub use line::LineEnd;
pub use reader::{Bill, BillLine, BillTotals, MalformedRow, TradeReader};
pub use refusal::{BillRefusal, Expected, RowFault};
pub use row::{BillRow, BillState, FeeDifference};
pub use trade::{RefundPart, TradeBill, TradeRow, TradeSums, yuan_text};

/// Which rows a bill of trades holds (`bill_type`, protocol page §4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BillType {
    /// Payments and refunds; the default where nothing is said.
    #[default]
    All,
    /// Payments.
    Success,
    /// Refunds.
    Refund,
    /// Refunds of recharged money.
    RechargeRefund,
}

impl BillType {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::All, Self::Success, Self::Refund, Self::RechargeRefund];

    /// The wire's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
            Self::RechargeRefund => "RECHARGE_REFUND",
        }
    }

    /// Whether a bill of this kind has the payments of its day.
    pub const fn has_payments(self) -> bool {
        matches!(self, Self::All | Self::Success)
    }

    /// Whether a bill of this kind has the refunds of its day; those of recharged money are no refunds of orders.
    pub const fn has_refunds(self) -> bool {
        matches!(self, Self::All | Self::Refund)
    }

    /// The kind for a word of the wire; nothing for a word that is not known.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The years of a bill's columns (protocol page §4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Generation {
    /// 应结订单金额 and 代金券金额; 27 columns for ALL.
    #[default]
    Current,
    /// Merchants without coupons that they pay for themselves: 总金额 and 代金券或立减优惠金额; 24 columns for ALL.
    Legacy,
    /// As legacy, in the oldest wording: 企业红包金额.
    Oldest,
}

impl Generation {
    /// Every generation, newest first.
    pub const ALL: [Self; 3] = [Self::Current, Self::Legacy, Self::Oldest];
}

/// How a bill is laid out beside its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillForm {
    /// The years of its columns.
    pub generation: Generation,
    /// What ends every line, the last one included.
    pub line_end: LineEnd,
    /// Starts with a UTF-8 byte order mark; attested in some captures, off by default.
    pub byte_order_mark: bool,
    /// The summary of a SUCCESS bill has the four columns of the documentation instead of the seven that were captured.
    pub short_success_summary: bool,
}

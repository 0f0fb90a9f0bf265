//! What a file says of itself where a bill of trades was chosen, before anything is compared.

use std::fs::File;
use std::io;
use std::path::Path;

use wxpay_protocol::bill::{Bill, BillLine, BillRefusal};

use crate::BillText;

/// Why a chosen file cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum BillProblem {
    /// The medium failed, or it is no file.
    #[error("the file cannot be read: {0}; check the name and the permissions")]
    Unreadable(#[from] io::Error),
    /// It is refused as a whole.
    #[error(transparent)]
    Refused(#[from] BillRefusal),
    /// A fund flow has no orders.
    #[error("this is a fund flow, which has no orders; choose a bill of trades")]
    FundFlow,
}

impl BillProblem {
    /// The word that the window and scripts compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "input_unreadable",
            Self::Refused(cause) => cause.code(),
            Self::FundFlow => "bill_is_fund_flow",
        }
    }

    /// What is wrong and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Unreadable(cause) => format!("文件无法读取（{cause}）；请检查文件名和权限"),
            Self::Refused(cause) => cause.chinese(),
            Self::FundFlow => "这是资金账单，没有订单；请选择交易账单".to_owned(),
        }
    }
}

/// The day of the first readable row of a bill of trades, such as `2026-11-20`; nothing where it has no such row.
///
/// # Errors
///
/// See [`BillProblem`]; what stands behind that row is not looked at.
pub fn first_day(bill: &Path) -> Result<Option<String>, BillProblem> {
    let text = BillText::open(File::open(bill)?)?;
    let Bill::Trades(mut bill) = Bill::open(text)? else { return Err(BillProblem::FundFlow) };
    loop {
        match bill.next_line()? {
            Some(BillLine::Row(row)) => return Ok(Some(row.at.day())),
            Some(BillLine::Malformed(_)) => {}
            None => return Ok(None),
        }
    }
}

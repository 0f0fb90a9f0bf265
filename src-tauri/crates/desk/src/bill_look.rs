//! What a file says of itself where a bill of trades was chosen, before anything is compared.

use std::fs::File;
use std::io;
use std::path::Path;

use wxpay_protocol::UtcMs;
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

/// The day of a bill of trades, such as `2026-11-20`: of its first readable row, else the one in its name; nothing where neither
/// tells.
///
/// # Errors
///
/// See [`BillProblem`]; what stands behind that row is not looked at.
pub fn day_of_bill(bill: &Path) -> Result<Option<String>, BillProblem> {
    Ok(first_day(bill)?.or_else(|| named_day(bill)))
}

/// The only day in the name of a file, written as WeChat's names and ours do: `2026-11-20` or `20261120`, beside no further digit.
fn named_day(bill: &Path) -> Option<String> {
    let name = bill.file_name()?.to_str()?;
    let is_digit = |place: usize| name.as_bytes().get(place).is_some_and(u8::is_ascii_digit);
    let day_at = |start: usize| {
        if start.checked_sub(1).is_some_and(is_digit) {
            return None;
        }
        let is_day = |text: &&str, length: usize| text.starts_with("20") && !is_digit(start + length);
        let written = |length: usize| name.get(start..start + length).filter(|text| is_day(text, length));
        let dashed = written(10).and_then(|day| UtcMs::parse_dashed(&format!("{day} 00:00:00")).ok());
        dashed.or_else(|| written(8).and_then(|day| UtcMs::parse_compact(&format!("{day}000000")).ok()))
    };
    let mut days = (0..name.len()).filter_map(day_at);
    let first = days.next()?;
    days.all(|day| day == first).then(|| first.day())
}

fn first_day(bill: &Path) -> Result<Option<String>, BillProblem> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_in_the_name_of_a_bill_is_found_as_wechat_and_this_program_write_it() {
        let day = |name: &str| named_day(Path::new(name));
        for name in [
            "1900000001_2026-11-20_ALL.csv.gz",
            "bills/1900000001All2026-11-20_2026-11-20.csv",
            "1900000001-20261120.csv",
            "账单2026-11-20.csv",
        ] {
            assert_eq!(day(name).as_deref(), Some("2026-11-20"), "{name}");
        }
        for name in
            ["empty.csv", "2026-11-20/empty.csv", "2026-11-01_2026-11-30.csv", "20261120150405.csv", "10021203.csv"]
        {
            assert_eq!(day(name), None, "{name}");
        }
    }
}

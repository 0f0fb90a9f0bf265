//! The last two lines of a bill, which say what the rows must add up to.

use std::io::Read;

use super::amount::{count, fee, yuan};
use super::cells::Cells;
use super::fee::milli_fen_text;
use super::lines::{LineAt, Lines};
use super::refusal::{BillRefusal, shown};
use super::trade::{TradeSums, yuan_text};

/// How the header of a summary begins: 总交易单数 of trades, 资金流水总笔数 of a fund flow.
const FIRST_TITLES: [&str; 2] = ["总交易单数", "资金流水总笔数"];

/// Whether a line below the rows is the header of the summary.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"`").unwrap_or(line);
    FIRST_TITLES.into_iter().any(|title| line.starts_with(title.as_bytes()))
}

/// A summary: each title with the value below it.
#[derive(Debug)]
pub(super) struct Summary {
    line: u64,
    values: Vec<(String, Vec<u8>)>,
}

impl Summary {
    /// Reads the summary whose header was just met, and makes sure that nothing follows it.
    pub(super) fn read<R: Read>(lines: &mut Lines<R>, header: &LineAt) -> Result<Self, BillRefusal> {
        let titles = String::from_utf8_lossy(lines.text(header)).into_owned();
        let titles: Vec<String> =
            titles.split(',').map(|title| title.trim().trim_start_matches('`').to_owned()).collect();
        let at = loop {
            match lines.next()? {
                None => return Err(BillRefusal::NoSummary { line: lines.taken_lines() }),
                Some(at) if lines.text(&at).trim_ascii().is_empty() => {}
                Some(at) => break at,
            }
        };
        let mut cells = Cells::new();
        let found = if lines.text(&at).starts_with(b"`") { cells.cut(lines.window(&at), at.length()) } else { 0 };
        if found != titles.len() {
            let found = shown(lines.text(&at));
            return Err(BillRefusal::Summary { line: at.number, title: titles.join(","), found });
        }
        let value = |number: usize| cells.value(lines.window(&at), number).to_vec();
        let values = titles.into_iter().enumerate().map(|(number, title)| (title, value(number))).collect();
        while let Some(more) = lines.next()? {
            if !lines.text(&more).trim_ascii().is_empty() {
                return Err(BillRefusal::AfterSummary { line: more.number });
            }
        }
        Ok(Self { line: at.number, values })
    }

    /// The value below a title, as `reader` reads it; nothing where there is no such title.
    pub(super) fn value<T>(&self, title: &str, reader: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>, BillRefusal> {
        let Some((title, text)) = self.values.iter().find(|(known, _)| known == title) else { return Ok(None) };
        let refusal = || BillRefusal::Summary { line: self.line, title: title.clone(), found: shown(text) };
        reader(text).map(Some).ok_or_else(refusal)
    }

    /// A count that a summary cannot be without.
    pub(super) fn count(&self, title: &str) -> Result<u64, BillRefusal> {
        let missing = || BillRefusal::Summary { line: self.line, title: title.to_owned(), found: String::new() };
        self.value(title, count)?.ok_or_else(missing)
    }

    /// Compares what the summary says of money with what the rows add up to.
    pub(super) fn compare(&self, sums: &TradeSums) -> Result<(), BillRefusal> {
        let of_fen = [
            ("应结订单总金额", sums.settlement_total_fee),
            ("订单总金额", sums.total_fee),
            ("总交易额", sums.total_fee),
            ("退款总金额", sums.settlement_refund_fee),
            ("充值券退款总金额", sums.coupon_refund_fee),
            ("总代金券或立减优惠退款金额", sums.coupon_refund_fee),
            ("总企业红包退款金额", sums.coupon_refund_fee),
            ("申请退款总金额", sums.refund_fee),
            ("总退款金额", sums.refund_fee),
        ];
        for (title, found) in of_fen {
            let said = self.value(title, yuan)?.map(|said| i128::from(said.get()));
            if let Some(said) = said.filter(|said| *said != found) {
                return Err(BillRefusal::Sum { title, said: yuan_text(said), found: yuan_text(found) });
            }
        }
        for title in ["手续费总金额", "返还手续费总金额"] {
            let said = self.value(title, fee)?.map(|said| i128::from(said.get()));
            if let Some(said) = said.filter(|said| *said != sums.fee_milli_fen) {
                let found = milli_fen_text(sums.fee_milli_fen);
                return Err(BillRefusal::Sum { title, said: milli_fen_text(said), found });
            }
        }
        Ok(())
    }
}

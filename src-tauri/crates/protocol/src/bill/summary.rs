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
        for (titles, found) in titles_of_fen(*sums) {
            for title in titles {
                let said = self.value(title, yuan)?.map(|said| i128::from(said.get()));
                if let Some(said) = said.filter(|said| *said != found) {
                    return Err(BillRefusal::Sum { title, said: yuan_text(said), found: yuan_text(found) });
                }
            }
        }
        for title in TITLES_OF_FEES {
            let said = self.value(title, fee)?.map(|said| i128::from(said.get()));
            if let Some(said) = said.filter(|said| *said != sums.fee_milli_fen) {
                let found = milli_fen_text(sums.fee_milli_fen);
                return Err(BillRefusal::Sum { title, said: milli_fen_text(said), found });
            }
        }
        Ok(())
    }

    /// What the summary says beyond these sums, which is what rows that cannot be read would have to hold; 0 where it has no
    /// such title.
    pub(super) fn beyond(&self, sums: &TradeSums) -> Result<TradeSums, BillRefusal> {
        let mut more = [0; 5];
        for (more, (titles, found)) in more.iter_mut().zip(titles_of_fen(*sums)) {
            for title in titles {
                if let Some(said) = self.value(title, yuan)? {
                    *more = i128::from(said.get()) - found;
                }
            }
        }
        let mut fee_milli_fen = 0;
        for title in TITLES_OF_FEES {
            if let Some(said) = self.value(title, fee)? {
                fee_milli_fen = i128::from(said.get()) - sums.fee_milli_fen;
            }
        }
        let [settlement_total_fee, total_fee, settlement_refund_fee, coupon_refund_fee, refund_fee] = more;
        let rows = self.count("总交易单数")?.saturating_sub(sums.rows);
        Ok(TradeSums {
            rows,
            settlement_total_fee,
            settlement_refund_fee,
            coupon_refund_fee,
            fee_milli_fen,
            total_fee,
            refund_fee,
        })
    }
}

/// Every title that a sum in fen had in some generation, and the sum.
fn titles_of_fen(sums: TradeSums) -> [(&'static [&'static str], i128); 5] {
    [
        (&["应结订单总金额"], sums.settlement_total_fee),
        (&["订单总金额", "总交易额"], sums.total_fee),
        (&["退款总金额"], sums.settlement_refund_fee),
        (&["充值券退款总金额", "总代金券或立减优惠退款金额", "总企业红包退款金额"], sums.coupon_refund_fee),
        (&["申请退款总金额", "总退款金额"], sums.refund_fee),
    ]
}

/// Every title that the sum of the fees had in some generation.
const TITLES_OF_FEES: [&str; 2] = ["手续费总金额", "返还手续费总金额"];

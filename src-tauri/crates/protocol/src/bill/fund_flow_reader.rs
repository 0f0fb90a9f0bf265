//! A fund flow, read: every movement, and whether its summary says the same (protocol page §4.7).

use std::io::Read;

use super::FundFlowSums;
use super::amount::{Days, yuan};
use super::cells::Cells;
use super::lines::Lines;
use super::reader::MalformedRow;
use super::refusal::{BillRefusal, Expected, RowFault};
use super::summary::{self, Summary};
use super::trade::yuan_text;

/// A fund flow that is being read.
#[derive(Debug)]
pub struct FundFlowReader<R> {
    lines: Lines<R>,
    columns: usize,
    cells: Cells,
    days: Days,
}

/// What a fund flow adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FundFlowTotals {
    /// The readable rows.
    pub sums: FundFlowSums,
    /// Rows that cannot be read, in the order of the file.
    pub malformed: Vec<MalformedRow>,
    /// Every row was read and the summary says the same.
    pub summary_ok: bool,
}

impl<R: Read> FundFlowReader<R> {
    pub(super) fn new(lines: Lines<R>, columns: usize) -> Self {
        Self { lines, columns, cells: Cells::new(), days: Days::default() }
    }

    /// How many columns there are: 11.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Reads every row and compares the summary.
    ///
    /// # Errors
    ///
    /// The fund flow is refused as a whole: cut off, changed, not readable.
    pub fn read(mut self) -> Result<FundFlowTotals, BillRefusal> {
        let mut totals = FundFlowTotals::default();
        loop {
            let Some(at) = self.lines.next()? else {
                return Err(BillRefusal::NoSummary { line: self.lines.taken_lines() });
            };
            let text = self.lines.text(&at);
            if summary::is_header(text) {
                let summary = Summary::read(&mut self.lines, &at)?;
                compare(&summary, &mut totals)?;
                return Ok(totals);
            }
            if text.trim_ascii().is_empty() {
                continue;
            }
            let found = if text.starts_with(b"`") { self.cells.cut(self.lines.window(&at), at.length()) } else { 0 };
            let fault = match found {
                0 => Some(RowFault::NoTick),
                _ if found != self.columns => Some(RowFault::Values { found, expected: self.columns }),
                _ => read_row(&self.cells, self.lines.window(&at), &mut self.days, &mut totals.sums).err(),
            };
            totals.malformed.extend(fault.map(|fault| MalformedRow { line: at.number, fault }));
        }
    }
}

/// 记账时间, 收支类型, 收支金额(元) and 账户结余(元) stand in fixed places; a fund flow has had one generation.
fn read_row(cells: &Cells, window: &[u8], days: &mut Days, sums: &mut FundFlowSums) -> Result<(), RowFault> {
    let value = |number: usize| cells.value(window, number);
    let amount = |title: &'static str, number: usize| {
        yuan(value(number)).ok_or_else(|| RowFault::value(title, value(number), Expected::Yuan))
    };
    days.read(value(0)).ok_or_else(|| RowFault::value("记账时间", value(0), Expected::Time))?;
    let moved = i128::from(amount("收支金额(元)", 6)?.get());
    amount("账户结余(元)", 7)?;
    match value(5) {
        text if text == "收入".as_bytes() => {
            sums.incomes += 1;
            sums.income += moved;
        }
        text if text == "支出".as_bytes() => {
            sums.expenses += 1;
            sums.expense += moved;
        }
        other => return Err(RowFault::value("收支类型", other, Expected::Direction)),
    }
    Ok(())
}

fn compare(summary: &Summary, totals: &mut FundFlowTotals) -> Result<(), BillRefusal> {
    let sums = totals.sums;
    let malformed = totals.malformed.len() as u64;
    let (said, found) = (summary.count("资金流水总笔数")?, sums.incomes + sums.expenses + malformed);
    if said != found {
        return Err(BillRefusal::Count { said, found });
    }
    if malformed > 0 {
        return Ok(());
    }
    for (title, found) in [("收入笔数", sums.incomes), ("支出笔数", sums.expenses)] {
        let said = summary.count(title)?;
        if said != found {
            return Err(BillRefusal::Sum { title, said: said.to_string(), found: found.to_string() });
        }
    }
    for (title, found) in [("收入金额", sums.income), ("支出金额", sums.expense)] {
        let said = summary.value(title, yuan)?.map(|said| i128::from(said.get()));
        if let Some(said) = said.filter(|said| *said != found) {
            return Err(BillRefusal::Sum { title, said: yuan_text(said), found: yuan_text(found) });
        }
    }
    totals.summary_ok = true;
    Ok(())
}

//! Bills, read: whichever kind and generation a file is of, row by row, with the refusals of a file that may not be believed.

use std::io::Read;

use super::cells::Cells;
use super::fund_flow_reader::FundFlowReader;
use super::layout::Layout;
use super::lines::{LineAt, Lines, not_a_bill};
use super::refusal::{BillRefusal, RowFault};
use super::row::{self, BillRow, BillState, Memory};
use super::summary::{self, Summary};
use super::trade::TradeSums;
use super::{Column, FUND_FLOW_HEADER};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A bill whose header was read.
#[derive(Debug)]
pub enum Bill<R> {
    /// What downloadbill gives.
    Trades(Box<TradeReader<R>>),
    /// What downloadfundflow gives.
    FundFlow(Box<FundFlowReader<R>>),
}

impl<R: Read> Bill<R> {
    /// Reads the header. `source` is read in blocks and gives plain text; whoever opened it has unpacked it.
    ///
    /// # Errors
    ///
    /// What the file is instead of a bill, or which title is missing.
    pub fn open(source: R) -> Result<Self, BillRefusal> {
        let mut lines = Lines::new(source);
        if lines.beginning()?.starts_with(BYTE_ORDER_MARK) {
            lines.skip(BYTE_ORDER_MARK.len());
        }
        let refusal = not_a_bill(lines.beginning()?);
        let at = match lines.next() {
            Ok(Some(at)) => at,
            Ok(None) | Err(BillRefusal::LineTooLong { .. }) => return Err(refusal),
            Err(unreadable) => return Err(unreadable),
        };
        let Ok(header) = std::str::from_utf8(lines.text(&at)) else { return Err(refusal) };
        if header.contains("资金流水单号") {
            return Ok(Self::FundFlow(Box::new(FundFlowReader::new(lines, header_columns(FUND_FLOW_HEADER)))));
        }
        if !header.contains("交易时间") {
            return Err(refusal);
        }
        let layout = Layout::read(header)?;
        Ok(Self::Trades(Box::new(TradeReader::new(lines, layout))))
    }
}

fn header_columns(header: &str) -> usize {
    header.split(',').count()
}

/// A line of a bill: a row, or what could not be read as one.
#[derive(Debug)]
pub enum BillLine<'b> {
    /// Read.
    Row(BillRow<'b>),
    /// Not read; the bill cannot be balanced as long as it has one.
    Malformed(MalformedRow),
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedRow {
    /// From 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// What a bill of trades adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillTotals {
    /// Rows with 交易状态 SUCCESS or REVOKED.
    pub payments: u64,
    /// Rows with 交易状态 REFUND.
    pub refunds: u64,
    /// Rows that cannot be read.
    pub malformed: u64,
    /// The readable rows.
    pub sums: TradeSums,
    /// Every row was read and the summary says the same; false until the end was reached.
    pub summary_ok: bool,
    /// What the summary says beyond the readable rows: what the rows that cannot be read would have to hold.
    pub unread: TradeSums,
}

/// A bill of trades that is being read.
#[derive(Debug)]
pub struct TradeReader<R> {
    lines: Lines<R>,
    layout: Layout,
    cells: Cells,
    memory: Memory,
    totals: BillTotals,
    merchant: Option<Vec<u8>>,
    sub_merchant: Option<Vec<u8>>,
    /// The row before lacked values, so that a line without a back-tick goes on with it.
    broken: bool,
    ended: bool,
}

impl<R: Read> TradeReader<R> {
    fn new(lines: Lines<R>, layout: Layout) -> Self {
        Self {
            lines,
            layout,
            cells: Cells::new(),
            memory: Memory::default(),
            totals: BillTotals::default(),
            merchant: None,
            sub_merchant: None,
            broken: false,
            ended: false,
        }
    }

    /// Insists that every row is of this merchant; without it, that all are of the first row's.
    pub fn expect_merchant(&mut self, mch_id: &str) {
        self.merchant = Some(mch_id.as_bytes().to_vec());
    }

    /// Insists that no row is of another sub-merchant: a service provider's own bill has those of all.
    pub fn expect_sub_merchant(&mut self, sub_mch_id: &str) {
        self.sub_merchant = Some(sub_mch_id.as_bytes().to_vec());
    }

    /// What the header says.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What has been added up so far.
    pub const fn totals(&self) -> &BillTotals {
        &self.totals
    }

    /// The merchant of the rows, once there was one.
    pub fn merchant(&self) -> Option<&[u8]> {
        self.merchant.as_deref()
    }

    /// How far the reading is, in bytes of plain text.
    pub const fn taken_bytes(&self) -> u64 {
        self.lines.taken_bytes()
    }

    /// The next row; nothing after the last one, when the summary was compared.
    ///
    /// # Errors
    ///
    /// The bill is refused as a whole: cut off, changed, of another merchant, not readable (reconcile invariant C3).
    #[inline]
    pub fn next_line(&mut self) -> Result<Option<BillLine<'_>>, BillRefusal> {
        let at = loop {
            if self.ended {
                return Ok(None);
            }
            let Some(at) = self.lines.next()? else {
                return Err(BillRefusal::NoSummary { line: self.lines.taken_lines() });
            };
            match self.lines.text(&at) {
                [b'`', ..] => break at,
                text if summary::is_header(text) => self.finish(&at)?,
                text if text.trim_ascii().is_empty() || self.broken => {}
                _ => {
                    self.broken = true;
                    return Ok(Some(self.malformed(at.number, RowFault::NoTick)));
                }
            }
        };
        let columns = self.layout.columns();
        let found = self.cells.cut(self.lines.window(&at), at.length());
        self.broken = found < columns;
        if found != columns {
            return Ok(Some(self.malformed(at.number, RowFault::Values { found, expected: columns })));
        }
        let window = self.lines.window(&at);
        match row::read(&self.layout, &mut self.memory, &self.cells, window, (at.number, at.offset)) {
            Ok(row) => {
                let other = |found: &[u8], expected: &[u8]| {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    BillRefusal::OtherMerchant { line: at.number, found: text(found), expected: text(expected) }
                };
                match &self.merchant {
                    Some(merchant) if merchant == row.mch_id => {}
                    Some(merchant) => return Err(other(row.mch_id, merchant)),
                    None => self.merchant = Some(row.mch_id.to_vec()),
                }
                if let (Some(wanted), Some(found)) = (&self.sub_merchant, row.sub_mch_id())
                    && wanted != found
                {
                    return Err(other(found, wanted));
                }
                match row.state {
                    BillState::Refund => self.totals.refunds += 1,
                    BillState::Success | BillState::Revoked => self.totals.payments += 1,
                }
                self.totals.sums.add_read(&row);
                Ok(Some(BillLine::Row(row)))
            }
            Err(fault) => {
                self.totals.malformed += 1;
                Ok(Some(BillLine::Malformed(MalformedRow { line: at.number, fault })))
            }
        }
    }

    fn malformed(&mut self, line: u64, fault: RowFault) -> BillLine<'static> {
        self.totals.malformed += 1;
        BillLine::Malformed(MalformedRow { line, fault })
    }

    fn finish(&mut self, header: &LineAt) -> Result<(), BillRefusal> {
        let summary = Summary::read(&mut self.lines, header)?;
        self.ended = true;
        let said = summary.count("总交易单数")?;
        let found = self.totals.sums.rows + self.totals.malformed;
        if said != found {
            return Err(BillRefusal::Count { said, found });
        }
        if self.totals.malformed == 0 {
            summary.compare(&self.totals.sums)?;
            self.totals.summary_ok = true;
        } else {
            self.totals.unread = summary.beyond(&self.totals.sums)?;
        }
        Ok(())
    }
}

impl TradeSums {
    /// Adds a row that was read.
    #[inline]
    fn add_read(&mut self, row: &BillRow<'_>) {
        self.rows += 1;
        self.settlement_total_fee += i128::from(row.settlement_total_fee.get());
        self.settlement_refund_fee += i128::from(row.settlement_refund_fee.get());
        self.coupon_refund_fee += i128::from(row.coupon_refund_fee.get());
        self.fee_milli_fen += i128::from(row.fee.get());
        self.total_fee += i128::from(row.total_fee.get());
        self.refund_fee += i128::from(row.refund_fee.get());
    }
}

impl BillRow<'_> {
    /// Whether the merchant's order had a merchant of its own under a service provider.
    pub fn sub_mch_id(&self) -> Option<&[u8]> {
        Some(self.text(Column::SubMchId)).filter(|text| !text.is_empty() && *text != b"0")
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;

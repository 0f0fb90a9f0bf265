//! Fees that are off, one by one: what the bill took, what base and rate give, and the gap. A mark beside the class of a row.

use std::fs::File;
use std::path::Path;

use desk_reconcile::BillPlace;
use desk_sheets::{Cell, CsvTable, Reader, WriteError};
use desk_store::DayFee;
use wxpay_protocol::Fen;
use wxpay_protocol::bill::{BillRow, FeeDifference, MilliFen};

use super::bill_rows::BillRows;
use super::{ReconcileFault, Reconciled, bill_rows, places};
use crate::progress::Cancel;

/// Hundred-millionths of a yuan, in which a fee is exact, in a yuan.
const EXACT_PER_YUAN: u128 = 100_000_000;

/// The columns of fees: for programs, for people in Chinese and English, and the width in characters.
pub(crate) const COLUMNS: [(&str, &str, &str, u16); 9] = [
    ("bill_line", "账单行号", "Bill line", 10),
    ("out_trade_no", "商户订单号", "Order number", 28),
    ("transaction_id", "微信订单号", "Transaction ID", 32),
    ("refund_id", "微信退款单号", "Refund ID", 32),
    ("base_fen", "计费金额(元)", "Fee is taken of (yuan)", 16),
    ("rate", "费率", "Rate", 10),
    ("fee_yuan", "账单手续费(元)", "Fee in the bill (yuan)", 16),
    ("expected_yuan", "应为(元)", "Expected (yuan)", 16),
    ("gap_yuan", "账单减应为(元)", "Bill less expected (yuan)", 18),
];

/// A row of a bill whose fee is not what base and rate give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeOff {
    /// Which of the bills, from 0.
    pub file: usize,
    /// Its line, from 1.
    pub bill_line: u64,
    /// The merchant's number of the order.
    pub out_trade_no: String,
    /// WeChat's number of the order.
    pub transaction_id: String,
    /// WeChat's number of the refund; empty of a payment.
    pub refund_id: String,
    /// What the fee is taken of: settled less given back, in fen; negative of a refund.
    pub base_fen: i64,
    /// The rate, in millionths.
    pub rate_ppm: u32,
    /// The fee in the bill.
    pub fee: MilliFen,
}

impl FeeOff {
    fn of(at: BillPlace, row: &BillRow<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            file: at.file,
            bill_line: at.line,
            out_trade_no: text(row.out_trade_no),
            transaction_id: text(row.transaction_id),
            refund_id: text(row.refund_id),
            base_fen: row.fee_base_fen(),
            rate_ppm: row.rate_ppm.unwrap_or_default(),
            fee: row.fee,
        }
    }

    /// As it is kept, of the bill with this id.
    pub(crate) fn kept(self, bill: i64) -> DayFee {
        DayFee {
            bill,
            bill_line: self.bill_line,
            out_trade_no: self.out_trade_no,
            transaction_id: self.transaction_id,
            refund_id: Some(self.refund_id).filter(|number| !number.is_empty()),
            base_fen: self.base_fen,
            rate_ppm: self.rate_ppm,
            fee_milli_fen: self.fee.get(),
        }
    }

    /// As it was kept, of the bill at this place among those of its run.
    pub(crate) fn of_kept(fee: DayFee, file: usize) -> Self {
        Self {
            file,
            bill_line: fee.bill_line,
            out_trade_no: fee.out_trade_no,
            transaction_id: fee.transaction_id,
            refund_id: fee.refund_id.unwrap_or_default(),
            base_fen: fee.base_fen,
            rate_ppm: fee.rate_ppm,
            fee: MilliFen::new(fee.fee_milli_fen),
        }
    }

    /// The fee less what base and rate give.
    pub fn gap(&self) -> FeeDifference {
        FeeDifference::between(self.fee, self.base_fen, self.rate_ppm)
    }

    /// What base and rate give, in hundred-millionths of a yuan, where it is exact.
    pub fn expected_exact(&self) -> i128 {
        i128::from(self.base_fen) * i128::from(self.rate_ppm)
    }

    /// The rate as a bill writes it, such as `0.60%`.
    pub fn rate_text(&self) -> String {
        let (percent, part) = (self.rate_ppm / 10_000, self.rate_ppm % 10_000);
        if part % 100 == 0 { format!("{percent}.{:02}%", part / 100) } else { format!("{percent}.{part:04}%") }
    }

    /// Hands it over as the cells of [`COLUMNS`].
    pub(crate) fn cells(&self, take: impl FnOnce(&[Cell<'_>]) -> Result<(), WriteError>) -> Result<(), WriteError> {
        let (rate, fee) = (self.rate_text(), self.fee.to_string());
        let [expected, gap] = [self.expected_exact(), self.gap().exact()].map(exact_yuan_text);
        take(&[
            Cell::Count(self.bill_line),
            Cell::Id(&self.out_trade_no),
            Cell::Id(&self.transaction_id),
            Cell::Id(&self.refund_id),
            Fen::new(self.base_fen).map_or(Cell::Empty, Cell::Amount),
            Cell::Text(&rate),
            Cell::Decimal(&fee),
            Cell::Decimal(&expected),
            Cell::Decimal(&gap),
        ])
    }
}

/// Hundred-millionths of a yuan as yuan: five decimals as in a bill, up to eight where they are needed.
pub fn exact_yuan_text(exact: i128) -> String {
    let sign = if exact < 0 { "-" } else { "" };
    let count = exact.unsigned_abs();
    let mut text = format!("{sign}{}.{:08}", count / EXACT_PER_YUAN, count % EXACT_PER_YUAN);
    for _ in 0..3 {
        if text.ends_with('0') {
            text.pop();
        }
    }
    text
}

impl Reconciled {
    /// The fees that are off, looked up in the bills again: the first ten thousand, in the order of the bills.
    ///
    /// # Errors
    ///
    /// A file cannot be read again or has other rows there than it had, or somebody stopped it.
    pub fn fees_off(&self, cancel: &Cancel) -> Result<Vec<FeeOff>, ReconcileFault> {
        let marks = &self.verdict.fees;
        let mut rows = Vec::with_capacity(marks.places.len());
        let mut sum = FeeDifference::default();
        BillRows::new(&self.bills.files).again(marks.places.clone(), cancel, |at, row| {
            if let Some(difference) = marked(row) {
                sum = sum.plus(difference);
                rows.push(FeeOff::of(at, row));
            }
        })?;
        // Beyond those that are listed the sum is not known of them alone.
        if rows.len() == marks.places.len() && (!self.are_fees_listed() || sum == marks.difference) {
            return Ok(rows);
        }
        Err(self.bills_changed())
    }

    /// Every fee that is off, however many there are, in the order of the bills: where more are off than have a place, the bills
    /// are read once more from their beginning.
    ///
    /// # Errors
    ///
    /// What `take` says, and as [`Reconciled::fees_off`]: then some of them were handed over.
    pub fn each_fee_off(
        &self,
        cancel: &Cancel,
        mut take: impl FnMut(FeeOff) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        if self.are_fees_listed() {
            return self.fees_off(cancel)?.into_iter().try_for_each(take);
        }
        let (marks, mut count, mut sum) = (&self.verdict.fees, 0, FeeDifference::default());
        bill_rows::all(&self.bills.files, cancel, |at, row| {
            let Some(difference) = marked(row) else { return Ok(()) };
            (count, sum) = (count + 1, sum.plus(difference));
            take(FeeOff::of(at, row))
        })?;
        if (count, sum) == (marks.count, marks.difference) { Ok(()) } else { Err(self.bills_changed()) }
    }

    /// Whether each of them has a place.
    pub(super) fn are_fees_listed(&self) -> bool {
        self.verdict.fees.count == self.verdict.fees.places.len() as u64
    }

    fn bills_changed(&self) -> ReconcileFault {
        ReconcileFault::Changed(places(self.bills.files.iter()))
    }
}

/// By how much the fee of a row is off, if it is marked.
fn marked(row: &BillRow<'_>) -> Option<FeeDifference> {
    row.fee_difference().filter(|difference| difference.is_marked())
}

/// `fees.csv` for programs.
pub(super) fn table(path: &Path) -> Result<CsvTable<File>, WriteError> {
    CsvTable::new(File::create(path)?, Reader::Programs, &COLUMNS.map(|(wire, ..)| wire))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_told_exactly_and_no_longer_than_it_has_to_be() {
        for (exact, text) in [
            (0, "0.00000"),
            (600_000, "0.00600"),
            (-2_400_000, "-0.02400"),
            (540, "0.0000054"),
            (100_000_001, "1.00000001"),
        ] {
            assert_eq!(exact_yuan_text(exact), text);
        }
        let row = |base_fen, rate_ppm, fee| FeeOff {
            file: 0,
            bill_line: 2,
            out_trade_no: "T1".into(),
            transaction_id: "421".into(),
            refund_id: String::new(),
            base_fen,
            rate_ppm,
            fee: MilliFen::new(fee),
        };
        let paid = row(100, 6_000, 3_000);
        assert_eq!(
            (paid.rate_text().as_str(), paid.expected_exact(), paid.gap().exact()),
            ("0.60%", 600_000, 2_400_000)
        );
        let back = row(-50, 5_450, -3_000);
        assert_eq!(
            (back.rate_text().as_str(), exact_yuan_text(back.expected_exact()).as_str()),
            ("0.5450%", "-0.002725")
        );
        assert_eq!(exact_yuan_text(back.gap().exact()), "-0.027275");
    }
}

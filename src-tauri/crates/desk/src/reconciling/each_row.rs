//! Everything of a day that does not agree, one row after the other, each looked up again where it stands.

use std::borrow::Cow;

use desk_reconcile::{Basis, Difference};
use desk_sheets::Table;
use wxpay_protocol::Fen;

use super::bill_rows::BillRows;
use super::differences::{Cells, cells, of_malformed};
use super::own_side::OwnSide;
use super::own_texts::OwnTexts;
use super::texts::{Texts, bill_texts};
use super::{DaySides, ReconcileFault, Reconciled, go_on, place};
use crate::progress::Cancel;

/// Rows of the bills that are looked up at once, so that their texts never fill the memory.
const AT_ONCE: usize = 4 * 1024;
/// Of the own side more, because a table is read from its front for each of them: some 50 MiB.
const MOST_OWN_TEXTS: usize = 256 * 1024;

impl Reconciled {
    /// Gives everything that does not agree, with the texts of both sides, and then what could not be read.
    pub(super) fn each_row(
        &self,
        sides: &DaySides,
        cancel: &Cancel,
        take: impl FnMut(&Cells<'_>) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        let given = self.each_row_within(MOST_OWN_TEXTS, sides, cancel, take);
        go_on(cancel).and(given)
    }

    /// With the texts of so many differences at a time.
    pub(super) fn each_row_within(
        &self,
        most_texts: usize,
        sides: &DaySides,
        cancel: &Cancel,
        mut take: impl FnMut(&Cells<'_>) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        let (mut rows, mut ahead, mut place) = (self.differences.rows(), self.differences.rows(), 0);
        let mut bills = BillRows::new(&self.bills.files);
        while let Some(own) = OwnTexts::of_next(sides, &mut ahead, most_texts, cancel)? {
            let mut left = own.count;
            while left > 0 {
                let some: Vec<Difference> = rows.by_ref().take(left.min(AT_ONCE)).collect::<Result<_, _>>()?;
                left = if some.is_empty() { 0 } else { left - some.len() };
                let texts = bill_texts(&mut bills, &some, cancel)?;
                for row in &some {
                    go_on(cancel)?;
                    let (bill, ours) = (row.bill.and_then(|at| texts.get(&at)), own.of(row));
                    self.is_still_there(row, bill, sides.basis)?;
                    is_still_ours(row, bill, ours.as_ref(), &sides.own)?;
                    let mut cells = cells(row, bill, ours.as_ref(), sides);
                    if let Some(told) = self.told.get(&place) {
                        cells.reason = Cow::Owned(format!("{}；{}", cells.reason, told.chinese()));
                    }
                    take(&cells)?;
                    place += 1;
                }
            }
        }
        self.malformed.iter().try_for_each(|row| take(&of_malformed(row)))
    }

    /// Whether a row of a bill that is looked up is still the one that was judged.
    fn is_still_there(&self, row: &Difference, texts: Option<&Texts>, basis: Basis) -> Result<(), ReconcileFault> {
        let Some(at) = row.bill else { return Ok(()) };
        let is_same = |texts: &Texts| {
            texts.numbers.of(row.is_refund) == row.number
                && texts.amounts.iter().any(|(of, fen)| *of == basis && fen.get() == row.bill_fen)
        };
        if texts.is_some_and(is_same) {
            return Ok(());
        }
        Err(ReconcileFault::Changed(self.bills.files.get(at.file).map(|file| place(file)).unwrap_or_default()))
    }
}

/// Whether a row of the own side that is looked up is still there and the one that was judged. What was carried over is kept.
fn is_still_ours(
    row: &Difference,
    bill: Option<&Texts>,
    ours: Option<&Texts>,
    side: &OwnSide,
) -> Result<(), ReconcileFault> {
    if row.local_line.is_none_or(|line| line == 0) {
        return Ok(());
    }
    let has_number = |ours: &Texts| match bill {
        Some(bill) if row.is_refund => ours.numbers.is_refund_of(bill.numbers),
        // The store may have learnt WeChat's number since.
        _ if row.is_refund => ours.numbers.is_refund_with(row.number),
        _ => ours.numbers.of(false) == row.number,
    };
    let is_same = |ours: &Texts| ours.own_amount.map(Fen::get) == Some(row.local_fen) && has_number(ours);
    match (ours, side) {
        (Some(ours), _) if is_same(ours) => Ok(()),
        (_, OwnSide::Kept(_)) => Err(ReconcileFault::Changed("the store [本地库]".to_owned())),
        (_, OwnSide::Files(files)) => {
            let table = if row.is_refund { Table::Refunds } else { Table::Orders };
            Err(ReconcileFault::Changed(files.table(table).map(place).unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use desk_reconcile::{Class, Fingerprint, Reason};

    use super::super::OwnFiles;
    use super::super::texts::Numbers;
    use super::*;

    #[test]
    fn a_refund_that_has_learnt_wechats_number_is_still_the_one_that_was_judged_and_another_is_not() {
        let row = Difference {
            class: Class::RefundLocalOnly,
            reason: Reason::RefundNotInBill,
            number: Fingerprint::of(b"R1"),
            nth: 1,
            bill: None,
            is_refund: true,
            local_line: Some(7),
            bill_fen: 0,
            local_fen: 5,
            is_counted_beside: false,
        };
        let side = OwnSide::Files(OwnFiles::default());
        for (refund_id, out_refund_no, fen, is_same) in [
            ("", "R1", 5, true),
            ("5001", "R1", 5, true),
            ("5001", "R2", 5, false),
            ("", "", 5, false),
            ("", "R1", 6, false),
        ] {
            let numbers = Numbers::new(b"T1", refund_id.as_bytes(), out_refund_no.as_bytes());
            let ours = Texts { numbers, own_amount: Fen::new(fen), ..Texts::default() };
            let found = is_still_ours(&row, None, Some(&ours), &side);
            assert_eq!(found.is_ok(), is_same, "{refund_id} {out_refund_no} {fen}: {found:?}");
        }
        let gone = is_still_ours(&row, None, None, &side);
        assert!(matches!(gone, Err(ReconcileFault::Changed(_))), "a row that a file has not any more");
    }
}

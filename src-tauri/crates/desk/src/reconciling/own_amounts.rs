//! Which of WeChat's amounts a merchant keeps, as far as its table shows that before a day is compared: how many of its amounts
//! equal each of those that the bill has of the same orders.

use std::collections::HashMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use desk_reconcile::{Basis, Fingerprint};
use desk_sheets::{Field, Table};
use wxpay_protocol::Fen;
use wxpay_protocol::bill::{BillLine, BillRow, BillState};

use super::bills::open_trades;
use super::local::{amount_field, open};
use super::{OwnFiles, ReconcileFault, go_on, place};
use crate::progress::Cancel;
use crate::{Desk, DeskError};

/// So many orders of a table show what it keeps; a look at them ends before anybody has read the question.
const MOST_ORDERS: usize = 20_000;
/// Fewer rows say nothing about what a merchant keeps.
const FEWEST: u64 = 2;

/// The amounts of a table beside those of the bills, of the orders that both have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnAmounts {
    /// Orders that both have, as far as they were looked at.
    pub compared: u64,
    /// In the order of [`Basis::ALL`].
    equal: [u64; Basis::ALL.len()],
}

impl OwnAmounts {
    /// How many of the compared ones equal this amount of WeChat's.
    pub fn equal(&self, basis: Basis) -> u64 {
        Basis::ALL.into_iter().zip(self.equal).find(|(one, _)| *one == basis).map_or(0, |(_, count)| count)
    }

    /// The amount that the merchant seems to keep; nothing where the bill has all three alike.
    pub fn suggested(&self) -> Option<Basis> {
        let (best, count) = fitting(|basis| self.equal(basis), self.compared)?;
        self.equal.iter().any(|other| *other < count).then_some(best)
    }

    fn add(&mut self, own: &Amounts, row: &BillRow<'_>) {
        self.compared += 1;
        for ((count, own), basis) in self.equal.iter_mut().zip(own).zip(Basis::ALL) {
            *count += u64::from(*own == Some(basis.of_payment(row)));
        }
    }
}

/// The amount that at least four fifths of so many local ones equal, and how many do. Of two that fit as well the first one is
/// taken, in the order in which they are asked about.
pub(crate) fn fitting(equal: impl Fn(Basis) -> u64, of: u64) -> Option<(Basis, u64)> {
    let each = Basis::ALL.into_iter().map(|basis| (basis, equal(basis)));
    let best = each.rev().max_by_key(|(_, count)| *count)?;
    (best.1 >= FEWEST && best.1 * 5 >= of * 4).then_some(best)
}

/// What an order has under each amount, in the order of [`Basis::ALL`].
type Amounts = [Option<Fen>; Basis::ALL.len()];

impl OwnFiles {
    /// Looks at the first orders of the table, and at the bills until these were found.
    ///
    /// # Errors
    ///
    /// A file cannot be read or is refused as a whole, or somebody stopped it.
    pub fn amounts(&self, bills: &[PathBuf], cancel: &Cancel) -> Result<OwnAmounts, ReconcileFault> {
        let mut seen = OwnAmounts::default();
        let Some(path) = &self.orders else { return Ok(seen) };
        let mut orders = self.first_orders(path, cancel)?;
        for path in bills {
            let mut bill = open_trades(path)?;
            let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
            while !orders.is_empty() {
                go_on(cancel)?;
                match bill.next_line().map_err(refused)? {
                    Some(BillLine::Row(row)) if row.state != BillState::Refund => {
                        if let Some(own) = orders.remove(&Fingerprint::of(row.out_trade_no)) {
                            seen.add(&own, &row);
                        }
                    }
                    Some(BillLine::Row(_) | BillLine::Malformed(_)) => {}
                    None => break,
                }
            }
        }
        Ok(seen)
    }

    fn first_orders(&self, path: &Path, cancel: &Cancel) -> Result<HashMap<Fingerprint, Amounts>, ReconcileFault> {
        let file = File::open(path).map_err(|cause| ReconcileFault::Unreadable { place: place(path), cause })?;
        let (mut sheet, layout) = open(self, file, Table::Orders, path)?;
        let columns = Basis::ALL.map(|basis| amount_field(&layout, Table::Orders, basis));
        let mut orders = HashMap::new();
        let each = sheet.each(|row| {
            let number = layout.number(row, Field::OutTradeNo).ok().flatten();
            if let Some(number) = number.filter(|_| row.line() > layout.header_line()) {
                let amounts = columns.map(|column| layout.amount(row, column).ok().flatten());
                if amounts.iter().any(Option::is_some) {
                    orders.entry(Fingerprint::of(number)).or_insert(amounts);
                }
            }
            let goes_on = orders.len() < MOST_ORDERS && !cancel.is_cancelled();
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        each.map_err(|cause| ReconcileFault::Sheet { place: place(path), cause })?;
        Ok(orders)
    }
}

impl Desk {
    /// What [`OwnFiles::amounts`] says.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn own_amounts(&self, files: OwnFiles, bills: Vec<PathBuf>) -> Result<OwnAmounts, DeskError> {
        self.blocking(move |_| Ok(files.amounts(&bills, &Cancel::new())?)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_suggested_where_the_bill_tells_them_apart_and_most_of_the_table_equals_one() {
        let of = |compared, equal| OwnAmounts { compared, equal }.suggested();
        assert_eq!(of(1240, [1000, 1234, 1000]), Some(Basis::Settle));
        assert_eq!(of(10, [10, 4, 4]), Some(Basis::Order));
        assert_eq!(of(10, [0, 9, 9]), Some(Basis::Settle), "of two that fit as well the first");
        assert_eq!(of(1240, [1240, 1240, 1240]), None, "all are alike");
        assert_eq!(of(10, [3, 7, 3]), None, "fewer than four fifths");
        assert_eq!(of(1, [0, 1, 0]), None, "one row says nothing");
        assert_eq!(of(0, [0; 3]), None);
    }
}

//! What the gateway was asked about the differences of a day, beside each of them.

use desk_reconcile::{Class, Difference};

use super::differences::Of;
use super::texts::Texts;
use super::{DaySides, ReconcileFault, Reconciled};
use crate::{Cancel, Doubtful, GatewaySays};

impl Reconciled {
    /// The first `most` differences that the gateway can say something about, by their places in the list and with their
    /// classes: what one side alone has, and what the two sides tell differently.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, or somebody stopped it.
    pub fn doubtful(
        &self,
        sides: &DaySides,
        most: usize,
        cancel: &Cancel,
    ) -> Result<Vec<(usize, Class, Doubtful)>, ReconcileFault> {
        let (mut doubtful, mut place) = (Vec::new(), 0);
        self.each_row(sides, cancel, |cells| {
            if let Of::Difference { row, bill, ours, .. } = &cells.of {
                if doubtful.len() < most
                    && let Some(question) = question(row, *bill, *ours)
                {
                    doubtful.push((place, row.class, question));
                }
                place += 1;
            }
            Ok(())
        })?;
        Ok(doubtful)
    }

    /// Keeps what was told about the difference at a place, so that it stands beside its reason.
    pub fn keep_told(&mut self, place: usize, told: GatewaySays) {
        self.told.insert(place, told);
    }
}

fn question(row: &Difference, bill: Option<&Texts>, ours: Option<&Texts>) -> Option<Doubtful> {
    let number = |of: fn(&Texts) -> &String| {
        [ours, bill].into_iter().flatten().map(of).find(|number| !number.is_empty()).map(String::as_str)
    };
    let (out_refund_no, refund_id) = (number(|texts| &texts.out_refund_no), number(|texts| &texts.refund_id));
    // Of a payment that was made twice each row is about its own.
    let transaction_id = bill.map(|texts| texts.transaction_id.as_str()).filter(|number| !number.is_empty());
    Doubtful::about(row.class, number(|texts| &texts.out_trade_no), transaction_id, out_refund_no, refund_id)
}

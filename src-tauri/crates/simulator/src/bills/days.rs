//! Which movements of money fell on which Beijing day.

use std::collections::{BTreeMap, HashMap};

use wxpay_protocol::UtcMs;

/// What moved money, by its place in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The order at this place was paid.
    Paid(u32),
    /// The refund at this place was accepted.
    Refunded(u32),
    /// The refund at this place was closed: the money is back with the merchant.
    Returned(u32),
    /// The paid order at this place was reversed.
    Reversed(u32),
}

/// One movement of money and its moment: a payment's, or the acceptance of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) at: UtcMs,
    pub(crate) moved: Moved,
}

/// Every merchant's movements by day, so that a bill reads its own day and nothing else.
#[derive(Default)]
pub(crate) struct DayBook(HashMap<String, BTreeMap<i64, Vec<Movement>>>);

impl DayBook {
    /// Writes a movement down; days may come in any order.
    pub(crate) fn note(&mut self, mch_id: &str, at: UtcMs, moved: Moved) {
        let movement = Movement { at, moved };
        if let Some(days) = self.0.get_mut(mch_id) {
            days.entry(at.beijing_day()).or_default().push(movement);
        } else {
            self.0.insert(mch_id.to_owned(), BTreeMap::from([(at.beijing_day(), vec![movement])]));
        }
    }

    /// A merchant's movements of one day, in the order in which they were written down.
    pub(crate) fn of(&self, mch_id: &str, day: i64) -> &[Movement] {
        self.0.get(mch_id).and_then(|days| days.get(&day)).map_or(&[], Vec::as_slice)
    }

    /// A merchant's days before this one, oldest first.
    pub(crate) fn before(&self, mch_id: &str, day: i64) -> impl Iterator<Item = (i64, &[Movement])> {
        self.between(mch_id, i64::MIN, day.saturating_sub(1))
    }

    /// A merchant's days from `first` to `last`, oldest first.
    pub(crate) fn between(&self, mch_id: &str, first: i64, last: i64) -> impl Iterator<Item = (i64, &[Movement])> {
        let days = self.0.get(mch_id).filter(|_| first <= last);
        days.into_iter().flat_map(move |days| days.range(first..=last)).map(|(day, moved)| (*day, moved.as_slice()))
    }
}

//! What payers wrote because somebody made them: by merchant and time, so that a page of it is read without a scan.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use wxpay_protocol::UtcMs;

/// What a payer says about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comment {
    /// 1 to 5.
    pub(crate) stars: u8,
    /// One line.
    pub(crate) said: Box<str>,
}

#[derive(Default)]
pub(crate) struct CommentBook {
    by_time: HashMap<String, BTreeMap<(UtcMs, u32), Comment>>,
    /// When the order in a place was commented.
    of_order: HashMap<u32, UtcMs>,
}

impl CommentBook {
    /// A payer has one word: a later comment takes the place of an earlier one.
    pub(crate) fn write(&mut self, mch_id: &str, place: u32, at: UtcMs, comment: Comment) {
        let of_merchant = self.by_time.entry(mch_id.to_owned()).or_default();
        if let Some(before) = self.of_order.insert(place, at) {
            of_merchant.remove(&(before, place));
        }
        of_merchant.insert((at, place), comment);
    }

    pub(crate) fn has(&self, place: u32) -> bool {
        self.of_order.contains_key(&place)
    }

    /// Those of a merchant from `first` to `last`, both included, with the place of each order.
    pub(crate) fn between(
        &self,
        mch_id: &str,
        first: UtcMs,
        last: UtcMs,
    ) -> impl Iterator<Item = (UtcMs, u32, &Comment)> {
        let range = (first, 0)..=(last.max(first), u32::MAX);
        let found = self.by_time.get(mch_id).filter(|_| first <= last);
        found.into_iter().flat_map(move |all| all.range(range.clone())).map(|((at, place), said)| (*at, *place, said))
    }
}

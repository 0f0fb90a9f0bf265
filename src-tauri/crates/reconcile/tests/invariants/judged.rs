//! A verdict and everything that it handed on, in its order.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use desk_reconcile::{BillSide, Difference, LocalSide, Verdict, Waiting, verdict};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    verdict: Verdict,
    pub(crate) differences: Vec<Difference>,
}

impl Judged {
    pub(crate) fn of(side: BillSide, local: LocalSide) -> Self {
        let listed = Mutex::new(Vec::new());
        let take = |rows: Vec<Difference>| {
            assert!(!rows.is_empty() && rows.len() <= 8192, "{} rows at once", rows.len());
            listed.lock().unwrap().extend(rows);
        };
        let verdict = verdict(side, local, &take, &|| false).unwrap();
        let mut judged = Self { verdict, differences: listed.into_inner().unwrap() };
        judged.sort();
        judged
    }

    /// Takes over what came of another share.
    pub(crate) fn add(&mut self, other: Self) {
        self.verdict.add(other.verdict);
        self.differences.extend(other.differences);
        self.sort();
    }

    /// Says of everything that waits what the bill beside the day says.
    pub(crate) fn settle(&mut self, waiting: &Waiting, is_whole: bool) {
        for row in &mut self.differences {
            if let Some(settled) = waiting.settled(row.class, row.reason, row.number, is_whole) {
                self.verdict.settle(row, settled);
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        self.differences.sort_unstable_by_key(Difference::order);
    }
}

impl Deref for Judged {
    type Target = Verdict;

    fn deref(&self) -> &Verdict {
        &self.verdict
    }
}

impl DerefMut for Judged {
    fn deref_mut(&mut self) -> &mut Verdict {
        &mut self.verdict
    }
}

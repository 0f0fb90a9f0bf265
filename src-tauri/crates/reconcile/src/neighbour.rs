//! What waits at a day's edges, looked up in the bill of the day beside it.

use std::collections::HashMap;

use wxpay_protocol::bill::{BillRow, BillState};

use crate::verdict::Verdict;
use crate::{Class, Fingerprint, Reason};

/// Which day a bill is of, seen from the day that is brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The day before.
    Before,
    /// The day after.
    After,
}

impl Edge {
    /// Why an order waits for a bill of this day.
    pub const fn waiting(self) -> Reason {
        match self {
            Self::Before => Reason::InBillBefore,
            Self::After => Reason::InNextBill,
        }
    }

    /// What is said of it once that bill has it.
    pub const fn found(self) -> Reason {
        match self {
            Self::Before => Reason::FoundInBillBefore,
            Self::After => Reason::FoundInNextBill,
        }
    }
}

/// The orders that wait at one edge, and which of them the bill beside it has.
#[derive(Clone, Debug)]
pub struct Waiting {
    edge: Edge,
    numbers: HashMap<Fingerprint, bool>,
}

impl Waiting {
    /// The orders of a verdict that wait for a bill of this day.
    pub fn of(verdict: &Verdict, edge: Edge) -> Self {
        let rows = verdict.differences.iter();
        let waiting = rows.filter(|row| row.class == Class::DayCutLocal && row.reason == edge.waiting());
        Self { edge, numbers: waiting.map(|row| (row.number, false)).collect() }
    }

    /// Orders with these numbers, which a verdict of earlier said to wait.
    pub fn for_numbers<'n>(edge: Edge, numbers: impl IntoIterator<Item = &'n [u8]>) -> Self {
        let numbers = numbers.into_iter().map(|number| (Fingerprint::of(number), false)).collect();
        Self { edge, numbers }
    }

    /// Whether the bill has an order; nothing for one that does not wait.
    pub fn has(&self, out_trade_no: &[u8]) -> Option<bool> {
        self.numbers.get(&Fingerprint::of(out_trade_no)).copied()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Takes a row of the bill beside the day.
    #[inline]
    pub fn push(&mut self, row: &BillRow<'_>) {
        if row.state != BillState::Refund
            && let Some(found) = self.numbers.get_mut(&Fingerprint::of(row.out_trade_no))
        {
            *found = true;
        }
    }

    /// Says of each order what the bill beside the day says: found there, which stays a day cut, or missing there too, which is
    /// a difference. `is_whole` is false where rows of that bill could not be read; nothing is missing then.
    pub fn settle(&self, verdict: &mut Verdict, is_whole: bool) {
        let mut missing = Vec::new();
        for row in &mut verdict.differences {
            if row.class != Class::DayCutLocal || row.reason != self.edge.waiting() {
                continue;
            }
            match self.numbers.get(&row.number) {
                Some(true) => row.reason = self.edge.found(),
                Some(false) if is_whole => {
                    row.class = Class::LocalOnly;
                    row.reason = Reason::InNeitherBill;
                    missing.push(row.local_fen);
                }
                Some(false) | None => {}
            }
        }
        for local_fen in missing {
            verdict.recount(Class::DayCutLocal, Class::LocalOnly, local_fen);
        }
        verdict.sort();
    }
}

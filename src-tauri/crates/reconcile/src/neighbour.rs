//! What waits at a day's edges, looked up in the bill of the day beside it.

use std::collections::HashMap;

use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{BillRow, BillState};

use crate::{Class, Day, Difference, Fingerprint, Reason};

/// Which day a bill is of, seen from the day that is brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The day before.
    Before,
    /// The day after.
    After,
}

impl Edge {
    /// Both, the earlier one first.
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];

    /// The day that lies there, by its first millisecond.
    pub fn day_beside(self, day: UtcMs) -> UtcMs {
        let day = day.start_of_day();
        match self {
            Self::Before => day.plus_ms(-UtcMs::DAY_MS),
            Self::After => day.plus_ms(UtcMs::DAY_MS),
        }
    }

    /// Where a day lies, seen from the one that lies here.
    #[must_use]
    pub const fn from_there(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }

    /// The moment there that is next to a day, to the second.
    pub fn nearest(self, day: Day) -> UtcMs {
        match self {
            Self::Before => day.midnight().plus_ms(-1000),
            Self::After => day.midnight().plus_ms(UtcMs::DAY_MS),
        }
    }

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
    /// Those of these rows that wait for a bill of this day.
    pub fn of(rows: &[Difference], edge: Edge) -> Self {
        let waiting = rows.iter().filter(|row| row.class == Class::DayCutLocal && row.reason == edge.waiting());
        Self { edge, numbers: waiting.map(|row| (row.number, false)).collect() }
    }

    /// None yet.
    pub fn at(edge: Edge) -> Self {
        Self { edge, numbers: HashMap::new() }
    }

    /// Takes an order with this number, which a verdict of earlier said to wait.
    pub fn expect(&mut self, number: &[u8]) {
        self.numbers.insert(Fingerprint::of(number), false);
    }

    /// How many orders are looked for.
    pub fn count(&self) -> usize {
        self.numbers.len()
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

    /// What becomes of a row of the day: found in the bill beside it, which stays a day cut, or missing there too, which is a
    /// difference. `is_whole` is false where rows of that bill could not be read; nothing is missing then. Nothing for a row that
    /// does not wait, or of which nobody can tell.
    pub fn settled(&self, class: Class, reason: Reason, number: Fingerprint, is_whole: bool) -> Option<Settled> {
        if class != Class::DayCutLocal || reason != self.edge.waiting() {
            return None;
        }
        match self.numbers.get(&number)? {
            true => Some(Settled { class, reason: self.edge.found() }),
            false => is_whole.then_some(Settled { class: Class::LocalOnly, reason: Reason::InNeitherBill }),
        }
    }
}

/// What became of an order that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What it is now.
    pub class: Class,
    /// Why.
    pub reason: Reason,
}

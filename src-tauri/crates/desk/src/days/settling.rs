//! What the bills of a day say to the orders of the day beside it that wait for them.

use std::ops::{ControlFlow, Range};

use desk_reconcile::{Class, Edge, Fingerprint, Reason, Settled, Waiting};
use desk_store::{DayRun, NewDifference, Store};

use super::{NewBill, each_found};
use crate::reconciling::{facts, settled_by, unbilled};
use crate::{Cancel, ReconcileFault};

/// So many orders are looked for at once; for more the bills are read again.
const MOST_WAITING: usize = 256 * 1024;

/// The orders of a run that wait, looked for in the bills some at a time, in the order of the run.
pub(super) struct Settling<'s> {
    store: &'s Store,
    run: &'s DayRun,
    bills: &'s [NewBill<'s>],
    cancel: &'s Cancel,
    edge: Edge,
    most: usize,
    /// The places of the run whose orders were looked for last.
    places: Range<u64>,
    waiting: Waiting,
    /// Every row of the bills was read, so that what they do not have is missing.
    is_whole: bool,
}

impl<'s> Settling<'s> {
    pub(super) fn new(
        store: &'s Store,
        run: &'s DayRun,
        edge: Edge,
        bills: &'s [NewBill<'s>],
        cancel: &'s Cancel,
    ) -> Self {
        let (places, waiting) = (0..0, Waiting::at(edge));
        Self { store, run, bills, cancel, edge, most: MOST_WAITING, places, waiting, is_whole: true }
    }

    /// What becomes of a row of the run that waits; nothing of others, or where nobody can tell.
    pub(super) fn of(&mut self, row: &NewDifference) -> Result<Option<Settled>, ReconcileFault> {
        let Some(number) = self.waits(row) else { return Ok(None) };
        let number = Fingerprint::of(number.as_bytes());
        if !self.places.contains(&row.place) {
            self.look(row.place)?;
        }
        Ok(self.waiting.settled(Class::DayCutLocal, self.edge.waiting(), number, self.is_whole))
    }

    /// The row as it is once the bills have been heard.
    pub(super) fn settled(&mut self, row: NewDifference) -> Result<NewDifference, ReconcileFault> {
        let Some(Settled { class, reason }) = self.of(&row)? else { return Ok(row) };
        let mut settled = NewDifference {
            class: class.name().into(),
            counts: class.is_difference(),
            reason: reason.name().into(),
            ..row
        };
        // Another class is another difference; one that was found stays what it was.
        if class != Class::DayCutLocal {
            let number = settled.out_trade_no.as_deref().unwrap_or_default();
            settled.identity = unbilled(self.run.date, class, number, settled.local_line);
        }
        Ok(NewDifference { facts: facts(&settled), ..settled })
    }

    /// The number of an order that waits.
    fn waits<'r>(&self, row: &'r NewDifference) -> Option<&'r str> {
        let is_waiting = Class::parse(&row.class) == Some(Class::DayCutLocal)
            && Reason::parse(&row.reason) == Some(self.edge.waiting());
        row.out_trade_no.as_deref().filter(|_| is_waiting)
    }

    /// Looks for the orders that wait from a place of the run on, as many as are looked for at once.
    fn look(&mut self, from: u64) -> Result<(), ReconcileFault> {
        let (mut waiting, mut end) = (Waiting::at(self.edge), u64::MAX);
        each_found(self.store, (self.run.id, Some(Class::DayCutLocal)), from, |row| {
            if waiting.count() == self.most {
                end = row.place;
                return Ok::<_, ReconcileFault>(ControlFlow::Break(()));
            }
            if let Some(number) = self.waits(&row) {
                waiting.expect(number.as_bytes());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.is_whole = true;
        for bill in self.bills {
            self.is_whole &= settled_by(bill.file, bill.digest, &mut waiting, self.cancel)?;
        }
        (self.places, self.waiting) = (from..end, waiting);
        Ok(())
    }
}

#[cfg(test)]
#[path = "settling_tests.rs"]
mod tests;

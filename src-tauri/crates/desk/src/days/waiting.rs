//! What was paid around a midnight, looked up again by itself once the bill of the day beside it is there.

use std::path::Path;

use desk_reconcile::{Class, Edge, Reason, Waiting};
use desk_store::{ClassTally, DayRun, DifferenceFilter, NewDifference, NewRun, RunBegun};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::BillType;

use crate::desk::Inner;
use crate::reconciling::{Parts, facts, identity, settled_by};
use crate::{Cancel, DeskError, ReconcileFault};

const DAY_MS: i64 = 86_400_000;
/// So many differences are copied at once.
const AT_ONCE: usize = 2_000;

/// A bill that has just been read.
#[derive(Clone, Copy)]
pub(crate) struct NewBill<'b> {
    /// Where it lies.
    pub(crate) file: &'b Path,
    /// Of its text.
    pub(crate) digest: [u8; 32],
    pub(crate) kind: BillType,
}

impl Inner {
    /// Looks in the bills of a day for what the days before and after it wait for. Each of them that they say something of gets a
    /// run of its own, made of the one that counted; nothing is changed that was kept, and closed days stay as they are.
    pub(crate) fn settle_beside(
        &self,
        profile: &str,
        date: UtcMs,
        bills: &[NewBill<'_>],
        cancel: &Cancel,
    ) -> Result<Vec<UtcMs>, DeskError> {
        let mut settled = Vec::new();
        let has_payments = |bill: &&NewBill<'_>| matches!(bill.kind, BillType::All | BillType::Success);
        let bills: Vec<NewBill<'_>> = bills.iter().filter(has_payments).copied().collect();
        if bills.is_empty() {
            return Ok(settled);
        }
        for (days, edge) in [(-1, Edge::After), (1, Edge::Before)] {
            let day = date.start_of_day().plus_ms(days * DAY_MS);
            let Some(run) = self.store.current_run(profile, day)? else { continue };
            match self.settle_run(&run, edge, &bills, cancel) {
                Ok(true) => settled.push(day),
                Ok(false) => {}
                // What the bills themselves are for was kept; this is done when the day is looked at again.
                Err(DeskError::Day(ReconcileFault::Cancelled)) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(settled)
    }

    /// Whether the bills said something of what a run waits for.
    fn settle_run(&self, run: &DayRun, edge: Edge, bills: &[NewBill<'_>], cancel: &Cancel) -> Result<bool, DeskError> {
        let mut numbers = Vec::new();
        let waits = DifferenceFilter { class: Some(Class::DayCutLocal.name().into()), ..DifferenceFilter::default() };
        self.each_difference(run.id, &waits, |row| {
            if is_waiting(&row, edge) {
                numbers.extend(row.out_trade_no);
            }
            Ok(())
        })?;
        if numbers.is_empty() {
            return Ok(false);
        }
        let mut waiting = Waiting::for_numbers(edge, numbers.iter().map(String::as_bytes));
        let (mut is_whole, mut digest) = (true, Parts::new().add("beside").add(&run.profile).number(run.id));
        for bill in bills {
            is_whole &= settled_by(bill.file, &mut waiting, cancel)?;
            digest = digest.add(bill.digest);
        }
        let settling = Settling { date: run.date, edge, waiting, is_whole };
        if numbers.iter().all(|number| settling.says(number).is_none()) {
            return Ok(false);
        }
        let mut new = NewRun {
            profile: run.profile.clone(),
            date: run.date,
            digest: digest.finish(),
            bills: run.bills.iter().map(|bill| bill.id).collect(),
            found: run.found.clone(),
        };
        (new.found.ran_at, new.found.ran_by) = (self.clock.now(), super::operator());
        self.each_difference(run.id, &waits, |row| {
            if settling.says(row.out_trade_no.as_deref().unwrap_or_default()) == Some(false) && is_waiting(&row, edge) {
                recount(&mut new, row.local_fen.unwrap_or_default());
            }
            Ok(())
        })?;
        match self.store.begin_run(new)? {
            RunBegun::Closed => Ok(false),
            RunBegun::Again(_) => Ok(true),
            RunBegun::New(derived) => {
                if let Err(fault) = self.copy_differences(run.id, derived, &settling, cancel) {
                    self.store.abandon_run(derived)?;
                    return Err(fault);
                }
                self.store.complete_run(derived)?;
                Ok(true)
            }
        }
    }

    fn copy_differences(&self, from: i64, to: i64, settling: &Settling, cancel: &Cancel) -> Result<(), DeskError> {
        let mut batch = Vec::with_capacity(AT_ONCE);
        self.each_difference(from, &DifferenceFilter::default(), |row| {
            if cancel.is_cancelled() {
                return Err(ReconcileFault::Cancelled.into());
            }
            batch.push(settling.settled(row));
            if batch.len() == AT_ONCE {
                self.store.add_differences(to, std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        Ok(self.store.add_differences(to, batch)?)
    }

    /// Gives the differences of a run in their order.
    fn each_difference(
        &self,
        run: i64,
        filter: &DifferenceFilter,
        mut take: impl FnMut(NewDifference) -> Result<(), DeskError>,
    ) -> Result<(), DeskError> {
        let mut start = 0;
        loop {
            let page = self.store.differences(run, filter, start, AT_ONCE)?;
            if page.rows.is_empty() {
                return Ok(());
            }
            start += page.rows.len();
            page.rows.into_iter().try_for_each(|row| take(row.found))?;
        }
    }
}

fn is_waiting(row: &NewDifference, edge: Edge) -> bool {
    row.class == Class::DayCutLocal.name() && row.reason == edge.waiting().name()
}

/// What the bill of the day beside says to the differences of a run.
struct Settling {
    date: UtcMs,
    edge: Edge,
    waiting: Waiting,
    /// Every row of the bill was read, so that what it does not have is missing.
    is_whole: bool,
}

impl Settling {
    /// Whether the bill has an order that waits; nothing where nobody can tell.
    fn says(&self, out_trade_no: &str) -> Option<bool> {
        self.waiting.has(out_trade_no.as_bytes()).filter(|is_found| *is_found || self.is_whole)
    }

    fn settled(&self, row: NewDifference) -> NewDifference {
        if !is_waiting(&row, self.edge) {
            return row;
        }
        let number = row.out_trade_no.clone().unwrap_or_default();
        let settled = match self.says(&number) {
            None => return row,
            Some(true) => NewDifference { reason: self.edge.found().name().into(), ..row },
            Some(false) => {
                let class = Class::LocalOnly.name();
                let identity = identity(self.date, class, false, &number);
                let reason = Reason::InNeitherBill.name().into();
                NewDifference { identity, class: class.into(), counts: true, reason, ..row }
            }
        };
        NewDifference { facts: facts(&settled), ..settled }
    }
}

/// Moves an order from those that wait to those that one side alone has.
fn recount(run: &mut NewRun, local_fen: i64) {
    let found = &mut run.found;
    found.differences += 1;
    found.balanced = false;
    let one = ClassTally { count: 1, local_rows: 1, local_fen: local_fen.into(), ..ClassTally::default() };
    for tally in &mut found.classes {
        if tally.class == Class::DayCutLocal.name() {
            tally.count = tally.count.saturating_sub(1);
            tally.local_rows = tally.local_rows.saturating_sub(1);
            tally.local_fen -= one.local_fen;
        }
    }
    found.classes.retain(|tally| tally.count > 0);
    match found.classes.iter_mut().find(|tally| tally.class == Class::LocalOnly.name()) {
        Some(tally) => {
            tally.count += 1;
            tally.local_rows += 1;
            tally.local_fen += one.local_fen;
        }
        None => found.classes.push(ClassTally { class: Class::LocalOnly.name().into(), ..one }),
    }
}

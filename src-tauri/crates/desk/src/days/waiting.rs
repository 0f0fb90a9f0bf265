//! What was paid around a midnight, looked up again by itself once the bill of the day beside it is there.

use std::ops::ControlFlow;
use std::path::Path;

use desk_reconcile::{Class, Edge};
use desk_store::{DayRun, NewRun, RunBegun};
use wxpay_protocol::UtcMs;

use super::settling::Settling;
use super::{AT_ONCE, each_found};
use crate::desk::Inner;
use crate::reconciling::{Parts, WaitingOrders, kept_tallies, tallies_of};
use crate::{Cancel, DeskError, ReconcileFault};

/// A bill with payments that has just been read.
#[derive(Clone, Copy)]
pub(crate) struct NewBill<'b> {
    /// Where it lies.
    pub(crate) file: &'b Path,
    /// Of its text; a file that says something else settles nothing.
    pub(crate) digest: [u8; 32],
}

/// What became of the days before and after a day whose bill came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledBeside {
    /// Those of which something waited for that bill, and was found in it or missing there.
    pub days: Vec<UtcMs>,
    /// Those that could not be settled: they stay as they were. The day itself is not touched by that.
    pub faults: Vec<BesideFault>,
}

/// Why a day beside could not be settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideFault {
    /// The day that still waits.
    pub day: UtcMs,
    /// The word that scripts compare.
    pub code: &'static str,
    /// Why, in English.
    pub cause: String,
    /// The same in Chinese.
    pub chinese: String,
}

impl BesideFault {
    fn new(day: UtcMs, fault: &DeskError) -> Self {
        let of_store = || format!("本机的数据库不能读写（{fault}）；请检查磁盘");
        let chinese = fault.chinese().unwrap_or_else(of_store);
        Self { day, code: fault.code(), cause: fault.to_string(), chinese }
    }
}

impl Inner {
    /// Looks in the bills of a day for what the days before and after it wait for; without trade there is no bill, and nothing
    /// that waits was paid on it. Each of them that this says something of gets a run of its own, made of the one that counted;
    /// nothing is changed that was kept, and closed days stay as they are.
    pub(crate) fn settle_beside(
        &self,
        profile: &str,
        date: UtcMs,
        payments: &[NewBill<'_>],
        cancel: &Cancel,
    ) -> SettledBeside {
        let mut beside = SettledBeside::default();
        for edge in Edge::BOTH {
            let day = edge.day_beside(date);
            let settled = self.store.current_run(profile, day).map_err(DeskError::from);
            let settled = settled.and_then(|run| match run {
                Some(run) => self.settle_run(&run, edge.from_there(), payments, cancel),
                None => Ok(false),
            });
            match settled {
                Ok(true) => beside.days.push(day),
                Ok(false) => {}
                // What the bills themselves are for was kept; this is done when the day is looked at again.
                Err(DeskError::Day(ReconcileFault::Cancelled)) => break,
                Err(fault) => beside.faults.push(BesideFault::new(day, &fault)),
            }
        }
        beside
    }

    /// Whether the bills said something of what a run waits for.
    fn settle_run(&self, run: &DayRun, edge: Edge, bills: &[NewBill<'_>], cancel: &Cancel) -> Result<bool, DeskError> {
        let mut settling = Settling::new(&self.store, run, edge, bills, cancel);
        let mut tallies = tallies_of(&run.found.classes);
        let mut found = run.found.clone();
        let mut is_said = false;
        each_found(&self.store, (run.id, Some(Class::DayCutLocal)), 0, |row| {
            if let Some(settled) = settling.of(&row)? {
                is_said = true;
                tallies.recount(Class::DayCutLocal, settled.class, row.local_fen.unwrap_or_default());
                found.differences += u64::from(settled.class.is_difference());
            }
            Ok::<_, DeskError>(ControlFlow::Continue(()))
        })?;
        if !is_said {
            return Ok(false);
        }
        found.classes = kept_tallies(&tallies);
        found.balanced = found.differences == 0 && found.malformed == 0;
        (found.ran_at, found.ran_by) = (self.clock.now(), super::operator());
        let digest = Parts::new().add("beside").add(&run.profile).number(run.id);
        let new = NewRun {
            profile: run.profile.clone(),
            date: run.date,
            digest: bills.iter().fold(digest, |digest, bill| digest.add(bill.digest)).finish(),
            bills: run.bills.iter().map(|bill| bill.id).collect(),
            found,
        };
        match self.store.begin_run(new)? {
            RunBegun::Closed => Ok(false),
            RunBegun::Again(_) => Ok(true),
            RunBegun::New(derived) => {
                let copied = self.copy_differences(run.id, derived, &mut settling, cancel);
                if let Err(fault) = copied.and_then(|()| self.copy_fees(run.id, derived, cancel)) {
                    self.store.abandon_run(derived)?;
                    return Err(fault);
                }
                self.store.complete_run(derived)?;
                Ok(true)
            }
        }
    }

    /// The orders of the days beside that wait, or waited, for the bill of this day.
    pub(super) fn waiting_beside(&self, profile: &str, date: UtcMs) -> Result<WaitingOrders, DeskError> {
        let mut orders = WaitingOrders::default();
        for edge in Edge::BOTH {
            if let Some(run) = self.store.current_run(profile, edge.day_beside(date))? {
                orders.add(self.store.clone(), run.id, edge)?;
            }
        }
        Ok(orders)
    }

    fn copy_differences(
        &self,
        from: i64,
        to: i64,
        settling: &mut Settling<'_>,
        cancel: &Cancel,
    ) -> Result<(), DeskError> {
        let mut batch = Vec::with_capacity(AT_ONCE);
        each_found(&self.store, (from, None), 0, |row| {
            if cancel.is_cancelled() {
                return Err(ReconcileFault::Cancelled.into());
            }
            batch.push(settling.settled(row)?);
            if batch.len() == AT_ONCE {
                self.store.add_differences(to, std::mem::take(&mut batch))?;
            }
            Ok::<_, DeskError>(ControlFlow::Continue(()))
        })?;
        Ok(self.store.add_differences(to, batch)?)
    }

    /// Fees say nothing of midnight, so that they stay as they were.
    fn copy_fees(&self, from: i64, to: i64, cancel: &Cancel) -> Result<(), DeskError> {
        let mut start = 0;
        loop {
            if cancel.is_cancelled() {
                return Err(ReconcileFault::Cancelled.into());
            }
            let fees = self.store.day_fees(from, start, AT_ONCE)?;
            if fees.is_empty() {
                return Ok(());
            }
            let count = fees.len() as u64;
            self.store.add_fees(to, start, fees)?;
            start += count;
        }
    }
}

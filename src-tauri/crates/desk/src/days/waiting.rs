//! What was paid around a midnight, looked up again by itself once the bill of the day beside it is there.

use std::path::Path;

use desk_reconcile::{Class, Edge, Fingerprint, Reason, Settled, Waiting};
use desk_store::{DayRun, DifferenceFilter, NewDifference, NewRun, RunBegun};
use wxpay_protocol::{Fen, UtcMs};

use super::AT_ONCE;
use crate::desk::Inner;
use crate::reconciling::{Parts, facts, kept_tallies, settled_by, tallies_of, unbilled};
use crate::{Cancel, DeskError, ReconcileFault, WaitingOrder};

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
        let numbers: Vec<String> =
            self.waiting(run, &[edge.waiting()])?.into_iter().filter_map(|row| row.out_trade_no).collect();
        if numbers.is_empty() {
            return Ok(false);
        }
        let mut waiting = Waiting::for_numbers(edge, numbers.iter().map(String::as_bytes));
        let (mut is_whole, mut digest) = (true, Parts::new().add("beside").add(&run.profile).number(run.id));
        for bill in bills {
            is_whole &= settled_by(bill.file, bill.digest, &mut waiting, cancel)?;
            digest = digest.add(bill.digest);
        }
        let settling = Settling { date: run.date, waiting, is_whole };
        let mut tallies = tallies_of(&run.found.classes);
        let mut new = NewRun {
            profile: run.profile.clone(),
            date: run.date,
            digest: digest.finish(),
            bills: run.bills.iter().map(|bill| bill.id).collect(),
            found: run.found.clone(),
        };
        let mut is_said = false;
        for row in self.waiting(run, &[edge.waiting()])? {
            let Some(settled) = settling.of(&row) else { continue };
            is_said = true;
            tallies.recount(Class::DayCutLocal, settled.class, row.local_fen.unwrap_or_default());
            new.found.differences += u64::from(settled.class.is_difference());
        }
        if !is_said {
            return Ok(false);
        }
        new.found.classes = kept_tallies(&tallies);
        new.found.balanced = new.found.differences == 0 && new.found.malformed == 0;
        (new.found.ran_at, new.found.ran_by) = (self.clock.now(), super::operator());
        match self.store.begin_run(new)? {
            RunBegun::Closed => Ok(false),
            RunBegun::Again(_) => Ok(true),
            RunBegun::New(derived) => {
                let copied = self.copy_differences(run.id, derived, &settling, cancel);
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
    pub(super) fn waiting_beside(&self, profile: &str, date: UtcMs) -> Result<Vec<WaitingOrder>, DeskError> {
        let mut orders = Vec::new();
        for edge in Edge::BOTH {
            let Some(run) = self.store.current_run(profile, edge.day_beside(date))? else { continue };
            let here = edge.from_there();
            for row in self.waiting(&run, &[here.waiting(), here.found()])? {
                if let (Some(out_trade_no), Some(amount)) = (row.out_trade_no, row.local_fen.and_then(Fen::new)) {
                    let transaction_id = row.transaction_id.unwrap_or_default();
                    let paid_at = row.local_value.unwrap_or_default();
                    orders.push(WaitingOrder { edge, out_trade_no, transaction_id, amount, paid_at });
                }
            }
        }
        Ok(orders)
    }

    /// The orders of a run that wait, for one of these reasons.
    fn waiting(&self, run: &DayRun, reasons: &[Reason]) -> Result<Vec<NewDifference>, DeskError> {
        let mut waiting = Vec::new();
        let filter = DifferenceFilter { class: Some(Class::DayCutLocal.name().into()), ..DifferenceFilter::default() };
        self.each_difference(run.id, &filter, |row| {
            if Reason::parse(&row.reason).is_some_and(|reason| reasons.contains(&reason)) {
                waiting.push(row);
            }
            Ok(())
        })?;
        Ok(waiting)
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

/// What the bill of the day beside says to the differences of a run.
struct Settling {
    date: UtcMs,
    waiting: Waiting,
    /// Every row of the bill was read, so that what it does not have is missing.
    is_whole: bool,
}

impl Settling {
    /// What becomes of a row that waits; nothing of others, or where nobody can tell.
    fn of(&self, row: &NewDifference) -> Option<Settled> {
        let number = Fingerprint::of(row.out_trade_no.as_deref().unwrap_or_default().as_bytes());
        self.waiting.settled(Class::parse(&row.class)?, Reason::parse(&row.reason)?, number, self.is_whole)
    }

    fn settled(&self, row: NewDifference) -> NewDifference {
        let Some(Settled { class, reason }) = self.of(&row) else { return row };
        let mut settled = NewDifference {
            class: class.name().into(),
            counts: class.is_difference(),
            reason: reason.name().into(),
            ..row
        };
        // Another class is another difference; one that was found stays what it was.
        if class != Class::DayCutLocal {
            let number = settled.out_trade_no.as_deref().unwrap_or_default();
            settled.identity = unbilled(self.date, class, number, settled.local_line);
        }
        NewDifference { facts: facts(&settled), ..settled }
    }
}

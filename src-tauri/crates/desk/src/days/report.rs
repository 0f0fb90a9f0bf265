//! What the days of a span add up to, which of them are not done, and what is left of them, difference by difference.

use desk_reconcile::Class;
use desk_store::{DayDifference, DayMark, DayRun, DayStanding, DifferenceFilter};
use wxpay_protocol::UtcMs;

use super::viewing::{Aging, READY_MS, age_days, aging};
use crate::desk::Inner;
use crate::{Desk, DeskError};

/// Both sides of the payments or of the refunds, in fen, by the amount that the merchant keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SideSums {
    /// Of the bill.
    pub bill_fen: i128,
    /// Of the merchant's own side.
    pub local_fen: i128,
}

impl SideSums {
    /// The local amounts less those of the bill, in fen.
    pub const fn gap_fen(self) -> i128 {
        self.local_fen - self.bill_fen
    }

    const fn add(&mut self, more: Self) {
        self.bill_fen += more.bill_fen;
        self.local_fen += more.local_fen;
    }

    const fn less(self, other: Self) -> Self {
        Self { bill_fen: self.bill_fen - other.bill_fen, local_fen: self.local_fen - other.local_fen }
    }
}

/// What a run, or the runs of a span that count, add up to: only rows that were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanSums {
    /// Payments.
    pub payments: SideSums,
    /// Refunds.
    pub refunds: SideSums,
    /// 手续费 of the bills, in thousandths of a fen.
    pub fee_milli_fen: i128,
    /// Fees that are off by more than a fen.
    pub fee_count: u64,
    /// By how much all together: the bill less what base and rate give, in thousandths of a fen.
    pub fee_gap_milli_fen: i128,
    /// Rows of the bills without anything to compare them with, which are in no sum but that of the fees.
    pub not_compared: u64,
}

impl SpanSums {
    /// Payments less refunds.
    pub const fn net(&self) -> SideSums {
        self.payments.less(self.refunds)
    }

    /// What a run found.
    pub fn of(run: &DayRun) -> Self {
        let mut sums = Self {
            fee_milli_fen: run.compared_bills().map(|bill| bill.sums.fee_milli_fen).sum(),
            fee_count: run.found.fee_count,
            fee_gap_milli_fen: run.found.fee_milli_fen,
            not_compared: run.found.not_compared,
            ..Self::default()
        };
        for tally in &run.found.classes {
            let side = SideSums { bill_fen: tally.bill_fen, local_fen: tally.local_fen };
            let is_refund = Class::parse(&tally.class).is_some_and(Class::is_refund);
            if is_refund { &mut sums.refunds } else { &mut sums.payments }.add(side);
        }
        sums
    }

    const fn add(&mut self, more: &Self) {
        self.payments.add(more.payments);
        self.refunds.add(more.refunds);
        self.fee_milli_fen += more.fee_milli_fen;
        self.fee_count += more.fee_count;
        self.fee_gap_milli_fen += more.fee_gap_milli_fen;
        self.not_compared += more.not_compared;
    }
}

/// A day of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedDay {
    /// Where it stands.
    pub standing: DayStanding,
    /// What its run adds up to; nothing where it was not run.
    pub sums: Option<SpanSums>,
    /// Its bill can be there: it is past 10:00 of the next day (protocol page §4.6).
    pub is_due: bool,
}

/// What a span of days adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanReport {
    /// Every day of it, the oldest first.
    pub days: Vec<ReportedDay>,
    /// What the runs that count add up to.
    pub sums: SpanSums,
    /// What is left of these days, by age.
    pub aging: Vec<Aging>,
}

impl SpanReport {
    /// The days with this mark, the oldest first; those whose bill cannot be there yet are not done for no reason.
    pub fn dates(&self, mark: DayMark) -> Vec<UtcMs> {
        let has_mark = |day: &&ReportedDay| day.standing.mark == mark && (mark != DayMark::Nothing || day.is_due);
        self.days.iter().filter(has_mark).map(|day| day.standing.date).collect()
    }

    /// Differences that are open or carried over.
    pub fn left(&self) -> u64 {
        self.days.iter().map(|day| left_of(&day.standing)).sum()
    }

    /// Rows that cannot be read.
    pub fn malformed(&self) -> u64 {
        self.days.iter().map(|day| day.standing.malformed).sum()
    }
}

/// A difference that is open or carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftDifference {
    /// The difference.
    pub found: DayDifference,
    /// How many days ago its day was.
    pub age_days: u32,
}

/// A stretch of what is left of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftPage {
    /// How many there are.
    pub total: u64,
    /// The oldest day first, each in the order of its run.
    pub rows: Vec<LeftDifference>,
}

impl Desk {
    /// What the days from `from` to `to`, both included, add up to. Nothing is read but what the runs left behind.
    pub async fn span_report(&self, profile: &str, from: UtcMs, to: UtcMs) -> Result<SpanReport, DeskError> {
        let profile = profile.to_owned();
        self.blocking(move |inner| inner.span_report(&profile, from, to)).await
    }

    /// What is open or carried over of the days from `from` to `to`, both included, from the place `start`.
    pub async fn span_left(
        &self,
        profile: &str,
        (from, to): (UtcMs, UtcMs),
        start: u64,
        limit: usize,
    ) -> Result<LeftPage, DeskError> {
        let profile = profile.to_owned();
        self.blocking(move |inner| {
            let days = inner.standings(&profile, from, end_of(to))?;
            inner.left(&days, start, limit)
        })
        .await
    }
}

/// The first moment after a day.
fn end_of(day: UtcMs) -> UtcMs {
    day.start_of_day().plus_ms(UtcMs::DAY_MS)
}

const fn left_of(day: &DayStanding) -> u64 {
    day.open + day.carried_over
}

impl Inner {
    pub(super) fn span_report(&self, profile: &str, from: UtcMs, to: UtcMs) -> Result<SpanReport, DeskError> {
        let now = self.clock.now();
        let (mut days, mut sums) = (Vec::new(), SpanSums::default());
        for standing in self.standings(profile, from, end_of(to))? {
            let run = standing.run.map(|run| self.store.day_run(run)).transpose()?.flatten();
            let of_day = run.as_ref().map(SpanSums::of);
            if let Some(more) = &of_day {
                sums.add(more);
            }
            let is_due = now >= standing.date.plus_ms(READY_MS);
            days.push(ReportedDay { standing, sums: of_day, is_due });
        }
        let aging = aging(days.iter().map(|day| &day.standing), now);
        Ok(SpanReport { days, sums, aging })
    }

    /// What is open or carried over of some days, from the place `start`. Days are skipped by what their standing counts.
    pub(super) fn left(&self, days: &[DayStanding], start: u64, limit: usize) -> Result<LeftPage, DeskError> {
        let now = self.clock.now();
        let filter = DifferenceFilter { only_unsettled: true, ..DifferenceFilter::default() };
        let (mut page, mut skip) = (LeftPage::default(), start);
        for day in days {
            let count = left_of(day);
            page.total += count;
            if let Some(run) = day.run.filter(|_| skip < count && page.rows.len() < limit) {
                let from = usize::try_from(skip).unwrap_or(usize::MAX);
                let rows = self.store.differences(run, &filter, from, limit - page.rows.len())?.rows;
                let age_days = age_days(day.date, now);
                page.rows.extend(rows.into_iter().map(|found| LeftDifference { found, age_days }));
            }
            skip = skip.saturating_sub(count);
        }
        Ok(page)
    }
}

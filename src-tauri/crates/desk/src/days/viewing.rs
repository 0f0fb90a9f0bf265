//! Where days stand: one, a calendar of them, and what a span of them adds up to.

use std::collections::BTreeMap;

use desk_reconcile::Basis;
use desk_store::{
    ClassTally, Concentration, DayBill, DayDifference, DayMark, DayNote, DayRun, DayStanding, DifferenceFilter,
    DifferencePage,
};
use wxpay_protocol::UtcMs;

use super::SuggestedBasis;
use crate::desk::Inner;
use crate::{Desk, DeskError};

/// From a day's beginning until its bill is ready (protocol page §4.6).
pub(super) const READY_MS: i64 = UtcMs::DAY_MS + 10 * 3_600_000;

/// What the time alone says of where days stand: the day that it is, by which what is left ages, and the newest day whose bill
/// can be there.
pub fn days_due(now: UtcMs) -> [UtcMs; 2] {
    [now.start_of_day(), now.plus_ms(-READY_MS).start_of_day()]
}

/// The ages by which unsettled differences are told apart: up to so many days, and beyond.
pub const AGES_DAYS: [u32; 4] = [1, 3, 7, 30];

/// A day with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayView {
    /// Where it stands.
    pub standing: DayStanding,
    /// The run that counts.
    pub run: Option<DayRun>,
    /// Every bill that was seen, what was heard last at the end.
    pub bills: Vec<DayBill>,
    /// What was said of the day, the oldest first.
    pub notes: Vec<DayNote>,
    /// How many differences of each class are open.
    pub open: BTreeMap<String, u64>,
    /// Where the differences concentrate.
    pub concentrations: Vec<Concentration>,
    /// Another amount that the merchant seems to keep.
    pub suggested: Option<SuggestedBasis>,
    /// The amount that the merchant's own tables were compared by last, on whichever day.
    pub own_basis: Option<Basis>,
}

/// Unsettled differences of one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aging {
    /// Up to so many days old; nothing for those beyond the last bound.
    pub up_to_days: Option<u32>,
    /// Nobody handled them.
    pub open: u64,
    /// Carried over.
    pub carried_over: u64,
}

/// What a span of days adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodView {
    /// Every day of it.
    pub days: Vec<DayStanding>,
    /// Days that are balanced, handled or closed, or had no trade.
    pub settled_days: u64,
    /// The classes of the runs that count, added up.
    pub classes: Vec<ClassTally>,
    /// The local payments less those of the bills, in fen.
    pub payments_gap_fen: i128,
    /// The local refunds less those of the bills, in fen.
    pub refunds_gap_fen: i128,
    /// What is left of all days, by age.
    pub aging: Vec<Aging>,
}

impl Desk {
    /// Where every day from `from` to `to`, both included, stands.
    pub async fn days(&self, profile: &str, from: UtcMs, to: UtcMs) -> Result<Vec<DayStanding>, DeskError> {
        let profile = profile.to_owned();
        let end = to.start_of_day().plus_ms(UtcMs::DAY_MS);
        self.blocking(move |inner| inner.standings(&profile, from, end)).await
    }

    /// Everything that is known of a day.
    pub async fn day(&self, profile: &str, date: UtcMs) -> Result<DayView, DeskError> {
        let (profile, date) = (profile.to_owned(), date.start_of_day());
        self.blocking(move |inner| {
            let store = &inner.store;
            let mut standing = inner.standings(&profile, date, date.plus_ms(1))?;
            let standing = standing.pop().ok_or(DeskError::Internal("a day was not found"))?;
            let run = store.current_run(&profile, date)?;
            let (open, concentrations, suggested) = match &run {
                Some(run) => (store.open_by_class(run.id)?, store.concentrations(run.id)?, inner.suggested_basis(run)?),
                None => (BTreeMap::new(), Vec::new(), None),
            };
            Ok(DayView {
                standing,
                bills: store.day_bills(&profile, date)?,
                notes: store.day_notes(&profile, date)?,
                run,
                open,
                concentrations,
                suggested,
                own_basis: store.own_basis(&profile)?.as_deref().and_then(Basis::parse),
            })
        })
        .await
    }

    /// Differences of the run that counts for a day, from the place `start`; none where nothing was run.
    pub async fn day_differences(
        &self,
        profile: &str,
        date: UtcMs,
        filter: DifferenceFilter,
        start: usize,
        limit: usize,
    ) -> Result<DifferencePage, DeskError> {
        let (profile, date) = (profile.to_owned(), date.start_of_day());
        self.blocking(move |inner| match inner.store.current_run(&profile, date)? {
            Some(run) => Ok(inner.store.differences(run.id, &filter, start, limit)?),
            None => Ok(DifferencePage::default()),
        })
        .await
    }

    /// The difference of a day whose identity begins with these hexadecimal digits.
    ///
    /// # Errors
    ///
    /// None or several begin so.
    pub async fn find_difference(
        &self,
        profile: &str,
        date: UtcMs,
        beginning: &str,
    ) -> Result<DayDifference, DeskError> {
        let beginning = beginning.to_ascii_lowercase();
        let (profile, date) = (profile.to_owned(), date.start_of_day());
        self.blocking(move |inner| {
            let missing = || DeskError::NotFound { what: "difference", name: beginning.clone() };
            let run = inner.store.current_run(&profile, date)?.ok_or_else(missing)?;
            let filter = DifferenceFilter { identity: beginning.clone(), ..DifferenceFilter::default() };
            let mut found = inner.store.differences(run.id, &filter, 0, 2)?.rows;
            match (found.pop(), found.is_empty()) {
                (Some(one), true) => Ok(one),
                (Some(_), false) => Err(DeskError::Conflict(format!(
                    "several differences begin with {beginning}; give more of its digits"
                ))),
                (None, _) => Err(missing()),
            }
        })
        .await
    }

    /// What the days from `from` to `to`, both included, add up to.
    pub async fn period(&self, profile: &str, from: UtcMs, to: UtcMs) -> Result<PeriodView, DeskError> {
        let profile = profile.to_owned();
        let end = to.start_of_day().plus_ms(UtcMs::DAY_MS);
        self.blocking(move |inner| {
            let days = inner.standings(&profile, from, end)?;
            let mut period = PeriodView {
                settled_days: days.iter().filter(|day| is_settled(day.mark)).count() as u64,
                days,
                classes: Vec::new(),
                payments_gap_fen: 0,
                refunds_gap_fen: 0,
                aging: aging(&inner.store.unsettled_days(&profile)?, inner.clock.now()),
            };
            let mut classes: BTreeMap<String, ClassTally> = BTreeMap::new();
            for id in period.days.iter().filter_map(|day| day.run) {
                let Some(run) = inner.store.day_run(id)? else { continue };
                period.payments_gap_fen += run.found.payments_gap_fen;
                period.refunds_gap_fen += run.found.refunds_gap_fen;
                for tally in run.found.classes {
                    add(classes.entry(tally.class.clone()).or_default(), tally);
                }
            }
            period.classes = classes.into_values().collect();
            Ok(period)
        })
        .await
    }
}

impl Inner {
    /// Where days stand. No bill is missed before WeChat has it, at 10:00 of the next day.
    pub(super) fn standings(&self, profile: &str, from: UtcMs, end: UtcMs) -> Result<Vec<DayStanding>, DeskError> {
        let now = self.clock.now();
        let mut days = self.store.days(profile, from, end)?;
        for day in &mut days {
            if day.mark == DayMark::MissingBill && now < day.date.plus_ms(READY_MS) {
                day.mark = DayMark::Nothing;
            }
        }
        Ok(days)
    }
}

const fn is_settled(mark: DayMark) -> bool {
    matches!(mark, DayMark::NoTrade | DayMark::Balanced | DayMark::Handled | DayMark::Closed)
}

fn add(sum: &mut ClassTally, more: ClassTally) {
    sum.class = more.class;
    sum.count += more.count;
    sum.bill_rows += more.bill_rows;
    sum.local_rows += more.local_rows;
    sum.bill_fen += more.bill_fen;
    sum.local_fen += more.local_fen;
}

/// How many days ago a day was; 0 for today and what is to come.
pub(super) fn age_days(date: UtcMs, now: UtcMs) -> u32 {
    let age = now.start_of_day().0.saturating_sub(date.start_of_day().0) / UtcMs::DAY_MS;
    u32::try_from(age.max(0)).unwrap_or(u32::MAX)
}

/// The bound of the ages that an age in days lies within; nothing beyond the last one.
pub fn age_bound_days(age_days: u32) -> Option<u32> {
    AGES_DAYS.into_iter().find(|bound| age_days <= *bound)
}

pub(super) fn aging<'d>(days: impl IntoIterator<Item = &'d DayStanding>, now: UtcMs) -> Vec<Aging> {
    let bounds = AGES_DAYS.into_iter().map(Some).chain([None]);
    let mut ages: Vec<Aging> = bounds.map(|up_to_days| Aging { up_to_days, ..Aging::default() }).collect();
    for day in days {
        let bound = age_bound_days(age_days(day.date, now));
        if let Some(bound) = ages.iter_mut().find(|age| age.up_to_days == bound) {
            bound.open += day.open;
            bound.carried_over += day.carried_over;
        }
    }
    ages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_its_age() {
        let now = UtcMs(1_795_140_000_000);
        let day = |days: i64| DayStanding {
            date: now.start_of_day().plus_ms(-days * UtcMs::DAY_MS),
            mark: DayMark::Open,
            run: Some(1),
            differences: 3,
            open: 1,
            carried_over: 2,
            malformed: 0,
            gap_fen: 0,
            bills: 1,
            bill_changed: false,
            changed_at: None,
            denied_at: None,
            recharges_changed_at: None,
        };
        let ages = aging(&[day(0), day(1), day(2), day(30), day(31), day(400)], now);
        let told: Vec<_> = ages.iter().map(|age| (age.up_to_days, age.open, age.carried_over)).collect();
        assert_eq!(told, [(Some(1), 2, 4), (Some(3), 1, 2), (Some(7), 0, 0), (Some(30), 1, 2), (None, 2, 4)]);
    }
}

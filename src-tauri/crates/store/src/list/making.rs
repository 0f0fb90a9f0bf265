//! How a list is made: what matches is found in one pass, and put in order along an index or along keys in memory.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Row, params_from_iter};
use wxpay_protocol::UtcMs;

use super::along_keys::LOOKED_AT;
use super::condition::{Condition, POLLED_SQL, TOTALS, Way};
use super::{IdSet, OpenedList, OrderFilter, OrderSort, Totals};
use crate::search::{Terms, Texts};
use crate::{OrderState, StoreError};

/// So many matches are sorted by themselves; more are picked out of a walk along the index of the sort.
pub(super) const FEW: usize = 20_000;
/// The same where only the first rows are wanted: a walk meets those of more matches sooner than all are sorted.
pub(super) const FEW_AT_FIRST: usize = 1_000;
/// So long the first rows of a list are looked for along the sort; then too much lies between them.
pub(super) const WALK: Duration = Duration::from_millis(10);
/// How often the time of a walk is looked at, in steps of SQLite's machine.
const LOOK_AFTER_STEPS: i32 = 1_000;

/// One list, made of what a connection, and another beside it, sees at one moment.
#[derive(Clone, Copy)]
pub(super) struct Making<'r> {
    pub(super) connection: &'r Connection,
    /// Sees the same moment, for a second thread.
    pub(super) beside: Option<&'r Mutex<Connection>>,
    pub(super) texts: &'r Texts,
    pub(super) filter: &'r OrderFilter,
    pub(super) sort: OrderSort,
}

/// What matches, in no order that anybody asked for.
#[derive(Default)]
pub(super) struct Found {
    pub(super) ids: Vec<i64>,
    pub(super) set: IdSet,
    /// Zero unless they were asked for.
    totals: Totals,
}

impl Making<'_> {
    /// All ids and the totals. Along an index, up to `few` matches are sorted by themselves.
    pub(super) fn open(&self, few: usize) -> Result<OpenedList, StoreError> {
        let found = self.found(self.searched()?.as_deref(), few, TOTALS)?;
        let mut totals = found.totals;
        self.count_polled(&found.set, &mut totals)?;
        let ids = match Way::of(self.sort.by) {
            Way::Index(index) => self.in_order(&index, &found, usize::MAX, few)?,
            Way::Memory(key) => self.sorted_by(key, Some(&found.set), usize::MAX)?,
        };
        Ok(OpenedList { ids: ids.into(), totals })
    }

    /// All ids.
    pub(super) fn ids(&self) -> Result<Arc<[i64]>, StoreError> {
        let is_all = *self.filter == OrderFilter::default();
        Ok(match Way::of(self.sort.by) {
            Way::Index(index) if *self.filter == self.within_index() => self.all_along(&index, usize::MAX)?.into(),
            Way::Memory(key) if is_all => self.sorted_by(key, None, usize::MAX)?.into(),
            _ => self.open(FEW)?.ids,
        })
    }

    /// The first ids, without all of them where that is possible.
    pub(super) fn first(&self, limit: usize) -> Result<Vec<i64>, StoreError> {
        match Way::of(self.sort.by) {
            Way::Index(index) => self.first_along(&index, limit),
            Way::Memory(key) => self.first_by(key, limit, LOOKED_AT),
        }
    }

    /// Nothing where SQLite was still at it so long after it began.
    pub(super) fn interrupted_after<T>(
        &self,
        within: Duration,
        work: impl FnOnce() -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut started = None;
        let is_over = move || started.get_or_insert_with(Instant::now).elapsed() >= within;
        self.connection.progress_handler(LOOK_AFTER_STEPS, Some(is_over))?;
        let worked = work();
        self.connection.progress_handler(0, None::<fn() -> bool>)?;
        match worked {
            Ok(done) => Ok(Some(done)),
            Err(fault) if fault.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The orders that the filter's search finds; nothing where it asks for none.
    pub(super) fn searched(&self) -> Result<Option<Vec<i64>>, StoreError> {
        Terms::of(&self.filter.search).map(|terms| self.texts.find(self.connection, &terms)).transpose()
    }

    /// What matches, with its totals where the columns are [`TOTALS`]. Of up to `few` that a search found, only those are looked at.
    pub(super) fn found(
        &self,
        searched: Option<&[i64]>,
        few: usize,
        columns: &'static str,
    ) -> Result<Found, StoreError> {
        let Some(searched) = searched else { return self.found_along_times(None, columns) };
        if searched.len() <= few {
            let condition = Condition::new(self.filter).among(searched);
            return self.found_by(&condition.found_among_sql(columns), &condition, None, columns);
        }
        self.found_along_times(Some(&searched.iter().copied().collect()), columns)
    }

    fn found_along_times(&self, among: Option<&IdSet>, columns: &'static str) -> Result<Found, StoreError> {
        let pass = |making: &Making<'_>| {
            let condition = Condition::new(making.filter);
            making.found_by(&condition.found_sql(columns), &condition, among, columns)
        };
        let Some([earlier, later]) = self.in_halves(pass)? else { return pass(self) };
        Ok(earlier.and(later))
    }

    fn found_by(
        &self,
        sql: &str,
        condition: &Condition,
        among: Option<&IdSet>,
        columns: &str,
    ) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut matches = statement.query(params_from_iter(&condition.values))?;
        while let Some(row) = matches.next()? {
            let id = row.get(0)?;
            if among.is_none_or(|among| among.contains(id)) {
                found.ids.push(id);
                found.set.insert(id);
                if columns == TOTALS {
                    found.totals.add(row)?;
                }
            }
        }
        Ok(found)
    }

    fn count_polled(&self, found: &IdSet, totals: &mut Totals) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(POLLED_SQL)?;
        let mut polled = statement.query([])?;
        while let Some(row) = polled.next()? {
            if found.contains(row.get(0)?) {
                let at = UtcMs(row.get(1)?);
                totals.polling += 1;
                totals.next_query_at = Some(totals.next_query_at.map_or(at, |next| next.min(at)));
            }
        }
        Ok(())
    }
}

impl Found {
    fn and(mut self, other: Self) -> Self {
        self.ids.extend(other.ids);
        self.set.unite(&other.set);
        self.totals.unite(&other.totals);
        self
    }
}

impl Totals {
    /// Of what is polled nothing is known yet.
    fn unite(&mut self, other: &Self) {
        self.count += other.count;
        self.paid_count += other.paid_count;
        self.paid_fen += other.paid_fen;
        self.refunded_fen += other.refunded_fen;
        self.unverified_paid_count += other.unverified_paid_count;
        self.unverified_paid_fen += other.unverified_paid_fen;
    }

    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.count += 1;
        let shown: OrderState = row.get(1)?;
        if !shown.is_paid() {
            return Ok(());
        }
        let paid_fen = i128::from(row.get::<_, Option<i64>>(4)?.map_or_else(|| row.get::<_, i64>(3), Ok)?);
        self.paid_count += 1;
        self.paid_fen += paid_fen;
        self.refunded_fen += i128::from(row.get::<_, i64>(5)?);
        if row.get::<_, OrderState>(2)? == OrderState::Unverified {
            self.unverified_paid_count += 1;
            self.unverified_paid_fen += paid_fen;
        }
        Ok(())
    }
}

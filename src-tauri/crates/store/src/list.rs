//! Lists: a snapshot of ids for a filter and a sort, exact totals in the same pass, and windows of rows from it.
//!
//! One pass over one index finds what matches and adds it up; a walk along the index of the sort puts it in order, or, where
//! little matches, sorting that. The first rows come from the walk alone, unless too much lies between them. Where no index is in
//! the order of the sort, the keys of all that matches are sorted in memory, and the first rows wait for that.

mod condition;
mod id_set;
mod keys;
mod walk;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Row, params_from_iter};
use wxpay_protocol::{TradeType, UtcMs};

use crate::orders::{ORDER, order};
use crate::search::Terms;
use crate::{Flags, Order, OrderState, Store, StoreError};
use condition::{Condition, ID, POLLED_SQL, TOTALS};
use id_set::IdSet;
use walk::walk;

/// Which orders. Empty lists and `None` do not restrict; the entries of one list are alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// States as shown: the verified one, else the claimed one. [`OrderState::Unverified`] means every order without a verified state.
    pub states: Vec<OrderState>,
    /// Marks of which at least one is set.
    pub flags: Vec<Flags>,
    /// Created at or after.
    pub created_from: Option<UtcMs>,
    /// Created before.
    pub created_to: Option<UtcMs>,
    /// At least so many fen.
    pub amount_min_fen: Option<i64>,
    /// At most so many fen.
    pub amount_max_fen: Option<i64>,
    /// How they are paid.
    pub trade_types: Vec<TradeType>,
    /// The profile.
    pub profile: Option<String>,
    /// Any four digits or more of a number (fewer: its beginning), a whole openid, or words of the body, of one character too;
    /// spaces and line breaks inside a number do not matter.
    pub search: String,
}

impl OrderFilter {
    /// What of it the index of a sort holds, so that a walk along it need not look at the orders.
    fn within_index(&self, by: SortBy) -> Self {
        let all = Self::default();
        match by {
            SortBy::CreatedAt | SortBy::TransactionId | SortBy::Body | SortBy::Profile => {
                Self { search: String::new(), ..self.clone() }
            }
            SortBy::PaidAt => Self { profile: self.profile.clone(), ..all },
            SortBy::TotalFee => {
                Self { amount_min_fen: self.amount_min_fen, amount_max_fen: self.amount_max_fen, ..all }
            }
            SortBy::TradeType => Self {
                trade_types: self.trade_types.clone(),
                created_from: self.created_from,
                created_to: self.created_to,
                ..all
            },
            SortBy::State if self.states.contains(&OrderState::Unverified) => all,
            SortBy::State => Self {
                states: self.states.clone(),
                created_from: self.created_from,
                created_to: self.created_to,
                ..all
            },
            SortBy::OutTradeNo => all,
        }
    }
}

/// The column that a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// When it was created.
    #[default]
    CreatedAt,
    /// When it was paid; unpaid orders as if before all.
    PaidAt,
    /// The amount.
    TotalFee,
    /// The shown state.
    State,
    /// How it is paid.
    TradeType,
    /// The merchant's number.
    OutTradeNo,
    /// WeChat's number: the verified one, else the claimed one; orders without one as if before all.
    TransactionId,
    /// What was bought, by code point.
    Body,
    /// The merchant, by the name of its profile.
    Profile,
}

impl SortBy {
    /// Whether an index of the store is in its order. In any other the first rows wait until the keys of all that matches were read.
    pub const fn has_index(self) -> bool {
        !matches!(self, Self::TransactionId | Self::Body | Self::Profile)
    }
}

/// A sort. Equal keys keep the order of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderSort {
    /// The column.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

impl Default for OrderSort {
    /// Newest first.
    fn default() -> Self {
        Self { by: SortBy::CreatedAt, descending: true }
    }
}

/// Exact totals of a list. Amounts are fen in 128 bits, so that no list can overflow them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many orders.
    pub count: u64,
    /// How many are shown as paid (SUCCESS or REFUND), claims included.
    pub paid_count: u64,
    /// What they paid.
    pub paid_fen: i128,
    /// What was refunded.
    pub refunded_fen: i128,
    /// How many of the paid ones are claims that nobody verified.
    pub unverified_paid_count: u64,
    /// What those are said to have paid.
    pub unverified_paid_fen: i128,
    /// How many are polled.
    pub polling: u64,
    /// The next question to any of them.
    pub next_query_at: Option<UtcMs>,
}

impl Totals {
    /// Paid less refunded.
    pub const fn net_fen(&self) -> i128 {
        self.paid_fen - self.refunded_fen
    }
}

/// A list as it was at one moment.
#[derive(Clone, Debug)]
pub struct OpenedList {
    /// The ids of the store, in order.
    pub ids: Arc<[i64]>,
    /// The totals over them.
    pub totals: Totals,
}

impl Store {
    /// The ids of all orders that match, sorted, and their totals, seen at one moment.
    pub fn open_list(&self, filter: &OrderFilter, sort: OrderSort) -> Result<OpenedList, StoreError> {
        self.read(|connection| {
            let searched = self.searched(connection, filter)?;
            open(connection, filter, searched.as_deref(), sort, FEW)
        })
    }

    /// The same without the totals, for a file.
    pub fn list_ids(&self, filter: &OrderFilter, sort: OrderSort) -> Result<Arc<[i64]>, StoreError> {
        let told = filter.within_index(sort.by);
        if *filter != told {
            return Ok(self.open_list(filter, sort)?.ids);
        }
        self.read(|connection| {
            let mut ids = Vec::new();
            walk(connection, &Condition::walking(&told, sort.by), None, sort, |id| {
                ids.push(id);
                ControlFlow::Continue(())
            })?;
            Ok(ids.into())
        })
    }

    /// The first orders of a list, without waiting for all of its ids.
    pub fn first_rows(&self, filter: &OrderFilter, sort: OrderSort, limit: usize) -> Result<Vec<Order>, StoreError> {
        self.read(|connection| {
            let mut condition = Condition::walking(filter, sort.by);
            if let Some(terms) = Terms::of(&filter.search) {
                condition = condition.matching(&terms);
            }
            let within = match (filter.search.is_empty(), sort.by.has_index()) {
                (false, _) => WALK_FOR_A_SEARCH,
                (true, true) => WALK,
                (true, false) => Duration::MAX,
            };
            let first = match walk_to(connection, &condition, None, sort, limit, within)? {
                Some(first) => first,
                None => self.first_found(connection, filter, sort, limit, FEW_AT_FIRST)?,
            };
            rows(connection, &first)
        })
    }

    // What a walk does not meet soon is found first and then put in order, as far as that is needed.
    fn first_found(
        &self,
        connection: &Connection,
        filter: &OrderFilter,
        sort: OrderSort,
        limit: usize,
        few: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let searches_only = *filter == OrderFilter { search: filter.search.clone(), ..OrderFilter::default() };
        if searches_only
            && sort.by == SortBy::CreatedAt
            && let Some(terms) = Terms::of(&filter.search)
            && let Some(newest) = self.texts().find_newest(connection, &terms, limit, sort.descending)?
            && newest.len() <= FEW
        {
            return first_among(connection, filter, &newest, sort, limit);
        }
        let searched = self.searched(connection, filter)?;
        if let Some(searched) = searched.as_deref() {
            if searched.len() <= few {
                return first_among(connection, filter, searched, sort, limit);
            }
            if searches_only
                && sort.by == SortBy::CreatedAt
                && let Some(newest) = self.texts().newest(searched, limit, sort.descending)
                && newest.len() <= FEW
            {
                return first_among(connection, filter, &newest, sort, limit);
            }
            let condition = Condition::walking(&self.narrowed(filter, sort, searched), sort.by);
            let set = searched.iter().copied().collect();
            if let Some(first) = walk_to(connection, &condition, Some(&set), sort, limit, WALK)? {
                return Ok(first);
            }
        }
        let found = Found::new(connection, filter, searched.as_deref(), few, ID, |_| Ok(()))?;
        found.first(connection, filter, sort, limit, few)
    }

    /// A walk along the times begins with the first of what was found, however much was created before.
    fn narrowed(&self, filter: &OrderFilter, sort: OrderSort, searched: &[i64]) -> OrderFilter {
        let mut narrowed = filter.clone();
        if sort.by == SortBy::CreatedAt
            && let Some((first, last)) = self.texts().created_between(searched)
        {
            let (from, to) = (first, last.plus_ms(1));
            narrowed.created_from = Some(narrowed.created_from.map_or(from, |wanted| wanted.max(from)));
            narrowed.created_to = Some(narrowed.created_to.map_or(to, |wanted| wanted.min(to)));
        }
        narrowed
    }

    fn searched(&self, connection: &Connection, filter: &OrderFilter) -> Result<Option<Vec<i64>>, StoreError> {
        Terms::of(&filter.search).map(|terms| self.texts().find(connection, &terms)).transpose()
    }

    /// The orders with these ids, in this order, as they are now.
    pub fn rows(&self, ids: &[i64]) -> Result<Vec<Order>, StoreError> {
        self.read(|connection| rows(connection, ids))
    }
}

/// So many matches are sorted by themselves; more are picked out of a walk along the index of the sort.
const FEW: usize = 20_000;
/// The same where only the first rows are wanted: a walk meets those of more matches sooner than all are sorted.
const FEW_AT_FIRST: usize = 1_000;
/// So long the first rows of a list are looked for along the index of the sort; then too much lies between them.
const WALK: Duration = Duration::from_millis(10);
/// The same for a search, which has a faster way where little is found.
const WALK_FOR_A_SEARCH: Duration = Duration::from_millis(2);
/// How often the time of a walk is looked at, in steps of SQLite's machine.
const LOOK_AFTER_STEPS: i32 = 1_000;

fn rows(connection: &Connection, ids: &[i64]) -> Result<Vec<Order>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {ORDER} FROM orders WHERE id = ?1"))?;
    Ok(ids.iter().map(|id| statement.query_row([id], order)).collect::<Result<_, _>>()?)
}

/// The first of a few that match.
fn first_among(
    connection: &Connection,
    filter: &OrderFilter,
    few: &[i64],
    sort: OrderSort,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let condition = Condition::new(filter).among(few);
    let mut first = ids(connection, &condition.sorted_among_sql(sort), &condition)?;
    first.truncate(limit);
    Ok(first)
}

fn ids(connection: &Connection, sql: &str, condition: &Condition) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map(params_from_iter(&condition.values), |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The first matches along the index of the sort; nothing if they were not found within so much time.
fn walk_to(
    connection: &Connection,
    condition: &Condition,
    among: Option<&IdSet>,
    sort: OrderSort,
    limit: usize,
    within: Duration,
) -> Result<Option<Vec<i64>>, StoreError> {
    let mut first = Vec::new();
    let meet = |id| {
        if first.len() < limit {
            first.push(id);
        }
        if first.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let started = Instant::now();
    connection.progress_handler(LOOK_AFTER_STEPS, Some(move || started.elapsed() >= within))?;
    let walked = walk(connection, condition, among, sort, meet);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    match walked {
        Ok(()) => Ok(Some(first)),
        Err(fault) if fault.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn open(
    connection: &Connection,
    filter: &OrderFilter,
    searched: Option<&[i64]>,
    sort: OrderSort,
    few: usize,
) -> Result<OpenedList, StoreError> {
    let mut totals = Totals::default();
    let found = Found::new(connection, filter, searched, few, TOTALS, |row| totals.add(row))?;
    count_polled(connection, &found.set, &mut totals)?;
    let ids: Vec<i64> = if found.ids.len() <= few {
        found.sorted(connection, sort)?
    } else {
        let mut sorted = Vec::with_capacity(found.ids.len());
        walk(connection, &Condition::walking(&filter.within_index(sort.by), sort.by), Some(&found.set), sort, |id| {
            sorted.push(id);
            ControlFlow::Continue(())
        })?;
        sorted
    };
    Ok(OpenedList { ids: ids.into(), totals })
}

/// What matches, in no order that anybody asked for.
struct Found {
    ids: Vec<i64>,
    set: IdSet,
}

impl Found {
    fn new(
        connection: &Connection,
        filter: &OrderFilter,
        searched: Option<&[i64]>,
        few: usize,
        columns: &str,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<Self, StoreError> {
        let few = searched.filter(|ids| ids.len() <= few);
        let condition = Condition::new(filter);
        let (condition, sql) = if let Some(ids) = few {
            let condition = condition.among(ids);
            let sql = condition.found_among_sql(columns);
            (condition, sql)
        } else {
            let sql = condition.found_sql(columns);
            (condition, sql)
        };
        let wanted: Option<IdSet> =
            if few.is_some() { None } else { searched.map(|ids| ids.iter().copied().collect()) };
        let mut found = Self { ids: Vec::new(), set: IdSet::default() };
        let mut statement = connection.prepare_cached(&sql)?;
        let mut matches = statement.query(params_from_iter(&condition.values))?;
        while let Some(row) = matches.next()? {
            let id = row.get(0)?;
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(id)) {
                found.ids.push(id);
                found.set.insert(id);
                each(row)?;
            }
        }
        Ok(found)
    }
}

impl Found {
    fn sorted(&self, connection: &Connection, sort: OrderSort) -> Result<Vec<i64>, StoreError> {
        let condition = Condition::new(&OrderFilter::default()).among(&self.ids);
        ids(connection, &condition.sorted_among_sql(sort), &condition)
    }

    /// The first of them: a walk that reads nothing but the index of the sort meets one of many soon.
    fn first(
        &self,
        connection: &Connection,
        filter: &OrderFilter,
        sort: OrderSort,
        limit: usize,
        few: usize,
    ) -> Result<Vec<i64>, StoreError> {
        if self.ids.len() > few {
            let along = Condition::walking(&filter.within_index(sort.by), sort.by);
            if let Some(first) = walk_to(connection, &along, Some(&self.set), sort, limit, Duration::MAX)? {
                return Ok(first);
            }
        }
        let mut first = self.sorted(connection, sort)?;
        first.truncate(limit);
        Ok(first)
    }
}

impl Totals {
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

fn count_polled(connection: &Connection, found: &IdSet, totals: &mut Totals) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(POLLED_SQL)?;
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

#[cfg(test)]
#[path = "list_plan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "list_ways_tests.rs"]
mod ways;

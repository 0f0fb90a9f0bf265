//! Lists: a snapshot of ids for a filter and a sort, exact totals in the same pass, and windows of rows from it.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wxpay_protocol::{TradeType, UtcMs};

use crate::orders::{ORDER, order};
use crate::{Flags, Order, OrderState, Store, StoreError};

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
    /// The beginning of a number, a whole openid, or a part of the body; spaces and line breaks inside a number do not matter.
    pub search: String,
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
        let condition = Condition::new(filter);
        self.read(|connection| {
            let mut totals = Totals::default();
            let ids = snapshot(connection, &condition, sort, &mut totals)?;
            let mut statement = connection.prepare_cached(&condition.polling_sql())?;
            let (polling, next): (i64, Option<i64>) =
                statement.query_row(params_from_iter(&condition.values), |row| Ok((row.get(0)?, row.get(1)?)))?;
            totals.polling = polling.unsigned_abs();
            totals.next_query_at = next.map(UtcMs);
            Ok(OpenedList { ids: ids.into(), totals })
        })
    }

    /// The first orders of a list, without waiting for all of its ids.
    pub fn first_rows(&self, filter: &OrderFilter, sort: OrderSort, limit: usize) -> Result<Vec<Order>, StoreError> {
        let condition = Condition::new(filter);
        self.read(|connection| {
            let sql = format!("{} LIMIT {limit}", condition.sql(ORDER, sort));
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(&condition.values), order)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The orders with these ids, in this order, as they are now.
    pub fn rows(&self, ids: &[i64]) -> Result<Vec<Order>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("SELECT {ORDER} FROM orders WHERE id = ?1"))?;
            Ok(ids.iter().map(|id| statement.query_row([id], order)).collect::<Result<_, _>>()?)
        })
    }
}

/// From so many digits on, a search is for numbers only.
const NUMBER_DIGITS: usize = 8;
const TOTALS: &str = "id, shown_state, state, total_fee, paid_fee, refunded_fee";

fn snapshot(
    connection: &Connection,
    condition: &Condition,
    sort: OrderSort,
    totals: &mut Totals,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(&condition.sql(TOTALS, sort))?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row.get(0)?);
        totals.count += 1;
        let shown: OrderState = row.get(1)?;
        if !shown.is_paid() {
            continue;
        }
        let paid_fen = i128::from(row.get::<_, Option<i64>>(4)?.map_or_else(|| row.get::<_, i64>(3), Ok)?);
        totals.paid_count += 1;
        totals.paid_fen += paid_fen;
        totals.refunded_fen += i128::from(row.get::<_, i64>(5)?);
        if row.get::<_, OrderState>(2)? == OrderState::Unverified {
            totals.unverified_paid_count += 1;
            totals.unverified_paid_fen += paid_fen;
        }
    }
    Ok(ids)
}

/// The WHERE of a filter, and the values bound to it. Text of the user is only ever bound, never written into SQL.
pub(crate) struct Condition {
    clauses: Vec<String>,
    values: Vec<Value>,
}

impl Condition {
    pub(crate) fn new(filter: &OrderFilter) -> Self {
        let mut condition = Self { clauses: Vec::new(), values: Vec::new() };
        condition.any_state(&filter.states);
        condition.any_flag(&filter.flags);
        let bounds = [
            ("created_at >= ", filter.created_from.map(|at| at.0)),
            ("created_at < ", filter.created_to.map(|at| at.0)),
            ("total_fee >= ", filter.amount_min_fen),
            ("total_fee <= ", filter.amount_max_fen),
        ];
        for (comparison, bound) in bounds {
            if let Some(bound) = bound {
                let place = condition.bind(bound);
                condition.clauses.push(format!("{comparison}{place}"));
            }
        }
        if !filter.trade_types.is_empty() {
            let places: Vec<String> =
                filter.trade_types.iter().map(|word| condition.bind(word.as_str().to_owned())).collect();
            condition.clauses.push(format!("trade_type IN ({})", places.join(", ")));
        }
        if let Some(profile) = &filter.profile {
            let place = condition.bind(profile.clone());
            condition.clauses.push(format!("profile = {place}"));
        }
        condition.search(&filter.search);
        condition
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn any_state(&mut self, states: &[OrderState]) {
        if states.is_empty() {
            return;
        }
        let places: Vec<String> = states.iter().map(|state| self.bind(state.number())).collect();
        let shown = format!("shown_state IN ({})", places.join(", "));
        self.clauses.push(if states.contains(&OrderState::Unverified) {
            format!("({shown} OR state = 0)")
        } else {
            shown
        });
    }

    fn any_flag(&mut self, flags: &[Flags]) {
        if !flags.is_empty() {
            let mask = flags.iter().fold(Flags::NONE, |mask, flag| mask.with(*flag));
            let place = self.bind(mask.number());
            self.clauses.push(format!("flags & {place} <> 0"));
        }
    }

    // Numbers and openids come from their own indexes; words come from the index over bodies, never from the table.
    fn search(&mut self, search: &str) {
        let words = search.trim();
        if words.is_empty() {
            return;
        }
        let mut found = Vec::new();
        let number: String = words.chars().filter(|letter| !letter.is_whitespace()).collect();
        if number.bytes().all(|byte| byte.is_ascii_graphic()) {
            let openid = self.bind(number.clone());
            let after = self.bind(format!("{number}\u{10FFFF}"));
            for column in ["out_trade_no", "transaction_id", "claimed_transaction_id"] {
                found.push(format!("SELECT id FROM orders WHERE {column} >= {openid} AND {column} < {after}"));
            }
            found.push(format!("SELECT id FROM orders WHERE openid = {openid}"));
        }
        // So many digits are a number of the protocol, never a word.
        if number.len() < NUMBER_DIGITS || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = self.bind(format!("%{escaped}%"));
            found.push(format!("SELECT id FROM orders INDEXED BY orders_body WHERE body LIKE {pattern} ESCAPE '\\'"));
        }
        self.clauses.push(format!("id IN ({})", found.join(" UNION ALL ")));
    }

    fn filter_sql(&self, first: &str) -> String {
        let clauses: Vec<&str> = Some(first)
            .filter(|first| !first.is_empty())
            .into_iter()
            .chain(self.clauses.iter().map(String::as_str))
            .collect();
        if clauses.is_empty() { String::new() } else { format!(" WHERE {}", clauses.join(" AND ")) }
    }

    pub(crate) fn sql(&self, columns: &str, sort: OrderSort) -> String {
        let keys: &[&str] = match sort.by {
            SortBy::CreatedAt => &["created_at"],
            SortBy::PaidAt => &["paid_at"],
            SortBy::TotalFee => &["total_fee"],
            SortBy::State => &["shown_state", "created_at"],
            SortBy::TradeType => &["trade_type", "created_at"],
            SortBy::OutTradeNo => &["out_trade_no"],
        };
        let direction = if sort.descending { " DESC" } else { "" };
        let keys: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        format!("SELECT {columns} FROM orders{} ORDER BY {}", self.filter_sql(""), keys.join(", "))
    }

    pub(crate) fn polling_sql(&self) -> String {
        format!("SELECT count(*), min(next_query_at) FROM orders{}", self.filter_sql("next_query_at IS NOT NULL"))
    }
}

#[cfg(test)]
#[path = "list_plan_tests.rs"]
mod tests;

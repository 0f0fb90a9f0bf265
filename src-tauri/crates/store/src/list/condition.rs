//! The SQL of lists. Text of the user is only ever bound, never written into SQL.

use rusqlite::types::Value;

use crate::search::{Key, Terms};
use crate::{Flags, OrderFilter, OrderState, SortBy};

/// The order alone.
pub(super) const ID: &str = "id";
/// The order and what totals are made of.
pub(super) const TOTALS: &str = "id, shown_state, state, total_fee, paid_fee, refunded_fee";

/// The WHERE of a filter without its search, and the values bound to it.
pub(crate) struct Condition {
    clauses: Vec<String>,
    pub(crate) values: Vec<Value>,
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
            condition.clauses.push(format!("+trade_type IN ({})", places.join(", ")));
        }
        if let Some(profile) = &filter.profile {
            let place = condition.bind(profile.clone());
            // The plus keeps SQLite from taking the profile out of the order, after which orders alike would have to be sorted.
            condition.clauses.push(format!("+profile = {place}"));
        }
        condition
    }

    /// The same for a walk along the keys of a sort: it begins with the first key that can match and ends with the last.
    pub(crate) fn walking(filter: &OrderFilter, by: SortBy) -> Self {
        let mut condition = Self::new(filter);
        match by {
            SortBy::TradeType => {
                condition.between("trade_type", filter.trade_types.iter().map(|word| word.as_str().to_owned()));
            }
            // Who asks for unverified orders means those of every shown state.
            SortBy::State if !filter.states.contains(&OrderState::Unverified) => {
                condition.between("shown_state", filter.states.iter().map(|state| state.number()));
            }
            _ => {}
        }
        condition
    }

    fn between<T: Into<Value> + Ord>(&mut self, column: &str, keys: impl Iterator<Item = T> + Clone) {
        if let (Some(first), Some(last)) = (keys.clone().min(), keys.max()) {
            let (first, last) = (self.bind(first), self.bind(last));
            self.clauses.push(format!("{column} BETWEEN {first} AND {last}"));
        }
    }

    /// Nothing but these orders, and of them those that match.
    pub(crate) fn among(mut self, ids: &[i64]) -> Self {
        let place = self.bind(serde_json::Value::from(ids).to_string());
        self.clauses.push(format!("id IN (SELECT value FROM json_each({place}))"));
        self
    }

    /// Nothing before the first or behind the last of these orders by their ids, which SQLite passes sooner than we do.
    pub(crate) fn between_ids(mut self, ids: &[i64]) -> Self {
        if let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) {
            let (first, last) = (self.bind(*first), self.bind(*last));
            self.clauses.push(format!("+id BETWEEN {first} AND {last}"));
        }
        self
    }

    /// Only what a search finds, read from each row: for a walk that meets enough of them soon.
    pub(crate) fn matching(mut self, terms: &Terms) -> Self {
        let mut any = Vec::new();
        if let Some(number) = &terms.number {
            let (place, at) = (self.bind(number.clone()), if terms.is_part() { "> 0" } else { "= 1" });
            for column in ["out_trade_no", "transaction_id", "claimed_transaction_id"] {
                any.push(format!("instr({column}, {place}) {at}"));
            }
            any.push(format!("openid = {place}"));
        }
        let words: Vec<String> =
            terms.words.iter().map(|word| format!("instr(lower(body), {}) > 0", self.bind(word.clone()))).collect();
        if !words.is_empty() {
            any.push(format!("({})", words.join(" AND ")));
        }
        self.clauses.push(format!("({})", any.join(" OR ")));
        self
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
        // The plus keeps a walk from seeking value by value, after which it would have to be sorted.
        let shown = format!("+shown_state IN ({})", places.join(", "));
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

    fn filter_sql(&self) -> String {
        where_sql(&self.clauses.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// [`ID`] or [`TOTALS`] of every match, from one index that holds all that a filter asks for.
    pub(crate) fn found_sql(&self, columns: &str) -> String {
        format!("SELECT {columns} FROM orders INDEXED BY orders_created{}", self.filter_sql())
    }

    /// The same for a condition that names its orders.
    pub(crate) fn found_among_sql(&self, columns: &str) -> String {
        format!("SELECT {columns} FROM orders{}", self.filter_sql())
    }

    /// Whether it lets every order through.
    pub(crate) fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Finds the order whose id is bound behind the values, if it matches.
    pub(crate) fn is_met_sql(&self) -> String {
        let id = format!("id = ?{}", self.values.len() + 1);
        let clauses: Vec<&str> = [&id].into_iter().chain(&self.clauses).map(String::as_str).collect();
        format!("SELECT 1 FROM orders{}", where_sql(&clauses))
    }

    /// The ids of every match in the order of the sort, walked along its index; of one run, with the keys, where the index has
    /// runs: which one is bound behind the values.
    pub(crate) fn walk_sql(&self, index: &Index, descending: bool) -> String {
        let with_keys = || format!("id, {}", index.keys.join(", "));
        let (select, run) = match index.runs {
            Runs::One => ("id".to_owned(), None),
            Runs::Blocks => (with_keys(), Some("id >> 16")),
            Runs::Merchants => (with_keys(), Some("mch_id")),
        };
        let run = run.map(|run| format!("{run} = ?{}", self.values.len() + 1));
        let clauses: Vec<&str> = run.iter().chain(&self.clauses).map(String::as_str).collect();
        let order = order_by(index, descending);
        format!("SELECT {select} FROM orders INDEXED BY {}{}{order}", index.name, where_sql(&clauses))
    }

    /// The id of every match and WeChat's number: the verified one, else the claimed one.
    pub(crate) fn transaction_ids_sql(&self) -> String {
        format!("SELECT id, coalesce(transaction_id, claimed_transaction_id) FROM orders{}", self.filter_sql())
    }

    /// The ids of every match in the order of a text that no index has.
    pub(crate) fn sorted_by_text_sql(&self, text: &str, descending: bool) -> String {
        let direction = if descending { " DESC" } else { "" };
        format!("SELECT id FROM orders{} ORDER BY {text}{direction}, id{direction}", self.filter_sql())
    }

    /// The ids of a condition that names its orders, in the very order of [`Self::walk_sql`].
    pub(crate) fn sorted_among_sql(&self, index: &Index, descending: bool) -> String {
        format!("SELECT id FROM orders{}{}", self.filter_sql(), order_by(index, descending))
    }
}

fn where_sql(clauses: &[&str]) -> String {
    if clauses.is_empty() { String::new() } else { format!(" WHERE {}", clauses.join(" AND ")) }
}

// All columns of the index and the id: SQLite takes the direction of a walk from none that a filter holds to one value.
fn order_by(index: &Index, descending: bool) -> String {
    let direction = if descending { " DESC" } else { "" };
    let keys: Vec<String> = index.keys.iter().map(|key| format!("{key}{direction}")).collect();
    format!(" ORDER BY {}, id{direction}", keys.join(", "))
}

/// What a sort goes along.
pub(super) enum Way {
    /// An index of the store.
    Index(Index),
    /// Keys in memory.
    Memory(Key),
}

/// The index of a sort with all of its columns, but for what its runs are told by.
pub(super) struct Index {
    name: &'static str,
    keys: &'static [&'static str],
    pub(super) runs: Runs,
}

/// How an index is divided: its keys ascend within each run only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// It is not.
    One,
    /// By 65 536 ids, `id >> 16`.
    Blocks,
    /// By merchants.
    Merchants,
}

impl Way {
    pub(super) const fn of(by: SortBy) -> Self {
        let (name, runs, keys): (_, _, &[&str]) = match by {
            SortBy::CreatedAt => (
                "orders_created",
                Runs::One,
                &[
                    "created_at",
                    "shown_state",
                    "state",
                    "flags",
                    "total_fee",
                    "paid_fee",
                    "refunded_fee",
                    "trade_type",
                    "profile",
                ],
            ),
            SortBy::PaidAt => ("orders_paid", Runs::One, &["paid_at", "paid_fee", "refunded_fee", "profile"]),
            SortBy::TotalFee => ("orders_amount", Runs::Blocks, &["total_fee"]),
            SortBy::State => ("orders_state", Runs::One, &["shown_state", "created_at"]),
            SortBy::TradeType => ("orders_trade_type", Runs::One, &["trade_type", "created_at"]),
            SortBy::OutTradeNo => ("sqlite_autoindex_orders_1", Runs::Merchants, &["out_trade_no"]),
            SortBy::TransactionId => return Self::Memory(Key::TransactionId),
            SortBy::Body => return Self::Memory(Key::Body),
            SortBy::Profile => return Self::Memory(Key::Profile),
        };
        Self::Index(Index { name, keys, runs })
    }
}

/// What is polled, with the next question to it.
pub(crate) const POLLED_SQL: &str =
    "SELECT id, next_query_at FROM orders INDEXED BY orders_due WHERE next_query_at IS NOT NULL";

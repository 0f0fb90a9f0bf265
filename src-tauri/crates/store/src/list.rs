//! Lists: a snapshot of ids for a filter and a sort, exact totals in the same pass, and windows of rows from it.
//!
//! One pass over one index finds what matches and adds it up; two readers of one moment take half of the time each. A walk along
//! the index of the sort puts it in order, or, where little matches, sorting that. The first rows come from the walk alone, unless
//! too much lies between them. Where no index is in the order of the sort, the walk is along keys in memory.

mod along_index;
mod along_keys;
mod condition;
mod halves;
mod id_set;
mod in_files;
mod making;
mod walk;

use std::sync::Arc;

use rusqlite::Connection;
use wxpay_protocol::{TradeType, UtcMs};

use crate::orders::{ORDER, order};
use crate::{Flags, Order, OrderState, Store, StoreError};
pub(crate) use id_set::IdSet;
use making::{FEW, Making};

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
    /// What was bought, by code point, capital ASCII letters as small ones.
    Body,
    /// The merchant, by the name of its profile.
    Profile,
}

impl SortBy {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::CreatedAt,
        Self::PaidAt,
        Self::TotalFee,
        Self::State,
        Self::TradeType,
        Self::OutTradeNo,
        Self::TransactionId,
        Self::Body,
        Self::Profile,
    ];

    /// The word that scripts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::PaidAt => "paid_at",
            Self::TotalFee => "total_fee",
            Self::State => "state",
            Self::TradeType => "trade_type",
            Self::OutTradeNo => "out_trade_no",
            Self::TransactionId => "transaction_id",
            Self::Body => "body",
            Self::Profile => "profile",
        }
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
        self.read_beside(|connection, beside| {
            Making { connection, beside, texts: self.texts(), filter, sort }.open(FEW)
        })
    }

    /// The same without the totals, for a file.
    pub fn list_ids(&self, filter: &OrderFilter, sort: OrderSort) -> Result<Arc<[i64]>, StoreError> {
        if let Some(ids) = self.ids_sorted_in_files(filter, sort)? {
            return Ok(ids);
        }
        self.read_beside(|connection, beside| Making { connection, beside, texts: self.texts(), filter, sort }.ids())
    }

    /// The first orders of a list, without waiting for all of its ids.
    pub fn first_rows(&self, filter: &OrderFilter, sort: OrderSort, limit: usize) -> Result<Vec<Order>, StoreError> {
        self.read_beside(|connection, beside| {
            rows(connection, &Making { connection, beside, texts: self.texts(), filter, sort }.first(limit)?)
        })
    }

    /// The orders with these ids, in this order, as they are now.
    pub fn rows(&self, ids: &[i64]) -> Result<Vec<Order>, StoreError> {
        self.read(|connection| rows(connection, ids))
    }
}

fn rows(connection: &Connection, ids: &[i64]) -> Result<Vec<Order>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {ORDER} FROM orders WHERE id = ?1"))?;
    Ok(ids.iter().map(|id| statement.query_row([id], order)).collect::<Result<_, _>>()?)
}

#[cfg(test)]
#[path = "list_plan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "list_ways_tests.rs"]
mod ways;

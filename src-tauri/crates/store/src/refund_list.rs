//! The list of refunds: filtered, the newest first, with exact totals.

use std::ops::ControlFlow;

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use wxpay_protocol::UtcMs;

use crate::refunds::{REFUND, refund};
use crate::search::pasted_number;
use crate::{Refund, RefundState, Store, StoreError};

/// Which refunds. Empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundFilter {
    /// States.
    pub states: Vec<RefundState>,
    /// The profile.
    pub profile: Option<String>,
    /// Reserved or found at or after.
    pub created_from: Option<UtcMs>,
    /// Reserved or found before.
    pub created_to: Option<UtcMs>,
    /// The beginning of a number of the refund, or a whole number of its order; spaces and line breaks do not matter.
    pub search: String,
}

/// Exact sums over a whole list, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundTotals {
    /// How many there are.
    pub count: u64,
    /// The sum of those that succeeded.
    pub refunded_fen: i128,
    /// The sum of those that hold their amount and have not succeeded yet.
    pub held_fen: i128,
}

/// A stretch of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundList {
    /// Over the whole list.
    pub totals: RefundTotals,
    /// The rows that were asked for, the newest first.
    pub rows: Vec<Refund>,
}

impl Store {
    /// The refunds `start..start + limit` of a list, with the totals of all of it.
    pub fn refunds(&self, filter: &RefundFilter, start: usize, limit: usize) -> Result<RefundList, StoreError> {
        let (wanted, values) = conditions(filter);
        let orders = if filter.search.is_empty() { "" } else { " JOIN orders o ON o.id = r.order_id" };
        let sql = format!(
            "SELECT r.id, r.refund_fee, r.state FROM refunds r{orders}{wanted} ORDER BY r.created_at DESC, r.id DESC"
        );
        let list = self.listed(&sql, &values, |row| {
            let (fee, state): (i64, RefundState) = (row.get(1)?, row.get(2)?);
            let adds = match state {
                RefundState::Success => [fee, 0],
                RefundState::RefundClose | RefundState::Rejected => [0, 0],
                _ => [0, fee],
            };
            Ok((row.get(0)?, adds))
        })?;
        let [refunded, held] = list.sums;
        let totals = RefundTotals { count: list.count(), refunded_fen: refunded.into(), held_fen: held.into() };
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("SELECT {REFUND} WHERE r.id = ?1"))?;
            let page = list.page(start, limit).iter();
            let rows = page.map(|id| statement.query_row([id], refund)).collect::<Result<_, _>>()?;
            Ok(RefundList { totals, rows })
        })
    }

    /// Hands out all refunds of a list, the newest first, as they are at one moment, until they end or `each` breaks.
    pub fn each_refund(
        &self,
        filter: &RefundFilter,
        mut each: impl FnMut(&Refund) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let (wanted, values) = conditions(filter);
        self.read(|connection| {
            let sql = format!("SELECT {REFUND}{wanted} ORDER BY r.created_at DESC, r.id DESC");
            let mut statement = connection.prepare_cached(&sql)?;
            for found in statement.query_map(params_from_iter(&values), refund)? {
                if each(&found?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

fn conditions(filter: &RefundFilter) -> (String, Vec<Value>) {
    let mut wanted: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if !filter.states.is_empty() {
        wanted.push(format!("r.state IN ({})", vec!["?"; filter.states.len()].join(", ")));
        values.extend(filter.states.iter().map(|state| Value::Integer(state.number())));
    }
    if let Some(profile) = &filter.profile {
        wanted.push("r.profile = ?".into());
        values.push(Value::Text(profile.clone()));
    }
    let times = [("r.created_at >= ?", filter.created_from), ("r.created_at < ?", filter.created_to)];
    for (condition, at) in times.into_iter().filter_map(|(condition, at)| at.map(|at| (condition, at))) {
        wanted.push(condition.into());
        values.push(Value::Integer(at.0));
    }
    let number = pasted_number(&filter.search);
    if !number.is_empty() {
        // A range instead of LIKE: `_` and `|` are letters of these numbers, and a range goes by an index.
        wanted.push(
            "(r.out_refund_no >= ? AND r.out_refund_no < ? OR r.refund_id >= ? AND r.refund_id < ? OR o.out_trade_no = ? OR o.transaction_id = ?)"
                .into(),
        );
        let end = format!("{number}\u{10FFFF}");
        let bounds = [&number, &end, &number, &end, &number, &number];
        values.extend(bounds.map(|text| Value::Text(text.clone())));
    }
    let wanted = if wanted.is_empty() { String::new() } else { format!(" WHERE {}", wanted.join(" AND ")) };
    (wanted, values)
}

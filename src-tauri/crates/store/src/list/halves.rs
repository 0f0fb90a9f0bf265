//! All ids by time, for which two threads walk through half of the time each.

use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use wxpay_protocol::UtcMs;

use super::making::Making;
use super::{OrderFilter, OrderSort, SortBy};
use crate::{Store, StoreError};

/// The first and the last moment from one on and before another.
pub(super) const SPAN_SQL: &str = "SELECT (SELECT min(created_at) FROM orders WHERE created_at >= ?1), \
     (SELECT max(created_at) FROM orders WHERE created_at < ?2)";

impl Store {
    /// Nothing where the list is not by time, or a search has to find it, or there is no second reader of the same moment.
    pub(super) fn ids_in_halves(
        &self,
        filter: &OrderFilter,
        sort: OrderSort,
    ) -> Result<Option<Arc<[i64]>>, StoreError> {
        if sort.by != SortBy::CreatedAt || !filter.search.is_empty() {
            return Ok(None);
        }
        let mut readers = self.begin_reading(2)?.into_iter();
        let (Some(one), other) = (readers.next(), readers.next()) else { return Ok(None) };
        let (Some(other), Some(middle)) = (other, middle(&one, filter)?) else { return Ok(None) };
        let ids = |connection: &Connection, filter: OrderFilter| {
            Making { connection, texts: self.texts(), filter: &filter, sort }.ids()
        };
        let earlier = |one| {
            let ids = ids(&one, OrderFilter { created_to: Some(middle), ..filter.clone() });
            self.end_reading(one).and(ids)
        };
        let (earlier, later) = thread::scope(|scope| {
            let earlier = scope.spawn(move || earlier(one));
            let later = ids(&other, OrderFilter { created_from: Some(middle), ..filter.clone() });
            (earlier.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)), later)
        });
        self.end_reading(other)?;
        let (earlier, later) = (earlier?, later?);
        let (first, then) = if sort.descending { (later, earlier) } else { (earlier, later) };
        Ok(Some(first.iter().chain(then.iter()).copied().collect()))
    }
}

/// Half of the time that a filter asks for; nothing where there is none.
fn middle(connection: &Connection, filter: &OrderFilter) -> Result<Option<UtcMs>, StoreError> {
    let bounds = [filter.created_from.map_or(i64::MIN, |at| at.0), filter.created_to.map_or(i64::MAX, |at| at.0)];
    let (first, last): (Option<i64>, Option<i64>) =
        connection.prepare_cached(SPAN_SQL)?.query_row(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(first.zip(last).filter(|(first, last)| first < last).map(|(first, last)| UtcMs(first.midpoint(last))))
}

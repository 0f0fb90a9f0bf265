//! Work that two readers of one moment share, half of the time each.

use std::sync::PoisonError;
use std::thread;

use rusqlite::Connection;
use wxpay_protocol::UtcMs;

use super::OrderFilter;
use super::making::Making;
use crate::StoreError;

/// The first and the last moment from one on and before another.
pub(super) const SPAN_SQL: &str = "SELECT (SELECT min(created_at) FROM orders WHERE created_at >= ?1), \
     (SELECT max(created_at) FROM orders WHERE created_at < ?2)";

impl Making<'_> {
    /// What two threads make of the earlier and of the later half at once; nothing where there is no second reader, or no time
    /// to divide.
    pub(super) fn in_halves<T: Send>(
        &self,
        work: impl Fn(&Making<'_>) -> Result<T, StoreError> + Sync,
    ) -> Result<Option<[T; 2]>, StoreError> {
        let Some(beside) = self.beside else { return Ok(None) };
        let Some(middle) = middle(self.connection, self.filter)? else { return Ok(None) };
        let earlier = OrderFilter { created_to: Some(middle), ..self.filter.clone() };
        let later = OrderFilter { created_from: Some(middle), ..self.filter.clone() };
        let (texts, sort) = (self.texts, self.sort);
        let (earlier, later) = thread::scope(|scope| {
            let earlier = scope.spawn(|| {
                let connection = &*beside.lock().unwrap_or_else(PoisonError::into_inner);
                work(&Making { connection, beside: None, texts, filter: &earlier, sort })
            });
            let later = work(&Making { beside: None, filter: &later, ..*self });
            (earlier.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)), later)
        });
        Ok(Some([earlier?, later?]))
    }

    /// The same of lists in the order of time, one behind the other; one made alone where nobody shares the work.
    pub(super) fn by_time(
        &self,
        work: impl Fn(&Making<'_>) -> Result<Vec<i64>, StoreError> + Sync,
    ) -> Result<Vec<i64>, StoreError> {
        let Some([earlier, later]) = self.in_halves(&work)? else { return work(self) };
        let (mut first, then) = if self.sort.descending { (later, earlier) } else { (earlier, later) };
        first.extend(then);
        Ok(first)
    }
}

/// Half of the time that a filter asks for; nothing where there is none.
fn middle(connection: &Connection, filter: &OrderFilter) -> Result<Option<UtcMs>, StoreError> {
    let bounds = [filter.created_from.map_or(i64::MIN, |at| at.0), filter.created_to.map_or(i64::MAX, |at| at.0)];
    let (first, last): (Option<i64>, Option<i64>) =
        connection.prepare_cached(SPAN_SQL)?.query_row(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(first.zip(last).filter(|(first, last)| first < last).map(|(first, last)| UtcMs(first.midpoint(last))))
}

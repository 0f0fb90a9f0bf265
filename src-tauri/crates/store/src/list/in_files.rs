//! All ids of a list that no index is in the order of, where the texts are not in memory: a program that writes one file and ends
//! need not read a hundred megabytes of texts for it. WeChat's numbers are sorted by their keys, other texts by SQLite through
//! nameless files.

use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use super::along_keys::First;
use super::condition::{Condition, Way};
use super::{OrderFilter, OrderSort};
use crate::db::{Access, connect};
use crate::search::{Key, packed};
use crate::{Store, StoreError};

impl Store {
    /// Nothing where an index has them, or the texts are read or have to be.
    pub(super) fn ids_sorted_in_files(
        &self,
        filter: &OrderFilter,
        sort: OrderSort,
    ) -> Result<Option<Arc<[i64]>>, StoreError> {
        let Way::Memory(key) = Way::of(sort.by) else { return Ok(None) };
        if !filter.search.is_empty() || self.texts().are_read() {
            return Ok(None);
        }
        let connection = connect(self.path(), Access::Read)?;
        connection.pragma_update(None, "temp_store", "FILE")?;
        let condition = Condition::new(filter);
        let text = match key {
            Key::TransactionId => return sorted_by_number(&connection, &condition, sort.descending).map(Some),
            Key::Body => "lower(body)",
            Key::Profile => "profile",
        };
        let mut statement = connection.prepare(&condition.sorted_by_text_sql(text, sort.descending))?;
        let ids = statement.query_map(params_from_iter(&condition.values), |row| row.get(0))?;
        Ok(Some(ids.collect::<Result<_, _>>()?))
    }
}

fn sorted_by_number(
    connection: &Connection,
    condition: &Condition,
    descending: bool,
) -> Result<Arc<[i64]>, StoreError> {
    let mut all = First::new(usize::MAX, descending);
    let mut statement = connection.prepare(&condition.transaction_ids_sql())?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    while let Some(row) = rows.next()? {
        let number = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        all.push((number.map_or(0, packed), row.get(0)?));
    }
    Ok(all.in_order().into())
}

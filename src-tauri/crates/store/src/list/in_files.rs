//! All ids of a list that no index is in the order of, where the texts are not in memory: sorted by SQLite through nameless
//! files, so that a program that writes one file and ends does not read a hundred megabytes of texts for it.

use std::sync::Arc;

use rusqlite::params_from_iter;

use super::condition::{Condition, Way};
use super::{OrderFilter, OrderSort};
use crate::db::{Access, connect};
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
        let mut statement = connection.prepare(&condition.sorted_by_text_sql(key.sql(), sort.descending))?;
        let ids = statement.query_map(params_from_iter(&condition.values), |row| row.get(0))?;
        Ok(Some(ids.collect::<Result<_, _>>()?))
    }
}

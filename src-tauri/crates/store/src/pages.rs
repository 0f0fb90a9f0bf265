//! The ids of a list that is read in pages, kept until anything is written: a page is as quick at the end of the list as at its
//! beginning, and none is ever of another moment than it says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::db::{Access, connect};
use crate::{Store, StoreError};

/// So many lists are kept, the ones that were asked for last.
const KEPT: usize = 4;

/// A list as it was at one moment.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The ids, in order.
    pub(crate) ids: Vec<i64>,
    /// Two sums over the whole list.
    pub(crate) sums: [i64; 2],
}

impl Listed {
    /// The ids of a page.
    pub(crate) fn page(&self, start: usize, limit: usize) -> &[i64] {
        let rest = self.ids.get(start..).unwrap_or_default();
        rest.get(..limit).unwrap_or(rest)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.ids.len() as u64
    }
}

/// The lists that are kept, and what tells that something was written.
#[derive(Default)]
pub(crate) struct Pages {
    watch: Mutex<Option<Connection>>,
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    sql: String,
    values: Vec<Value>,
    version: i64,
    list: Arc<Listed>,
}

impl Store {
    /// What this query lists, each row as its id and what it adds to the sums; read again only after something was written, by
    /// whomever.
    pub(crate) fn listed(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row<'_>) -> rusqlite::Result<(i64, [i64; 2])>,
    ) -> Result<Arc<Listed>, StoreError> {
        // Before the list is read: one that is newer than its version is read once more, never the other way round.
        let version = self.version()?;
        let kept = || self.pages().kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |list: &Kept| list.sql == sql && list.values == values;
        if let Some(found) = kept().iter().find(|list| is_it(list) && list.version == version) {
            return Ok(Arc::clone(&found.list));
        }
        let mut list = Listed::default();
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                let (id, adds) = read(row)?;
                list.ids.push(id);
                list.sums.iter_mut().zip(adds).for_each(|(sum, adds)| *sum += adds);
            }
            Ok(())
        })?;
        let list = Arc::new(list);
        let mut kept = kept();
        kept.retain(|list| !is_it(list));
        kept.push_front(Kept { sql: sql.to_owned(), values: values.to_vec(), version, list: Arc::clone(&list) });
        kept.truncate(KEPT);
        Ok(list)
    }

    /// A number that is another one after every commit of anybody.
    fn version(&self) -> Result<i64, StoreError> {
        let mut watch = self.pages().watch.lock().unwrap_or_else(PoisonError::into_inner);
        // One connection only: the number is no other's.
        let connection = match watch.take() {
            Some(connection) => connection,
            None => connect(self.path(), Access::Read)?,
        };
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        *watch = Some(connection);
        Ok(version)
    }
}

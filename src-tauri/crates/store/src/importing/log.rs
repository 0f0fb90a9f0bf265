//! The write-ahead log while an import fills it.

use std::time::Duration;

use rusqlite::Connection;

use crate::db::{Access, connect};
use crate::{Store, StoreError};

/// Copies the log into the file beside the writer, which SQLite would otherwise do at the end of some commit, and keep
/// everybody waiting for as long as that takes.
pub(super) struct Log {
    connection: Connection,
}

impl Log {
    pub(super) fn open(store: &Store) -> Result<Self, StoreError> {
        let connection = connect(store.path(), Access::Write)?;
        // What is in the way now is gone at the next look.
        connection.busy_timeout(Duration::ZERO)?;
        Ok(Self { connection })
    }

    /// Copies the log into the file, where it has so many pages or more.
    pub(super) fn copy_from(&self, pages: i64) -> Result<(), StoreError> {
        if self.checkpoint("NOOP")? < pages {
            return Ok(());
        }
        // Beside the writer first, so that little is left for the moment in which it has to stand still.
        self.checkpoint("PASSIVE")?;
        self.checkpoint("FULL")?;
        Ok(())
    }

    /// The pages of the log that were not copied yet.
    fn checkpoint(&self, mode: &str) -> Result<i64, StoreError> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        Ok(self.connection.query_row(&sql, [], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))?)
    }
}

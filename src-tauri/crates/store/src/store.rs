//! The handle: one writer, a few readers, shared by everybody in the process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::db::{Access, connect, prepare};
use crate::lease::Presence;
use crate::pages::Pages;
use crate::search::Texts;
use crate::writer::Writer;
use crate::{StoreError, record, refund_record};

const KEPT_READERS: usize = 4;
/// From so many rows on, what a savepoint keeps in order to undo them costs more than a commit of their own.
const MANY: usize = 64;
/// A read transaction, which sees the moment of its first read.
const BEGIN: &str = "BEGIN; SELECT 1 FROM sqlite_schema";
/// So often readers are begun anew because somebody committed meanwhile.
const TRIED_MOMENTS: usize = 4;

/// The store of one data folder. Clones share the writer; several processes may open the same folder.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    presence: Presence,
    texts: Texts,
    pages: Pages,
}

impl Store {
    /// Opens the store of a data folder, creating folder and file if there are none, and brings it to the newest schema
    /// after a copy into `backups/`.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`] and [`StoreError::Foreign`] leave the file untouched.
    pub fn open(data_folder: &Path) -> Result<Self, StoreError> {
        let path = prepare(data_folder)?;
        let writer = Writer::start(path.clone())?;
        let inner = Inner {
            path,
            writer,
            readers: Mutex::default(),
            presence: Presence::default(),
            texts: Texts::default(),
            pages: Pages::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Tells other processes that this one polls.
    pub(crate) fn presence(&self) -> &Presence {
        &self.inner.presence
    }

    /// What searches look through.
    pub(crate) fn texts(&self) -> &Texts {
        &self.inner.texts
    }

    /// The lists that are read in pages.
    pub(crate) fn pages(&self) -> &Pages {
        &self.inner.pages
    }

    /// Reads the whole file and recomputes every order's chain of digests and its state.
    /// Returns one sentence per fault that was found; none means that all holds.
    pub fn verify(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut faults = Vec::new();
            let verdict: String = connection.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
            if verdict != "ok" {
                faults.push(format!("the file is damaged: {verdict}"));
            }
            record::verify_orders(connection, &mut faults)?;
            refund_record::verify_refunds(connection, &mut faults)?;
            Ok(faults)
        })
    }

    /// Runs `work` in a write transaction; answers after the commit.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.writer.write(work)
    }

    /// Runs work on so many rows in a write transaction, one of its own where they are many; answers after the commit.
    pub(crate) fn write_many<T: Send + 'static>(
        &self,
        rows: usize,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if rows < MANY { self.write(work) } else { self.write_alone(work) }
    }

    /// Runs `work` in a write transaction of its own, for work that touches thousands of pages; answers after the commit.
    pub(crate) fn write_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.writer.write_alone(work)
    }

    /// Two numbers that are others once another process has committed, or once it may have because this one had to open the database
    /// anew; what this one commits leaves them as they are.
    pub fn commits_of_others(&self) -> Result<(u64, i64), StoreError> {
        self.inner.writer.look(commits_seen)
    }

    /// Runs `work` in one read transaction: everything in it is seen at one moment.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let connection = self.reader()?;
        connection.execute_batch("BEGIN")?;
        // A connection that failed is closed, which ends its transaction and keeps the cause.
        let done = work(&connection)?;
        self.end_reading(connection)?;
        Ok(done)
    }

    /// The same with a second reader of that moment, for another thread; without one where others commit all the time.
    pub(crate) fn read_beside<T>(
        &self,
        work: impl FnOnce(&Connection, Option<&Mutex<Connection>>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connections = self.begin_reading(2)?.into_iter();
        let connection = connections.next().ok_or(StoreError::Closed)?;
        let beside = connections.next().map(Mutex::new);
        let done = work(&connection, beside.as_ref())?;
        self.end_reading(connection)?;
        if let Some(beside) = beside {
            self.end_reading(beside.into_inner().unwrap_or_else(PoisonError::into_inner))?;
        }
        Ok(done)
    }

    /// At most so many read transactions of one and the same moment: one alone where others commit all the time. Each is to be
    /// ended.
    pub(crate) fn begin_reading(&self, most: usize) -> Result<Vec<Connection>, StoreError> {
        for _ in 0..if most > 1 { TRIED_MOMENTS } else { 0 } {
            let connections: Vec<Connection> = (0..most).map(|_| self.reader()).collect::<Result<_, _>>()?;
            let Some(last) = connections.last() else { break };
            let before = commits_seen(last)?;
            connections.iter().try_for_each(|connection| connection.execute_batch(BEGIN))?;
            // The last began after all others, and nobody had committed since before the first did.
            if commits_seen(last)? == before {
                return Ok(connections);
            }
            connections.into_iter().try_for_each(|connection| self.end_reading(connection))?;
        }
        let connection = self.reader()?;
        connection.execute_batch(BEGIN)?;
        Ok(vec![connection])
    }

    /// Ends a read transaction and keeps the connection for the next.
    pub(crate) fn end_reading(&self, connection: Connection) -> Result<(), StoreError> {
        connection.execute_batch("COMMIT")?;
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < KEPT_READERS {
            readers.push(connection);
        }
        Ok(())
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let pooled = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        pooled.map_or_else(|| connect(&self.inner.path, Access::Read), Ok)
    }
}

/// A number that is another one once anybody else's commit can be seen.
fn commits_seen(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;

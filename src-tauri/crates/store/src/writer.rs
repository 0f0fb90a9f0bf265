//! One thread writes. Jobs that arrive together share one transaction, so that one `fsync` serves them all.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::StoreError;
use crate::db::{Access, connect};

/// At most so many jobs share a transaction,
const GROUP_JOBS: usize = 256;
/// and none waits longer than this for the others.
const GROUP_TIME: Duration = Duration::from_millis(20);

type CommitFault = Option<Arc<rusqlite::Error>>;
type Answer = Box<dyn FnOnce(CommitFault) + Send>;
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Option<Answer> + Send>;

/// The handle of the writing thread; dropping it lets the thread finish what it has and end.
pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(path: PathBuf) -> Result<Self, StoreError> {
        let connection = connect(&path, Access::Write)?;
        let (jobs, inbox) = sync_channel(4 * GROUP_JOBS);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn({
                let path = path.clone();
                move || run(&inbox, &path, connection)
            })
            .map_err(|source| StoreError::Io { path, source })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `work` in a transaction and answers after the commit. Its own failure undoes its own writes only.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel::<Result<T, StoreError>>(1);
        // A caller that has gone away needs no answer, so a failed send is nothing.
        let job: Job = Box::new(move |connection| match connection {
            Err(fault) => {
                drop(answer.send(Err(fault)));
                None
            }
            Ok(connection) => {
                let outcome = in_savepoint(connection, work);
                Some(Box::new(move |fault: CommitFault| {
                    drop(answer.send(match (outcome, fault) {
                        (Ok(_), Some(fault)) if fault.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
                            Err(StoreError::Full)
                        }
                        (Ok(_), Some(fault)) => Err(StoreError::Commit(fault)),
                        (outcome, _) => outcome,
                    }));
                }))
            }
        });
        self.jobs.as_ref().ok_or(StoreError::Closed)?.send(job).map_err(|_| StoreError::Closed)?;
        answered.recv().map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT job")?;
    let outcome = work(connection);
    if outcome.is_ok() {
        connection.execute_batch("RELEASE job")?;
    } else if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
    }
    outcome
}

fn run(inbox: &Receiver<Job>, path: &std::path::Path, connection: Connection) {
    let mut connection = Some(connection);
    while let Ok(first) = inbox.recv() {
        // After a failed sync the connection was thrown away: what it believed to be on disk may not be.
        let ready = match connection.take() {
            Some(open) => Ok(open),
            None => connect(path, Access::Write),
        };
        match ready {
            Ok(open) => connection = group(inbox, first, open),
            Err(fault) => drop(first(Err(fault))),
        }
    }
}

// Runs one transaction; gives the connection back unless it must not be used any more.
fn group(inbox: &Receiver<Job>, first: Job, connection: Connection) -> Option<Connection> {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        drop(first(Err(error.into())));
        return Some(connection);
    }
    let started = Instant::now();
    let mut answers: Vec<Answer> = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        answers.extend(job(Ok(&connection)));
        if connection.is_autocommit() {
            // A full disk or a failed read makes SQLite roll back everything, earlier jobs of the group included.
            let fault = Arc::new(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK),
                Some("the transaction was rolled back by SQLite".into()),
            ));
            for answer in answers {
                answer(Some(fault.clone()));
            }
            return None;
        }
        if answers.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
            next = inbox.try_recv().ok();
        }
    }
    let fault = connection.execute_batch("COMMIT").err().map(Arc::new);
    let usable = fault.is_none();
    for answer in answers {
        answer(fault.clone());
    }
    usable.then_some(connection)
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

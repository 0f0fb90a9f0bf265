//! One thread writes. Jobs that arrive together share one transaction, so that one `fsync` serves them all.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
type Work = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Option<Answer> + Send>;

/// What is to be written.
enum Job {
    /// In a transaction that others share.
    Shared(Work),
    /// In a transaction of its own, which the failure of the work undoes as a whole.
    Alone(Work),
    /// In none: nothing is written.
    Look(Work),
}

/// The handle of the writing thread; dropping it lets the thread finish what it has and end.
pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// How often the database had to be opened anew, or that was tried.
    reopened: Arc<AtomicU64>,
}

impl Writer {
    pub(crate) fn start(path: PathBuf) -> Result<Self, StoreError> {
        let connection = connect(&path, Access::Write)?;
        let (jobs, inbox) = sync_channel(4 * GROUP_JOBS);
        let reopened = Arc::new(AtomicU64::new(0));
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn({
                let (path, reopened) = (path.clone(), Arc::clone(&reopened));
                move || run(&inbox, &path, connection, &reopened)
            })
            .map_err(|source| StoreError::Io { path, source })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), reopened })
    }

    /// Runs `work` in a transaction and answers after the commit. Its own failure undoes its own writes only.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.answered(|answer| Job::Shared(answering(answer, |connection| in_savepoint(connection, work))))
    }

    /// Runs `work` in a transaction that nobody shares and answers after the commit. For work that touches thousands of
    /// pages: a savepoint would keep the old contents of each of them only to be able to undo this job and not its
    /// neighbours.
    pub(crate) fn write_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.answered(|answer| {
            Job::Alone(answering(answer, |connection| {
                let outcome = work(connection);
                if outcome.is_err() && !connection.is_autocommit() {
                    connection.execute_batch("ROLLBACK")?;
                }
                outcome
            }))
        })
    }

    /// Runs `look` with the connection that writes, in no transaction; before what it gives stands how often the database had been
    /// opened anew, since when the connection is another one.
    pub(crate) fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(u64, T), StoreError> {
        let reopened = Arc::clone(&self.reopened);
        let look =
            move |connection: &Connection| look(connection).map(|found| (reopened.load(Ordering::Relaxed), found));
        self.answered(|answer| Job::Look(answering(answer, look)))
    }

    fn answered<T>(&self, job: impl FnOnce(SyncSender<Result<T, StoreError>>) -> Job) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel(1);
        self.jobs.as_ref().ok_or(StoreError::Closed)?.send(job(answer)).map_err(|_| StoreError::Closed)?;
        answered.recv().map_err(|_| StoreError::Closed)?
    }
}

// A caller that has gone away needs no answer, so a failed send is nothing.
fn answering<T: Send + 'static>(
    answer: SyncSender<Result<T, StoreError>>,
    work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Work {
    Box::new(move |connection| match connection {
        Err(fault) => {
            drop(answer.send(Err(fault)));
            None
        }
        Ok(connection) => {
            let outcome = work(connection);
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
    })
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

fn run(inbox: &Receiver<Job>, path: &std::path::Path, connection: Connection, reopened: &AtomicU64) {
    let mut connection = Some(connection);
    let mut waiting = None;
    while let Some(first) = waiting.take().or_else(|| inbox.recv().ok()) {
        // After a failed sync the connection was thrown away: what it believed to be on disk may not be.
        let reopen = || {
            reopened.fetch_add(1, Ordering::Relaxed);
            connect(path, Access::Write)
        };
        let open = match connection.take().map_or_else(reopen, Ok) {
            Ok(open) => open,
            Err(fault) => {
                refuse(first, fault);
                continue;
            }
        };
        let begun = if matches!(first, Job::Look(_)) { Ok(()) } else { open.execute_batch("BEGIN IMMEDIATE") };
        if let Err(error) = begun {
            refuse(first, error.into());
            connection = Some(open);
            continue;
        }
        let answers = match first {
            Job::Shared(first) => group(&open, first, inbox, &mut waiting),
            Job::Alone(only) => only(Ok(&open)).into_iter().collect(),
            Job::Look(look) => {
                if let Some(answer) = look(Ok(&open)) {
                    answer(None);
                }
                connection = Some(open);
                continue;
            }
        };
        connection = commit(open, answers);
    }
}

fn refuse(job: Job, fault: StoreError) {
    let (Job::Shared(work) | Job::Alone(work) | Job::Look(work)) = job;
    drop(work(Err(fault)));
}

// Runs what is there, for as long as others may be kept waiting; a job that wants to be alone is left in `waiting`.
fn group(connection: &Connection, first: Work, inbox: &Receiver<Job>, waiting: &mut Option<Job>) -> Vec<Answer> {
    let started = Instant::now();
    let mut answers = Vec::new();
    let mut next = Some(first);
    while let Some(work) = next.take() {
        answers.extend(work(Ok(connection)));
        if connection.is_autocommit() || answers.len() >= GROUP_JOBS || started.elapsed() >= GROUP_TIME {
            break;
        }
        match inbox.try_recv() {
            Ok(Job::Shared(work)) => next = Some(work),
            Ok(alone) => *waiting = Some(alone),
            Err(_) => {}
        }
    }
    answers
}

// Commits and answers; gives the connection back unless it must not be used any more.
fn commit(connection: Connection, answers: Vec<Answer>) -> Option<Connection> {
    let fault = if connection.is_autocommit() {
        // A full disk or a failed read makes SQLite roll back everything, earlier jobs of the group included.
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
        Some(rusqlite::Error::SqliteFailure(code, Some("the transaction was rolled back by SQLite".into())))
    } else {
        connection.execute_batch("COMMIT").err()
    };
    let fault = fault.map(Arc::new);
    for answer in answers {
        answer(fault.clone());
    }
    fault.is_none().then_some(connection)
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

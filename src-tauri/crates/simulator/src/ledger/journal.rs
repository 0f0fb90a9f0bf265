//! The journal: JSON lines, append-only, in the state folder. An answer that changed something is sent only after its line
//! is on the disk; lines that arrive together are written and flushed (`fdatasync`) together.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::ledger::entry::Entry;
use crate::ledger::{Contradiction, Ledger};

const FILE_NAME: &str = "gateway.jsonl";
const LOCK_NAME: &str = "gateway.lock";

/// Why the state folder cannot be used. Nothing in it has been changed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or a file in it cannot be opened or read.
    #[error(
        "无法打开模拟网关的状态目录 {path}：{source}；请检查权限和磁盘 (cannot open the simulator's state; check permissions and disk)"
    )]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another gateway runs on the same folder.
    #[error(
        "状态目录 {path} 正被另一个模拟网关使用；请先停止它或换一个目录 (the state folder is in use by another simulator; stop it or take another folder)"
    )]
    InUse {
        /// Which folder.
        path: PathBuf,
    },
    /// A line in the middle cannot be read; the file was changed or the disk is damaged.
    #[error(
        "日志 {path} 第 {line} 行无法读取（{reason}）；请从备份恢复或换一个状态目录 (the journal is damaged at line {line}; restore a backup or take another folder)"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// Written by a later program.
    #[error(
        "日志 {path} 由更新版本的程序写成（版本 {version}）；请升级本程序 (the journal was written by a newer program; upgrade)"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

/// The journal can no longer be written; nothing more is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "模拟网关的日志无法写入，已停止接受变更；请检查磁盘后重启网关 (the journal cannot be written; check the disk and restart)"
)]
pub struct JournalFailed;

/// Where entries go: to a file, or nowhere when the gateway keeps no state.
pub(crate) struct Journal(Option<Disk>);

struct Disk {
    shared: Arc<Shared>,
    flushed: watch::Receiver<Flushed>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// Puts a batch of lines where they survive a crash.
type Sink = Box<dyn FnMut(&[u8]) -> io::Result<()> + Send>;

struct Shared {
    pending: Mutex<Pending>,
    wake: Condvar,
}

#[derive(Default)]
struct Pending {
    lines: Vec<u8>,
    appended: u64,
    closing: bool,
    failed: bool,
}

#[derive(Clone, Copy, Default)]
struct Flushed {
    through: u64,
    failed: bool,
}

/// A journal that has been read to its end.
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    pub(crate) ledger: Ledger,
    /// Bytes of an unfinished last line that were cut off.
    pub(crate) torn_bytes: u64,
}

impl Journal {
    /// A journal that keeps nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// A journal that writes its batches to `sink`.
    pub(crate) fn over(sink: Sink) -> io::Result<Self> {
        Disk::start(sink).map(|disk| Self(Some(disk)))
    }

    /// Opens or creates the journal in `dir` and replays it.
    pub(crate) fn open(dir: &Path) -> Result<Opened, JournalError> {
        let io_at = |path: &Path| {
            let path = path.to_owned();
            move |source| JournalError::Io { path, source }
        };
        create_private_dir(dir).map_err(io_at(dir))?;
        let lock_path = dir.join(LOCK_NAME);
        let lock = private_file(&lock_path).map_err(io_at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(JournalError::Io { path: lock_path, source }),
        }
        let path = dir.join(FILE_NAME);
        let file = private_file(&path).map_err(io_at(&path))?;
        let (ledger, whole_bytes) = replay(&file, &path)?;
        let length = file.metadata().map_err(io_at(&path))?.len();
        if whole_bytes < length {
            file.set_len(whole_bytes).map_err(io_at(&path))?;
        }
        file.sync_all().map_err(io_at(&path))?;
        File::open(dir).and_then(|folder| folder.sync_all()).map_err(io_at(dir))?;
        let sink = move |batch: &[u8]| {
            // Held for as long as the journal is written, so that a second gateway is refused.
            let _held = &lock;
            (&file).write_all(batch).and_then(|()| file.sync_data())
        };
        let journal = Self::over(Box::new(sink)).map_err(io_at(&path))?;
        Ok(Opened { journal, ledger, torn_bytes: length - whole_bytes })
    }

    /// Queues an entry and returns its number, to be waited for with [`Journal::durable`]. Callers hold the ledger's lock, so
    /// that the order of lines is the order of changes.
    pub(crate) fn append(&self, entry: &Entry) -> Result<u64, JournalFailed> {
        let Some(disk) = &self.0 else { return Ok(0) };
        let mut pending = disk.shared.pending();
        if pending.failed || pending.closing {
            return Err(JournalFailed);
        }
        let before = pending.lines.len();
        if serde_json::to_writer(&mut pending.lines, entry).is_err() {
            pending.lines.truncate(before);
            return Err(JournalFailed);
        }
        pending.lines.push(b'\n');
        pending.appended += 1;
        let number = pending.appended;
        drop(pending);
        disk.shared.wake.notify_one();
        Ok(number)
    }

    /// Waits until the entry of this number is on the disk.
    pub(crate) async fn durable(&self, number: u64) -> Result<(), JournalFailed> {
        let Some(disk) = &self.0 else { return Ok(()) };
        let mut flushed = disk.flushed.clone();
        match flushed.wait_for(|flushed| flushed.through >= number || flushed.failed).await {
            Ok(flushed) if flushed.through >= number => Ok(()),
            _ => Err(JournalFailed),
        }
    }

    /// Writes what is queued and ends the writer; later entries are refused.
    pub(crate) fn close(&self) {
        let Some(disk) = &self.0 else { return };
        disk.shared.pending().closing = true;
        disk.shared.wake.notify_one();
        let writer = disk.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the journal's writer ended in a panic");
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    fn start(sink: Sink) -> io::Result<Self> {
        let shared = Arc::new(Shared { pending: Mutex::default(), wake: Condvar::new() });
        let (report, flushed) = watch::channel(Flushed::default());
        let of_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new()
            .name("gateway-journal".to_owned())
            .spawn(move || write_batches(sink, &of_writer, &report))?;
        Ok(Self { shared, flushed, writer: Mutex::new(Some(writer)) })
    }
}

fn write_batches(mut sink: Sink, shared: &Shared, report: &watch::Sender<Flushed>) {
    let mut batch = Vec::new();
    loop {
        let through = {
            let mut pending = shared.pending();
            while pending.lines.is_empty() {
                if pending.closing {
                    return;
                }
                pending = shared.wake.wait(pending).unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::swap(&mut pending.lines, &mut batch);
            pending.appended
        };
        if let Err(fault) = sink(&batch) {
            tracing::error!(%fault, "the journal cannot be written");
            shared.pending().failed = true;
            report.send_modify(|flushed| flushed.failed = true);
            return;
        }
        batch.clear();
        report.send_modify(|flushed| flushed.through = through);
    }
}

/// Replays the file and returns how many bytes of it are whole lines.
fn replay(file: &File, path: &Path) -> Result<(Ledger, u64), JournalError> {
    let mut ledger = Ledger::default();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut line, mut whole_bytes, mut number) = (Vec::new(), 0u64, 0u64);
    let failed = |source| JournalError::Io { path: path.to_owned(), source };
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(failed)?;
        // A last line without its end was being written when the machine stopped; nobody has been answered for it.
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok((ledger, whole_bytes));
        }
        number += 1;
        let damaged = |reason: String| JournalError::Damaged { path: path.to_owned(), line: number, reason };
        match serde_json::from_slice::<Entry>(&line) {
            Ok(entry) => ledger.apply(entry, 0).map_err(|fault| match fault {
                Contradiction::Newer(version) => JournalError::Newer { path: path.to_owned(), version },
                other => damaged(other.to_string()),
            })?,
            Err(_) if reader.fill_buf().map_err(failed)?.is_empty() => return Ok((ledger, whole_bytes)),
            Err(fault) => return Err(damaged(fault.to_string())),
        }
        whole_bytes += u64::try_from(length).unwrap_or(u64::MAX);
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

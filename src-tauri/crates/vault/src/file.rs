//! The vault's file on disk: read whole, replaced whole, written by one process at a time.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Broken, VaultError};

/// No vault grows this large; a larger file is refused before it fills the memory.
pub(crate) const BYTES_MAX: usize = 4 * 1024 * 1024;

const LOCK_WAIT_MAX: Duration = Duration::from_secs(30);
const LOCK_POLL: Duration = Duration::from_millis(3);

/// The whole file, or nothing where there is none. Replacement is atomic, so no lock is needed.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| VaultError::io("look at", path, error))?,
    };
    if !metadata.is_file() {
        return Err(broken(path, Broken::NotAFile));
    }
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| VaultError::io("open", path, error))?,
    };
    let mut bytes = Vec::new();
    file.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|error| VaultError::io("read", path, error))?;
    match bytes.len() {
        0 => Err(broken(path, Broken::Empty)),
        length if length > BYTES_MAX => Err(broken(path, Broken::TooLarge)),
        _ => Ok(Some(bytes)),
    }
}

pub(crate) fn broken(path: &Path, reason: Broken) -> VaultError {
    VaultError::Broken { path: path.to_owned(), reason }
}

/// Makes the folder, for its owner alone. One that exists is left as it is: it may be somebody's home.
pub(crate) fn make_folder(path: &Path) -> Result<(), VaultError> {
    let folder = folder_of(path);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| VaultError::io("create the folder", folder, error))
}

/// The right to replace the file, held against every other process and every other vault of this one.
pub(crate) struct WriteLock<'a> {
    path: &'a Path,
    // Closing the file gives the lock back, also when the process dies.
    _lock: File,
}

impl<'a> WriteLock<'a> {
    /// Waits for its turn, for half a minute at most.
    pub(crate) fn acquire(path: &'a Path) -> Result<Self, VaultError> {
        let lock_path = beside(path, ".lock");
        let file = private(OpenOptions::new().create(true).truncate(false))
            .open(&lock_path)
            .map_err(|error| VaultError::io("open the lock", &lock_path, error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { path, _lock: file }),
                Err(TryLockError::Error(error)) => {
                    return Err(VaultError::io("lock", lock_path, error));
                }
                Err(TryLockError::WouldBlock) => {}
            }
            let waited = started.elapsed();
            if waited > LOCK_WAIT_MAX {
                return Err(VaultError::Busy {
                    path: lock_path,
                    waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
                });
            }
            // A bounded wait, which the system's blocking lock does not offer.
            thread::sleep(LOCK_POLL);
        }
    }

    /// Replaces the file. After a crash at any point the old or the new one is there, whole.
    pub(crate) fn replace(&self, bytes: &[u8]) -> Result<(), VaultError> {
        self.stage(bytes)?.commit()
    }

    /// Writes the new file beside the old one, down to the disk.
    pub(crate) fn stage(&self, bytes: &[u8]) -> Result<Staged<'a>, VaultError> {
        let temporary = beside(self.path, ".new");
        // One of a process that died while it wrote; only the holder of the lock gets here.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(VaultError::io("remove", temporary, error));
            }
            _ => {}
        }
        let mut file = private(OpenOptions::new().create_new(true))
            .open(&temporary)
            .map_err(|error| VaultError::io("create", &temporary, error))?;
        let staged = Staged { path: self.path, temporary };
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| VaultError::io("write", &staged.temporary, error))?;
        Ok(staged)
    }
}

/// A new file that has not taken the old one's place; dropped, it disappears.
pub(crate) struct Staged<'a> {
    path: &'a Path,
    temporary: PathBuf,
}

impl Staged<'_> {
    /// Takes the old one's place, durably.
    pub(crate) fn commit(self) -> Result<(), VaultError> {
        fs::rename(&self.temporary, self.path).map_err(|error| VaultError::io("replace", self.path, error))?;
        // Elsewhere the rename itself is as durable as it gets.
        #[cfg(unix)]
        {
            let folder = folder_of(self.path);
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|error| VaultError::io("sync the folder", folder, error))?;
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // After a commit there is nothing to remove; otherwise the next writer removes it at the latest.
        fs::remove_file(&self.temporary).ok();
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.read(true).write(true)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(suffix);
    path.with_file_name(name)
}

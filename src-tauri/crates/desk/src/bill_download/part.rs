//! A bill while it comes: under a name of its own beside its place, gone if anything goes wrong.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;
use wxpay_client::BodySink;

use super::{Before, BillFault, soundness, unwritable};
use crate::reconciling::{Watch, hex};

/// What is written at once.
const BLOCK_BYTES: usize = 256 * 1024;
/// The name while it comes: so many letters and digits between these.
const NAME: (&str, usize, &str) = (".bill-", 6, ".part");
/// Nothing has come for so long that whoever fetched it was killed.
const FORSAKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// The file that grows.
pub(super) struct Part<'w> {
    file: BufWriter<NamedTempFile>,
    sha1: Sha1,
    watch: Watch<'w>,
}

/// The file once all of it is on the disk.
pub(super) struct Whole {
    file: NamedTempFile,
    /// Of its bytes as they came, in small hexadecimal digits.
    pub(super) sha1: String,
}

impl<'w> Part<'w> {
    /// A new file in the folder of `target`, for its owner alone.
    pub(super) fn beside(target: &Path, watch: Watch<'w>) -> Result<Self, BillFault> {
        let (folder, (before, letters, after)) = (folder(target), NAME);
        let file = tempfile::Builder::new().prefix(before).rand_bytes(letters).suffix(after).tempfile_in(folder);
        let file = file.map_err(unwritable(folder))?;
        Ok(Self { file: BufWriter::with_capacity(BLOCK_BYTES, file), sha1: Sha1::new(), watch })
    }

    /// Brings all of it to the disk.
    pub(super) fn finish(self) -> Result<Whole, BillFault> {
        let place = self.file.get_ref().path().to_owned();
        let file = self.file.into_inner().map_err(|fault| unwritable(&place)(fault.into_error()))?;
        file.as_file().sync_all().map_err(unwritable(&place))?;
        Ok(Whole { file, sha1: hex(&self.sha1.finalize()) })
    }
}

impl BodySink for Part<'_> {
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.watch.cancel.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.sha1.update(piece);
        self.file.write_all(piece)?;
        (self.watch.on_bytes)(piece.len() as u64);
        Ok(())
    }
}

impl Whole {
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Puts it in its place. A file with the same text is left as it is; one with another text is kept under another name.
    pub(super) fn put(self, target: &Path, sha256: &str) -> Result<Before, BillFault> {
        let before = match soundness::sha256_of(target) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Before::Nothing,
            Ok(known) if known == sha256 => return Ok(Before::Same),
            Ok(known) => Before::Changed(aside(target, &known)),
            Err(cause) => return Err(unwritable(target)(cause)),
        };
        if let Before::Changed(older) = &before {
            fs::rename(target, older).map_err(unwritable(target))?;
        }
        self.file.persist(target).map_err(|fault| unwritable(target)(fault.error))?;
        sync(folder(target)).map_err(unwritable(target))?;
        Ok(before)
    }
}

/// Removes what downloads beside `target` left behind that were killed.
pub(super) fn sweep(target: &Path) {
    let long_ago = SystemTime::now().checked_sub(FORSAKEN);
    // Where the folder cannot be read, the download says so itself.
    for entry in fs::read_dir(folder(target)).into_iter().flatten().flatten() {
        let is_forsaken = |known: fs::Metadata| known.is_file() && known.modified().is_ok_and(|at| Some(at) < long_ago);
        if is_part(&entry.file_name().to_string_lossy()) && entry.metadata().is_ok_and(is_forsaken) {
            // One that stays is tried again the next time.
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn is_part(name: &str) -> bool {
    let (before, letters, after) = NAME;
    let drawn = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    drawn.is_some_and(|drawn| drawn.len() == letters && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A name for what stood there, by its digest.
fn aside(target: &Path, sha256: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!("older-{}-{name}", sha256.get(..8).unwrap_or_default()))
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_a_killed_download_left_are_gone_after_a_day_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, hours: u64| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
        };
        made(".bill-aB3dE6.part", 25);
        for (name, hours) in [(".bill-coming.part", 1), (".bill-of-mine.part", 99), ("bill.csv", 99), (".part", 99)] {
            made(name, hours);
        }
        sweep(&folder.path().join("bill.csv"));
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".bill-coming.part", ".bill-of-mine.part", ".part", "bill.csv"]);
    }
}

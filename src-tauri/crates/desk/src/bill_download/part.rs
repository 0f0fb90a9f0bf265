//! A bill while it comes: under a name of its own beside its place, gone if anything goes wrong.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use tempfile::NamedTempFile;
use wxpay_client::BodySink;

use super::{Before, BillFault, soundness, unwritable};
use crate::reconciling::{Watch, hex};

/// What is written at once.
const BLOCK_BYTES: usize = 256 * 1024;

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
        let folder = folder(target);
        let file = tempfile::Builder::new().prefix(".bill-").suffix(".part").tempfile_in(folder);
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

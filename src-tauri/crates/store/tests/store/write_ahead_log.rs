//! SQLite's write-ahead log, looked at from outside (<https://sqlite.org/walformat.html>).

use std::path::Path;

use desk_store::FILE_NAME;

/// The commits in the log of a data folder, of which each costs an fsync: frames that say how large the file is after them.
pub(crate) fn commits(folder: &Path) -> usize {
    let log = std::fs::read(folder.join(format!("{FILE_NAME}-wal"))).unwrap();
    if log.is_empty() {
        return 0;
    }
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page_bytes, salt) = (number(8) as usize, &log[16..24]);
    let frames = log[32..].chunks_exact(24 + page_bytes);
    frames.filter(|frame| &frame[8..16] == salt && frame[4..8] != [0; 4]).count()
}

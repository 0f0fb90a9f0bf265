//! Lines of a file looked up again, where they stand.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use memchr::memchr_iter;

use crate::bill_files::BillText;
use crate::progress::Cancel;

/// Small, because lines that differ stand far from one another.
const NEAR_BYTES: usize = 8 * 1024;
/// What is read at once where everything is.
const BLOCK_BYTES: usize = 256 * 1024;
/// No line of a bill is longer.
const MOST_LINE_BYTES: u64 = 64 * 1024;

/// The first line of a bill and then the lines that begin at these offsets of its plain text, which ascend.
pub(super) fn at_offsets(path: &Path, offsets: &[u64], cancel: &Cancel) -> io::Result<Vec<u8>> {
    let text = BillText::open(File::open(path)?)?;
    if text.is_packed() {
        let mut text = BufReader::with_capacity(BLOCK_BYTES, text);
        collect(&mut text, offsets, |text, gap| skip_text(text, gap, cancel))
    } else {
        let mut file = BufReader::with_capacity(NEAR_BYTES, File::open(path)?);
        collect(&mut file, offsets, |file, gap| go_on(cancel).and_then(|()| file.seek_relative(gap.cast_signed())))
    }
}

fn go_on(cancel: &Cancel) -> io::Result<()> {
    if cancel.is_cancelled() { Err(io::Error::other("stopped")) } else { Ok(()) }
}

/// Passes over so many bytes of a text that can only be read.
fn skip_text(text: &mut impl Read, mut gap: u64, cancel: &Cancel) -> io::Result<()> {
    while gap > 0 {
        go_on(cancel)?;
        let skipped = io::copy(&mut text.by_ref().take(gap.min(16 * BLOCK_BYTES as u64)), &mut io::sink())?;
        if skipped == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        gap -= skipped;
    }
    Ok(())
}

fn collect<R: BufRead>(
    source: &mut R,
    offsets: &[u64],
    skip: impl Fn(&mut R, u64) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    let mut at = source.take(MOST_LINE_BYTES).read_until(b'\n', &mut lines)? as u64;
    for offset in offsets {
        skip(source, offset.saturating_sub(at))?;
        at = offset + source.take(MOST_LINE_BYTES).read_until(b'\n', &mut lines)? as u64;
    }
    Ok(lines)
}

/// The lines with these numbers (from 1, ascending) of a text file, each with the lines that its open quotes go on to.
pub(super) fn with_numbers(path: &Path, numbers: &[u64], cancel: &Cancel) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut wanted = numbers.iter().copied().peekable();
    let (mut kept, mut block) = (Vec::new(), vec![0; BLOCK_BYTES]);
    let (mut line, mut is_kept, mut is_quoted) = (1u64, false, false);
    loop {
        go_on(cancel)?;
        let count = file.read(&mut block)?;
        let block = block.get(..count).unwrap_or_default();
        if count == 0 || (wanted.peek().is_none() && !is_kept) {
            return Ok(kept);
        }
        let mut start = 0;
        for end in memchr_iter(b'\n', block).map(|end| end + 1).chain([count]) {
            let piece = block.get(start..end).unwrap_or_default();
            is_kept |= wanted.next_if_eq(&line).is_some();
            if is_kept {
                kept.extend_from_slice(piece);
                is_quoted ^= memchr_iter(b'"', piece).count() % 2 == 1;
            }
            if piece.last() == Some(&b'\n') {
                line += 1;
                is_kept &= is_quoted;
            }
            start = end;
            if start == count {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_numbers_and_open_quotes_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        let long = "x".repeat(300_000);
        std::fs::write(&path, format!("a\nb\n\"c\nd\"\n{long}\nf\ng")).unwrap();
        let found = |numbers: &[u64]| String::from_utf8(with_numbers(&path, numbers, &Cancel::new()).unwrap()).unwrap();
        assert_eq!(found(&[1, 3, 6]), "a\n\"c\nd\"\nf\n");
        assert_eq!(found(&[5, 7]), format!("{long}\ng"));
        assert_eq!(found(&[9]), "");
    }

    #[test]
    fn lines_are_found_by_their_offsets_in_plain_and_packed_files() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let text = format!("head\n`a\n`{}\n`c\n`d", "b".repeat(20_000));
        let (plain, packed) = (folder.path().join("a.csv"), folder.path().join("a.gz"));
        std::fs::write(&plain, &text).unwrap();
        let mut file = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
        for path in [plain, packed] {
            assert_eq!(at_offsets(&path, &[8 + 20_002, 8 + 20_005], &Cancel::new()).unwrap(), b"head\n`c\n`d");
            assert_eq!(at_offsets(&path, &[5], &Cancel::new()).unwrap(), b"head\n`a\n");
        }
    }

    #[test]
    fn nothing_is_looked_up_any_more_once_somebody_stopped_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bill.csv");
        std::fs::write(&path, "head\n`a\n").unwrap();
        let stopped = Cancel::new();
        stopped.cancel();
        assert!(with_numbers(&path, &[1], &stopped).is_err() && at_offsets(&path, &[5], &stopped).is_err());
    }
}

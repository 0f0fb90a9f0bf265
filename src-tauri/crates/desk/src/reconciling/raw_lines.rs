//! Lines of a file looked up again where they stand, some at a time, from its front to its back.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use memchr::memchr_iter;

use crate::bill_files::BillText;
use crate::progress::Cancel;

/// Small, because lines that differ stand far from one another.
const NEAR_BYTES: usize = 8 * 1024;
/// What is read at once where everything is.
const BLOCK_BYTES: usize = 256 * 1024;
/// No line of a bill is longer.
const MOST_LINE_BYTES: u64 = 64 * 1024;
/// No row of a merchant's own text file is longer, as far as it is read at all.
const MOST_ROW_BYTES: u64 = 1024 * 1024;
/// Rows of a merchant's own text file that are held at once, the last one included as a whole.
pub(super) const ROWS_BYTES: usize = 1024 * 1024;

/// A bill whose lines are looked up by where they begin. A packed one is unpacked once, as long as nobody goes back.
pub(super) struct LinesByOffset {
    path: PathBuf,
    text: OffsetText,
    header: Vec<u8>,
    /// The offset of what is read next.
    at: u64,
}

enum OffsetText {
    Plain(BufReader<File>),
    Packed(BufReader<BillText<File>>),
}

impl LinesByOffset {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut text = OffsetText::open(path)?;
        let mut header = Vec::new();
        let at = text.read_line(&mut header)?;
        Ok(Self { path: path.to_owned(), text, header, at })
    }

    /// The first line of the bill and then the lines that begin at these offsets of its plain text, which ascend.
    pub(super) fn lines(&mut self, offsets: &[u64], cancel: &Cancel) -> io::Result<Vec<u8>> {
        let mut lines = self.header.clone();
        for offset in offsets {
            if self.text.is_packed() && *offset < self.at {
                (self.text, self.at) = (OffsetText::open(&self.path)?, 0);
            }
            self.text.go(self.at, *offset, cancel)?;
            self.at = offset + self.text.read_line(&mut lines)?;
        }
        Ok(lines)
    }
}

impl OffsetText {
    fn open(path: &Path) -> io::Result<Self> {
        let text = BillText::open(File::open(path)?)?;
        Ok(if text.is_packed() {
            Self::Packed(BufReader::with_capacity(BLOCK_BYTES, text))
        } else {
            Self::Plain(BufReader::with_capacity(NEAR_BYTES, File::open(path)?))
        })
    }

    const fn is_packed(&self) -> bool {
        matches!(self, Self::Packed(_))
    }

    /// Goes from one offset to another; a packed text goes forward only.
    fn go(&mut self, from: u64, to: u64, cancel: &Cancel) -> io::Result<()> {
        match self {
            Self::Plain(file) => {
                go_on(cancel)?;
                file.seek_relative(to.cast_signed().saturating_sub(from.cast_signed()))
            }
            Self::Packed(text) => skip_text(text, to.saturating_sub(from), cancel),
        }
    }

    /// Adds the line that comes next, and says how long it is.
    fn read_line(&mut self, lines: &mut Vec<u8>) -> io::Result<u64> {
        let count = match self {
            Self::Plain(file) => file.take(MOST_LINE_BYTES).read_until(b'\n', lines),
            Self::Packed(text) => text.take(MOST_LINE_BYTES).read_until(b'\n', lines),
        };
        Ok(count? as u64)
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

/// A text file whose lines are looked up by their numbers, from 1, which ascend all the time.
pub(super) struct LinesByNumber {
    file: BufReader<File>,
    /// The number of the line that is read next.
    next: u64,
}

impl LinesByNumber {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufReader::with_capacity(BLOCK_BYTES, File::open(path)?), next: 1 })
    }

    /// Adds the lines with these numbers, each with the lines that its open quotes go on to, which are not added again, until
    /// [`ROWS_BYTES`] are there; says how many of the numbers that were. Nothing where a row has no end within reach, as the only
    /// line of a file that has carriage returns alone.
    pub(super) fn add(&mut self, numbers: &[u64], lines: &mut Vec<u8>, cancel: &Cancel) -> io::Result<Option<usize>> {
        for (place, number) in numbers.iter().enumerate() {
            if lines.len() >= ROWS_BYTES {
                return Ok(Some(place));
            }
            if *number < self.next {
                continue;
            }
            self.skip_to(*number, cancel)?;
            let (mut is_quoted, row) = (false, lines.len());
            loop {
                let start = lines.len();
                let left = MOST_ROW_BYTES.saturating_sub((start - row) as u64);
                let count = self.file.by_ref().take(left).read_until(b'\n', lines)?;
                if count == 0 {
                    return Ok(Some(numbers.len()));
                }
                if (lines.len() - row) as u64 >= MOST_ROW_BYTES {
                    return Ok(None);
                }
                self.next += 1;
                let line = lines.get(start..).unwrap_or_default();
                is_quoted ^= memchr_iter(b'"', line).count() % 2 == 1;
                if !is_quoted {
                    break;
                }
            }
        }
        Ok(Some(numbers.len()))
    }

    fn skip_to(&mut self, number: u64, cancel: &Cancel) -> io::Result<()> {
        while self.next < number {
            go_on(cancel)?;
            let block = self.file.fill_buf()?;
            if block.is_empty() {
                return Ok(());
            }
            let mut used = block.len();
            for end in memchr_iter(b'\n', block) {
                self.next += 1;
                if self.next == number {
                    used = end + 1;
                    break;
                }
            }
            self.file.consume(used);
        }
        Ok(())
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
        let found = |parts: &[&[u64]]| {
            let (mut file, mut lines) = (LinesByNumber::open(&path).unwrap(), Vec::new());
            for numbers in parts {
                assert_eq!(file.add(numbers, &mut lines, &Cancel::new()).unwrap(), Some(numbers.len()));
            }
            String::from_utf8(lines).unwrap()
        };
        assert_eq!(found(&[&[1, 3, 6]]), "a\n\"c\nd\"\nf\n");
        assert_eq!(found(&[&[1], &[3], &[4, 6]]), "a\n\"c\nd\"\nf\n", "some at a time, and the fourth is of the third");
        assert_eq!(found(&[&[5, 7]]), format!("{long}\ng"));
        assert_eq!(found(&[&[9], &[10]]), "");
    }

    #[test]
    fn a_row_without_an_end_within_reach_is_given_up_and_not_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        for text in ["a,b\r".repeat(500_000), format!("\"{}", "a,b\n".repeat(500_000))] {
            std::fs::write(&path, text).unwrap();
            let mut lines = Vec::new();
            assert_eq!(LinesByNumber::open(&path).unwrap().add(&[1], &mut lines, &Cancel::new()).unwrap(), None);
            assert_eq!(lines.len() as u64, MOST_ROW_BYTES);
        }
    }

    #[test]
    fn long_rows_are_held_by_the_mebibyte_and_none_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        let row = |place: usize| format!("{place},{}\n", "x".repeat(300_000));
        std::fs::write(&path, (0..20).map(row).collect::<String>()).unwrap();
        let (mut file, numbers, mut found) = (LinesByNumber::open(&path).unwrap(), (1..=20).collect::<Vec<_>>(), 0);
        while found < numbers.len() {
            let mut lines = Vec::new();
            let taken = file.add(&numbers[found..], &mut lines, &Cancel::new()).unwrap().unwrap();
            assert!(taken > 0 && lines.len() < ROWS_BYTES + row(0).len() + 10, "{taken} rows of {} bytes", lines.len());
            let expected: String = (found..found + taken).map(row).collect();
            assert!(lines == expected.as_bytes(), "rows {found} to {}", found + taken);
            found += taken;
        }
    }

    #[test]
    fn lines_are_found_by_their_offsets_in_plain_and_packed_files_forwards_and_backwards() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let text = format!("head\n`a\n`{}\n`c\n`d", "b".repeat(20_000));
        let (plain, packed) = (folder.path().join("a.csv"), folder.path().join("a.gz"));
        std::fs::write(&plain, &text).unwrap();
        let mut file = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
        for path in [plain, packed] {
            let mut file = LinesByOffset::open(&path).unwrap();
            let mut found = |offsets: &[u64]| String::from_utf8(file.lines(offsets, &Cancel::new()).unwrap()).unwrap();
            assert_eq!(found(&[8 + 20_002, 8 + 20_005]), "head\n`c\n`d");
            assert_eq!(found(&[5]), "head\n`a\n");
            assert_eq!(found(&[8 + 20_002]), "head\n`c\n");
            assert_eq!(found(&[8 + 20_002]), "head\n`c\n", "the same once more");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_packed_bill_is_unpacked_once_as_long_as_nobody_goes_back() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gz");
        let mut file = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
        file.write_all(b"head\n`a\n`b\n`c\n").unwrap();
        file.finish().unwrap();
        let mut file = LinesByOffset::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.lines(&[5], &Cancel::new()).unwrap(), b"head\n`a\n");
        assert_eq!(file.lines(&[8, 11], &Cancel::new()).unwrap(), b"head\n`b\n`c\n");
        assert!(file.lines(&[5], &Cancel::new()).is_err(), "it is not there to be unpacked again");
    }

    #[test]
    fn nothing_is_looked_up_any_more_once_somebody_stopped_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bill.csv");
        std::fs::write(&path, "head\n`a\n`b\n").unwrap();
        let stopped = Cancel::new();
        stopped.cancel();
        assert!(LinesByNumber::open(&path).unwrap().add(&[2], &mut Vec::new(), &stopped).is_err());
        assert!(LinesByOffset::open(&path).unwrap().lines(&[8], &stopped).is_err());
    }
}

//! Rows of delimited text, block by block: one pass of `memchr` where no cell is quoted, a second look where one is.

use std::io::Read;

use memchr::{memchr, memchr2, memchr3_iter};

use super::Charset;
use crate::SheetError;
use crate::row::{Row, RowFault, Span};

const BLOCK: usize = 256 * 1024;
/// A row beyond this is refused; the longest bill row has a few kilobytes.
const ROW_BYTES_MAX: usize = 1024 * 1024;
pub(crate) const CELLS_MAX: usize = 16_384;

/// The rows of a source that keeps ASCII as it is.
pub(crate) struct TextRows<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the next row begins in the buffer.
    start: usize,
    filled: usize,
    ended: bool,
    /// The bytes before the buffer.
    before: u64,
    line: u64,
    delimiter: u8,
    line_end: u8,
    charset: Charset,
    cells: Vec<Span>,
    /// The cells of a row with quotes, without them.
    unquoted: Vec<u8>,
}

/// What stands at the start of the buffer.
enum Found {
    /// A row of so many bytes, its line end included, on one line.
    Plain { bytes: usize, row: usize },
    /// The same with quoted cells, which are in `unquoted`; over so many lines.
    Quoted { bytes: usize, lines: u64 },
    /// A line whose quotes do not fit.
    Broken { bytes: usize, row: usize },
    /// Too long to be held; its rest is to be passed over.
    TooLong,
    /// More has to be read to say.
    Unfinished,
    /// Nothing is left.
    End,
}

impl<R: Read> TextRows<R> {
    pub(crate) fn new(source: R, charset: Charset, delimiter: u8, line_end: u8) -> Self {
        Self {
            source,
            buffer: vec![0; BLOCK],
            start: 0,
            filled: 0,
            ended: false,
            before: 0,
            line: 1,
            delimiter,
            line_end,
            charset,
            cells: Vec::with_capacity(32),
            unquoted: Vec::new(),
        }
    }

    pub(crate) fn charset(&self) -> Charset {
        self.charset
    }

    /// The next row, or nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, SheetError> {
        let found = loop {
            match self.scan() {
                Found::Unfinished => self.fill()?,
                found => break found,
            }
        };
        let (start, line) = (self.start, self.line);
        let fault = (self.cells.len() > CELLS_MAX).then_some(RowFault::TooManyCells);
        let (bytes, fault) = match found {
            Found::End | Found::Unfinished => return Ok(None),
            Found::Plain { bytes, row } => {
                self.start += bytes;
                self.line += 1;
                (self.buffer.get(start..start + row), fault)
            }
            Found::Broken { bytes, row } => {
                self.start += bytes;
                self.line += 1;
                (self.buffer.get(start..start + row), Some(RowFault::Quote))
            }
            Found::Quoted { bytes, lines } => {
                self.start += bytes;
                self.line += lines;
                (Some(self.unquoted.as_slice()), fault)
            }
            Found::TooLong => {
                self.pass_line()?;
                self.cells.clear();
                (None, Some(RowFault::TooLong))
            }
        };
        Ok(Some(Row {
            line,
            at: self.before + self.start as u64,
            bytes: bytes.unwrap_or_default(),
            cells: &self.cells,
            kinds: &[],
            charset: self.charset,
            fault,
        }))
    }

    fn scan(&mut self) -> Found {
        let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
        if rest.is_empty() {
            return if self.ended { Found::End } else { Found::Unfinished };
        }
        self.cells.clear();
        let mut begin = 0;
        for place in memchr3_iter(self.delimiter, self.line_end, b'"', rest) {
            let byte = rest.get(place).copied().unwrap_or_default();
            if byte == self.delimiter {
                self.cells.push(Span { start: begin, end: place });
                begin = place + 1;
            } else if byte == self.line_end {
                let row = if rest.get(..place).is_some_and(|row| row.ends_with(b"\r")) { place - 1 } else { place };
                self.cells.push(Span { start: begin, end: row.max(begin) });
                return Found::Plain { bytes: place + 1, row };
            } else if place == begin {
                return self.scan_quoted();
            }
        }
        if self.ended {
            let row = rest.strip_suffix(b"\r").unwrap_or(rest).len();
            self.cells.push(Span { start: begin, end: row.max(begin) });
            return Found::Plain { bytes: rest.len(), row };
        }
        if rest.len() >= ROW_BYTES_MAX { Found::TooLong } else { Found::Unfinished }
    }

    /// The row again from its start, cell by cell, because one of its cells begins with a quote.
    fn scan_quoted(&mut self) -> Found {
        self.cells.clear();
        self.unquoted.clear();
        let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
        let marks = Marks { delimiter: self.delimiter, line_end: self.line_end, ended: self.ended };
        match marks.split(rest, &mut self.cells, &mut self.unquoted) {
            Split::Row(bytes) => {
                let row = rest.get(..bytes).unwrap_or_default();
                let ends = memchr::memchr_iter(self.line_end, row).count() as u64;
                Found::Quoted { bytes, lines: if row.last() == Some(&self.line_end) { ends } else { ends + 1 } }
            }
            Split::Unfinished if rest.len() < ROW_BYTES_MAX => Found::Unfinished,
            Split::Unfinished | Split::Broken => self.broken_line(),
        }
    }

    /// The line alone, so that a stray quote cannot swallow the rows after it.
    fn broken_line(&mut self) -> Found {
        let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
        let (bytes, row) = match memchr(self.line_end, rest) {
            Some(end) => (end + 1, end),
            None if self.ended => (rest.len(), rest.len()),
            None => return Found::TooLong,
        };
        self.cells.clear();
        let mut begin = 0;
        for end in memchr::memchr_iter(self.delimiter, rest.get(..row).unwrap_or_default()).chain([row]) {
            self.cells.push(Span { start: begin, end });
            begin = end + 1;
        }
        Found::Broken { bytes, row }
    }

    /// Goes to the next line without keeping what is passed.
    fn pass_line(&mut self) -> Result<(), SheetError> {
        loop {
            let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
            if let Some(end) = memchr(self.line_end, rest) {
                self.start += end + 1;
                self.line += 1;
                return Ok(());
            }
            self.start = self.filled;
            if self.ended {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Reads on behind what is not handed out yet, until the buffer is full or the source ends.
    fn fill(&mut self) -> Result<(), SheetError> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.before += self.start as u64;
        self.filled -= self.start;
        self.start = 0;
        if self.filled == self.buffer.len() {
            self.buffer.resize((self.buffer.len() * 2).min(ROW_BYTES_MAX.max(BLOCK)), 0);
        }
        let old = self.filled;
        while let Some(room) = self.buffer.get_mut(self.filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => self.filled += read,
                Err(fault) if fault.kind() == std::io::ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == std::io::ErrorKind::InvalidData => return Err(SheetError::NotText),
                Err(fault) => return Err(fault.into()),
            }
        }
        self.charset.decide(self.buffer.get(old..self.filled).unwrap_or_default());
        Ok(())
    }
}

struct Marks {
    delimiter: u8,
    line_end: u8,
    ended: bool,
}

enum Split {
    /// A row of so many bytes, its line end included.
    Row(usize),
    Unfinished,
    Broken,
}

impl Marks {
    fn split(&self, rest: &[u8], cells: &mut Vec<Span>, out: &mut Vec<u8>) -> Split {
        let mut place = 0;
        loop {
            let start = out.len();
            let end = if rest.get(place) == Some(&b'"') {
                self.quoted_cell(rest, place + 1, out)
            } else {
                self.bare_cell(rest, place, out)
            };
            let end = match end {
                Ok(end) => end,
                Err(split) => return split,
            };
            cells.push(Span { start, end: out.len() });
            place = end + 1;
            match rest.get(end) {
                Some(byte) if *byte == self.delimiter => {}
                Some(byte) if *byte == self.line_end => return Split::Row(end + 1),
                Some(_) => return Split::Broken,
                None => return Split::Row(end),
            }
        }
    }

    /// Where the cell without quotes ends.
    fn bare_cell(&self, rest: &[u8], place: usize, out: &mut Vec<u8>) -> Result<usize, Split> {
        let tail = rest.get(place..).unwrap_or_default();
        let length = match memchr2(self.delimiter, self.line_end, tail) {
            Some(length) => length,
            None if self.ended => tail.len(),
            None => return Err(Split::Unfinished),
        };
        let cell = tail.get(..length).unwrap_or_default();
        let at_row_end = tail.get(length) != Some(&self.delimiter);
        out.extend_from_slice(if at_row_end { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell });
        Ok(place + length)
    }

    /// Where the quoted cell ends whose text begins at `place`.
    fn quoted_cell(&self, rest: &[u8], mut place: usize, out: &mut Vec<u8>) -> Result<usize, Split> {
        let more = if self.ended { Split::Broken } else { Split::Unfinished };
        loop {
            let tail = rest.get(place..).unwrap_or_default();
            let Some(length) = memchr(b'"', tail) else { return Err(more) };
            out.extend_from_slice(tail.get(..length).unwrap_or_default());
            place += length + 1;
            match rest.get(place) {
                Some(b'"') => {
                    out.push(b'"');
                    place += 1;
                }
                None if !self.ended => return Err(more),
                _ => break,
            }
        }
        while rest.get(place) == Some(&b' ') {
            place += 1;
        }
        if rest.get(place) == Some(&b'\r') && self.line_end != b'\r' {
            match rest.get(place + 1) {
                Some(byte) if *byte == self.line_end => place += 1,
                None if self.ended => place += 1,
                None => return Err(more),
                Some(_) => {}
            }
        }
        if place >= rest.len() && !self.ended { Err(more) } else { Ok(place) }
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;

//! The lines of a file that is read in blocks, handed out where they lie.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use memchr::memchr;

use super::cells::STRIDE;
use super::refusal::{BillRefusal, shown};

/// The longest line that is taken.
const MAX_LINE_BYTES: usize = 64 * 1024;
/// What is read at once: it stays within a processor's nearer memory.
const BLOCK_BYTES: usize = 256 * 1024;
/// An answer that came instead of a bill is shorter.
const BEGINNING_BYTES: usize = 4096;

/// Lines of a source, one after the other.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    /// What was read, and room behind it so that a window may reach beyond the last line.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    number: u64,
    offset: u64,
}

/// A line without what ends it.
#[derive(Clone, Debug)]
pub(super) struct LineAt {
    /// From 1.
    pub(super) number: u64,
    /// Its first byte, counted from the beginning of the source.
    pub(super) offset: u64,
    range: Range<usize>,
}

impl LineAt {
    #[inline]
    pub(super) fn length(&self) -> usize {
        self.range.len()
    }
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        let buffer = vec![0; BLOCK_BYTES + 2 * STRIDE];
        Self { source, buffer, start: 0, end: 0, ended: false, number: 0, offset: 0 }
    }

    /// The first bytes of the source: enough to tell what it is.
    pub(super) fn beginning(&mut self) -> Result<&[u8], BillRefusal> {
        while !self.ended && self.end - self.start < BEGINNING_BYTES {
            self.fill()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Passes over bytes that belong to no line: a byte order mark.
    pub(super) fn skip(&mut self, bytes: usize) {
        let bytes = bytes.min(self.end - self.start);
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// The next line; nothing at the end. A last line without an end of line counts.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<LineAt>, BillRefusal> {
        loop {
            let found = memchr(b'\n', self.buffer.get(self.start..self.end).unwrap_or_default());
            let (length, taken) = match found {
                Some(length) => (length, length + 1),
                None if self.ended && self.start == self.end => return Ok(None),
                None if self.ended => (self.end - self.start, self.end - self.start),
                None if self.end - self.start > MAX_LINE_BYTES => {
                    return Err(BillRefusal::LineTooLong { line: self.number + 1 });
                }
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let first = self.start;
            let ends_in_return = length > 0 && self.buffer.get(first + length - 1) == Some(&b'\r');
            self.number += 1;
            let at = LineAt {
                number: self.number,
                offset: self.offset,
                range: first..first + length - usize::from(ends_in_return),
            };
            self.start += taken;
            self.offset += taken as u64;
            if length > MAX_LINE_BYTES {
                return Err(BillRefusal::LineTooLong { line: self.number });
            }
            return Ok(Some(at));
        }
    }

    /// The text of the line that was given last.
    #[inline]
    pub(super) fn text(&self, at: &LineAt) -> &[u8] {
        self.buffer.get(at.range.clone()).unwrap_or_default()
    }

    /// The line that was given last with at least [`STRIDE`] bytes behind it.
    #[inline]
    pub(super) fn window(&self, at: &LineAt) -> &[u8] {
        self.buffer.get(at.range.start..).unwrap_or_default()
    }

    /// How many bytes of the source were given out as lines.
    pub(super) const fn taken_bytes(&self) -> u64 {
        self.offset
    }

    /// How many lines were given out.
    pub(super) const fn taken_lines(&self) -> u64 {
        self.number
    }

    /// Moves what is left to the front and reads behind it.
    fn fill(&mut self) -> Result<(), BillRefusal> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.buffer.len() - 2 * STRIDE;
        while self.end < room {
            let free = self.buffer.get_mut(self.end..room).unwrap_or_default();
            match self.source.read(free) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                // Whatever came is used at once: a source that gives a little may be slow to give more.
                Ok(count) => {
                    self.end += count;
                    return Ok(());
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) => return Err(BillRefusal::Unreadable(fault.to_string())),
            }
        }
        Ok(())
    }
}

/// Names what a file is that begins with no header: an answer, a page, another encoding, an archive.
pub(super) fn not_a_bill(beginning: &[u8]) -> BillRefusal {
    let text = beginning.trim_ascii_start();
    match text {
        [] => BillRefusal::Empty,
        [b'<', ..] => answer(text),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => BillRefusal::Encoding { encoding: "UTF-16" },
        // 交易 and 记账 in GBK.
        [0xBD, 0xBB, 0xD2, 0xD7, ..] | [0xBC, 0xC7, 0xD5, 0xCB, ..] => BillRefusal::Encoding { encoding: "GBK" },
        [b'P', b'K', 3, 4, ..] => BillRefusal::Archive,
        other => {
            let line = other.split(|byte| *byte == b'\n').next().unwrap_or_default();
            BillRefusal::Header { found: shown(line.trim_ascii_end()) }
        }
    }
}

/// The words of an answer that came instead of a bill (protocol page §4.6; fund flows have `err_code` there).
fn answer(text: &[u8]) -> BillRefusal {
    let Ok(fields) = crate::xml::read(text, "xml") else { return BillRefusal::Markup };
    let word = |names: [&str; 3]| names.into_iter().find_map(|name| fields.filled(name)).map(str::to_owned);
    match word(["err_code_des", "return_msg", "retmsg"]) {
        Some(return_msg) => BillRefusal::Answer {
            return_msg,
            error_code: word(["error_code", "err_code", "retcode"]).unwrap_or_else(|| "–".to_owned()),
        },
        None => BillRefusal::Markup,
    }
}

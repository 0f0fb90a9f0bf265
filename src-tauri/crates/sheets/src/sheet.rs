//! A file of rows: what it is, by its bytes, and its rows from first to last.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use crate::head::{HEAD_ROWS, HeadRow};
use crate::text::{Charset, TextRows, Transcoding, Utf16, delimiter, line_end, opening};
use crate::workbook::Workbook;
use crate::{Head, Row, SheetError};

const LOOK_BYTES: usize = 64 * 1024;

/// A CSV file or workbook, recognised by its bytes, whatever its name.
pub struct Sheet<R: Read + Seek> {
    source: Source<R>,
}

enum Source<R: Read + Seek> {
    Text(TextFile<R>),
    Workbook(Box<Workbook<R>>),
}

struct TextFile<R> {
    source: R,
    bytes: u64,
    mark: u64,
    utf16: Option<Utf16>,
    charset: Charset,
    delimiter: u8,
    line_end: u8,
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Delimited text.
    Text {
        /// `UTF-8`, `UTF-16` or `GBK`.
        encoding: &'static str,
        /// Comma, tab or semicolon.
        delimiter: char,
    },
    /// A workbook.
    Workbook,
}

impl Form {
    /// `UTF-8`, `UTF-16`, `GBK` or `XLSX`.
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Text { encoding, .. } => encoding,
            Self::Workbook => "XLSX",
        }
    }
}

/// How much there is to read, for progress: [`Row::at`] counts up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Bytes of a text file; as UTF-8, so of a UTF-16 file about.
    Bytes(u64),
    /// Rows of a sheet.
    Rows(u64),
}

impl<R: Read + Seek> Sheet<R> {
    /// Looks at the first bytes.
    pub fn open(mut source: R) -> Result<Self, SheetError> {
        let bytes = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let mut look = Vec::new();
        source.by_ref().take(LOOK_BYTES as u64).read_to_end(&mut look)?;
        refuse_strangers(&look)?;
        if look.starts_with(b"PK\x03\x04") {
            return Ok(Self { source: Source::Workbook(Box::new(Workbook::open(source)?)) });
        }
        let opening = opening(&look).ok_or(SheetError::NotText)?;
        let mut charset = opening.charset;
        let body = look.get(opening.mark..).unwrap_or_default();
        let readable = match opening.utf16 {
            None => {
                charset.decide(body);
                body.to_vec()
            }
            Some(order) => {
                let even = body.get(..body.len() & !1).unwrap_or_default();
                order.encoding().decode_without_bom_handling(even).0.into_owned().into_bytes()
            }
        };
        let line_end = line_end(&readable);
        Ok(Self {
            source: Source::Text(TextFile {
                source,
                bytes,
                mark: opening.mark as u64,
                utf16: opening.utf16,
                charset,
                delimiter: delimiter(&readable, line_end),
                line_end,
            }),
        })
    }

    /// What the file is.
    pub fn form(&self) -> Form {
        match &self.source {
            Source::Workbook(_) => Form::Workbook,
            Source::Text(file) => Form::Text {
                encoding: match (file.utf16, file.charset) {
                    (Some(_), _) => "UTF-16",
                    (None, Charset::Gb18030) => "GBK",
                    (None, _) => "UTF-8",
                },
                delimiter: char::from(file.delimiter),
            },
        }
    }

    /// How much there is to read.
    pub fn extent(&self) -> Extent {
        match &self.source {
            Source::Workbook(book) => Extent::Rows(book.rows()),
            Source::Text(file) => Extent::Bytes(file.bytes),
        }
    }

    /// The sheets of a workbook; none of a text file.
    pub fn sheet_names(&self) -> &[String] {
        match &self.source {
            Source::Workbook(book) => book.sheet_names(),
            Source::Text(_) => &[],
        }
    }

    /// The sheet of a workbook that is read; nothing of a text file.
    pub fn sheet_name(&self) -> Option<&str> {
        match &self.source {
            Source::Workbook(book) => book.sheet_name(),
            Source::Text(_) => None,
        }
    }

    /// Reads this sheet of a workbook instead of the first; a number beyond the last changes nothing.
    pub fn choose_sheet(&mut self, place: usize) {
        if let Source::Workbook(book) = &mut self.source {
            book.choose(place);
        }
    }

    /// Reads the sheet of this name, or else of this number from 1, instead of the first.
    ///
    /// # Errors
    ///
    /// [`SheetError::NoSuchSheet`]. A text file has the number 1 alone.
    pub fn choose_named(&mut self, named: &str) -> Result<(), SheetError> {
        let sheets = self.sheet_names();
        let numbered = || named.parse::<usize>().ok()?.checked_sub(1).filter(|place| *place < sheets.len().max(1));
        let place = sheets.iter().position(|name| name == named).or_else(numbered);
        let none = || SheetError::NoSuchSheet { named: named.to_owned(), sheets: sheets.to_vec() };
        let place = place.ok_or_else(none)?;
        self.choose_sheet(place);
        Ok(())
    }

    /// Hands out the rows from the first on, until they end or `each` breaks.
    pub fn each(&mut self, mut each: impl FnMut(&Row<'_>) -> ControlFlow<()>) -> Result<(), SheetError> {
        match &mut self.source {
            Source::Workbook(book) => book.each(each),
            Source::Text(file) => {
                file.source.seek(SeekFrom::Start(file.mark))?;
                let source = Transcoding::new(&mut file.source, file.utf16);
                let mut rows = TextRows::new(source, file.charset, file.delimiter, file.line_end);
                while let Some(row) = rows.next()? {
                    if each(&row).is_break() {
                        break;
                    }
                }
                // A file that begins with a megabyte of ASCII shows its encoding only here.
                file.charset = rows.charset();
                Ok(())
            }
        }
    }

    /// The first hundred rows.
    pub fn head(&mut self) -> Result<Head, SheetError> {
        let mut head = Head::default();
        self.each(|row| {
            head.rows.push(HeadRow::of(row));
            if head.rows.len() < HEAD_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(head)
    }
}

/// Files that are often taken for tables by their names.
fn refuse_strangers(look: &[u8]) -> Result<(), SheetError> {
    if look.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(SheetError::OldWorkbook);
    }
    if look.starts_with(b"\x1F\x8B") || look.starts_with(b"Rar!") || look.starts_with(b"7z\xBC\xAF") {
        return Err(SheetError::Packed);
    }
    let text = look.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(look).trim_ascii_start();
    let begins = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    if ["<html", "<!doctype", "<?xml", "<table", "<xml>", "<meta", "<style"].into_iter().any(begins) {
        return Err(SheetError::Markup);
    }
    Ok(())
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;

//! Writing workbooks as a stream: one row in memory, no file beside, sheets that go on where one is full.

use std::io::{Seek, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::cell::{Cell, WriteError, put_number, put_yuan};

mod parts;

/// Rows that a sheet can hold, its titles included.
const ROWS_MAX: u32 = 1_048_576;
/// What the XML of one sheet may grow to before the next is begun: beyond 4 GiB an archive needs what not everybody reads.
const SHEET_BYTES_MAX: u64 = 3_500_000_000;
const TEXT_CHARS_MAX: usize = 32_767;
const BLOCK: usize = 64 * 1024;

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its width in characters.
    pub width_chars: u16,
}

/// A workbook that is being written. Texts are stored as texts, so none of them is a formula and no number loses digits;
/// amounts are numbers with two decimals, times are dates.
pub struct XlsxBook<W: Write + Seek> {
    archive: ZipWriter<W>,
    /// The names of the sheets so far.
    names: Vec<String>,
    columns: Vec<Column>,
    /// The letters of the columns.
    letters: Vec<String>,
    name: String,
    /// How many sheets have carried on under this name.
    part: u32,
    rows: u32,
    rows_max: u32,
    sheet_bytes: u64,
    block: Vec<u8>,
    is_open: bool,
}

impl<W: Write + Seek> XlsxBook<W> {
    /// Begins a workbook without sheets.
    pub fn new(out: W) -> Self {
        Self {
            archive: ZipWriter::new(out),
            names: Vec::new(),
            columns: Vec::new(),
            letters: Vec::new(),
            name: String::new(),
            part: 0,
            rows: 0,
            rows_max: ROWS_MAX,
            sheet_bytes: 0,
            block: Vec::with_capacity(BLOCK * 2),
            is_open: false,
        }
    }

    /// Begins a sheet with its titles; rows go into it until the next one is begun. When it is full, it goes on in a sheet
    /// of the same name with a number.
    pub fn sheet(&mut self, name: &str, columns: &[Column]) -> Result<(), WriteError> {
        self.end_sheet()?;
        self.columns = columns.to_vec();
        self.letters = (0..columns.len()).map(parts::letters).collect();
        name.clone_into(&mut self.name);
        self.part = 1;
        self.begin_part()
    }

    /// Writes a row into the sheet that was begun last.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        if self.rows >= self.rows_max || self.sheet_bytes >= SHEET_BYTES_MAX {
            self.end_sheet()?;
            self.part += 1;
            self.begin_part()?;
        }
        self.begin_row();
        for (place, cell) in cells.iter().enumerate() {
            self.put(place, cell, Style::Text)?;
        }
        self.end_row()
    }

    /// Writes the rest of the workbook and hands the medium back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.end_sheet()?;
        for (path, text) in parts::around(&self.names) {
            self.archive.start_file(path, options())?;
            self.archive.write_all(text.as_bytes())?;
        }
        let mut out = self.archive.finish()?;
        out.flush()?;
        Ok(out)
    }

    fn begin_part(&mut self) -> Result<(), WriteError> {
        let name = parts::sheet_name(&self.name, self.part, &self.names);
        self.names.push(name);
        self.archive.start_file(format!("xl/worksheets/sheet{}.xml", self.names.len()), options())?;
        self.is_open = true;
        self.rows = 0;
        self.sheet_bytes = 0;
        self.block.extend_from_slice(parts::sheet_start(&self.columns).as_bytes());
        self.begin_row();
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.clone()).collect();
        for (place, title) in titles.iter().enumerate() {
            self.put(place, &Cell::Text(title), Style::Title)?;
        }
        self.end_row()
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        if !std::mem::take(&mut self.is_open) {
            return Ok(());
        }
        self.block.extend_from_slice(b"</sheetData>");
        if let Some(last) = self.letters.last().filter(|_| self.rows > 1) {
            self.block.extend_from_slice(format!("<autoFilter ref=\"A1:{last}{}\"/>", self.rows).as_bytes());
        }
        self.block.extend_from_slice(b"</worksheet>");
        self.write_block()
    }

    fn begin_row(&mut self) {
        self.rows += 1;
        self.block.extend_from_slice(b"<row r=\"");
        put_number(&mut self.block, u64::from(self.rows));
        self.block.extend_from_slice(b"\">");
    }

    fn end_row(&mut self) -> Result<(), WriteError> {
        self.block.extend_from_slice(b"</row>");
        if self.block.len() >= BLOCK { self.write_block() } else { Ok(()) }
    }

    fn write_block(&mut self) -> Result<(), WriteError> {
        self.archive.write_all(&self.block)?;
        self.sheet_bytes += self.block.len() as u64;
        self.block.clear();
        Ok(())
    }

    fn put(&mut self, place: usize, cell: &Cell<'_>, text_style: Style) -> Result<(), WriteError> {
        let cell = cell.checked();
        let style = match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(_) | Cell::Id(_) => text_style,
            Cell::Amount(_) => Style::Amount,
            Cell::Count(_) => Style::Count,
            Cell::Decimal(_) => Style::Decimal,
            Cell::Time(_) => Style::Time,
        };
        self.block.extend_from_slice(b"<c r=\"");
        match self.letters.get(place) {
            Some(letters) => self.block.extend_from_slice(letters.as_bytes()),
            None => self.block.extend_from_slice(parts::letters(place).as_bytes()),
        }
        put_number(&mut self.block, u64::from(self.rows));
        self.block.extend_from_slice(b"\" s=\"");
        put_number(&mut self.block, style as u64);
        if let Cell::Text(text) | Cell::Id(text) = cell {
            if text.len() > TEXT_CHARS_MAX && text.encode_utf16().count() > TEXT_CHARS_MAX {
                return Err(WriteError::CellTooLong);
            }
            self.block.extend_from_slice(b"\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            parts::put_escaped(&mut self.block, text);
            self.block.extend_from_slice(b"</t></is></c>");
            return Ok(());
        }
        self.block.extend_from_slice(b"\"><v>");
        match cell {
            Cell::Amount(amount) => put_yuan(&mut self.block, amount),
            Cell::Count(count) => put_number(&mut self.block, count),
            Cell::Decimal(digits) => self.block.extend_from_slice(digits.as_bytes()),
            Cell::Time(moment) => parts::put_days(&mut self.block, moment),
            Cell::Empty | Cell::Text(_) | Cell::Id(_) => {}
        }
        self.block.extend_from_slice(b"</v></c>");
        Ok(())
    }
}

/// The places of the styles in `xl/styles.xml`.
#[derive(Clone, Copy)]
enum Style {
    Text = 1,
    Amount = 2,
    Time = 3,
    Title = 4,
    Count = 5,
    /// Five decimals as in a bill, and up to eight.
    Decimal = 6,
}

fn options() -> SimpleFileOptions {
    // The fastest level: rows of a table shrink to a tenth with it, and to little less with the others.
    SimpleFileOptions::default().compression_level(Some(1))
}

#[cfg(test)]
#[path = "xlsx_book_tests.rs"]
mod tests;

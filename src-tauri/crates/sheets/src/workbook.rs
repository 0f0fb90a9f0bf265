//! Workbooks, row by row: the cells of one row are held, and the texts that the workbook shares.

use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use wxpay_protocol::UtcMs;

use crate::SheetError;
use crate::moment::{TimeForm, moment};
use crate::row::{Kind, Row, RowFault, Span};
use crate::text::Charset;

/// What the parts of a workbook that are held in memory may unpack to.
const HELD_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// No deflated part grows more than this.
const DEFLATE_RATIO: u64 = 1032;
const CELLS_MAX: u32 = 16_384;
/// The days between Excel's two beginnings of time.
const DAYS_1904: i64 = 1462;

pub(crate) struct Workbook<R: Read + Seek> {
    book: Xlsx<R>,
    names: Vec<String>,
    chosen: usize,
    rows: u64,
}

impl<R: Read + Seek> Workbook<R> {
    pub(crate) fn open(mut source: R) -> Result<Self, SheetError> {
        refuse_bomb(&mut source, HELD_BYTES_MAX)?;
        source.rewind()?;
        let book = Xlsx::new(source).map_err(|fault| broken(&fault))?;
        let names = book.sheet_names();
        if names.is_empty() {
            return Err(SheetError::BrokenWorkbook("it has no sheet".into()));
        }
        let mut workbook = Self { book, names, chosen: 0, rows: 0 };
        workbook.count_rows();
        Ok(workbook)
    }

    pub(crate) fn sheet_names(&self) -> &[String] {
        &self.names
    }

    /// The sheet that is read.
    pub(crate) fn sheet_name(&self) -> Option<&str> {
        self.names.get(self.chosen).map(String::as_str)
    }

    pub(crate) fn choose(&mut self, place: usize) {
        if place < self.names.len() {
            self.chosen = place;
            self.count_rows();
        }
    }

    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    // What the sheet says of itself; for progress only, so a sheet that says nothing has no rows to count to.
    fn count_rows(&mut self) {
        let name = self.names.get(self.chosen).cloned().unwrap_or_default();
        self.rows =
            self.book.worksheet_cells_reader(&name).map_or(0, |reader| u64::from(reader.dimensions().end.0) + 1);
    }

    pub(crate) fn each(&mut self, mut each: impl FnMut(&Row<'_>) -> ControlFlow<()>) -> Result<(), SheetError> {
        let name = self.names.get(self.chosen).cloned().unwrap_or_default();
        let is_1904 = self.book.has_1904_epoch();
        let mut reader = self.book.worksheet_cells_reader(&name).map_err(|fault| broken(&fault))?;
        let mut held = Held::default();
        while let Some(cell) = reader.next_cell().map_err(|fault| broken(&fault))? {
            let (row, column) = cell.get_position();
            if held.row != Some(row) {
                if held.hand_out(&mut each).is_break() {
                    return Ok(());
                }
                held.begin(row);
            }
            held.add(column, cell.get_value(), is_1904);
        }
        // Whoever breaks at the last row has seen them all either way.
        match held.hand_out(&mut each) {
            ControlFlow::Continue(()) | ControlFlow::Break(()) => Ok(()),
        }
    }
}

/// The cells of one row.
#[derive(Default)]
struct Held {
    row: Option<u32>,
    bytes: Vec<u8>,
    cells: Vec<Span>,
    kinds: Vec<Kind>,
    fault: Option<RowFault>,
}

impl Held {
    fn begin(&mut self, row: u32) {
        self.row = Some(row);
        self.bytes.clear();
        self.cells.clear();
        self.kinds.clear();
        self.fault = None;
    }

    fn add(&mut self, column: u32, value: &DataRef<'_>, is_1904: bool) {
        if column >= CELLS_MAX {
            self.fault = Some(RowFault::TooManyCells);
            return;
        }
        let start = self.bytes.len();
        let kind = match value {
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                self.put(text, Kind::Text)
            }
            DataRef::SharedString(text) => self.put(text, Kind::Text),
            DataRef::Int(number) => self.put(&number.to_string(), Kind::Number),
            // The shortest text that reads back as the same number: 19.99 stays 19.99.
            DataRef::Float(number) => self.put(&number.to_string(), Kind::Number),
            DataRef::Bool(value) => self.put(if *value { "true" } else { "false" }, Kind::Text),
            DataRef::DateTime(days) => match written(&days.as_f64().to_string(), is_1904) {
                Some(moment) if days.is_datetime() => self.put(&moment.dashed(), Kind::Moment),
                _ => self.put(&days.as_f64().to_string(), Kind::Number),
            },
            DataRef::Error(fault) => self.put(&fault.to_string(), Kind::Error),
            DataRef::Empty => Kind::Text,
        };
        let place = column as usize;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Span::default());
            self.kinds.resize(place + 1, Kind::Text);
        }
        if let (Some(span), Some(slot)) = (self.cells.get_mut(place), self.kinds.get_mut(place)) {
            *span = Span { start, end: self.bytes.len() };
            *slot = kind;
        }
    }

    fn put(&mut self, text: &str, kind: Kind) -> Kind {
        self.bytes.extend_from_slice(text.as_bytes());
        kind
    }

    fn hand_out(&self, each: &mut impl FnMut(&Row<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(row) = self.row else { return ControlFlow::Continue(()) };
        let line = u64::from(row) + 1;
        each(&Row {
            line,
            at: line,
            bytes: &self.bytes,
            cells: &self.cells,
            kinds: &self.kinds,
            charset: Charset::Utf8,
            fault: self.fault,
        })
    }
}

/// The moment of a count of days.
fn written(days: &str, is_1904: bool) -> Option<UtcMs> {
    let moment = moment(days.as_bytes(), TimeForm::ExcelDays)?;
    Some(if is_1904 { moment.plus_ms(DAYS_1904 * 86_400_000) } else { moment })
}

fn broken(fault: &XlsxError) -> SheetError {
    SheetError::BrokenWorkbook(fault.to_string())
}

/// Unpacks, without keeping anything, each part that calamine would hold whole and that might be beyond all measure.
fn refuse_bomb(source: &mut (impl Read + Seek), held_bytes_max: u64) -> Result<(), SheetError> {
    source.rewind()?;
    let broken = |fault: zip::result::ZipError| SheetError::BrokenWorkbook(fault.to_string());
    let mut archive = zip::ZipArchive::new(source).map_err(broken)?;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(broken)?;
        let is_sheet = part.name().map_err(broken)?.to_ascii_lowercase().contains("worksheets/");
        if is_sheet || part.compressed_size().saturating_mul(DEFLATE_RATIO) <= held_bytes_max {
            continue;
        }
        let unpacked = io::copy(&mut part.take(held_bytes_max + 1), &mut io::sink())
            .map_err(|fault| SheetError::BrokenWorkbook(fault.to_string()))?;
        if unpacked > held_bytes_max {
            return Err(SheetError::Bomb);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    #[test]
    fn a_workbook_that_unpacks_beyond_all_measure_is_refused_unless_it_is_rows() {
        let packed = |name: &str| {
            let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(&vec![b' '; 1 << 20]).unwrap();
            archive.finish().unwrap()
        };
        let texts = "xl/sharedStrings.xml";
        assert!(matches!(refuse_bomb(&mut packed(texts), (1 << 20) - 1), Err(SheetError::Bomb)));
        assert!(refuse_bomb(&mut packed(texts), 1 << 20).is_ok());
        assert!(refuse_bomb(&mut packed("xl/worksheets/sheet1.xml"), 1000).is_ok());
    }
}

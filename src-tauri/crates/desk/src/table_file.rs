//! A table as a file, CSV or XLSX: it appears whole, or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use desk_sheets::{Cell, Column, CsvRows, CsvTable, Reader, WriteError, XlsxBook};
use desk_store::StoreError;

use crate::desk::Inner;
use crate::progress::{Cancel, Meter, OnProgress};
use crate::{DeskError, Exported};

/// After so many rows it is looked whether a person gave up.
const LOOK_ROWS: u64 = 1024;

/// A column: WeChat's name, the titles for people in Chinese and English, and the width in characters.
pub(crate) type Heading = (&'static str, &'static str, &'static str, u16);

/// In which words a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Wire,
    Chinese,
    English,
}

impl Words {
    fn title(self, (wire, chinese, english, _): Heading) -> &'static str {
        match self {
            Self::Wire => wire,
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    pub(crate) fn yes_or_no(self, yes: bool) -> &'static str {
        match (self, yes) {
            (Self::Chinese, true) => "是",
            (Self::Chinese, false) => "否",
            (_, true) => "yes",
            (_, false) => "no",
        }
    }
}

enum Table {
    Csv(CsvTable<File>),
    Xlsx(Box<XlsxBook<BufWriter<File>>>),
}

/// A table that is being written under another name.
pub(crate) struct TableFile {
    table: Table,
    words: Words,
    draft: Draft,
    path: PathBuf,
}

/// Half a table under a name that says so. It goes away with this, unless it was given its own name.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

impl TableFile {
    /// Begins a file whose ending says what it is. A workbook is always for people.
    pub(crate) fn begin(
        inner: &Inner,
        path: &Path,
        reader: Reader,
        (chinese, english): (&str, &str),
        columns: &[Heading],
    ) -> Result<Self, DeskError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_workbook = match ending.as_str() {
            "csv" => false,
            "xlsx" => true,
            _ => return Err(DeskError::input("file", "must end in .csv or .xlsx, which says what is written")),
        };
        let words = match if is_workbook { Reader::People } else { reader } {
            Reader::Programs => Words::Wire,
            Reader::People if inner.settings()?.language == "en" => Words::English,
            Reader::People => Words::Chinese,
        };
        let draft = Draft(path.with_extension(format!("{ending}.part")));
        let begin = || -> Result<Table, WriteError> {
            let file = File::create(&draft.0)?;
            if !is_workbook {
                let titles: Vec<&str> = columns.iter().map(|column| words.title(*column)).collect();
                return Ok(Table::Csv(CsvTable::new(file, reader, &titles)?));
            }
            let mut book = XlsxBook::new(BufWriter::new(file));
            let column = |heading: &Heading| Column { title: words.title(*heading).into(), width_chars: heading.3 };
            let columns: Vec<Column> = columns.iter().map(column).collect();
            book.sheet(if words == Words::English { english } else { chinese }, &columns)?;
            Ok(Table::Xlsx(Box::new(book)))
        };
        let table = begin().map_err(|fault| failed(path, &fault))?;
        Ok(Self { table, words, draft, path: path.to_owned() })
    }

    pub(crate) fn words(&self) -> Words {
        self.words
    }

    /// For whom rows are written that are put down elsewhere; nothing where the file is a workbook.
    pub(crate) fn csv_reader(&self) -> Option<Reader> {
        match &self.table {
            Table::Csv(_) if self.words == Words::Wire => Some(Reader::Programs),
            Table::Csv(_) => Some(Reader::People),
            Table::Xlsx(_) => None,
        }
    }

    /// Writes the rows that `each` puts down and puts the file in its place, unless a person gives up on the way.
    pub(crate) fn fill(
        mut self,
        count: u64,
        progress: OnProgress,
        cancel: &Cancel,
        each: impl FnOnce(&mut Filling<'_>) -> Result<(), StoreError>,
    ) -> Result<Exported, DeskError> {
        let meter = Meter::new(count, progress);
        let mut filling = Filling { table: &mut self.table, meter, rows: 0, count, cancel, broken: None };
        let walked = each(&mut filling);
        let Filling { mut meter, rows, broken, .. } = filling;
        let cancelled = cancel.is_cancelled();
        self.end(!cancelled && walked.is_ok(), broken)?;
        walked?;
        if !cancelled {
            meter.set(rows, rows);
        }
        Ok(Exported { rows, cancelled })
    }

    /// Puts the file in its place. Nothing comes of one that is not wanted or that could not be written.
    fn end(self, wanted: bool, broken: Option<WriteError>) -> Result<(), DeskError> {
        let Self { table, draft, path, .. } = self;
        let written = match (broken, table) {
            (Some(fault), _) => Err(fault),
            (None, table) if !wanted => {
                drop(table);
                Ok(())
            }
            (None, Table::Csv(table)) => table.finish().map(drop),
            (None, Table::Xlsx(book)) => book.finish().map(drop),
        };
        let written = written.and_then(|()| if wanted { Ok(fs::rename(&draft.0, &path)?) } else { Ok(()) });
        written.map_err(|fault| failed(&path, &fault))
    }
}

/// A table while it is filled. Its answers say whether more rows are wanted.
pub(crate) struct Filling<'t> {
    table: &'t mut Table,
    meter: Meter,
    rows: u64,
    count: u64,
    cancel: &'t Cancel,
    broken: Option<WriteError>,
}

impl Filling<'_> {
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let written = match &mut self.table {
            Table::Csv(table) => table.row(cells),
            Table::Xlsx(book) => book.row(cells),
        };
        self.grown_by(1, written)
    }

    /// Rows of [`TableFile::csv_reader`], in the order of these places; a workbook cannot take them.
    pub(crate) fn csv_rows(&mut self, rows: &CsvRows, places: &[usize]) -> ControlFlow<()> {
        let written = match &mut self.table {
            Table::Csv(table) => table.rows(rows, places),
            Table::Xlsx(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
        };
        self.grown_by(rows.count(), written)
    }

    fn grown_by(&mut self, rows: u64, written: Result<(), WriteError>) -> ControlFlow<()> {
        if let Err(fault) = written {
            self.broken = Some(fault);
            return ControlFlow::Break(());
        }
        let looked_at = self.rows / LOOK_ROWS;
        self.rows += rows;
        if self.rows / LOOK_ROWS > looked_at {
            self.meter.set(self.rows, self.count.max(self.rows));
            if self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

fn failed(path: &Path, fault: &WriteError) -> DeskError {
    DeskError::input("file", format!("{} cannot be written: {fault}", path.display()))
}

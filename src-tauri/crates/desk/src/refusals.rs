//! Rows of a file that were not taken: counted, told, and written to a file beside with their cells.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use desk_sheets::{Cell, CsvTable, Reader, Row, WriteError};

use crate::DeskError;
use crate::row_refusal::RowRefusal;

/// Rows that are kept to be told.
const KEPT: usize = 1000;
const TITLES: [&str; 3] = ["行号 line", "原因 reason", "内容 cells"];

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why, with the column, the value and what to do.
    pub why: RowRefusal,
}

/// What was refused in the end.
pub(crate) struct Refused {
    pub(crate) count: u64,
    pub(crate) first: Vec<RefusedRow>,
    pub(crate) file: Option<PathBuf>,
}

/// Takes refused rows from several threads. The file is begun with the first of them.
pub(crate) struct Refusals {
    path: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    table: Option<CsvTable<File>>,
    count: u64,
    /// Those that never reached the store.
    rows: u64,
    first: Vec<RefusedRow>,
}

impl Refusals {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, kept: Mutex::default() }
    }

    /// Refuses a row that cannot be an order.
    pub(crate) fn refuse(&self, row: &Row<'_>, why: RowRefusal) -> Result<(), DeskError> {
        let cells: Vec<String> = (0..row.len()).map(|place| row.shown(place)).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.rows += 1;
        self.keep(&mut kept, RefusedRow { line: row.line(), why }, &cells)
    }

    /// Refuses an order that the store did not take.
    pub(crate) fn refuse_number(&self, line: u64, number: &str, why: RowRefusal) -> Result<(), DeskError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep(&mut kept, RefusedRow { line, why }, &[number.to_owned()])
    }

    /// How many rows never reached the store.
    pub(crate) fn count_of_rows(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).rows
    }

    fn keep(&self, kept: &mut Kept, row: RefusedRow, cells: &[String]) -> Result<(), DeskError> {
        let table = if let Some(table) = &mut kept.table {
            table
        } else {
            let file = File::create(&self.path).map_err(|fault| self.failed(&fault.into()))?;
            kept.table.insert(CsvTable::new(file, Reader::People, &TITLES).map_err(|fault| self.failed(&fault))?)
        };
        // Whoever opens the file beside reads either language, and its titles are in both.
        let reason = format!("{} / {}", row.why.chinese(), row.why);
        let written: Vec<Cell<'_>> = [Cell::Count(row.line), Cell::Text(&reason)]
            .into_iter()
            .chain(cells.iter().map(|cell| Cell::Id(cell)))
            .collect();
        table.row(&written).map_err(|fault| self.failed(&fault))?;
        kept.count += 1;
        if kept.first.len() < KEPT {
            kept.first.push(row);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Refused, DeskError> {
        let path = self.path.clone();
        let mut kept = self.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let file = match kept.table.take() {
            Some(table) => {
                table.finish().map_err(|fault| failed(&path, &fault))?;
                Some(path)
            }
            None => None,
        };
        kept.first.sort_by_key(|row| row.line);
        Ok(Refused { count: kept.count, first: kept.first, file })
    }

    fn failed(&self, fault: &WriteError) -> DeskError {
        failed(&self.path, fault)
    }
}

fn failed(path: &std::path::Path, fault: &WriteError) -> DeskError {
    DeskError::input(
        "refused_file",
        format!("{} cannot be written ({fault}); say where refused rows shall be written", path.display()),
    )
}

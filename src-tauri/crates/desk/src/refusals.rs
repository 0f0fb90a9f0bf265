//! Rows of a file that were not taken: counted, told, and written to a file of their own with their cells.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use desk_sheets::{Cell, CsvTable, Row};

use crate::DeskError;
use crate::refused_file::{RefusedFile, refused};
use crate::row_refusal::RowRefusal;

/// Rows that are kept to be told.
const KEPT: usize = 1000;

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
    file: RefusedFile,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    table: Option<(CsvTable<File>, PathBuf)>,
    count: u64,
    /// Those that never reached the store.
    rows: u64,
    first: Vec<RefusedRow>,
}

impl Refusals {
    pub(crate) fn new(file: RefusedFile) -> Self {
        Self { file, kept: Mutex::default() }
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
        let (table, path) =
            if let Some(begun) = &mut kept.table { begun } else { kept.table.insert(self.file.begin()?) };
        // Whoever opens the file beside reads either language, and its titles are in both.
        let reason = format!("{} / {}", row.why.chinese(), row.why);
        let written: Vec<Cell<'_>> = [Cell::Count(row.line), Cell::Text(&reason)]
            .into_iter()
            .chain(cells.iter().map(|cell| Cell::Id(cell)))
            .collect();
        table.row(&written).map_err(|fault| refused(path, &fault))?;
        kept.count += 1;
        if kept.first.len() < KEPT {
            kept.first.push(row);
        }
        Ok(())
    }

    /// Ends the file. Where the source was read to its end and nothing of it was refused, one of an earlier import goes.
    pub(crate) fn finish(self, is_whole: bool) -> Result<Refused, DeskError> {
        let mut kept = self.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let file = if let Some((table, path)) = kept.table.take() {
            table.finish().map_err(|fault| refused(&path, &fault))?;
            Some(path)
        } else {
            if is_whole {
                self.file.clear();
            }
            None
        };
        kept.first.sort_by_key(|row| row.line);
        Ok(Refused { count: kept.count, first: kept.first, file })
    }
}

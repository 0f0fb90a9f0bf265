//! The files of a day that a person chose or dropped on the window: the page hears their names and never says their paths.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use desk::sheets::Table;

use crate::dto::day_bills::ChosenBill;
use crate::dto::days::file_name;
use crate::dto::refusal::Refusal;
use crate::error::IpcError;

/// More files than any day has bills.
const BILLS_MAX: usize = 16;

/// Bills, and the merchant's own tables of orders and refunds.
#[derive(Default)]
pub(crate) struct DayFiles(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    bills: Vec<PathBuf>,
    orders: Option<PathBuf>,
    refunds: Option<PathBuf>,
}

impl DayFiles {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes bills beside those that are there already.
    pub(crate) fn add_bills(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let mut kept = self.kept();
        for path in paths {
            if path.is_file() && !kept.bills.contains(&path) && kept.bills.len() < BILLS_MAX {
                kept.bills.push(path);
            }
        }
    }

    /// Forgets the bills.
    pub(crate) fn clear_bills(&self) {
        self.kept().bills.clear();
    }

    pub(crate) fn bills(&self) -> Vec<PathBuf> {
        self.kept().bills.clone()
    }

    pub(crate) fn keep_table(&self, table: Table, path: PathBuf) {
        let mut kept = self.kept();
        match table {
            Table::Orders => kept.orders = Some(path),
            Table::Refunds => kept.refunds = Some(path),
        }
    }

    /// The file of orders, or of refunds.
    ///
    /// # Errors
    /// None was chosen.
    pub(crate) fn table(&self, table: Table) -> Result<PathBuf, IpcError> {
        let kept = self.kept();
        let path = match table {
            Table::Orders => kept.orders.clone(),
            Table::Refunds => kept.refunds.clone(),
        };
        path.ok_or_else(|| IpcError::input("file", "is not chosen yet; choose the table first"))
    }
}

/// What a bill says of itself in its first lines.
pub(crate) fn look(path: &Path) -> ChosenBill {
    let (date, problem) = match desk::first_day(path) {
        Ok(date) => (date, None),
        Err(problem) => (None, Some(Refusal::from(&problem))),
    };
    ChosenBill { file_name: file_name(path), date, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bill_says_why_and_a_file_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "no bill at all").unwrap();
        let files = DayFiles::default();
        files.add_bills([path.clone(), path.clone(), folder.path().to_owned()]);
        assert_eq!(files.bills(), std::slice::from_ref(&path));
        let seen = look(&path);
        assert_eq!(seen.problem.map(|problem| problem.code).as_deref(), Some("bill_header"));
        assert!(seen.date.is_none() && seen.file_name == "a.csv");
        assert_eq!(look(&folder.path().join("gone.csv")).problem.unwrap().code, "input_unreadable");
        files.clear_bills();
        assert!(files.bills().is_empty() && files.table(Table::Orders).is_err());
    }
}

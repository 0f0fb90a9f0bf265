//! The files of a day that a person chose or dropped on the window: the page hears their names and never says their paths.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use desk::BillText;
use desk::sheets::Table;
use wxpay_protocol::bill::{Bill, BillLine};

use crate::dto::day_bills::ChosenBill;
use crate::dto::days::file_name;
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
    let (date, problem) = match first_day(path) {
        Ok(date) => (date, None),
        Err(problem) => (None, Some(problem)),
    };
    ChosenBill { file_name: file_name(path), date, problem }
}

fn first_day(path: &Path) -> Result<Option<String>, String> {
    let text = File::open(path).and_then(BillText::open).map_err(|fault| fault.to_string())?;
    let text: Box<dyn Read> = Box::new(text);
    match Bill::open(text).map_err(|fault| format!("{} [{fault}]", fault.chinese()))? {
        Bill::FundFlow(_) => Err("资金账单没有订单，请选择交易账单 [a fund flow; choose a bill of trades]".to_owned()),
        Bill::Trades(mut bill) => loop {
            match bill.next_line() {
                Ok(Some(BillLine::Row(row))) => return Ok(Some(row.at.day())),
                Ok(Some(BillLine::Malformed(_))) => {}
                Ok(None) => return Ok(None),
                Err(fault) => return Err(format!("{} [{fault}]", fault.chinese())),
            }
        },
    }
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
        assert!(seen.problem.is_some() && seen.date.is_none() && seen.file_name == "a.csv");
        files.clear_bills();
        assert!(files.bills().is_empty() && files.table(Table::Orders).is_err());
    }
}

//! The files of a day that a person chose or dropped on the window: the page hears their names and never says their paths.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desk::sheets::Table;

use crate::dto::day_bills::{ChosenBill, ChosenBills};
use crate::dto::days::file_name;
use crate::dto::refusal::Refusal;
use crate::error::IpcError;
use crate::file_choice::ChosenFile;

/// So many bills may wait: those of a month, payments and refunds apart.
const BILLS_MAX: usize = 64;
/// So many names are told of files that found no room.
const NAMES_MAX: usize = 8;

/// Bills, and the merchant's own tables of orders and refunds. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct DayFiles {
    kept: Arc<Mutex<Kept>>,
    orders: ChosenFile,
    refunds: ChosenFile,
}

#[derive(Default)]
struct Kept {
    /// In the order in which they came, each with a number of its own.
    bills: Vec<(u32, PathBuf)>,
    last: u32,
    /// Those that came last and found no room.
    left_out: Vec<PathBuf>,
}

impl DayFiles {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes bills beside those that are there already, as long as there is room.
    pub(crate) fn add_bills(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let mut kept = self.kept();
        kept.left_out.clear();
        for path in paths {
            if !path.is_file() || kept.bills.iter().any(|(_, known)| *known == path) {
                continue;
            }
            if kept.bills.len() < BILLS_MAX {
                kept.last = kept.last.wrapping_add(1);
                let number = kept.last;
                kept.bills.push((number, path));
            } else {
                kept.left_out.push(path);
            }
        }
    }

    /// Forgets the bills with these numbers, and what found no room.
    pub(crate) fn clear_bills(&self, numbers: &[u32]) {
        let mut kept = self.kept();
        kept.left_out.clear();
        kept.bills.retain(|(number, _)| !numbers.contains(number));
    }

    /// Forgets bills that were compared.
    pub(crate) fn forget_bills(&self, compared: &[PathBuf]) {
        self.kept().bills.retain(|(_, path)| !compared.contains(path));
    }

    /// Does what reads files without holding up the window.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, IpcError> {
        let files = self.clone();
        let read = tokio::task::spawn_blocking(move || read(&files)).await;
        read.map_err(|_| IpcError::internal("looking at the bills"))
    }

    fn bills(&self) -> Vec<PathBuf> {
        self.kept().bills.iter().map(|(_, path)| path.clone()).collect()
    }

    /// The bills that a run of this day, such as `2026-11-20`, takes: those that cannot be read too, so that the run says what is
    /// wrong with them, and one that is chosen alone and tells no day. Those of other days wait for theirs. Reads the first lines
    /// of each.
    pub(crate) fn bills_of(&self, date: &str) -> Vec<PathBuf> {
        let bills = self.bills();
        let is_alone = bills.len() == 1;
        let is_taken = |path: &PathBuf| match desk::day_of_bill(path) {
            Ok(Some(day)) => day == date,
            Ok(None) => is_alone,
            Err(_) => true,
        };
        bills.into_iter().filter(is_taken).collect()
    }

    /// What waits, and what found no room. Reads the first lines of each.
    pub(crate) fn look(&self) -> ChosenBills {
        let (bills, left_out) = {
            let kept = self.kept();
            (kept.bills.clone(), kept.left_out.clone())
        };
        ChosenBills {
            bills: bills.iter().map(|(number, path)| look(*number, path)).collect(),
            most: BILLS_MAX.into(),
            left_out: left_out.iter().take(NAMES_MAX).map(|path| file_name(path)).collect(),
            left_out_count: left_out.len().into(),
        }
    }

    /// The file of orders, or of refunds.
    pub(crate) const fn table(&self, table: Table) -> &ChosenFile {
        match table {
            Table::Orders => &self.orders,
            Table::Refunds => &self.refunds,
        }
    }
}

/// What a bill says of itself in its first lines.
fn look(number: u32, path: &Path) -> ChosenBill {
    let (date, problem) = match desk::day_of_bill(path) {
        Ok(date) => (date, None),
        Err(problem) => (None, Some(Refusal::from(&problem))),
    };
    ChosenBill { number, file_name: file_name(path), date, problem }
}

#[cfg(test)]
mod tests {
    use wxpay_protocol::bill::{BillForm, BillType, TradeBill};

    use super::*;

    const ROW: &str = " 12:00:00,`wx0000000000000001,`1900000001,`0,`,`4200000000000000000000000001,`SHOP-1,`o1,`JSAPI,\
        `SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`T,`,`0.00000,`0.00%,`1.00,`0.00,`\r\n";

    /// A bill whose only payment is of this day; without one it has no row.
    fn bill(file: &Path, date: Option<&str>) -> PathBuf {
        let empty = TradeBill::new(BillType::All, BillForm::default()).finish();
        let (titles, summary) = empty.split_once('\n').unwrap();
        let row = date.map(|date| format!("`{date}{ROW}")).unwrap_or_default();
        std::fs::write(file, format!("{titles}\n{row}{summary}")).unwrap();
        file.to_owned()
    }

    #[test]
    fn what_is_no_bill_says_why_and_a_file_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "no bill at all").unwrap();
        let files = DayFiles::default();
        files.add_bills([path.clone(), path.clone(), folder.path().to_owned()]);
        assert_eq!(files.bills(), std::slice::from_ref(&path));
        let seen = look(1, &path);
        assert_eq!(seen.problem.map(|problem| problem.code).as_deref(), Some("bill_header"));
        assert!(seen.date.is_none() && seen.file_name == "a.csv");
        assert_eq!(look(1, &folder.path().join("gone.csv")).problem.unwrap().code, "input_unreadable");
        files.clear_bills(&[1]);
        assert!(files.bills().is_empty() && files.table(Table::Orders).path().is_err());
    }

    #[test]
    fn a_run_takes_the_bills_of_its_day_and_damaged_ones_and_leaves_those_of_other_days_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, date| bill(&folder.path().join(name), date);
        let today = of("20.csv", Some("2026-11-20"));
        let (tomorrow, quiet) = (of("21.csv", Some("2026-11-21")), of("1900000001_2026-11-22_ALL.csv", None));
        let damaged = folder.path().join("damaged.csv");
        std::fs::write(&damaged, "no bill at all").unwrap();
        let files = DayFiles::default();
        files.add_bills([tomorrow.clone(), today.clone(), quiet.clone(), damaged.clone()]);
        let dates: Vec<_> = files.look().bills.into_iter().map(|bill| bill.date).collect();
        let told: Vec<_> = dates.iter().map(Option::as_deref).collect();
        assert_eq!(told, [Some("2026-11-21"), Some("2026-11-20"), Some("2026-11-22"), None]);
        assert_eq!(files.bills_of("2026-11-20"), [today, damaged]);
        files.forget_bills(&files.bills_of("2026-11-20"));
        assert_eq!(files.bills(), [tomorrow.clone(), quiet.clone()]);
        assert_eq!(files.bills_of("2026-11-21"), [tomorrow]);
        assert_eq!(files.bills_of("2026-11-22"), [quiet], "a day without trade, by the name of its bill");
    }

    #[test]
    fn a_bill_without_rows_and_without_a_day_in_its_name_is_taken_only_where_it_is_chosen_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (empty, today) = (folder.path().join("empty.csv"), folder.path().join("20.csv"));
        let files = DayFiles::default();
        files.add_bills([bill(&empty, None), bill(&today, Some("2026-11-20"))]);
        assert_eq!(files.bills_of("2026-11-20"), std::slice::from_ref(&today));
        assert!(files.bills_of("2026-11-21").is_empty(), "the bill that is known of that day is read");
        files.forget_bills(&[today]);
        assert_eq!(files.bills_of("2026-11-21"), [empty]);
    }

    #[test]
    fn one_bill_is_forgotten_alone_and_its_number_is_not_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.csv", "b.csv", "c.csv"].map(|name| bill(&folder.path().join(name), Some("2026-11-20")));
        let files = DayFiles::default();
        files.add_bills(paths.clone());
        let numbers = || files.look().bills.into_iter().map(|bill| bill.number).collect::<Vec<_>>();
        let before = numbers();
        files.clear_bills(&before[1..2]);
        assert_eq!(files.bills(), [paths[0].clone(), paths[2].clone()]);
        files.add_bills([paths[1].clone()]);
        let after = numbers();
        assert_eq!(after[..2], [before[0], before[2]]);
        assert!(!before.contains(&after[2]), "{after:?} after {before:?}");
    }

    #[test]
    fn files_that_find_no_room_are_named_until_the_next_ones_come() {
        let folder = tempfile::tempdir().unwrap();
        let path = |place: usize| bill(&folder.path().join(format!("{place:03}.csv")), Some("2026-11-20"));
        let files = DayFiles::default();
        files.add_bills((0..BILLS_MAX + 10).map(path));
        let shown = files.look();
        assert_eq!((shown.bills.len(), shown.left_out.len()), (BILLS_MAX, NAMES_MAX));
        assert_eq!(shown.left_out[0], format!("{BILLS_MAX:03}.csv"));
        assert_eq!(serde_json::to_value(shown.left_out_count).unwrap(), 10);
        files.forget_bills(&files.bills_of("2026-11-20"));
        assert_eq!(files.look().left_out.len(), NAMES_MAX, "they are still to be dropped once more");
        files.add_bills([path(BILLS_MAX)]);
        assert!(files.look().left_out.is_empty());
    }
}

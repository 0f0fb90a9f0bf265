//! Days that are reconciled: bills, runs, differences and what people said to them.

mod answers;
mod bills;
mod differences;
mod fees;
mod flows;
mod found;
mod named;
mod notes;
mod runs;
mod saying;
mod standing;

pub use answers::{DayAnswer, NewDayAnswer};
pub use bills::{BillKept, BillSums, DayBill, NewDayBill, UnreadSums};
pub use differences::{
    Concentration, DayDifference, DifferenceFilter, DifferencePage, DifferenceState, DifferingRow, Dimension,
    NewDifference,
};
pub use fees::DayFee;
pub(crate) use flows::CHANGED_FLOWS_SQL;
pub use flows::{DayFlow, NewDayFlow};
pub use notes::{DayNote, Handled, NewDayNote, NoteKind};
pub use runs::{ClassTally, DayRun, NewRun, RunBegun, RunFindings};
pub use saying::{NewNotes, SaidEnd, SaidOfMany};
#[cfg(test)]
pub(crate) use standing::IS_TRADED_SQL;
pub use standing::{DayMark, DayStanding};

use crate::StoreError;

/// A sum as the database keeps it.
fn kept(sum: i128, column: &'static str) -> Result<i64, StoreError> {
    i64::try_from(sum).map_err(|_| StoreError::Impossible { column, detail: format!("{sum} is too large to be kept") })
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

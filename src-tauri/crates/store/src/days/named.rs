//! Differences of the orders that somebody asks about.

use super::DayDifference;
use super::differences::{FROM, ROW, of_run, row};
use crate::{Store, StoreError};

impl Store {
    /// The differences of a run in which one of these numbers stands, whosever and of whatever kind it is, in the order of the run
    /// and without their notes. Looks at every difference of the run once.
    pub fn differences_named(&self, run: i64, numbers: &[&str]) -> Result<Vec<DayDifference>, StoreError> {
        self.read(|connection| {
            let columns = ["out_trade_no", "transaction_id", "refund_id", "out_refund_no"];
            let named = columns.map(|column| format!("d.{column} IN numbers")).join(" OR ");
            let sql = format!(
                "{}, numbers AS (SELECT value FROM json_each(?2)) SELECT {ROW} {FROM} WHERE d.run = ?1 AND ({named}) ORDER BY d.place",
                of_run()
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map((run, serde_json::Value::from(numbers).to_string()), row)?;
            Ok(rows.map(|found| found.map(|(_, difference)| difference)).collect::<Result<_, _>>()?)
        })
    }
}

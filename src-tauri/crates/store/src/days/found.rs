//! What a run found, in its order and without what was said to it.

use rusqlite::{Connection, Row};

use super::{NewDifference, count};
use crate::{Store, StoreError};

const FOUND: &str = "place, identity, facts, class, counts, reason, same_as, fault, fault_en, out_trade_no, transaction_id, refund_id, out_refund_no, \
     field, bill_value, local_value, bill_fen, local_fen, bill, bill_line, local_line, hour, device_info, trade_type, sub_mch_id, attach, is_claim";

impl Store {
    /// At most `limit` rows of a run as they were found, of one class or of all, from the place `from` on. A stretch costs what it
    /// holds, however many rows there are before and behind it, and however much is written meanwhile.
    pub fn found(
        &self,
        run: i64,
        class: Option<&str>,
        from: u64,
        limit: usize,
    ) -> Result<Vec<NewDifference>, StoreError> {
        self.read(|connection| stretch(connection, run, class, from, limit))
    }
}

fn stretch(
    connection: &Connection,
    run: i64,
    class: Option<&str>,
    from: u64,
    limit: usize,
) -> Result<Vec<NewDifference>, StoreError> {
    let of_class = if class.is_some() { "AND class = ?4" } else { "AND ?4 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {FOUND} FROM day_differences WHERE run = ?1 AND place >= ?2 {of_class} ORDER BY place LIMIT ?3"
    ))?;
    let rows = statement.query_map(rusqlite::params![run, count(from), count(limit as u64), class], found)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A row as it was found.
pub(super) fn found(row: &Row<'_>) -> rusqlite::Result<NewDifference> {
    let line = |column: &str| row.get::<_, Option<i64>>(column).map(|line| line.map(i64::unsigned_abs));
    Ok(NewDifference {
        place: row.get::<_, i64>("place")?.unsigned_abs(),
        identity: row.get("identity")?,
        facts: row.get("facts")?,
        class: row.get("class")?,
        counts: row.get("counts")?,
        reason: row.get("reason")?,
        same_as: row.get("same_as")?,
        fault: row.get("fault")?,
        fault_en: row.get("fault_en")?,
        out_trade_no: row.get("out_trade_no")?,
        transaction_id: row.get("transaction_id")?,
        refund_id: row.get("refund_id")?,
        out_refund_no: row.get("out_refund_no")?,
        field: row.get("field")?,
        bill_value: row.get("bill_value")?,
        local_value: row.get("local_value")?,
        bill_fen: row.get("bill_fen")?,
        local_fen: row.get("local_fen")?,
        bill: row.get("bill")?,
        bill_line: line("bill_line")?,
        local_line: line("local_line")?,
        hour: row.get("hour")?,
        device_info: row.get("device_info")?,
        trade_type: row.get("trade_type")?,
        sub_mch_id: row.get("sub_mch_id")?,
        attach: row.get("attach")?,
        is_claim: row.get("is_claim")?,
    })
}

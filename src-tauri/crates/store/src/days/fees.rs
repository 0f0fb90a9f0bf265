//! Rows of bills whose fees are off, one by one.

use rusqlite::{Connection, Row, named_params};

use super::count;
use super::runs::check_begun;
use crate::{Store, StoreError};

/// A row of a bill whose fee is not what base and rate give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFee {
    /// The id of the bill.
    pub bill: i64,
    /// Its line, from 1.
    pub bill_line: u64,
    /// The merchant's number of the order.
    pub out_trade_no: String,
    /// WeChat's number of the order.
    pub transaction_id: String,
    /// WeChat's number of the refund; nothing of a payment.
    pub refund_id: Option<String>,
    /// What the fee is taken of, in fen; negative of a refund.
    pub base_fen: i64,
    /// The rate, in millionths.
    pub rate_ppm: u32,
    /// The fee in the bill, in thousandths of a fen.
    pub fee_milli_fen: i64,
}

impl Store {
    /// Adds fees to a run that was begun, the first at this place.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`] as for [`Store::add_differences`].
    pub fn add_fees(&self, run: i64, place: u64, batch: Vec<DayFee>) -> Result<(), StoreError> {
        self.write(move |connection| {
            check_begun(connection, run)?;
            (place..).zip(&batch).try_for_each(|(place, fee)| add(connection, run, place, fee))
        })
    }

    /// The fees of a run that are off and were kept one by one, from the place `start`, in the order of the bills.
    pub fn day_fees(&self, run: i64, start: u64, limit: usize) -> Result<Vec<DayFee>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT bill, bill_line, out_trade_no, transaction_id, refund_id, base_fen, rate_ppm, fee_milli_fen FROM day_fees \
                 WHERE run = ?1 AND place >= ?2 ORDER BY place LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map([run, count(start), limit], fee)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many fees of a run were kept one by one.
    pub fn day_fee_count(&self, run: i64) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM day_fees WHERE run = ?1";
            let count: i64 = connection.prepare_cached(sql)?.query_row([run], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }
}

fn add(connection: &Connection, run: i64, place: u64, fee: &DayFee) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO day_fees (run, place, bill, bill_line, out_trade_no, transaction_id, refund_id, base_fen, rate_ppm, fee_milli_fen) \
             VALUES (:run, :place, :bill, :bill_line, :out_trade_no, :transaction_id, :refund_id, :base_fen, :rate_ppm, :fee_milli_fen)",
        )?
        .execute(named_params! {
            ":run": run,
            ":place": count(place),
            ":bill": fee.bill,
            ":bill_line": count(fee.bill_line),
            ":out_trade_no": fee.out_trade_no,
            ":transaction_id": fee.transaction_id,
            ":refund_id": fee.refund_id,
            ":base_fen": fee.base_fen,
            ":rate_ppm": fee.rate_ppm,
            ":fee_milli_fen": fee.fee_milli_fen,
        })?;
    Ok(())
}

fn fee(row: &Row<'_>) -> rusqlite::Result<DayFee> {
    Ok(DayFee {
        bill: row.get("bill")?,
        bill_line: row.get::<_, i64>("bill_line")?.unsigned_abs(),
        out_trade_no: row.get("out_trade_no")?,
        transaction_id: row.get("transaction_id")?,
        refund_id: row.get("refund_id")?,
        base_fen: row.get("base_fen")?,
        rate_ppm: row.get("rate_ppm")?,
        fee_milli_fen: row.get("fee_milli_fen")?,
    })
}

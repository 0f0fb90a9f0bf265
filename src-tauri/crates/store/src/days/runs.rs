//! Runs: what came of a day when its bills were brought together with the merchant's own side.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wxpay_protocol::UtcMs;

use super::bills::{BILL, RECHARGE_REFUND, bill};
use super::notes::is_closed;
use super::{DayBill, NewDifference, UnreadSums, count, differences, kept};
use crate::columns::time;
use crate::{Store, StoreError};

/// What a class adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassTally {
    /// Its word.
    pub class: String,
    /// Pairs, and rows of one side alone.
    pub count: u64,
    /// Rows of the bill.
    pub bill_rows: u64,
    /// Rows of the local side.
    pub local_rows: u64,
    /// The bill's amounts, in fen.
    pub bill_fen: i128,
    /// The local amounts, in fen.
    pub local_fen: i128,
}

/// How a day was compared, and what that found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFindings {
    /// Which of WeChat's amounts the merchant keeps: `order`, `settle` or `cash`.
    pub basis: String,
    /// How wide the edges around midnight are, in seconds.
    pub day_cut_s: u32,
    /// Where the orders came from: a file, or `store`.
    pub orders: Option<String>,
    /// Where the refunds came from.
    pub refunds: Option<String>,
    /// How these tables were read, as JSON; nothing of the store, and of runs from before this was kept.
    pub own_reading: Option<String>,
    /// Whether nothing differs and every row was read.
    pub balanced: bool,
    /// Differences, the unreadable rows not among them.
    pub differences: u64,
    /// Rows of either side that cannot be read.
    pub malformed: u64,
    /// Readable orders of the local side.
    pub local_orders: u64,
    /// Readable refunds of the local side.
    pub local_refunds: u64,
    /// Local rows of other days that no row of the bill names.
    pub out_of_scope: u64,
    /// Rows of the bill without anything to compare them with.
    pub not_compared: u64,
    /// Matched orders whose local time lies outside of the day.
    pub time_marked: u64,
    /// Fees that are off by more than a fen.
    pub fee_count: u64,
    /// By how much all together, in thousandths of a fen.
    pub fee_milli_fen: i128,
    /// The local payments less those of the bill, in fen.
    pub payments_gap_fen: i128,
    /// The local refunds less those of the bill, in fen.
    pub refunds_gap_fen: i128,
    /// What each class adds up to.
    pub classes: Vec<ClassTally>,
    /// When it ran first.
    pub ran_at: UtcMs,
    /// By whom.
    pub ran_by: String,
}

/// A run that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// Of what went in and what came out.
    pub digest: [u8; 32],
    /// The ids of the bills.
    pub bills: Vec<i64>,
    /// What it found.
    pub found: RunFindings,
}

/// A run as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRun {
    /// The store's own id.
    pub id: i64,
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// The bills that went in, and WeChat's word that there is none where that was known.
    pub bills: Vec<DayBill>,
    /// What it found.
    pub found: RunFindings,
}

impl DayRun {
    /// The bills whose rows were compared; those of 充值退款 were only counted, and WeChat's word that there is none has no rows.
    pub fn compared_bills(&self) -> impl Iterator<Item = &DayBill> {
        self.bills.iter().filter(|bill| bill.kind != RECHARGE_REFUND && !bill.is_none())
    }

    /// What the rows of these bills that cannot be read would have to hold; nothing where all were read, or where it
    /// was not kept of each.
    pub fn unread(&self) -> Option<UnreadSums> {
        let bills = self.compared_bills().filter(|bill| bill.sums.malformed > 0);
        let each: Option<Vec<UnreadSums>> = bills.map(|bill| bill.sums.unread).collect();
        each.filter(|each| !each.is_empty()).map(|each| UnreadSums {
            rows: each.iter().map(|unread| unread.rows).sum(),
            total_fen: each.iter().map(|unread| unread.total_fen).sum(),
            refund_fen: each.iter().map(|unread| unread.refund_fen).sum(),
        })
    }
}

/// What beginning a run led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunBegun {
    /// Its differences are to be added, and the run completed.
    New(i64),
    /// The same inputs with the same result are there already; this run counts again.
    Again(i64),
    /// The day is closed, and this is not the run that it was closed with.
    Closed,
}

const RUN: &str = "id, profile, date, basis, day_cut_s, orders, refunds, own_reading, balanced, differences, malformed, local_orders, local_refunds, out_of_scope, \
     not_compared, time_marked, fee_count, fee_milli_fen, payments_gap_fen, refunds_gap_fen, ran_at, ran_by";

/// So many rows of a run that never ended are removed at once: few enough that a notice never waits for them.
const REMOVED_AT_ONCE: usize = 2_000;

impl Store {
    /// Begins to keep a run; what the same one left behind that never ended is removed first.
    pub fn begin_run(&self, new: NewRun) -> Result<RunBegun, StoreError> {
        if let Some(left) = self.read(|connection| left_behind(connection, &new))? {
            self.remove_rows(left)?;
        }
        self.write(move |connection| begin(connection, &new))
    }

    /// The amount by which tables of orders of the merchant's own were compared last, on whichever day.
    pub fn own_basis(&self, profile: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT basis FROM day_runs WHERE profile = ?1 AND is_complete = 1 AND orders IS NOT NULL AND own_reading IS NOT NULL \
                       ORDER BY id DESC LIMIT 1";
            Ok(connection.prepare_cached(sql)?.query_row([profile], |row| row.get(0)).optional()?)
        })
    }

    /// Adds differences to a run that was begun, in their order. Small batches let other writers in between.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`] when somebody else began the same run since: this one is gone then, and nothing of it counts.
    pub fn add_differences(&self, run: i64, batch: Vec<NewDifference>) -> Result<(), StoreError> {
        self.write(move |connection| {
            check_begun(connection, run)?;
            differences::add(connection, run, &batch)
        })
    }

    /// Completes a run: from now on it is the one that counts for its day.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`] as for [`Store::add_differences`].
    pub fn complete_run(&self, run: i64) -> Result<(), StoreError> {
        self.write(move |connection| {
            check_begun(connection, run)?;
            connection.prepare_cached("UPDATE day_runs SET is_complete = 1 WHERE id = ?1")?.execute([run])?;
            Ok(())
        })
    }

    /// Removes a run that was begun and is not to be completed; nothing happens where somebody else did so.
    pub fn abandon_run(&self, run: i64) -> Result<(), StoreError> {
        self.remove_rows(run)?;
        self.write(move |connection| clear(connection, run))
    }

    /// Removes the differences and fees of a run that is not complete, in pieces. Whoever still makes it is refused from the first
    /// one on, or it could be completed without them.
    fn remove_rows(&self, run: i64) -> Result<(), StoreError> {
        let is_forsaken = self.write(move |connection| {
            let sql = "UPDATE day_runs SET turn = 0 WHERE id = ?1 AND is_complete = 0";
            Ok(connection.prepare_cached(sql)?.execute([run])? > 0)
        })?;
        if !is_forsaken {
            return Ok(());
        }
        for table in ["day_differences", "day_fees"] {
            let mut removed = REMOVED_AT_ONCE;
            while removed == REMOVED_AT_ONCE {
                removed = self.write_many(REMOVED_AT_ONCE, move |connection| {
                    let sql = format!(
                        "DELETE FROM {table} WHERE run = ?1 AND place IN \
                         (SELECT place FROM {table} WHERE run = ?1 ORDER BY place LIMIT {REMOVED_AT_ONCE})"
                    );
                    Ok(connection.prepare_cached(&sql)?.execute([run])?)
                })?;
            }
        }
        Ok(())
    }

    /// The run that counts for a day.
    pub fn current_run(&self, profile: &str, date: UtcMs) -> Result<Option<DayRun>, StoreError> {
        self.read(|connection| match current(connection, profile, date)? {
            Some(run) => by_id(connection, run),
            None => Ok(None),
        })
    }

    /// A run.
    pub fn day_run(&self, id: i64) -> Result<Option<DayRun>, StoreError> {
        self.read(|connection| by_id(connection, id))
    }
}

/// The id of the run that counts for a day.
pub(super) fn current(connection: &Connection, profile: &str, date: UtcMs) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT id FROM day_runs WHERE profile = ?1 AND date = ?2 AND is_complete = 1 ORDER BY turn DESC LIMIT 1";
    Ok(connection.prepare_cached(sql)?.query_row(params![profile, date.0], |row| row.get(0)).optional()?)
}

pub(super) fn by_id(connection: &Connection, id: i64) -> Result<Option<DayRun>, StoreError> {
    let sql = format!("SELECT {RUN} FROM day_runs WHERE id = ?1");
    let Some(mut run) = connection.prepare_cached(&sql)?.query_row([id], run).optional()? else { return Ok(None) };
    let sql = format!("SELECT {BILL} WHERE id IN (SELECT bill FROM day_run_bills WHERE run = ?1) ORDER BY id");
    run.bills = connection.prepare_cached(&sql)?.query_map([id], bill)?.collect::<Result<_, _>>()?;
    run.found.classes = connection
        .prepare_cached(
            "SELECT class, count, bill_rows, local_rows, bill_fen, local_fen FROM day_classes WHERE run = ?1",
        )?
        .query_map([id], |row| {
            Ok(ClassTally {
                class: row.get("class")?,
                count: row.get::<_, i64>("count")?.unsigned_abs(),
                bill_rows: row.get::<_, i64>("bill_rows")?.unsigned_abs(),
                local_rows: row.get::<_, i64>("local_rows")?.unsigned_abs(),
                bill_fen: row.get::<_, i64>("bill_fen")?.into(),
                local_fen: row.get::<_, i64>("local_fen")?.into(),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(run))
}

/// Refuses to go on with a run that is not being made any more; one that is being removed has the turn 0.
pub(super) fn check_begun(connection: &Connection, run: i64) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM day_runs WHERE id = ?1 AND is_complete = 0 AND turn > 0";
    if connection.prepare_cached(sql)?.exists([run])? {
        return Ok(());
    }
    Err(StoreError::TakenOver { run })
}

/// The id of a new run. From the one counter, because SQLite would give that of a run that was cleared away to the next one, and
/// whoever still makes the first would write into the second.
fn new_id(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "UPDATE counter SET value = max(value, (SELECT coalesce(max(id), 0) FROM day_runs)) + 1 RETURNING value";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn run(row: &Row<'_>) -> rusqlite::Result<DayRun> {
    let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(DayRun {
        id: row.get("id")?,
        profile: row.get("profile")?,
        date: time(row, "date")?,
        bills: Vec::new(),
        found: RunFindings {
            basis: row.get("basis")?,
            day_cut_s: row.get("day_cut_s")?,
            orders: row.get("orders")?,
            refunds: row.get("refunds")?,
            own_reading: row.get("own_reading")?,
            balanced: row.get("balanced")?,
            differences: number("differences")?,
            malformed: number("malformed")?,
            local_orders: number("local_orders")?,
            local_refunds: number("local_refunds")?,
            out_of_scope: number("out_of_scope")?,
            not_compared: number("not_compared")?,
            time_marked: number("time_marked")?,
            fee_count: number("fee_count")?,
            fee_milli_fen: row.get::<_, i64>("fee_milli_fen")?.into(),
            payments_gap_fen: row.get::<_, i64>("payments_gap_fen")?.into(),
            refunds_gap_fen: row.get::<_, i64>("refunds_gap_fen")?.into(),
            classes: Vec::new(),
            ran_at: time(row, "ran_at")?,
            ran_by: row.get("ran_by")?,
        },
    })
}

/// The same run that never ended, where a new one may take its place.
fn left_behind(connection: &Connection, new: &NewRun) -> Result<Option<i64>, StoreError> {
    if is_closed(connection, &new.profile, new.date)? {
        return Ok(None);
    }
    let sql = "SELECT id FROM day_runs WHERE profile = ?1 AND date = ?2 AND digest = ?3 AND is_complete = 0";
    let of = params![new.profile, new.date.0, new.digest];
    Ok(connection.prepare_cached(sql)?.query_row(of, |row| row.get(0)).optional()?)
}

fn begin(connection: &Connection, new: &NewRun) -> Result<RunBegun, StoreError> {
    let same: Option<(i64, bool)> = connection
        .prepare_cached("SELECT id, is_complete FROM day_runs WHERE profile = ?1 AND date = ?2 AND digest = ?3")?
        .query_row(params![new.profile, new.date.0, new.digest], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let now = current(connection, &new.profile, new.date)?;
    let counts = same.is_some_and(|(id, _)| now == Some(id));
    if !counts && is_closed(connection, &new.profile, new.date)? {
        return Ok(RunBegun::Closed);
    }
    let turn = "(SELECT coalesce(max(turn), 0) + 1 FROM day_runs WHERE profile = :profile AND date = :date)";
    if let Some((id, true)) = same {
        let sql = format!("UPDATE day_runs SET turn = {turn} WHERE id = :id AND NOT :counts");
        connection.prepare_cached(&sql)?.execute(named_params! {
            ":profile": new.profile, ":date": new.date.0, ":id": id, ":counts": counts,
        })?;
        return Ok(RunBegun::Again(id));
    }
    let (id, found) = (new_id(connection)?, &new.found);
    if let Some((left, false)) = same {
        clear(connection, left)?;
    }
    let sql = format!(
        "INSERT INTO day_runs (id, profile, date, digest, turn, is_complete, basis, day_cut_s, orders, refunds, own_reading, balanced, differences, malformed, \
         local_orders, local_refunds, out_of_scope, not_compared, time_marked, fee_count, fee_milli_fen, payments_gap_fen, refunds_gap_fen, ran_at, ran_by) VALUES (:id, :profile, :date, \
         :digest, {turn}, 0, :basis, :day_cut_s, :orders, :refunds, :own_reading, :balanced, :differences, :malformed, :local_orders, :local_refunds, \
         :out_of_scope, :not_compared, :time_marked, :fee_count, :fee_milli_fen, :payments_gap_fen, :refunds_gap_fen, :ran_at, :ran_by)"
    );
    connection.prepare_cached(&sql)?.execute(named_params! {
        ":id": id,
        ":profile": new.profile,
        ":date": new.date.0,
        ":digest": new.digest,
        ":basis": found.basis,
        ":day_cut_s": found.day_cut_s,
        ":orders": found.orders,
        ":refunds": found.refunds,
        ":own_reading": found.own_reading,
        ":balanced": found.balanced,
        ":differences": count(found.differences),
        ":malformed": count(found.malformed),
        ":local_orders": count(found.local_orders),
        ":local_refunds": count(found.local_refunds),
        ":out_of_scope": count(found.out_of_scope),
        ":not_compared": count(found.not_compared),
        ":time_marked": count(found.time_marked),
        ":fee_count": count(found.fee_count),
        ":fee_milli_fen": kept(found.fee_milli_fen, "day_runs.fee_milli_fen")?,
        ":payments_gap_fen": kept(found.payments_gap_fen, "day_runs.payments_gap_fen")?,
        ":refunds_gap_fen": kept(found.refunds_gap_fen, "day_runs.refunds_gap_fen")?,
        ":ran_at": found.ran_at.0,
        ":ran_by": found.ran_by,
    })?;
    add_parts(connection, id, new)?;
    Ok(RunBegun::New(id))
}

fn add_parts(connection: &Connection, id: i64, new: &NewRun) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached("INSERT INTO day_run_bills (run, bill) VALUES (?1, ?2)")?;
    for bill in &new.bills {
        insert.execute([id, *bill])?;
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO day_classes (run, class, count, bill_rows, local_rows, bill_fen, local_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for tally in &new.found.classes {
        insert.execute(params![
            id,
            tally.class,
            count(tally.count),
            count(tally.bill_rows),
            count(tally.local_rows),
            kept(tally.bill_fen, "day_classes.bill_fen")?,
            kept(tally.local_fen, "day_classes.local_fen")?,
        ])?;
    }
    Ok(())
}

/// Removes what a run left behind that never ended.
fn clear(connection: &Connection, id: i64) -> Result<(), StoreError> {
    for table in ["day_differences", "day_fees", "day_classes", "day_run_bills"] {
        connection.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [id])?;
    }
    connection.execute("DELETE FROM day_runs WHERE id = ?1", [id])?;
    Ok(())
}

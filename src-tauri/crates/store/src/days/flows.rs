//! Fund flows that were seen, told apart by account and the digest of their text. They are compared with nothing.

use rusqlite::{Connection, named_params, params};
use wxpay_protocol::UtcMs;

use super::count;
use crate::columns::time;
use crate::{Store, StoreError};

/// A fund flow that was read, or WeChat's word that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDayFlow {
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// `Basic`, `Operation` or `Fees`.
    pub account: &'static str,
    /// WeChat said that there is none.
    pub is_none: bool,
    /// SHA-256 of its plain text.
    pub digest: [u8; 32],
    /// Its rows, those that cannot be read included.
    pub rows: u64,
    /// When it was read.
    pub seen_at: UtcMs,
    /// Where it lies.
    pub file: Option<String>,
}

/// A fund flow as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFlow {
    /// Its rows.
    pub rows: u64,
    /// When it was seen first.
    pub seen_at: UtcMs,
    /// Where it was found last.
    pub file: Option<String>,
}

/// A day of which what was heard last of an account is not the first fund flow that was given.
pub(crate) const CHANGED_FLOWS_SQL: &str = "SELECT f.profile, f.date, max(l.heard_at) AS at FROM day_flows f JOIN day_heard l ON l.flow = f.id \
     WHERE f.id <> (SELECT min(id) FROM day_flows g WHERE (g.profile, g.date, g.account, g.is_none) = (f.profile, f.date, f.account, 0)) \
     AND l.place = (SELECT max(h.place) FROM day_flows g JOIN day_heard h ON h.flow = g.id \
       WHERE (g.profile, g.date, g.account) = (f.profile, f.date, f.account)) GROUP BY f.profile, f.date";
/// What was heard last of an account is not noted again.
const HEAR_SQL: &str = "INSERT INTO day_heard (flow, heard_at, fetched) SELECT id, :seen_at, 1 FROM day_flows \
     WHERE (profile, date, account, digest) = (:profile, :date, :account, :digest) AND id IS NOT (SELECT h.flow FROM day_flows g \
       JOIN day_heard h ON h.flow = g.id WHERE (g.profile, g.date, g.account) = (:profile, :date, :account) ORDER BY h.place DESC LIMIT 1)";

impl Store {
    /// Notes a fund flow of a day; the other ones that are known for its account, the oldest first: WeChat's has changed, which
    /// somebody must look at.
    pub fn keep_flow(&self, new: NewDayFlow) -> Result<Vec<DayFlow>, StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO day_flows (profile, date, account, is_none, digest, rows, seen_at, file) VALUES (:profile, :date, :account, \
                     :is_none, :digest, :rows, :seen_at, :file) \
                     ON CONFLICT (profile, date, account, digest) DO UPDATE SET file = coalesce(excluded.file, file)",
                )?
                .execute(named_params! {
                    ":profile": new.profile,
                    ":date": new.date.0,
                    ":account": new.account,
                    ":is_none": new.is_none,
                    ":digest": new.digest,
                    ":rows": count(new.rows),
                    ":seen_at": new.seen_at.0,
                    ":file": new.file,
                })?;
            connection.prepare_cached(HEAR_SQL)?.execute(named_params! {
                ":profile": new.profile,
                ":date": new.date.0,
                ":account": new.account,
                ":digest": new.digest,
                ":seen_at": new.seen_at.0,
            })?;
            others(connection, &new)
        })
    }
}

fn others(connection: &Connection, new: &NewDayFlow) -> Result<Vec<DayFlow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT rows, seen_at, file FROM day_flows WHERE profile = ?1 AND date = ?2 AND account = ?3 AND digest <> ?4 AND is_none = 0 \
         ORDER BY id",
    )?;
    let rows = statement.query_map(params![new.profile, new.date.0, new.account, new.digest], |row| {
        Ok(DayFlow {
            rows: row.get::<_, i64>("rows")?.unsigned_abs(),
            seen_at: time(row, "seen_at")?,
            file: row.get("file")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

//! The keys of all alarms of orders, refunds and notices, from their indexes alone: for counting them, however many there are.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::evidence::{AlarmPlace, NOTICES, ORDERS, REFUNDS};
use crate::columns::time;
use crate::{Flags, RefundState, Store, StoreError};

/// What an alarm is about, as far as its kind needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmOf {
    /// An order, by its marks; each of those that need a person is an alarm.
    Order(Flags),
    /// A refund.
    Refund {
        /// Whether its evidence contradicts itself.
        conflict: bool,
        /// Its state; without a contradiction this is UNKNOWN or CHANGE.
        state: RefundState,
    },
    /// A genuine notice about an order or a refund that is still not known here.
    Notice,
}

/// An alarm without its words and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmKey<'r> {
    /// What it is about.
    pub of: AlarmOf,
    /// The profile.
    pub profile: &'r str,
    /// Its place in the list.
    pub place: AlarmPlace,
    /// The counter when it became what it is.
    pub seq: i64,
    /// Whether a person has seen it as it is.
    pub seen: bool,
}

pub(crate) const ORDER_KEYS_SQL: &str = "SELECT changed_at AS at, id, changed_seq AS seq, profile, flags FROM orders WHERE flags & 27 <> 0 ORDER BY changed_at DESC";
// The condition of the index to the letter, so that it is used; a refund found by a query is UNKNOWN only until it is read.
pub(crate) const REFUND_KEYS_SQL: &str = "SELECT changed_at AS at, id, changed_seq AS seq, profile, state, conflict FROM refunds r \
     WHERE (conflict = 1 OR state IN (2, 4)) AND (conflict = 1 OR state = 4 OR origin = 0) ORDER BY changed_at DESC";
pub(crate) const ORPHAN_KEYS_SQL: &str = "SELECT n.received_at AS at, n.id, n.seq, n.profile FROM notices n \
     WHERE n.verdict = 3 AND n.duplicate_of IS NULL AND n.profile IS NOT NULL AND CASE WHEN n.out_refund_no IS NULL \
     THEN NOT EXISTS (SELECT 1 FROM orders o WHERE o.mch_id = n.mch_id AND o.out_trade_no = n.out_trade_no) \
     ELSE NOT EXISTS (SELECT 1 FROM refunds r WHERE r.mch_id = n.mch_id AND r.out_refund_no = n.out_refund_no) END \
     ORDER BY n.received_at DESC";

impl Store {
    /// Hands out the keys of all alarms of orders, refunds and notices, those of each the newest first, as they are at one moment;
    /// the counter at that moment.
    pub fn each_alarm(&self, mut each: impl FnMut(&AlarmKey<'_>)) -> Result<i64, StoreError> {
        self.read(|connection| {
            let mut seen = SeenThrough::read(connection)?;
            let mut hand_out = |sql, source, of: fn(&Row<'_>) -> rusqlite::Result<AlarmOf>| {
                each_of(connection, sql, source, &mut seen, of, &mut each)
            };
            hand_out(ORDER_KEYS_SQL, ORDERS, |row| Ok(AlarmOf::Order(Flags::from_number(row.get("flags")?))))?;
            hand_out(REFUND_KEYS_SQL, REFUNDS, |row| {
                Ok(AlarmOf::Refund { conflict: row.get("conflict")?, state: row.get("state")? })
            })?;
            hand_out(ORPHAN_KEYS_SQL, NOTICES, |_| Ok(AlarmOf::Notice))?;
            counter(connection)
        })
    }

    /// Notes that a person has seen all alarms of orders, refunds and notices up to this value of the counter, of a profile or of all.
    pub fn see_alarms_through(&self, seq: i64, profile: Option<&str>) -> Result<(), StoreError> {
        let profile = profile.unwrap_or_default().to_owned();
        self.write(move |connection| {
            // Nobody has seen what is yet to come.
            let seq = seq.clamp(0, counter(connection)?);
            connection
                .prepare_cached(
                    "INSERT INTO alarms_seen_through (profile, seq) VALUES (?1, ?2) \
                     ON CONFLICT (profile) DO UPDATE SET seq = max(seq, excluded.seq)",
                )?
                .execute((profile, seq))?;
            Ok(())
        })
    }
}

/// The value of the counter at the moment of this transaction: all that comes later has a larger one.
pub(super) fn counter(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("SELECT value FROM counter")?.query_row([], |row| row.get(0))?)
}

fn each_of(
    connection: &Connection,
    sql: &str,
    source: u8,
    seen: &mut SeenThrough,
    of: impl Fn(&Row<'_>) -> rusqlite::Result<AlarmOf>,
    each: &mut impl FnMut(&AlarmKey<'_>),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place = AlarmPlace { at: time(row, 0)?, source, id: row.get(1)? };
        let seq: i64 = row.get(2)?;
        let profile = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let seen = seq <= seen.of(profile);
        each(&AlarmKey { of: of(row)?, profile, place, seq, seen });
    }
    Ok(())
}

/// How far a person has seen what is of each profile.
struct SeenThrough {
    of_profiles: HashMap<String, i64>,
    of_all: i64,
    last: Option<(String, i64)>,
}

impl SeenThrough {
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached("SELECT profile, seq FROM alarms_seen_through")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut of_profiles: HashMap<String, i64> = rows.collect::<Result<_, _>>()?;
        let of_all = of_profiles.remove("").unwrap_or_default();
        Ok(Self { of_profiles, of_all, last: None })
    }

    /// The profile before is asked for again nearly always.
    fn of(&mut self, profile: &str) -> i64 {
        if let Some((last, seq)) = &self.last
            && last == profile
        {
            return *seq;
        }
        let seq = self.of_profiles.get(profile).map_or(self.of_all, |seq| self.of_all.max(*seq));
        self.last = Some((profile.to_owned(), seq));
        seq
    }
}

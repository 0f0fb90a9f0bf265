//! What needs a person, as the evidence has it, and what of it a person has seen. Of orders, refunds and notices there may be very
//! many: they are counted by their keys, listed by place, and seen up to a value of the counter. Days and merchants are few: each has
//! a mark of its own.

mod evidence;
mod keys;

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use wxpay_protocol::UtcMs;

use crate::columns::time;
use crate::days::CHANGED_FLOWS_SQL;
use crate::{Store, StoreError};
pub use evidence::{AlarmFilter, AlarmPlace, AlarmRow, AlarmRows, OrderAlarm, OrphanNotice, RefundAlarm};
#[cfg(test)]
pub(crate) use evidence::{ORDERS_SQL, ORPHANS_SQL, REFUNDS_SQL};
pub use keys::{AlarmKey, AlarmOf};
#[cfg(test)]
pub(crate) use keys::{ORDER_KEYS_SQL, ORPHAN_KEYS_SQL, REFUND_KEYS_SQL};

/// What WeChat said of a bill after it had given another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BillChange {
    /// Another text of the bill of trades, or one after it had said that there is none.
    OtherBill,
    /// That there is no bill of trades any more.
    NoBill,
    /// Another fund flow, or none.
    FundFlow,
    /// Another bill of refunds out of recharged money, or none.
    RechargeRefunds,
}

/// A day of one of whose bills, or fund flows, WeChat says something else than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedBill {
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// When that was heard.
    pub at: UtcMs,
    /// What changed.
    pub change: BillChange,
}

/// An alarm of a day or a merchant as a person saw it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlarmMark {
    /// Its kind.
    pub kind: &'static str,
    /// The merchant's profile.
    pub profile: String,
    /// The day that it is about, with what changed behind it where that is not the text of its bill of trades; empty where it is
    /// about the merchant.
    pub subject: String,
    /// Its time: a later one is new again.
    pub at: UtcMs,
}

const SEEN_SQL: &str = "SELECT at FROM alarm_seen WHERE kind = ?1 AND profile = ?2 AND subject = ?3";
const MARK_SQL: &str = "INSERT INTO alarm_seen (kind, profile, subject, at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (kind, profile, subject) DO UPDATE SET at = excluded.at WHERE excluded.at > at";
const MANY_BILLS_SQL: &str =
    "SELECT DISTINCT profile, date FROM day_bills GROUP BY profile, date, kind HAVING count(*) > 1";

impl Store {
    /// Days whose bill is not the one that was compared any more, days whose bill WeChat denies, and days of which a fund flow or the
    /// bill of recharged money changed: each an alarm of its own.
    pub fn changed_bills(&self) -> Result<Vec<ChangedBill>, StoreError> {
        let mut changed = self.changed_day_bills()?;
        changed.extend(self.changed_flows()?);
        Ok(changed)
    }

    fn changed_flows(&self) -> Result<Vec<ChangedBill>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(CHANGED_FLOWS_SQL)?;
            let rows = statement.query_map([], |row| {
                let (date, at) = (time(row, "date")?, time(row, "at")?);
                Ok(ChangedBill { profile: row.get("profile")?, date, at, change: BillChange::FundFlow })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn changed_day_bills(&self) -> Result<Vec<ChangedBill>, StoreError> {
        let mut of_profiles: BTreeMap<String, Vec<UtcMs>> = BTreeMap::new();
        self.read(|connection| {
            let mut statement = connection.prepare_cached(MANY_BILLS_SQL)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                of_profiles.entry(row.get("profile")?).or_default().push(time(row, "date")?);
            }
            Ok(())
        })?;
        let mut changed = Vec::new();
        for (profile, dates) in of_profiles {
            for date in dates {
                for day in self.days(&profile, date, date.plus_ms(1))? {
                    let of_day = [
                        (day.denied_at, BillChange::NoBill),
                        (day.changed_at, BillChange::OtherBill),
                        (day.recharges_changed_at, BillChange::RechargeRefunds),
                    ];
                    let heard = of_day.into_iter().filter_map(|(at, change)| Some((at?, change)));
                    changed.extend(heard.map(|(at, change)| ChangedBill {
                        profile: profile.clone(),
                        date,
                        at,
                        change,
                    }));
                }
            }
        }
        Ok(changed)
    }

    /// For each alarm whether a person has seen it as it is.
    pub fn alarms_seen(&self, marks: &[AlarmMark]) -> Result<Vec<bool>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(SEEN_SQL)?;
            let mut seen = Vec::with_capacity(marks.len());
            for mark in marks {
                let key = params![mark.kind, mark.profile, mark.subject];
                let at: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
                seen.push(at.is_some_and(|at| at >= mark.at.0));
            }
            Ok(seen)
        })
    }

    /// Notes that a person has seen these alarms as they are.
    pub fn mark_alarms_seen(&self, marks: Vec<AlarmMark>) -> Result<(), StoreError> {
        self.write_many(marks.len(), move |connection| {
            let mut statement = connection.prepare_cached(MARK_SQL)?;
            for mark in &marks {
                statement.execute(params![mark.kind, mark.profile, mark.subject, mark.at.0])?;
            }
            Ok(())
        })
    }
}

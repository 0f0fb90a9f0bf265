//! What needs a person, as the evidence has it, and what of it a person has seen.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use wxpay_protocol::UtcMs;
use wxpay_protocol::ids::{OutRefundNo, OutTradeNo};

use crate::columns::{id, time};
use crate::{Flags, RefundReason, RefundState, Store, StoreError};

/// An order that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderAlarm {
    /// One mark of the order; an order with several marks has several alarms.
    pub flag: Flags,
    /// The order's id in the store.
    pub order_id: i64,
    /// The profile of the order.
    pub profile: String,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// When the order changed last.
    pub at: UtcMs,
}

/// A refund that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAlarm {
    /// The profile that asked for it.
    pub profile: String,
    /// The order.
    pub out_trade_no: OutTradeNo,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// Its state; without a contradiction this is UNKNOWN or CHANGE.
    pub state: RefundState,
    /// The newest contradiction, where the evidence contradicts itself.
    pub conflict: Option<RefundReason>,
    /// When the refund changed last.
    pub at: UtcMs,
}

/// A genuine notice about an order or a refund that is still not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanNotice {
    /// The notice's id in the store.
    pub notice: i64,
    /// The profile that it was judged by.
    pub profile: String,
    /// The order that it names.
    pub out_trade_no: Option<String>,
    /// The refund that it names; nothing for a payment.
    pub out_refund_no: Option<String>,
    /// When it came.
    pub at: UtcMs,
}

/// A day whose bill was downloaded with another text than before, which nobody has compared yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedBill {
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// When the newest text was seen.
    pub at: UtcMs,
}

/// An alarm as a person saw it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlarmMark {
    /// Its kind.
    pub kind: &'static str,
    /// The merchant's profile.
    pub profile: String,
    /// The number or day that it is about; empty where it is about the merchant.
    pub subject: String,
    /// Its time: a later one is new again.
    pub at: UtcMs,
}

pub(crate) const ORDERS_SQL: &str = "SELECT id, profile, out_trade_no, flags, changed_at FROM orders WHERE flags & 27 <> 0 ORDER BY changed_at DESC LIMIT ?1";
// The condition of the index to the letter, so that it is used; a refund found by a query is UNKNOWN only until it is read.
pub(crate) const REFUNDS_SQL: &str = "SELECT r.profile, o.out_trade_no, r.out_refund_no, r.state, r.conflict, r.changed_at, \
     (SELECT reason FROM refund_observation WHERE refund = r.id AND effect = 3 ORDER BY received_seq DESC LIMIT 1) AS reason \
     FROM refunds r JOIN orders o ON o.id = r.order_id WHERE (r.conflict = 1 OR r.state IN (2, 4)) AND (r.conflict = 1 OR r.state = 4 OR r.origin = 0) \
     ORDER BY r.changed_at DESC LIMIT ?1";
pub(crate) const ORPHANS_SQL: &str = "SELECT n.id, n.profile, n.out_trade_no, n.out_refund_no, n.received_at FROM notices n \
     WHERE n.verdict = 3 AND n.duplicate_of IS NULL AND n.profile IS NOT NULL AND CASE WHEN n.out_refund_no IS NULL \
     THEN NOT EXISTS (SELECT 1 FROM orders o WHERE o.mch_id = n.mch_id AND o.out_trade_no = n.out_trade_no) \
     ELSE NOT EXISTS (SELECT 1 FROM refunds r WHERE r.mch_id = n.mch_id AND r.out_refund_no = n.out_refund_no) END \
     ORDER BY n.received_at DESC LIMIT ?1";
const SEEN_SQL: &str = "SELECT at FROM alarm_seen WHERE kind = ?1 AND profile = ?2 AND subject = ?3";
const MARK_SQL: &str = "INSERT INTO alarm_seen (kind, profile, subject, at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (kind, profile, subject) DO UPDATE SET at = excluded.at WHERE excluded.at > at";
const MANY_BILLS_SQL: &str = "SELECT DISTINCT profile, date FROM day_bills WHERE kind <> 'FUNDFLOW' GROUP BY profile, date, kind HAVING count(*) > 1";

impl Store {
    /// Orders with a mark that needs a person, the newest first.
    pub fn order_alarms(&self, limit: usize) -> Result<Vec<OrderAlarm>, StoreError> {
        let alarms: Vec<Vec<OrderAlarm>> = self.alarm_rows(ORDERS_SQL, limit, marks_of_order)?;
        Ok(alarms.into_iter().flatten().collect())
    }

    /// Refunds that need a person, the newest first: contradictions, unknown outcomes, and money that did not arrive.
    pub fn refund_alarms(&self, limit: usize) -> Result<Vec<RefundAlarm>, StoreError> {
        self.alarm_rows(REFUNDS_SQL, limit, |row| {
            let contradicts: bool = row.get("conflict")?;
            let reason: Option<RefundReason> = row.get("reason")?;
            Ok(RefundAlarm {
                profile: row.get("profile")?,
                out_trade_no: id(row, "out_trade_no", OutTradeNo::new)?,
                out_refund_no: id(row, "out_refund_no", OutRefundNo::new)?,
                state: row.get("state")?,
                conflict: contradicts.then(|| reason.unwrap_or(RefundReason::Contradicts)),
                at: time(row, "changed_at")?,
            })
        })
    }

    /// Genuine notices about orders and refunds that are not known here until now, the newest first; one for each that they name.
    pub fn orphan_notices(&self, limit: usize) -> Result<Vec<OrphanNotice>, StoreError> {
        self.alarm_rows(ORPHANS_SQL, limit, |row| {
            Ok(OrphanNotice {
                notice: row.get("id")?,
                profile: row.get("profile")?,
                out_trade_no: row.get("out_trade_no")?,
                out_refund_no: row.get("out_refund_no")?,
                at: time(row, "received_at")?,
            })
        })
    }

    /// Days whose bill has a newer text than the one that was compared.
    pub fn changed_bills(&self) -> Result<Vec<ChangedBill>, StoreError> {
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
                let stands = self.days(&profile, date, date.plus_ms(1))?;
                if stands.iter().any(|day| day.bill_changed) {
                    let bills = self.day_bills(&profile, date)?;
                    let trades = bills.iter().filter(|bill| bill.kind != "FUNDFLOW");
                    let at = trades.map(|bill| bill.seen_at).max().unwrap_or(date);
                    changed.push(ChangedBill { profile: profile.clone(), date, at });
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

    fn alarm_rows<T>(
        &self,
        sql: &str,
        limit: usize,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([limit], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn marks_of_order(row: &Row<'_>) -> rusqlite::Result<Vec<OrderAlarm>> {
    let flags = Flags::from_number(row.get("flags")?);
    let marks = [Flags::CONFLICT, Flags::PAID_AFTER_CLOSE, Flags::UNKNOWN, Flags::UNVERIFIED_ANSWER];
    let (order_id, at) = (row.get("id")?, time(row, "changed_at")?);
    let out_trade_no = id(row, "out_trade_no", OutTradeNo::new)?;
    let profile: String = row.get("profile")?;
    let alarm = |flag| OrderAlarm { flag, order_id, profile: profile.clone(), out_trade_no: out_trade_no.clone(), at };
    Ok(marks.into_iter().filter(|flag| flags.contains(*flag)).map(alarm).collect())
}

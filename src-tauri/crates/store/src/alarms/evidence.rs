//! Pages of the alarms of orders, refunds and notices, the newest first, each begun where the one before ended.

use std::cmp::Reverse;

use rusqlite::{Connection, Row, params};
use wxpay_protocol::UtcMs;
use wxpay_protocol::ids::{OutRefundNo, OutTradeNo};

use super::keys::counter;
use crate::columns::{id, time};
use crate::{Flags, RefundReason, RefundState, Store, StoreError};

pub(super) const ORDERS: u8 = 0;
pub(super) const REFUNDS: u8 = 1;
pub(super) const NOTICES: u8 = 2;

/// An order that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderAlarm {
    /// Its marks; each of those that need a person is an alarm.
    pub flags: Flags,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
}

/// A refund that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAlarm {
    /// The order.
    pub out_trade_no: OutTradeNo,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// Its state; without a contradiction this is UNKNOWN or CHANGE.
    pub state: RefundState,
    /// The newest contradiction, where the evidence contradicts itself.
    pub conflict: Option<RefundReason>,
}

/// A genuine notice about an order or a refund that is still not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanNotice {
    /// The order that it names.
    pub out_trade_no: Option<String>,
    /// The refund that it names; nothing for a payment.
    pub out_refund_no: Option<String>,
}

/// Where something stands in the list of alarms: the newest first, what came at the same time in the order of source and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmPlace {
    /// When the order or refund changed last, or the notice came.
    pub at: UtcMs,
    /// 0 an order, 1 a refund, 2 a notice.
    pub source: u8,
    /// Its id in the store.
    pub id: i64,
}

impl AlarmPlace {
    /// The end of a source's rows that stand behind this place, as time and id: all smaller ones do.
    fn end_of(this: Option<Self>, source: u8) -> (i64, i64) {
        match this {
            None => (i64::MAX, i64::MAX),
            Some(place) if source < place.source => (place.at.0, i64::MAX),
            Some(place) if source == place.source => (place.at.0, place.id),
            Some(place) => (place.at.0, i64::MIN),
        }
    }
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRow<T> {
    /// What it is.
    pub of: T,
    /// The profile of the order or refund, or the one that the notice was judged by.
    pub profile: String,
    /// Where it stands in the list.
    pub place: AlarmPlace,
    /// Whether a person has seen it as it is.
    pub seen: bool,
}

/// Which alarms of orders, refunds and notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmFilter {
    /// Of this profile only.
    pub profile: Option<String>,
    /// Only what nobody has seen.
    pub unseen: bool,
}

/// A page of them, as they are at one moment; of each kind the newest first.
#[derive(Clone, Debug, Default)]
pub struct AlarmRows {
    /// Orders.
    pub orders: Vec<AlarmRow<OrderAlarm>>,
    /// Refunds.
    pub refunds: Vec<AlarmRow<RefundAlarm>>,
    /// Notices.
    pub notices: Vec<AlarmRow<OrphanNotice>>,
    /// The place of the last; nothing when the list ends with them.
    pub next: Option<AlarmPlace>,
    /// The counter at that moment.
    pub seq: i64,
}

pub(crate) const ORDERS_SQL: &str = "SELECT changed_at AS at, id, profile, out_trade_no, flags, changed_seq <= \
     (SELECT coalesce(max(seq), 0) FROM alarms_seen_through WHERE profile IN ('', orders.profile)) AS seen FROM orders \
     WHERE flags & 27 <> 0 AND (changed_at, id) < (?1, ?2) AND (?4 IS NULL OR profile = ?4) AND (?5 = 0 OR NOT seen) \
     ORDER BY changed_at DESC, id DESC LIMIT ?3";
// The condition of the index to the letter, so that it is used; a refund found by a query is UNKNOWN only until it is read.
pub(crate) const REFUNDS_SQL: &str = "SELECT r.changed_at AS at, r.id, r.profile, o.out_trade_no, r.out_refund_no, r.state, r.conflict, \
     (SELECT reason FROM refund_observation WHERE refund = r.id AND effect = 3 ORDER BY received_seq DESC LIMIT 1) AS reason, \
     r.changed_seq <= (SELECT coalesce(max(seq), 0) FROM alarms_seen_through WHERE profile IN ('', r.profile)) AS seen \
     FROM refunds r JOIN orders o ON o.id = r.order_id WHERE (r.conflict = 1 OR r.state IN (2, 4)) AND (r.conflict = 1 OR r.state = 4 OR r.origin = 0) \
     AND (r.changed_at, r.id) < (?1, ?2) AND (?4 IS NULL OR r.profile = ?4) AND (?5 = 0 OR NOT seen) \
     ORDER BY r.changed_at DESC, r.id DESC LIMIT ?3";
pub(crate) const ORPHANS_SQL: &str = "SELECT n.received_at AS at, n.id, n.profile, n.out_trade_no, n.out_refund_no, n.seq <= \
     (SELECT coalesce(max(seq), 0) FROM alarms_seen_through WHERE profile IN ('', n.profile)) AS seen FROM notices n \
     WHERE n.verdict = 3 AND n.duplicate_of IS NULL AND n.profile IS NOT NULL AND CASE WHEN n.out_refund_no IS NULL \
     THEN NOT EXISTS (SELECT 1 FROM orders o WHERE o.mch_id = n.mch_id AND o.out_trade_no = n.out_trade_no) \
     ELSE NOT EXISTS (SELECT 1 FROM refunds r WHERE r.mch_id = n.mch_id AND r.out_refund_no = n.out_refund_no) END \
     AND (n.received_at, n.id) < (?1, ?2) AND (?4 IS NULL OR n.profile = ?4) AND (?5 = 0 OR NOT seen) \
     ORDER BY n.received_at DESC, n.id DESC LIMIT ?3";

impl Store {
    /// At most so many orders, refunds and notices that need a person, behind a place of their list.
    pub fn alarm_rows(
        &self,
        wanted: &AlarmFilter,
        after: Option<AlarmPlace>,
        limit: usize,
    ) -> Result<AlarmRows, StoreError> {
        self.read(|connection| {
            let read = Reading { connection, wanted, after, limit };
            let mut found = AlarmRows {
                orders: read.rows(ORDERS_SQL, ORDERS, |row| {
                    let flags = Flags::from_number(row.get("flags")?);
                    Ok(OrderAlarm { flags, out_trade_no: id(row, "out_trade_no", OutTradeNo::new)? })
                })?,
                refunds: read.rows(REFUNDS_SQL, REFUNDS, refund)?,
                notices: read.rows(ORPHANS_SQL, NOTICES, |row| {
                    Ok(OrphanNotice {
                        out_trade_no: row.get("out_trade_no")?,
                        out_refund_no: row.get("out_refund_no")?,
                    })
                })?,
                next: None,
                seq: counter(connection)?,
            };
            found.cut(limit);
            Ok(found)
        })
    }
}

fn refund(row: &Row<'_>) -> rusqlite::Result<RefundAlarm> {
    let contradicts: bool = row.get("conflict")?;
    let reason: Option<RefundReason> = row.get("reason")?;
    Ok(RefundAlarm {
        out_trade_no: id(row, "out_trade_no", OutTradeNo::new)?,
        out_refund_no: id(row, "out_refund_no", OutRefundNo::new)?,
        state: row.get("state")?,
        conflict: contradicts.then(|| reason.unwrap_or(RefundReason::Contradicts)),
    })
}

struct Reading<'r> {
    connection: &'r Connection,
    wanted: &'r AlarmFilter,
    after: Option<AlarmPlace>,
    limit: usize,
}

impl Reading<'_> {
    /// One more than wanted, so that the page is known to be the last.
    fn rows<T>(
        &self,
        sql: &str,
        source: u8,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<AlarmRow<T>>, StoreError> {
        let (at, id) = AlarmPlace::end_of(self.after, source);
        let limit = i64::try_from(self.limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![at, id, limit, self.wanted.profile, self.wanted.unseen], |row| {
            let place = AlarmPlace { at: time(row, "at")?, source, id: row.get("id")? };
            Ok(AlarmRow { of: read(row)?, profile: row.get("profile")?, place, seen: row.get("seen")? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl AlarmRows {
    /// Keeps the first of all three together.
    fn cut(&mut self, limit: usize) {
        let of_orders = self.orders.iter().map(|row| row.place);
        let others = self.refunds.iter().map(|row| row.place).chain(self.notices.iter().map(|row| row.place));
        let mut places: Vec<AlarmPlace> = of_orders.chain(others).collect();
        places.sort_unstable_by_key(|place| Reverse(*place));
        if places.len() <= limit {
            return;
        }
        self.next = limit.checked_sub(1).and_then(|last| places.get(last).copied());
        let stays = |place: AlarmPlace| self.next.is_some_and(|last| place >= last);
        self.orders.retain(|row| stays(row.place));
        self.refunds.retain(|row| stays(row.place));
        self.notices.retain(|row| stays(row.place));
    }
}

//! Refunds: the reservation that is committed before anything is sent, refunds that were made elsewhere, and reading them back.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wxpay_protocol::ids::{Appid, MchId, OutRefundNo, OutTradeNo, TransactionId};
use wxpay_protocol::refund::{COUNT_MAX, WINDOW_MS};
use wxpay_protocol::{Fen, SignType, UtcMs};

use crate::columns::{fen, id, id_if_any, sign_type, time, time_if_any};
use crate::record::next_seq;
use crate::{Advice, OrderState, RefundOrigin, RefundState, Store, StoreError};

/// A refund to be reserved: everything that is committed before the request leaves.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// The order, by the store's own id.
    pub order_id: i64,
    /// The profile that asks for it.
    pub profile: String,
    /// The merchant's number; unique per merchant.
    pub out_refund_no: OutRefundNo,
    /// The amount.
    pub refund_fee: Fen,
    /// What the payer reads.
    pub refund_desc: Option<String>,
    /// The request's XML without its sign, sent again unchanged if it must be.
    pub request: String,
    /// Now.
    pub created_at: UtcMs,
    /// When the first question is due if no answer is ever recorded; later than the request's deadline.
    pub first_query_at: UtcMs,
}

/// A committed reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundIntent {
    /// The refund's id in the store.
    pub refund: i64,
    /// The counter before sending, for [`crate::Asked`].
    pub asked_seq: i64,
}

/// Why nothing was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReserveRefusal {
    /// There is no verified payment that could be given back.
    NotPaid(OrderState),
    /// More than what is left.
    TooMuch {
        /// What was paid and neither refunded nor held by a refund, in fen.
        left: Fen,
    },
    /// The order has fifty refunds.
    TooMany,
    /// The payment is more than a year ago.
    TooOld,
    /// Nobody knows yet what became of another refund of the order.
    Open {
        /// Its number.
        out_refund_no: OutRefundNo,
    },
    /// The number belongs to another refund.
    NumberTaken,
}

/// What [`Store::reserve_refund`] made or found.
#[derive(Clone, Debug)]
pub enum Reservation {
    /// A new reservation; send it.
    New(RefundIntent),
    /// The same refund under this number is there already.
    Known(Box<Refund>),
    /// Refused; nothing was written.
    Refused(ReserveRefusal),
}

/// A refund as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The store's own id.
    pub id: i64,
    /// The order, by the store's own id.
    pub order_id: i64,
    /// The profile that asked for it.
    pub profile: String,
    /// The app of the order.
    pub appid: Appid,
    /// The merchant.
    pub mch_id: MchId,
    /// The order's number.
    pub out_trade_no: OutTradeNo,
    /// WeChat's number of the order.
    pub transaction_id: Option<TransactionId>,
    /// How the order is signed.
    pub sign_type: SignType,
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// Where it comes from.
    pub origin: RefundOrigin,
    /// The amount of the order.
    pub total_fee: Fen,
    /// The amount of the refund.
    pub refund_fee: Fen,
    /// What the payer reads.
    pub refund_desc: Option<String>,
    /// When it was reserved, or found.
    pub created_at: UtcMs,
    /// The state.
    pub state: RefundState,
    /// Whether evidence disagrees and a person is needed.
    pub conflict: bool,
    /// What is done when it is due.
    pub advice: Advice,
    /// WeChat's number.
    pub refund_id: Option<String>,
    /// ORIGINAL, BALANCE, OTHER_BALANCE or OTHER_BANKCARD.
    pub refund_channel: Option<String>,
    /// Where the money goes, in WeChat's words.
    pub recv_account: Option<String>,
    /// When it succeeded.
    pub success_at: Option<UtcMs>,
    /// When anything of it changed last.
    pub changed_at: UtcMs,
    /// When it is asked about next; nothing when it is final.
    pub next_query_at: Option<UtcMs>,
}

/// The columns of a [`Refund`].
pub(crate) const REFUND: &str = "r.id, r.order_id, r.profile, o.appid, r.mch_id, o.out_trade_no, o.transaction_id, o.sign_type, r.out_refund_no, r.origin AS refund_origin, \
     o.total_fee, r.refund_fee, r.refund_desc, r.created_at, r.state, r.conflict, r.advice, r.refund_id, r.refund_channel, r.recv_account, r.success_at, \
     r.changed_at, r.next_query_at FROM refunds r JOIN orders o ON o.id = r.order_id";

/// What becomes final by asking, of a profile or of all.
const OPEN: &str = "r.next_query_at IS NOT NULL AND r.state <> ?1 AND (?2 IS NULL OR r.profile = ?2)";

pub(crate) fn refund(row: &Row<'_>) -> rusqlite::Result<Refund> {
    Ok(Refund {
        id: row.get("id")?,
        order_id: row.get("order_id")?,
        profile: row.get("profile")?,
        appid: id(row, "appid", Appid::new)?,
        mch_id: id(row, "mch_id", MchId::new)?,
        out_trade_no: id(row, "out_trade_no", OutTradeNo::new)?,
        transaction_id: id_if_any(row, "transaction_id", TransactionId::new)?,
        sign_type: sign_type(row, "sign_type")?,
        out_refund_no: id(row, "out_refund_no", OutRefundNo::new)?,
        origin: row.get("refund_origin")?,
        total_fee: fen(row, "total_fee")?,
        refund_fee: fen(row, "refund_fee")?,
        refund_desc: row.get("refund_desc")?,
        created_at: time(row, "created_at")?,
        state: row.get("state")?,
        conflict: row.get("conflict")?,
        advice: row.get("advice")?,
        refund_id: row.get("refund_id")?,
        refund_channel: row.get("refund_channel")?,
        recv_account: row.get("recv_account")?,
        success_at: time_if_any(row, "success_at")?,
        changed_at: time(row, "changed_at")?,
        next_query_at: time_if_any(row, "next_query_at")?,
    })
}

impl Store {
    /// Checks that a refund can be and holds its amount, in one transaction: two calls at once cannot both take what is left.
    pub fn reserve_refund(&self, new: NewRefund) -> Result<Reservation, StoreError> {
        self.write(move |connection| {
            if let Some(known) = by_number_of_order(connection, &new)? {
                let same = known.order_id == new.order_id && known.refund_fee == new.refund_fee;
                return Ok(if same {
                    Reservation::Known(Box::new(known))
                } else {
                    Reservation::Refused(ReserveRefusal::NumberTaken)
                });
            }
            match refusal(connection, &new)? {
                Some(refusal) => Ok(Reservation::Refused(refusal)),
                None => insert(connection, &new).map(Reservation::New),
            }
        })
    }

    /// Keeps a refund that a query found and nobody made here, as asked about now; its state follows from the observation that comes
    /// next. The id of the one that was known, if it was.
    pub fn find_refund(
        &self,
        order_id: i64,
        out_refund_no: &OutRefundNo,
        refund_fee: Fen,
        now: UtcMs,
    ) -> Result<i64, StoreError> {
        let out_refund_no = out_refund_no.clone();
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO refunds (order_id, profile, mch_id, out_refund_no, origin, refund_fee, created_at, state, advice, changed_at, asked_at) \
                     SELECT id, profile, mch_id, ?2, ?3, ?4, ?5, ?6, ?7, ?5, ?5 FROM orders WHERE id = ?1 \
                     ON CONFLICT (mch_id, out_refund_no) DO UPDATE SET asked_at = excluded.asked_at",
                )?
                .execute(params![
                    order_id,
                    out_refund_no.as_str(),
                    RefundOrigin::Found,
                    refund_fee.get(),
                    now.0,
                    RefundState::Unknown,
                    Advice::Query
                ])?;
            let found = connection
                .prepare_cached(
                    "SELECT id FROM refunds WHERE mch_id = (SELECT mch_id FROM orders WHERE id = ?1) AND out_refund_no = ?2",
                )?
                .query_row(params![order_id, out_refund_no.as_str()], |row| row.get(0))
                .optional()?;
            found.ok_or_else(|| StoreError::NotFound { what: "order", name: order_id.to_string() })
        })
    }

    /// The refund with this number, if there is one.
    pub fn refund(&self, mch_id: &str, out_refund_no: &str) -> Result<Option<Refund>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {REFUND} WHERE r.mch_id = ?1 AND r.out_refund_no = ?2");
            Ok(connection.prepare_cached(&sql)?.query_row([mch_id, out_refund_no], refund).optional()?)
        })
    }

    /// The refund with this id of the store, if there is one.
    pub fn refund_by_id(&self, id: i64) -> Result<Option<Refund>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {REFUND} WHERE r.id = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([id], refund).optional()?)
        })
    }

    /// All refunds of an order, the oldest first.
    pub fn refunds_of(&self, order_id: i64) -> Result<Vec<Refund>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {REFUND} WHERE r.order_id = ?1 ORDER BY r.created_at, r.id");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([order_id], refund)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The committed request of a refund that was reserved here: XML without its sign.
    pub fn refund_request(&self, id: i64) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT request FROM refunds WHERE id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?.flatten())
        })
    }

    /// Refunds of a profile whose question is due, longest waiting first.
    pub fn refunds_due(&self, profile: &str, now: UtcMs, limit: usize) -> Result<Vec<Refund>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {REFUND} WHERE r.next_query_at IS NOT NULL AND r.next_query_at <= ?1 AND r.profile = ?3 \
                 ORDER BY r.next_query_at LIMIT ?2"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![now.0, limit, profile], refund)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many refunds of a profile, or of all, become final by asking: not those that wait for a person (CHANGE).
    pub fn open_refund_count(&self, profile: Option<&str>) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM refunds r WHERE {OPEN}");
            let count: i64 =
                connection.prepare_cached(&sql)?.query_row(params![RefundState::Change, profile], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    /// Those refunds of a profile, the longest waiting first.
    pub fn open_refunds(&self, profile: &str) -> Result<Vec<Refund>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {REFUND} WHERE {OPEN} ORDER BY r.next_query_at");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![RefundState::Change, profile], refund)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// When the next question about a refund of a profile is due; nothing when none is open.
    pub fn next_refund_due(&self, profile: &str) -> Result<Option<UtcMs>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT min(next_query_at) FROM refunds WHERE next_query_at IS NOT NULL AND profile = ?1";
            let at: Option<i64> = connection.prepare_cached(sql)?.query_row([profile], |row| row.get(0))?;
            Ok(at.map(UtcMs))
        })
    }

    /// Takes a number from the counter before a question or a request is sent, and keeps the refund from being due again for
    /// `in_flight_ms`.
    pub fn begin_asking_refund(&self, id: i64, now: UtcMs, in_flight_ms: i64) -> Result<i64, StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE refunds SET asked_at = ?2, next_query_at = CASE WHEN next_query_at IS NULL THEN NULL ELSE max(next_query_at, ?3) END \
                     WHERE id = ?1",
                )?
                .execute(params![id, now.0, now.plus_ms(in_flight_ms).0])?;
            next_seq(connection)
        })
    }

    /// Something unproven hints that the refund changed: its next question is due now, and at most once in `apart_ms`. A last
    /// question that lies ahead was asked before the clock was set back, and delays nothing. Whether it is open.
    pub fn hint_refund(
        &self,
        mch_id: &str,
        out_refund_no: &str,
        now: UtcMs,
        apart_ms: i64,
    ) -> Result<bool, StoreError> {
        let (mch_id, out_refund_no) = (mch_id.to_owned(), out_refund_no.to_owned());
        self.write(move |connection| {
            let seq = next_seq(connection)?;
            let changed = connection
                .prepare_cached(
                    "UPDATE refunds SET next_query_at = min(next_query_at, CASE WHEN asked_at <= ?3 THEN max(?3, asked_at + ?5) ELSE ?3 END), poll_step = 0, hint_seq = ?4 \
                     WHERE mch_id = ?1 AND out_refund_no = ?2 AND next_query_at IS NOT NULL",
                )?
                .execute(params![mch_id, out_refund_no, now.0, seq, apart_ms])?;
            Ok(changed > 0)
        })
    }
}

fn by_number_of_order(connection: &Connection, new: &NewRefund) -> Result<Option<Refund>, StoreError> {
    let sql =
        format!("SELECT {REFUND} WHERE r.mch_id = (SELECT mch_id FROM orders WHERE id = ?1) AND r.out_refund_no = ?2");
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![new.order_id, new.out_refund_no.as_str()], refund)
        .optional()?;
    Ok(found)
}

fn refusal(connection: &Connection, new: &NewRefund) -> Result<Option<ReserveRefusal>, StoreError> {
    let paid = connection
        .prepare_cached("SELECT state, paid_fee, paid_at FROM orders WHERE id = ?1")?
        .query_row([new.order_id], |row| {
            Ok((row.get::<_, OrderState>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?))
        })
        .optional()?;
    let (state, paid_fee, paid_at) =
        paid.ok_or_else(|| StoreError::NotFound { what: "order", name: new.order_id.to_string() })?;
    let Some(paid_fee) = paid_fee.filter(|_| state.is_paid()) else {
        return Ok(Some(ReserveRefusal::NotPaid(state)));
    };
    if paid_at.is_some_and(|paid_at| new.created_at.0.saturating_sub(paid_at) > WINDOW_MS) {
        return Ok(Some(ReserveRefusal::TooOld));
    }
    let unknown: Option<String> = connection
        .prepare_cached("SELECT out_refund_no FROM refunds WHERE order_id = ?1 AND state = ?2 LIMIT 1")?
        .query_row(params![new.order_id, RefundState::Unknown], |row| row.get(0))
        .optional()?;
    if let Some(number) = unknown.and_then(|number| OutRefundNo::new(number).ok()) {
        return Ok(Some(ReserveRefusal::Open { out_refund_no: number }));
    }
    let (count, held): (i64, i64) = connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(refund_fee), 0) FROM refunds WHERE order_id = ?1 AND state NOT IN (6, 7)",
        )?
        .query_row([new.order_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= COUNT_MAX {
        return Ok(Some(ReserveRefusal::TooMany));
    }
    let left = paid_fee.saturating_sub(held).max(0);
    Ok((new.refund_fee.get() > left).then(|| ReserveRefusal::TooMuch { left: Fen::new(left).unwrap_or_default() }))
}

fn insert(connection: &Connection, new: &NewRefund) -> Result<RefundIntent, StoreError> {
    let asked_seq = next_seq(connection)?;
    let refund = connection
        .prepare_cached(
            "INSERT INTO refunds (order_id, profile, mch_id, out_refund_no, origin, refund_fee, refund_desc, request, created_at, state, advice, \
             changed_at, asked_at, next_query_at) SELECT id, :profile, mch_id, :out_refund_no, :origin, :refund_fee, :refund_desc, :request, \
             :created_at, :state, :advice, :created_at, :created_at, :next_query_at FROM orders WHERE id = :order_id",
        )?
        .insert(named_params! {
            ":order_id": new.order_id,
            ":profile": new.profile,
            ":out_refund_no": new.out_refund_no.as_str(),
            ":origin": RefundOrigin::Here,
            ":refund_fee": new.refund_fee.get(),
            ":refund_desc": new.refund_desc,
            ":request": new.request,
            ":created_at": new.created_at.0,
            ":state": RefundState::Reserved,
            ":advice": Advice::Query,
            ":next_query_at": new.first_query_at.0,
        })?;
    Ok(RefundIntent { refund, asked_seq })
}

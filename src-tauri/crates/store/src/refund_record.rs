//! Recording what was seen of refunds: one transaction appends the observation, folds all of the refund's evidence, and writes
//! what follows from it, the order's refunded amount included.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wxpay_protocol::{RefundStatus, UtcMs};

use crate::chain::{Chain, hex};
use crate::columns::{fen, fen_if_any, time, time_if_any, word};
use crate::record::next_seq;
use crate::refund_fold::{self, FoldedRefund, NOT_EXIST_WAIT_MS, RefundFacts};
use crate::{
    Advice, Effect, NewRefundObservation, PollPolicy, RefundEvent, RefundEvidence, RefundObservation, RefundReason,
    RefundSeen, RefundSource, RefundState, Store, StoreError,
};

/// What recording an observation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRefund {
    /// The refund, by the store's own id.
    pub refund: i64,
    /// The state after it.
    pub state: RefundState,
    /// Whether evidence disagrees.
    pub conflict: bool,
    /// What it did.
    pub effect: Effect,
    /// Why.
    pub reason: RefundReason,
    /// Whether lists must be drawn again.
    pub changed: bool,
    /// What is to be done when it is due.
    pub advice: Advice,
    /// When it is asked about next; nothing when it is final.
    pub next_query_at: Option<UtcMs>,
}

impl Store {
    /// Appends an observation and derives state, order and the next question anew.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such refund.
    pub fn record_refund(
        &self,
        observation: NewRefundObservation,
        policy: &PollPolicy,
    ) -> Result<RecordedRefund, StoreError> {
        let policy = policy.clone();
        self.write(move |connection| append(connection, &observation, &policy))
    }

    /// All observations of a refund, oldest arrival first.
    pub fn refund_observations(&self, refund: i64) -> Result<Vec<RefundObservation>, StoreError> {
        self.read(|connection| read_observations(connection, refund))
    }
}

/// What of the refund's row matters for recording.
struct Current {
    facts: RefundFacts,
    order_id: i64,
    mch_id: String,
    out_refund_no: String,
    state: RefundState,
    conflict: bool,
    refund_id: Option<String>,
    chain: Vec<u8>,
    next_query_at: Option<i64>,
    poll_step: i64,
    hint_seq: i64,
}

fn current(connection: &Connection, refund: i64) -> Result<Current, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT order_id, mch_id, out_refund_no, origin, refund_fee, created_at, state, conflict, refund_id, chain, next_query_at, poll_step, \
             hint_seq FROM refunds WHERE id = ?1",
        )?
        .query_row([refund], |row| {
            Ok(Current {
                facts: RefundFacts {
                    origin: row.get("origin")?,
                    refund_fee: fen(row, "refund_fee")?,
                    created_at: time(row, "created_at")?,
                },
                order_id: row.get("order_id")?,
                mch_id: row.get("mch_id")?,
                out_refund_no: row.get("out_refund_no")?,
                state: row.get("state")?,
                conflict: row.get("conflict")?,
                refund_id: row.get("refund_id")?,
                chain: row.get("chain")?,
                next_query_at: row.get("next_query_at")?,
                poll_step: row.get("poll_step")?,
                hint_seq: row.get("hint_seq")?,
            })
        })
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound { what: "refund", name: refund.to_string() })
}

fn append(
    connection: &Connection,
    observation: &NewRefundObservation,
    policy: &PollPolicy,
) -> Result<RecordedRefund, StoreError> {
    let row = current(connection, observation.refund)?;
    let before: Vec<RefundEvidence> =
        read_observations(connection, observation.refund)?.into_iter().map(|seen| seen.evidence).collect();
    let newest = evidence(observation, next_seq(connection)?);
    let (folded, effect, reason) = refund_fold::arrive(&row.facts, &before, &newest);
    let previous = if row.chain.is_empty() { seed(&row) } else { row.chain.clone() };
    let digest = digest(&previous, observation.refund, &newest, (effect, reason), observation.raw.as_deref());
    insert(connection, observation, &newest, (effect, reason), &digest)?;
    let (next_query_at, poll_step) = reschedule(policy, &row, &folded, &newest);
    let changed = folded.state != row.state || folded.conflict != row.conflict || folded.refund_id != row.refund_id;
    let report = folded.report.as_ref();
    connection
        .prepare_cached(
            "UPDATE refunds SET state = :state, conflict = :conflict, advice = :advice, refund_id = :refund_id, \
             refund_channel = coalesce(:refund_channel, refund_channel), recv_account = coalesce(:recv_account, recv_account), \
             success_at = coalesce(:success_at, success_at), changed_at = CASE WHEN :changed THEN :received_at ELSE changed_at END, \
             changed_seq = CASE WHEN :changed THEN :last_seq ELSE changed_seq END, \
             last_seq = :last_seq, chain = :chain, next_query_at = :next_query_at, poll_step = :poll_step WHERE id = :id",
        )?
        .execute(named_params! {
            ":state": folded.state,
            ":conflict": folded.conflict,
            ":advice": folded.advice,
            ":refund_id": folded.refund_id,
            ":refund_channel": report.and_then(|report| report.refund_channel.as_deref()),
            ":recv_account": report.and_then(|report| report.recv_account.as_deref()),
            ":success_at": report.and_then(|report| report.success_at).map(|at| at.0),
            ":changed": changed,
            ":received_at": newest.received_at.0,
            ":last_seq": newest.received_seq,
            ":chain": digest,
            ":next_query_at": next_query_at.map(|at| at.0),
            ":poll_step": poll_step,
            ":id": observation.refund,
        })?;
    if folded.state != row.state {
        sum_up(connection, row.order_id)?;
    }
    Ok(RecordedRefund {
        refund: observation.refund,
        state: folded.state,
        conflict: folded.conflict,
        effect,
        reason,
        changed,
        advice: folded.advice,
        next_query_at,
    })
}

// More than was paid is a conflict that the refunds show themselves; the order's sum stays within its payment.
fn sum_up(connection: &Connection, order_id: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE orders SET refunded_fee = min(coalesce(paid_fee, 0), \
             (SELECT coalesce(sum(refund_fee), 0) FROM refunds WHERE order_id = ?1 AND state = ?2)) WHERE id = ?1",
        )?
        .execute(params![order_id, RefundState::Success])?;
    Ok(())
}

fn reschedule(
    policy: &PollPolicy,
    row: &Current,
    folded: &FoldedRefund,
    newest: &RefundEvidence,
) -> (Option<UtcMs>, i64) {
    if folded.advice == Advice::Done {
        return (None, row.poll_step);
    }
    let step = if newest.source == RefundSource::Apply { 0 } else { row.poll_step };
    let now = newest.received_at;
    let Some(gap_ms) = policy.gap_ms(step) else { return (None, step) };
    let absent = newest.verified && matches!(newest.event, RefundEvent::NotExist { .. });
    let mut next = match folded.advice {
        Advice::Resend if absent => now,
        _ if absent => now.plus_ms(gap_ms.max(NOT_EXIST_WAIT_MS)),
        _ => now.plus_ms(gap_ms),
    };
    // A hint that came after this question was asked is not answered by it.
    if row.hint_seq > newest.asked_seq {
        next = next.min(row.next_query_at.map_or(next, UtcMs));
    }
    (Some(next), step.saturating_add(1))
}

fn evidence(observation: &NewRefundObservation, received_seq: i64) -> RefundEvidence {
    RefundEvidence {
        asked_seq: observation.asked.seq,
        received_seq,
        asked_at: observation.asked.at,
        received_at: observation.received_at,
        source: observation.source,
        verified: observation.verified,
        signature: observation.signature,
        event: observation.event.clone(),
    }
}

/// The columns that an event fills; the rest stay empty.
#[derive(Default)]
struct EventColumns<'a> {
    refund_status: Option<&'static str>,
    refund_id: Option<&'a str>,
    refund_fee: Option<i64>,
    success_at: Option<i64>,
    refund_channel: Option<&'a str>,
    recv_account: Option<&'a str>,
    err_code: Option<&'a str>,
    is_final: Option<bool>,
    detail: Option<&'a str>,
}

impl<'a> From<&'a RefundEvent> for EventColumns<'a> {
    fn from(event: &'a RefundEvent) -> Self {
        match event {
            RefundEvent::Accepted { refund_id, refund_fee } => {
                Self { refund_id: Some(refund_id), refund_fee: Some(refund_fee.get()), ..Self::default() }
            }
            RefundEvent::Reported(seen) => Self {
                refund_status: Some(seen.status.as_str()),
                refund_id: Some(&seen.refund_id),
                refund_fee: Some(seen.refund_fee.get()),
                success_at: seen.success_at.map(|at| at.0),
                refund_channel: seen.refund_channel.as_deref(),
                recv_account: seen.recv_account.as_deref(),
                ..Self::default()
            },
            RefundEvent::NotExist { err_code_des } => {
                Self { err_code: Some("REFUNDNOTEXIST"), detail: Some(err_code_des), ..Self::default() }
            }
            RefundEvent::Refused { err_code, err_code_des, is_final } => Self {
                err_code: Some(err_code),
                detail: Some(err_code_des),
                is_final: Some(*is_final),
                ..Self::default()
            },
            RefundEvent::NotSent { why } | RefundEvent::Unknown { why } => {
                Self { detail: Some(why), ..Self::default() }
            }
            RefundEvent::UnsignedFail { return_msg } => Self { detail: Some(return_msg), ..Self::default() },
        }
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<RefundEvent> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    let amount = || fen_if_any(row, "refund_fee").map(Option::unwrap_or_default);
    let number: i64 = row.get("event")?;
    Ok(match number {
        0 => RefundEvent::Accepted { refund_id: text("refund_id")?, refund_fee: amount()? },
        1 => RefundEvent::Reported(RefundSeen {
            status: word(row, "refund_status", RefundStatus::parse)?,
            refund_id: text("refund_id")?,
            refund_fee: amount()?,
            success_at: time_if_any(row, "success_at")?,
            refund_channel: row.get("refund_channel")?,
            recv_account: row.get("recv_account")?,
        }),
        2 => RefundEvent::NotExist { err_code_des: text("detail")? },
        3 => RefundEvent::Refused {
            err_code: text("err_code")?,
            err_code_des: text("detail")?,
            is_final: row.get::<_, Option<bool>>("is_final")?.unwrap_or_default(),
        },
        4 => RefundEvent::NotSent { why: text("detail")? },
        5 => RefundEvent::UnsignedFail { return_msg: text("detail")? },
        _ => RefundEvent::Unknown { why: text("detail")? },
    })
}

fn insert(
    connection: &Connection,
    observation: &NewRefundObservation,
    newest: &RefundEvidence,
    (effect, reason): (Effect, RefundReason),
    digest: &[u8],
) -> Result<(), StoreError> {
    let event = EventColumns::from(&newest.event);
    connection
        .prepare_cached(
            "INSERT INTO refund_observation (received_seq, refund, asked_seq, source, asked_at, received_at, verified, signature, event, \
             refund_status, refund_id, refund_fee, success_at, refund_channel, recv_account, err_code, is_final, detail, effect, reason, digest, raw) VALUES \
             (:received_seq, :refund, :asked_seq, :source, :asked_at, :received_at, :verified, :signature, :event, :refund_status, :refund_id, \
             :refund_fee, :success_at, :refund_channel, :recv_account, :err_code, :is_final, :detail, :effect, :reason, :digest, :raw)",
        )?
        .execute(named_params! {
            ":received_seq": newest.received_seq,
            ":refund": observation.refund,
            ":asked_seq": newest.asked_seq,
            ":source": newest.source,
            ":asked_at": newest.asked_at.0,
            ":received_at": newest.received_at.0,
            ":verified": newest.verified,
            ":signature": newest.signature,
            ":event": newest.event.number(),
            ":refund_status": event.refund_status,
            ":refund_id": event.refund_id,
            ":refund_fee": event.refund_fee,
            ":success_at": event.success_at,
            ":refund_channel": event.refund_channel,
            ":recv_account": event.recv_account,
            ":err_code": event.err_code,
            ":is_final": event.is_final,
            ":detail": event.detail,
            ":effect": effect,
            ":reason": reason,
            ":digest": digest,
            ":raw": observation.raw,
        })?;
    Ok(())
}

// The chain begins with the record, so that evidence cannot be moved to another refund.
fn seed(row: &Current) -> Vec<u8> {
    let mut chain = Chain::new();
    chain.text(Some("refund"));
    chain.text(Some(&row.mch_id));
    chain.text(Some(&row.out_refund_no));
    chain.number(Some(row.order_id));
    chain.number(Some(row.facts.refund_fee.get()));
    chain.number(Some(row.facts.created_at.0));
    chain.finish()
}

fn digest(
    previous: &[u8],
    refund: i64,
    seen: &RefundEvidence,
    (effect, reason): (Effect, RefundReason),
    raw: Option<&str>,
) -> Vec<u8> {
    let event = EventColumns::from(&seen.event);
    let mut chain = Chain::new();
    chain.bytes(previous);
    let numbers = [
        Some(refund),
        Some(seen.received_seq),
        Some(seen.asked_seq),
        Some(seen.source.number()),
        Some(seen.asked_at.0),
        Some(seen.received_at.0),
        Some(i64::from(seen.verified)),
        Some(seen.signature.number()),
        Some(seen.event.number()),
        event.refund_fee,
        event.success_at,
        event.is_final.map(i64::from),
        Some(effect.number()),
        Some(reason.number()),
    ];
    for number in numbers {
        chain.number(number);
    }
    let texts = [
        event.refund_status,
        event.refund_id,
        event.refund_channel,
        event.recv_account,
        event.err_code,
        event.detail,
        raw,
    ];
    for text in texts {
        chain.text(text);
    }
    chain.finish()
}

fn read_observations(connection: &Connection, refund: i64) -> Result<Vec<RefundObservation>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT received_seq, asked_seq, source, asked_at, received_at, verified, signature, event, refund_status, refund_id, refund_fee, success_at, \
         refund_channel, recv_account, err_code, is_final, detail, effect, reason, digest, raw FROM refund_observation WHERE refund = ?1 ORDER BY received_seq",
    )?;
    let rows = statement.query_map([refund], |row| {
        Ok(RefundObservation {
            evidence: RefundEvidence {
                asked_seq: row.get("asked_seq")?,
                received_seq: row.get("received_seq")?,
                asked_at: time(row, "asked_at")?,
                received_at: time(row, "received_at")?,
                source: row.get("source")?,
                verified: row.get("verified")?,
                signature: row.get("signature")?,
                event: event(row)?,
            },
            effect: row.get("effect")?,
            reason: row.get("reason")?,
            digest: hex(&row.get::<_, Vec<u8>>("digest")?),
            raw: row.get("raw")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Replays every refund: its chain of digests and the state that follows.
pub(crate) fn verify_refunds(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreError> {
    let mut ids = connection.prepare("SELECT id FROM refunds ORDER BY id")?;
    let ids: Vec<i64> = ids.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in ids {
        let row = current(connection, id)?;
        let mut chain = Vec::new();
        let mut seen = Vec::new();
        let mut broken = None;
        for stored in read_observations(connection, id)? {
            let previous = if chain.is_empty() { seed(&row) } else { chain };
            let said = (stored.effect, stored.reason);
            chain = digest(&previous, id, &stored.evidence, said, stored.raw.as_deref());
            if broken.is_none() && hex(&chain) != stored.digest {
                broken = Some(stored.evidence.received_seq);
            }
            seen.push(stored.evidence);
        }
        let folded = refund_fold::fold(&row.facts, &seen);
        let fault = match broken {
            Some(seq) => format!("observation {seq} is not what was recorded"),
            None if chain != row.chain => "its newest evidence is gone".to_owned(),
            None if (folded.state, folded.conflict) != (row.state, row.conflict) => {
                "its state is not what its evidence says".to_owned()
            }
            None => continue,
        };
        faults.push(format!("refund {} of mch_id {}: {fault}", row.out_refund_no, row.mch_id));
    }
    Ok(())
}

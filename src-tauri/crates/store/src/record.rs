//! Recording: one transaction appends the observation, folds all of the order's evidence and writes what follows from it.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wxpay_protocol::ids::TransactionId;
use wxpay_protocol::{Fen, UtcMs};

use crate::chain::{Chain, hex};
use crate::columns::{self, EVIDENCE, EventColumns};
use crate::fold::{self, Arrival, Facts, Folded};
use crate::schedule::{self, Plan, PollPolicy};
use crate::{
    Effect, Event, Evidence, Flags, NewObservation, Observation, OrderState, Reason, Recorded, Store, StoreError,
};

impl Store {
    /// Appends observations, in this order and in one transaction, and derives state, flags and the next question anew.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of the orders does not exist; then none is recorded.
    pub fn record(&self, observations: Vec<NewObservation>, policy: &PollPolicy) -> Result<Vec<Recorded>, StoreError> {
        let policy = policy.clone();
        self.write_many(observations.len(), move |connection| {
            observations.iter().map(|observation| append(connection, observation, &policy)).collect()
        })
    }

    /// What an observation would do if it came now. Nothing is kept.
    pub fn foresee(&self, observation: &NewObservation) -> Result<Arrival, StoreError> {
        self.read(|connection| {
            let last: i64 = connection.prepare_cached("SELECT value FROM counter")?.query_row([], |row| row.get(0))?;
            Ok(arriving(connection, observation, last + 1)?.arrival)
        })
    }

    /// All observations of an order, oldest arrival first.
    pub fn observations(&self, order_id: i64) -> Result<Vec<Observation>, StoreError> {
        self.read(|connection| read_observations(connection, order_id))
    }
}

/// What of the order's row matters for recording.
struct Current {
    facts: Facts,
    mch_id: String,
    out_trade_no: String,
    /// As it stands: corrected, where a claimed one was wrong.
    total_fee: Fen,
    state: OrderState,
    flags: Flags,
    transaction_id: Option<String>,
    claimed_state: Option<OrderState>,
    chain: Vec<u8>,
    plan: Plan,
}

const CURRENT: &str = "SELECT mch_id, out_trade_no, origin, total_fee, coalesce(claimed_total_fee, total_fee) AS recorded_fee, created_at, reversed_at, state, flags, \
     transaction_id, claimed_state, chain, next_query_at, poll_step, hint_seq, expires_at FROM orders WHERE id = ?1";

fn current(connection: &Connection, order_id: i64) -> Result<Current, StoreError> {
    let found = connection
        .prepare_cached(CURRENT)?
        .query_row([order_id], |row| {
            Ok(Current {
                facts: Facts {
                    origin: row.get("origin")?,
                    total_fee: columns::fen(row, "recorded_fee")?,
                    created_at: columns::time(row, "created_at")?,
                    reversed: row.get::<_, Option<i64>>("reversed_at")?.is_some(),
                },
                mch_id: row.get("mch_id")?,
                out_trade_no: row.get("out_trade_no")?,
                total_fee: columns::fen(row, "total_fee")?,
                state: row.get("state")?,
                flags: Flags::from_number(row.get("flags")?),
                transaction_id: row.get("transaction_id")?,
                claimed_state: row.get("claimed_state")?,
                chain: row.get("chain")?,
                plan: schedule::plan(row)?,
            })
        })
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound { what: "order", name: order_id.to_string() })
}

/// The next value of the store's one counter.
pub(crate) fn next_seq(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("UPDATE counter SET value = value + 1 RETURNING value")?
        .query_row([], |row| row.get(0))?)
}

/// The next `count` values of the store's one counter; the first of them.
pub(crate) fn next_seqs(connection: &Connection, count: i64) -> Result<i64, StoreError> {
    let last: i64 = connection
        .prepare_cached("UPDATE counter SET value = value + ?1 RETURNING value")?
        .query_row([count], |row| row.get(0))?;
    Ok(last - count + 1)
}

/// What a claim does that arrives first.
pub(crate) const FIRST_CLAIM: Arrival = Arrival { effect: Effect::Same, reason: Reason::Claim, query_now: false };

/// The chain of an order whose only evidence is the claim that it was made from.
pub(crate) fn first_chain(record: &ChainSeed<'_>, order_id: i64, newest: &Evidence, raw: Option<&str>) -> Vec<u8> {
    digest(&record.chain(), order_id, newest, FIRST_CLAIM, raw)
}

/// Appends one observation and everything that follows from it.
pub(crate) fn append(
    connection: &Connection,
    observation: &NewObservation,
    policy: &PollPolicy,
) -> Result<Recorded, StoreError> {
    let received_seq = next_seq(connection)?;
    let Arriving { order, newest, folded, arrival } = arriving(connection, observation, received_seq)?;
    let previous = if order.chain.is_empty() { seed(&order).chain() } else { order.chain.clone() };
    let digest = digest(&previous, observation.order_id, &newest, arrival, observation.raw.as_deref());
    insert(connection, observation, &newest, arrival, &digest)?;
    let (next_query_at, poll_step) = schedule::reschedule(policy, &order.plan, &folded, arrival, &newest);
    if folded.total_fee != order.total_fee {
        correct_amount(connection, observation.order_id, folded.total_fee)?;
    }
    let changed = folded.state != order.state
        || folded.total_fee != order.total_fee
        || folded.flags != order.flags
        || folded.payment.as_ref().map(|payment| payment.transaction_id.as_str()) != order.transaction_id.as_deref()
        || matches!(&newest.event, Event::Claim(claim) if claim.state != order.claimed_state);
    let derived = Derived { folded: &folded, newest: &newest, digest: &digest, changed, next_query_at, poll_step };
    update(connection, observation.order_id, &derived)?;
    Ok(Recorded {
        order_id: observation.order_id,
        received_seq: newest.received_seq,
        state: folded.state,
        flags: folded.flags,
        effect: arrival.effect,
        reason: arrival.reason,
        changed,
        next_query_at,
    })
}

/// An observation among the evidence that its order has.
struct Arriving {
    order: Current,
    newest: Evidence,
    folded: Folded,
    arrival: Arrival,
}

fn arriving(connection: &Connection, observation: &NewObservation, received_seq: i64) -> Result<Arriving, StoreError> {
    let order = current(connection, observation.order_id)?;
    let before = evidence_of(connection, observation.order_id)?;
    let elsewhere = observation.verified && belongs_elsewhere(connection, observation, &order.mch_id)?;
    let newest = observation.evidence(received_seq, elsewhere);
    let (folded, arrival) = fold::arrive(&order.facts, &before, &newest);
    Ok(Arriving { order, newest, folded, arrival })
}

fn evidence_of(connection: &Connection, order_id: i64) -> Result<Vec<Evidence>, StoreError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {EVIDENCE} FROM observation WHERE order_id = ?1 ORDER BY asked_seq, received_seq")
    });
    let mut statement = connection.prepare_cached(&SQL)?;
    let rows = statement.query_map([order_id], columns::evidence)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn belongs_elsewhere(connection: &Connection, observation: &NewObservation, mch_id: &str) -> Result<bool, StoreError> {
    let Event::TradeState(report) = &observation.event else { return Ok(false) };
    let Some(transaction_id) = &report.transaction_id else { return Ok(false) };
    let found = connection
        .prepare_cached("SELECT 1 FROM orders WHERE mch_id = ?1 AND transaction_id = ?2 AND id <> ?3")?
        .exists(params![mch_id, transaction_id.as_str(), observation.order_id])?;
    Ok(found)
}

fn insert(
    connection: &Connection,
    observation: &NewObservation,
    newest: &Evidence,
    arrival: Arrival,
    digest: &[u8],
) -> Result<(), StoreError> {
    let event = EventColumns::from(&newest.event);
    // By number: looking up two dozen names for every row costs as much as the row.
    connection
        .prepare_cached(
            "INSERT INTO observation (received_seq, order_id, asked_seq, source, asked_at, received_at, verified, signature, event, trade_state, \
             transaction_id, total_fee, paid_at, err_code, err_code_des, return_msg, prepay_id, code_url, mweb_url, elsewhere, effect, reason, \
             digest, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        )?
        .execute(params![
            newest.received_seq,
            observation.order_id,
            newest.asked_seq,
            newest.source,
            newest.asked_at.map(|at| at.0),
            newest.received_at.0,
            newest.verified,
            newest.signature,
            newest.event.number(),
            event.trade_state,
            event.transaction_id,
            event.total_fee,
            event.paid_at,
            event.err_code,
            event.err_code_des,
            event.return_msg,
            event.prepay_id,
            event.code_url,
            event.mweb_url,
            newest.elsewhere,
            arrival.effect,
            arrival.reason,
            digest,
            observation.raw,
        ])?;
    Ok(())
}

/// What a claim said of the amount stays beside what evidence says.
fn correct_amount(connection: &Connection, order_id: i64, total_fee: Fen) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE orders SET claimed_total_fee = total_fee, total_fee = ?2 WHERE id = ?1")?
        .execute(params![order_id, total_fee.get()])?;
    Ok(())
}

struct Derived<'a> {
    folded: &'a Folded,
    newest: &'a Evidence,
    digest: &'a [u8],
    changed: bool,
    next_query_at: Option<UtcMs>,
    poll_step: i64,
}

fn update(connection: &Connection, order_id: i64, derived: &Derived<'_>) -> Result<(), StoreError> {
    let Derived { folded, newest, .. } = derived;
    let payment = folded.payment.as_ref();
    let prepay = folded.prepay.as_ref();
    let claim = match &newest.event {
        Event::Claim(claim) => Some(claim),
        _ => None,
    };
    connection
        .prepare_cached(
            "UPDATE orders SET state = :state, flags = :flags, transaction_id = :transaction_id, paid_fee = :paid_fee, paid_at = :paid_at, \
             prepay_id = :prepay_id, prepay_at = :prepay_at, code_url = :code_url, mweb_url = :mweb_url, advice = :advice, \
             claimed_state = coalesce(:claimed_state, claimed_state), \
             shown_state = CASE :state WHEN 0 THEN coalesce(:claimed_state, claimed_state, 0) ELSE :state END, \
             claimed_transaction_id = coalesce(:claimed_transaction_id, claimed_transaction_id), \
             claimed_paid_at = coalesce(:claimed_paid_at, claimed_paid_at), \
             changed_at = CASE WHEN :changed THEN :received_at ELSE changed_at END, \
             changed_seq = CASE WHEN :changed THEN :last_seq ELSE changed_seq END, last_seq = :last_seq, chain = :chain, \
             next_query_at = :next_query_at, poll_step = :poll_step WHERE id = :id",
        )?
        .execute(named_params! {
            ":state": folded.state,
            ":flags": folded.flags.number(),
            ":transaction_id": payment.map(|payment| payment.transaction_id.as_str()),
            ":paid_fee": payment.map(|payment| payment.paid_fee.get()),
            ":paid_at": payment.and_then(|payment| payment.paid_at).map(|at| at.0),
            ":prepay_id": prepay.map(|prepay| prepay.prepay_id.as_str()),
            ":prepay_at": prepay.map(|prepay| prepay.at.0),
            ":code_url": prepay.and_then(|prepay| prepay.code_url.as_deref()),
            ":mweb_url": prepay.and_then(|prepay| prepay.mweb_url.as_deref()),
            ":advice": folded.advice,
            ":claimed_state": claim.and_then(|claim| claim.state),
            ":claimed_transaction_id": claim.and_then(|claim| claim.transaction_id.as_ref()).map(TransactionId::as_str),
            ":claimed_paid_at": claim.and_then(|claim| claim.paid_at).map(|at| at.0),
            ":changed": derived.changed,
            ":received_at": newest.received_at.0,
            ":last_seq": newest.received_seq,
            ":chain": derived.digest,
            ":next_query_at": derived.next_query_at.map(|at| at.0),
            ":poll_step": derived.poll_step,
            ":id": order_id,
        })?;
    Ok(())
}

/// The record that a chain begins with, so that evidence cannot be moved to another order.
pub(crate) struct ChainSeed<'a> {
    pub(crate) mch_id: &'a str,
    pub(crate) out_trade_no: &'a str,
    pub(crate) total_fee: Fen,
    pub(crate) created_at: UtcMs,
}

impl ChainSeed<'_> {
    fn chain(&self) -> Vec<u8> {
        let mut chain = Chain::new();
        chain.text(Some(self.mch_id));
        chain.text(Some(self.out_trade_no));
        chain.number(Some(self.total_fee.get()));
        chain.number(Some(self.created_at.0));
        chain.finish()
    }
}

fn seed(order: &Current) -> ChainSeed<'_> {
    ChainSeed {
        mch_id: &order.mch_id,
        out_trade_no: &order.out_trade_no,
        total_fee: order.facts.total_fee,
        created_at: order.facts.created_at,
    }
}

fn digest(previous: &[u8], order_id: i64, seen: &Evidence, arrival: Arrival, raw: Option<&str>) -> Vec<u8> {
    let event = EventColumns::from(&seen.event);
    let mut chain = Chain::new();
    chain.bytes(previous);
    let numbers = [
        Some(order_id),
        Some(seen.received_seq),
        Some(seen.asked_seq),
        Some(seen.source.number()),
        seen.asked_at.map(|at| at.0),
        Some(seen.received_at.0),
        Some(i64::from(seen.verified)),
        Some(seen.signature.number()),
        Some(seen.event.number()),
        event.trade_state.map(OrderState::number),
        event.total_fee,
        event.paid_at,
        Some(i64::from(seen.elsewhere)),
        Some(arrival.effect.number()),
        Some(arrival.reason.number()),
    ];
    for number in numbers {
        chain.number(number);
    }
    let texts = [
        event.transaction_id,
        event.err_code,
        event.err_code_des,
        event.return_msg,
        event.prepay_id,
        event.code_url,
        event.mweb_url,
        raw,
    ];
    for text in texts {
        chain.text(text);
    }
    chain.finish()
}

fn observation(row: &Row<'_>) -> rusqlite::Result<Observation> {
    Ok(Observation {
        evidence: columns::evidence(row)?,
        effect: row.get("effect")?,
        reason: row.get("reason")?,
        digest: hex(&row.get::<_, Vec<u8>>("digest")?),
        raw: row.get("raw")?,
    })
}

fn read_observations(connection: &Connection, order_id: i64) -> Result<Vec<Observation>, StoreError> {
    let sql = format!(
        "SELECT {EVIDENCE}, effect, reason, digest, raw FROM observation WHERE order_id = ?1 ORDER BY received_seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([order_id], observation)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Replays every order: its chain of digests, each observation's effect, and the state that follows.
pub(crate) fn verify_orders(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreError> {
    let mut ids = connection.prepare("SELECT id FROM orders ORDER BY id")?;
    let ids = ids.query_map([], |row| row.get::<_, i64>(0))?;
    for id in ids {
        let id = id?;
        let order = current(connection, id)?;
        if let Some(fault) = replay(connection, id, &order)? {
            faults.push(format!("order {} of mch_id {}: {fault}", order.out_trade_no, order.mch_id));
        }
    }
    Ok(())
}

fn replay(connection: &Connection, order_id: i64, order: &Current) -> Result<Option<String>, StoreError> {
    let mut chain = Vec::new();
    let mut before: Vec<Evidence> = Vec::new();
    for stored in read_observations(connection, order_id)? {
        let previous = if chain.is_empty() { seed(order).chain() } else { chain };
        let seq = stored.evidence.received_seq;
        let arrival = Arrival { effect: stored.effect, reason: stored.reason, query_now: false };
        chain = digest(&previous, order_id, &stored.evidence, arrival, stored.raw.as_deref());
        if hex(&chain) != stored.digest {
            return Ok(Some(format!("observation {seq} is not what was recorded")));
        }
        let (_, again) = fold::arrive(&order.facts, &before, &stored.evidence);
        if (again.effect, again.reason) != (stored.effect, stored.reason) {
            return Ok(Some(format!("observation {seq} should read {} ({})", again.effect, again.reason)));
        }
        before.push(stored.evidence);
    }
    if chain != order.chain {
        return Ok(Some("observations are missing at the end, or the record was changed".into()));
    }
    let folded = fold::fold(&order.facts, &before);
    let paid = folded.payment.as_ref().map(|payment| payment.transaction_id.as_str());
    let holds = folded.state == order.state
        && folded.flags == order.flags
        && folded.total_fee == order.total_fee
        && paid == order.transaction_id.as_deref();
    Ok((!holds).then(|| format!("its state reads {}, the evidence says {}", order.state, folded.state)))
}

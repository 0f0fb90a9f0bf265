//! When each open order is asked about: a persistent schedule that survives restarts.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use wxpay_protocol::UtcMs;

use crate::fold::{Arrival, Folded, NOT_EXIST_APART_MS};
use crate::orders::{ORDER, order};
use crate::record::next_seq;
use crate::refund_fold::NOT_EXIST_WAIT_MS;
use crate::{Advice, Event, Evidence, Order, OrderState, Source, Store, StoreError};

/// How long the program waits before it asks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollPolicy {
    /// Seconds from an answer to the next question; the last one repeats. Empty means never.
    pub ladder_s: Vec<u32>,
}

impl Default for PollPolicy {
    /// 5 s, 10 s, 30 s, 60 s, 3 min, 10 min, 30 min.
    fn default() -> Self {
        Self { ladder_s: vec![5, 10, 30, 60, 180, 600, 1800] }
    }
}

impl PollPolicy {
    /// The longest that an order or a refund waits for its next question, in milliseconds.
    pub fn longest_ms(&self) -> i64 {
        let longest = self.ladder_s.iter().copied().max().unwrap_or_default();
        (i64::from(longest) * 1000).max(NOT_EXIST_APART_MS).max(NOT_EXIST_WAIT_MS)
    }

    /// How long is waited after so many answers that were not final; nothing where nothing more is asked.
    pub fn gap_ms(&self, step: i64) -> Option<i64> {
        let step = usize::try_from(step).unwrap_or_default();
        self.ladder_s.get(step).or(self.ladder_s.last()).map(|seconds| i64::from(*seconds) * 1000)
    }
}

/// The schedule of one order as it stands.
pub(crate) struct Plan {
    next_query_at: Option<UtcMs>,
    poll_step: i64,
    hint_seq: i64,
    expires_at: Option<UtcMs>,
}

pub(crate) fn plan(row: &Row<'_>) -> rusqlite::Result<Plan> {
    Ok(Plan {
        next_query_at: row.get::<_, Option<i64>>("next_query_at")?.map(UtcMs),
        poll_step: row.get("poll_step")?,
        hint_seq: row.get("hint_seq")?,
        expires_at: row.get::<_, Option<i64>>("expires_at")?.map(UtcMs),
    })
}

/// The next question and the step of the ladder after an observation.
pub(crate) fn reschedule(
    policy: &PollPolicy,
    plan: &Plan,
    folded: &Folded,
    arrival: Arrival,
    newest: &Evidence,
) -> (Option<UtcMs>, i64) {
    let now = newest.received_at;
    if arrival.query_now {
        return (Some(now), 0);
    }
    if folded.advice == Advice::Done {
        return (None, plan.poll_step);
    }
    let step = match newest.source {
        // A claim says nothing about when to ask; who imports sets the time.
        Source::Import => return (plan.next_query_at, plan.poll_step),
        Source::Create | Source::Close | Source::Notice => 0,
        Source::Query => plan.poll_step,
    };
    let Some(gap_ms) = policy.gap_ms(step) else { return (None, step) };
    let waits_for_creation =
        folded.state == OrderState::Creating && matches!(newest.event, Event::OrderNotExist { .. });
    let mut next = if waits_for_creation && folded.advice == Advice::Resend {
        now
    } else if waits_for_creation {
        now.plus_ms(NOT_EXIST_APART_MS.max(gap_ms))
    } else {
        now.plus_ms(gap_ms)
    };
    if let Some(expires_at) = plan.expires_at.filter(|expires_at| *expires_at > now) {
        next = next.min(expires_at);
    }
    // A hint that came after this question was asked is not answered by it.
    if plan.hint_seq > newest.asked_seq {
        next = next.min(plan.next_query_at.unwrap_or(next));
    }
    (Some(next), step.saturating_add(1))
}

/// Where an order stands in its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Steps of the ladder that were taken since something was last known to move; 0 when the next question is the first.
    pub poll_step: i64,
    /// The counter when something last hinted that the order changed; 0 if nothing did.
    pub hint_seq: i64,
}

impl Store {
    /// Where an order stands in its schedule.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such order.
    pub fn schedule(&self, order_id: i64) -> Result<Schedule, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached("SELECT poll_step, hint_seq FROM orders WHERE id = ?1")?
                .query_row([order_id], |row| Ok(Schedule { poll_step: row.get(0)?, hint_seq: row.get(1)? }))
                .optional()?;
            found.ok_or_else(|| StoreError::NotFound { what: "order", name: order_id.to_string() })
        })
    }

    /// Orders whose question is due, longest waiting first; of one profile, or of all.
    pub fn due(&self, profile: Option<&str>, now: UtcMs, limit: usize) -> Result<Vec<Order>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| match profile {
            None => orders_of(connection, &due_sql(false), params![now.0, limit]),
            Some(profile) => orders_of(connection, &due_sql(true), params![now.0, limit, profile]),
        })
    }

    /// When the next question is due, over all profiles or one; nothing when no order is open.
    pub fn next_due(&self, profile: Option<&str>) -> Result<Option<UtcMs>, StoreError> {
        self.read(|connection| {
            let at: Option<i64> = match profile {
                None => connection
                    .prepare_cached("SELECT min(next_query_at) FROM orders WHERE next_query_at IS NOT NULL")?
                    .query_row([], |row| row.get(0))?,
                Some(profile) => connection
                    .prepare_cached(
                        "SELECT min(next_query_at) FROM orders WHERE next_query_at IS NOT NULL AND profile = ?1",
                    )?
                    .query_row([profile], |row| row.get(0))?,
            };
            Ok(at.map(UtcMs))
        })
    }

    /// How many orders are being polled, over all profiles or of one.
    pub fn open_count(&self, profile: Option<&str>) -> Result<u64, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM orders WHERE next_query_at IS NOT NULL";
            let count: i64 = match profile {
                None => connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?,
                Some(profile) => connection
                    .prepare_cached(&format!("{sql} AND profile = ?1"))?
                    .query_row([profile], |row| row.get(0))?,
            };
            Ok(count.unsigned_abs())
        })
    }

    /// Takes a number from the counter for each order, before its question is sent, and keeps the orders from being due again
    /// for `in_flight_ms`, so that an answer that never comes delays the next question and no more.
    pub fn begin_asking(&self, order_ids: &[i64], now: UtcMs, in_flight_ms: i64) -> Result<Vec<i64>, StoreError> {
        let order_ids = order_ids.to_vec();
        self.write_many(order_ids.len(), move |connection| {
            let mut postpone = connection
                .prepare_cached("UPDATE orders SET next_query_at = ?2 WHERE id = ?1 AND next_query_at IS NOT NULL AND next_query_at < ?2")?;
            order_ids
                .iter()
                .map(|id| {
                    postpone.execute(params![id, now.plus_ms(in_flight_ms).0])?;
                    next_seq(connection)
                })
                .collect()
        })
    }

    /// Makes every question about an order or a refund due now that lies further ahead than `horizon_ms`: no schedule reaches
    /// that far, so it was made by a clock that has been set back since. How many there were.
    pub fn pull_forward(&self, now: UtcMs, horizon_ms: i64) -> Result<u64, StoreError> {
        let beyond = now.plus_ms(horizon_ms);
        let any = self.read(|connection| {
            let sql = "SELECT 1 FROM orders WHERE next_query_at IS NOT NULL AND next_query_at > ?1 \
                 UNION ALL SELECT 1 FROM refunds WHERE next_query_at IS NOT NULL AND next_query_at > ?1 LIMIT 1";
            Ok(connection.prepare_cached(sql)?.exists([beyond.0])?)
        })?;
        if !any {
            return Ok(0);
        }
        self.write(move |connection| {
            let mut pulled = 0;
            for sql in [
                "UPDATE orders SET next_query_at = ?1 WHERE next_query_at IS NOT NULL AND next_query_at > ?2",
                "UPDATE refunds SET next_query_at = ?1 WHERE next_query_at IS NOT NULL AND next_query_at > ?2",
            ] {
                pulled += connection.prepare_cached(sql)?.execute(params![now.0, beyond.0])?;
            }
            Ok(pulled as u64)
        })
    }

    /// Something hints that the order changed: its next question is due now, if it is open. Whether it is.
    pub fn hint(&self, mch_id: &str, out_trade_no: &str, now: UtcMs) -> Result<bool, StoreError> {
        let (mch_id, out_trade_no) = (mch_id.to_owned(), out_trade_no.to_owned());
        self.write(move |connection| {
            let seq = next_seq(connection)?;
            let changed = connection
                .prepare_cached(
                    "UPDATE orders SET next_query_at = min(next_query_at, ?3), poll_step = 0, hint_seq = ?4 \
                     WHERE mch_id = ?1 AND out_trade_no = ?2 AND next_query_at IS NOT NULL",
                )?
                .execute(params![mch_id, out_trade_no, now.0, seq])?;
            Ok(changed > 0)
        })
    }

    /// Asks about an order at a given time, or never; for imports and for what a person decides. The state stays as it is.
    pub fn ask_at(&self, order_id: i64, at: Option<UtcMs>) -> Result<(), StoreError> {
        self.write(move |connection| {
            let changed = connection
                .prepare_cached("UPDATE orders SET next_query_at = ?2, poll_step = 0 WHERE id = ?1")?
                .execute(params![order_id, at.map(|at| at.0)])?;
            if changed == 0 {
                return Err(StoreError::NotFound { what: "order", name: order_id.to_string() });
            }
            Ok(())
        })
    }
}

pub(crate) fn due_sql(of_profile: bool) -> String {
    let profile = if of_profile { "AND profile = ?3 " } else { "" };
    format!(
        "SELECT {ORDER} FROM orders WHERE next_query_at IS NOT NULL AND next_query_at <= ?1 {profile}ORDER BY next_query_at LIMIT ?2"
    )
}

fn orders_of(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Order>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, order)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

//! Notifications: what arrived, how it was judged, and, in the same transaction, what it did to its order.

use std::cell::Cell;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use sha2::{Digest, Sha256};
use wxpay_protocol::UtcMs;
use wxpay_protocol::notice::RETRY_GAPS_S;

use crate::coded::coded;
use crate::columns::{time, time_if_any};
use crate::record::{append, next_seq};
use crate::search::pasted_number;
use crate::{Effect, NewObservation, PollPolicy, Recorded, Store, StoreError};

/// So many refused notices are kept, the newest.
const REFUSED_KEPT: i64 = 2_000;
/// So much of a refused notice is kept, in bytes.
const REFUSED_BYTES: usize = 4 * 1024;
/// A message that comes this much later than the last attempt of the ladder is a new one, in milliseconds.
const SLACK_MS: i64 = 600_000;

coded! {
    /// What became of a notice.
    NoticeVerdict {
        /// Verified, and its order follows.
        Accepted = 0 "accepted",
        /// Verified, and the same was accepted before.
        Duplicate = 1 "duplicate",
        /// Verified, and older than what is known.
        Stale = 2 "stale",
        /// Genuine, and about an order or a refund that was not known here when it came: a person must look, unless a question
        /// finds it.
        Orphan = 3 "orphan",
        /// About a refund that is known: unproven by nature, so it only has a signed query asked.
        Hint = 4 "hint",
        /// Not believed.
        Refused = 5 "refused",
    }
}

impl NoticeVerdict {
    /// Whether it is acknowledged, so that it is not sent again.
    pub const fn is_acknowledged(self) -> bool {
        !matches!(self, Self::Refused)
    }

    /// The judgement once it is known whether the same was accepted before, and what the notice does to its order.
    #[must_use]
    pub fn settled(self, is_duplicate: bool, effect: Option<Effect>) -> Self {
        match (self, effect) {
            (Self::Accepted, _) if is_duplicate => Self::Duplicate,
            (Self::Accepted, Some(Effect::Stale)) => Self::Stale,
            (verdict, _) => verdict,
        }
    }
}

/// A notice as it was judged, to be kept.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// When its body was complete.
    pub received_at: UtcMs,
    /// `payment` or `refund`; nothing where it cannot be told.
    pub kind: Option<&'static str>,
    /// The profile that it was judged by.
    pub profile: Option<String>,
    /// The merchant that it names.
    pub mch_id: Option<String>,
    /// The order that it names.
    pub out_trade_no: Option<String>,
    /// WeChat's number of the order that it names.
    pub transaction_id: Option<String>,
    /// The refund that it names.
    pub out_refund_no: Option<String>,
    /// What it says became of the refund.
    pub refund_status: Option<String>,
    /// The judgement so far; an accepted one may turn out a duplicate or stale.
    pub verdict: NoticeVerdict,
    /// The checks as JSON.
    pub checks: String,
    /// Who sent it.
    pub peer: Option<String>,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A notice as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNotice {
    /// The store's own id, ascending.
    pub id: i64,
    /// When its body was complete.
    pub received_at: UtcMs,
    /// `payment` or `refund`.
    pub kind: Option<String>,
    /// The profile that it was judged by.
    pub profile: Option<String>,
    /// The order that it names.
    pub out_trade_no: Option<String>,
    /// WeChat's number of the order that it names.
    pub transaction_id: Option<String>,
    /// The refund that it names.
    pub out_refund_no: Option<String>,
    /// What it says became of the refund.
    pub refund_status: Option<String>,
    /// The judgement.
    pub verdict: NoticeVerdict,
    /// What it did to its order.
    pub effect: Option<Effect>,
    /// The checks as JSON.
    pub checks: String,
    /// The notice that said the same before.
    pub duplicate_of: Option<i64>,
    /// Which attempt of the ladder it was, from 1.
    pub attempt: u32,
    /// When the next attempt is due; nothing for an acknowledged one, or after the last.
    pub next_due_at: Option<UtcMs>,
    /// From its arrival to the end of our answer, in milliseconds.
    pub took_ms: Option<i64>,
    /// Who sent it.
    pub peer: Option<String>,
    /// The last time it was passed on.
    pub forward: Option<NoticeForward>,
    /// Its bytes; of a refused one at most 4 KiB.
    pub body: Vec<u8>,
    /// SHA-256 of all of them.
    pub digest: Vec<u8>,
}

impl StoredNotice {
    /// Whether only the beginning of it was kept. Of one that was too long to be read nothing was.
    pub fn is_cut(&self) -> bool {
        self.body.is_empty() || Sha256::digest(&self.body)[..] != self.digest[..]
    }
}

/// A notice that was passed on to a program on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeForward {
    /// Where to.
    pub url: String,
    /// The HTTP status; nothing where no answer came.
    pub status: Option<i64>,
    /// The beginning of the answer, or why there is none.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub took_ms: Option<i64>,
}

/// What keeping a notice did.
#[derive(Clone, Debug)]
pub struct KeptNotice {
    /// The notice as it is kept now.
    pub notice: StoredNotice,
    /// What it did to its order.
    pub recorded: Option<Recorded>,
}

/// A stretch of the list of notices.
#[derive(Clone, Debug, Default)]
pub struct NoticeList {
    /// How many there are.
    pub total: u64,
    /// The newest first.
    pub rows: Vec<StoredNotice>,
}

const NOTICE: &str = "id, received_at, kind, profile, out_trade_no, transaction_id, out_refund_no, refund_status, verdict, effect, checks, duplicate_of, \
     attempt, next_due_at, took_ms, peer, forward_url, forward_status, forward_answer, forward_took_ms, body, digest";

fn notice(row: &Row<'_>) -> rusqlite::Result<StoredNotice> {
    // By place, in the order of `NOTICE`, as orders are.
    let place = Cell::new(0);
    let next = || place.replace(place.get() + 1);
    Ok(StoredNotice {
        id: row.get(next())?,
        received_at: time(row, next())?,
        kind: row.get(next())?,
        profile: row.get(next())?,
        out_trade_no: row.get(next())?,
        transaction_id: row.get(next())?,
        out_refund_no: row.get(next())?,
        refund_status: row.get(next())?,
        verdict: row.get(next())?,
        effect: row.get(next())?,
        checks: row.get(next())?,
        duplicate_of: row.get(next())?,
        attempt: row.get(next())?,
        next_due_at: time_if_any(row, next())?,
        took_ms: row.get(next())?,
        peer: row.get(next())?,
        forward: forward(row, next)?,
        body: row.get(next())?,
        digest: row.get(next())?,
    })
}

fn forward(row: &Row<'_>, next: impl Fn() -> usize) -> rusqlite::Result<Option<NoticeForward>> {
    let url: Option<String> = row.get(next())?;
    let (status, answer, took_ms) = (row.get(next())?, row.get::<_, Option<String>>(next())?, row.get(next())?);
    Ok(url.map(|url| NoticeForward { url, status, answer: answer.unwrap_or_default(), took_ms }))
}

impl Store {
    /// Keeps a notice and, in the same transaction, the observation that it is. What returns is committed: only then may it be
    /// acknowledged.
    pub fn keep_notice(
        &self,
        new: NewNotice,
        observation: Option<NewObservation>,
        policy: &PollPolicy,
    ) -> Result<KeptNotice, StoreError> {
        let policy = policy.clone();
        self.write(move |connection| keep(connection, &new, observation.as_ref(), &policy))
    }

    /// Notes how long the answer to a notice took.
    pub fn notice_took(&self, id: i64, took_ms: i64) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.prepare_cached("UPDATE notices SET took_ms = ?2 WHERE id = ?1")?.execute([id, took_ms])?;
            Ok(())
        })
    }

    /// Notes where a notice was passed on to, and what came of it.
    pub fn notice_forwarded(&self, id: i64, forward: NoticeForward) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE notices SET forward_url = ?2, forward_status = ?3, forward_answer = ?4, forward_took_ms = ?5 WHERE id = ?1",
                )?
                .execute(params![id, forward.url, forward.status, forward.answer, forward.took_ms])?;
            Ok(())
        })
    }

    /// The notices whose numbers begin with `search`, the newest first, from the place `start`.
    pub fn notices(&self, search: &str, start: usize, limit: usize) -> Result<NoticeList, StoreError> {
        let number = pasted_number(search);
        let mut values: Vec<Value> = Vec::new();
        let wanted = if number.is_empty() {
            ""
        } else {
            let end = format!("{number}\u{10FFFF}");
            for _ in 0..3 {
                values.extend([Value::Text(number.clone()), Value::Text(end.clone())]);
            }
            " WHERE (out_trade_no >= ? AND out_trade_no < ? OR out_refund_no >= ? AND out_refund_no < ? OR transaction_id >= ? AND transaction_id < ?)"
        };
        let sql = format!("SELECT id FROM notices{wanted} ORDER BY id DESC");
        let list = self.listed(&sql, &values, |row| Ok((row.get(0)?, [0, 0])))?;
        self.read(|connection| {
            // Of the refused ones the oldest go; one that went since the list was read is left out.
            let page = list.page(start, limit).iter();
            let mut statement = connection.prepare_cached(&by_id_sql())?;
            let mut row = |id: &i64| statement.query_row([id], notice).optional().transpose();
            let rows = page.filter_map(&mut row).collect::<Result<_, _>>()?;
            Ok(NoticeList { total: list.count(), rows })
        })
    }

    /// The notices that name this order, the newest first, at most `limit`.
    pub fn notices_of_order(
        &self,
        mch_id: &str,
        out_trade_no: &str,
        limit: usize,
    ) -> Result<Vec<StoredNotice>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT {NOTICE} FROM notices INDEXED BY notices_order WHERE mch_id = ?1 AND out_trade_no = ?2 ORDER BY id DESC LIMIT ?3"
        );
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![mch_id, out_trade_no, limit], notice)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One notice.
    pub fn notice(&self, id: i64) -> Result<Option<StoredNotice>, StoreError> {
        self.read(|connection| by_id(connection, id))
    }

    /// The accepted notice that said the same, if there was one; for a message that was pasted.
    pub fn notice_like(&self, new: &NewNotice) -> Result<Option<i64>, StoreError> {
        self.read(|connection| same_before(connection, new))
    }
}

fn by_id(connection: &Connection, id: i64) -> Result<Option<StoredNotice>, StoreError> {
    Ok(connection.prepare_cached(&by_id_sql())?.query_row([id], notice).optional()?)
}

fn by_id_sql() -> String {
    format!("SELECT {NOTICE} FROM notices WHERE id = ?1")
}

fn keep(
    connection: &Connection,
    new: &NewNotice,
    observation: Option<&NewObservation>,
    policy: &PollPolicy,
) -> Result<KeptNotice, StoreError> {
    let recorded = observation.map(|observation| append(connection, observation, policy)).transpose()?;
    let duplicate_of = if new.verdict.is_acknowledged() { same_before(connection, new)? } else { None };
    let effect = recorded.as_ref().map(|recorded| recorded.effect);
    let verdict = new.verdict.settled(duplicate_of.is_some(), effect);
    let (attempt, next_due_at) = rung(connection, new, verdict)?;
    let kept =
        if verdict.is_acknowledged() { &new.body[..] } else { new.body.get(..REFUSED_BYTES).unwrap_or(&new.body) };
    let seq = if verdict == NoticeVerdict::Orphan { next_seq(connection)? } else { 0 };
    let id = connection
        .prepare_cached(
            "INSERT INTO notices (seq, received_at, kind, profile, mch_id, out_trade_no, transaction_id, out_refund_no, refund_status, verdict, effect, \
             checks, duplicate_of, attempt, next_due_at, peer, digest, body) VALUES (:seq, :received_at, :kind, :profile, :mch_id, :out_trade_no, \
             :transaction_id, :out_refund_no, :refund_status, :verdict, :effect, :checks, :duplicate_of, :attempt, :next_due_at, :peer, :digest, :body)",
        )?
        .insert(named_params! {
            ":seq": seq,
            ":received_at": new.received_at.0,
            ":kind": new.kind,
            ":profile": new.profile,
            ":mch_id": new.mch_id,
            ":out_trade_no": new.out_trade_no,
            ":transaction_id": new.transaction_id,
            ":out_refund_no": new.out_refund_no,
            ":refund_status": new.refund_status,
            ":verdict": verdict,
            ":effect": effect,
            ":checks": new.checks,
            ":duplicate_of": duplicate_of,
            ":attempt": attempt,
            ":next_due_at": next_due_at.map(|at| at.0),
            ":peer": new.peer,
            ":digest": Sha256::digest(&new.body).to_vec(),
            ":body": kept,
        })?;
    if verdict == NoticeVerdict::Refused {
        connection
            .prepare_cached(
                "DELETE FROM notices WHERE verdict = 5 AND id <= (SELECT id FROM notices WHERE verdict = 5 ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            )?
            .execute([REFUSED_KEPT])?;
    }
    let notice = by_id(connection, id)?.ok_or(StoreError::NotFound { what: "notice", name: id.to_string() })?;
    Ok(KeptNotice { notice, recorded })
}

fn same_before(connection: &Connection, new: &NewNotice) -> Result<Option<i64>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT min(id) FROM notices WHERE mch_id IS ?1 AND out_trade_no IS ?2 AND kind IS ?3 AND transaction_id IS ?4 AND out_refund_no IS ?5 \
             AND refund_status IS ?6 AND verdict <> 5",
        )?
        .query_row(
            params![
                new.mch_id,
                new.out_trade_no,
                new.kind,
                new.transaction_id,
                new.out_refund_no,
                new.refund_status
            ],
            |row| row.get(0),
        )?;
    Ok(found)
}

/// Which rung of WeChat's ladder a message is on, by the time since the first like it, and when the next is due.
fn rung(connection: &Connection, new: &NewNotice, verdict: NoticeVerdict) -> Result<(u32, Option<UtcMs>), StoreError> {
    let lasts_ms = RETRY_GAPS_S.iter().sum::<i64>() * 1000 + SLACK_MS;
    let first: Option<i64> = if new.out_trade_no.is_none() {
        None
    } else {
        connection
            .prepare_cached(
                "SELECT min(received_at) FROM notices WHERE mch_id IS ?1 AND out_trade_no IS ?2 AND kind IS ?3 AND out_refund_no IS ?4 \
                 AND received_at > ?5",
            )?
            .query_row(
                params![new.mch_id, new.out_trade_no, new.kind, new.out_refund_no, new.received_at.0 - lasts_ms],
                |row| row.get(0),
            )?
    };
    // The nearest rung: a message that repeats is at least on the second.
    let rung = first.map_or(0, |first| {
        let elapsed_ms = new.received_at.0.saturating_sub(first).max(0);
        let mut after_ms = 0;
        let rungs = (1usize..).zip(RETRY_GAPS_S.map(|gap_s| {
            after_ms += gap_s * 1000;
            after_ms
        }));
        rungs.min_by_key(|(_, at_ms)| (at_ms - elapsed_ms).abs()).map_or(1, |(rung, _)| rung)
    });
    let due_ms = RETRY_GAPS_S.get(rung).map(|gap_s| gap_s * 1000);
    let next = due_ms.filter(|_| !verdict.is_acknowledged()).map(|gap_ms| new.received_at.plus_ms(gap_ms));
    Ok((u32::try_from(rung).unwrap_or(u32::MAX).saturating_add(1), next))
}

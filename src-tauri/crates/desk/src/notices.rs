//! Notifications: judged in one order of checks, kept in one transaction with what they do to their order, and only then
//! acknowledged. A notice about a refund is unproven by nature: it only has a signed query asked.

mod judging;

use desk_store::{
    Effect, Event, KeptNotice, NewNotice, NewObservation, NoticeForward, NoticeVerdict, Report, Signature, Source,
    StoredNotice,
};
use serde_json::{Value, json};
use tokio::time::Instant;
use wxpay_protocol::notice::{ACCEPTED, REFUSED};
use wxpay_protocol::notice_check::{Check, Notice, NoticeKind};
use wxpay_protocol::{Params, TradeState, UtcMs};

use crate::changes::Tag;
use crate::desk::Inner;
use crate::{Desk, DeskError};
pub use judging::inspect_by_key;
use judging::{Opinion, peeked, refused};

/// A notice, what was found about it, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeOutcome {
    /// Its id in the store; nothing for one that was only looked at, or that could not be kept.
    pub id: Option<i64>,
    /// When its body was complete.
    pub received_at: UtcMs,
    /// What it is about, where that can be told.
    pub kind: Option<NoticeKind>,
    /// The profile that it was judged by.
    pub profile: Option<String>,
    /// The judgement.
    pub verdict: NoticeVerdict,
    /// Check by check, no further than the first that failed.
    pub checks: Vec<Check>,
    /// Our answer, byte for byte.
    pub answer: &'static str,
    /// From its arrival to the end of our answer, in milliseconds.
    pub took_ms: Option<i64>,
    /// The notice that said the same before.
    pub duplicate_of: Option<i64>,
    /// Which attempt of the ladder it was, from 1.
    pub attempt: u32,
    /// When the next attempt is due.
    pub next_due_at: Option<UtcMs>,
    /// What it did to its order, or would do.
    pub effect: Option<Effect>,
    /// The order.
    pub out_trade_no: Option<String>,
    /// The refund.
    pub out_refund_no: Option<String>,
    /// What `req_info` holds, where it opened.
    pub decrypted: Option<Vec<(String, String)>>,
}

/// A notice that is kept, with its bytes.
#[derive(Clone, Debug)]
pub struct NoticeDetail {
    /// What was found about it when it came.
    pub outcome: NoticeOutcome,
    /// Its bytes; of a refused one at most 4 KiB.
    pub body: Vec<u8>,
    /// Whether those are only the beginning.
    pub is_cut: bool,
    /// Who sent it.
    pub peer: Option<String>,
    /// The last time it was passed on to a program on this machine.
    pub forward: Option<NoticeForward>,
}

/// A stretch of the list of notices.
#[derive(Clone, Debug, Default)]
pub struct NoticePage {
    /// How many there are.
    pub total: u64,
    /// The newest first.
    pub rows: Vec<NoticeOutcome>,
}

impl Desk {
    /// Judges a notice that arrived, keeps it, and says what to answer. Nothing that goes wrong here is acknowledged.
    /// `body` is nothing for one that was too long to be read.
    pub async fn receive_notice(
        &self,
        body: Option<Vec<u8>>,
        profile: Option<&str>,
        peer: Option<String>,
    ) -> NoticeOutcome {
        let started = Instant::now();
        let received_at = self.now();
        let named = profile.map(str::to_owned);
        let kept = self.blocking(move |inner| inner.keep_notice(body, named.as_deref(), peer, received_at)).await;
        let mut outcome = match kept {
            Ok((outcome, kept)) => {
                self.follow_notice(&outcome, &kept).await;
                outcome
            }
            Err(fault) => {
                tracing::warn!(%fault, "a notice was not kept and is not acknowledged");
                unkept(received_at, &fault)
            }
        };
        let took_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        outcome.took_ms = Some(took_ms);
        if let Some(id) = outcome.id {
            // Noted beside the answer, not before it.
            let desk = self.clone();
            tokio::spawn(async move {
                let noted = desk.blocking(move |inner| Ok(inner.store.notice_took(id, took_ms)?)).await;
                if let Err(fault) = noted {
                    tracing::debug!(%fault, "the time of a notice was not noted");
                }
            });
        }
        outcome
    }

    /// Judges a message that somebody has, and says what it would do to its order, without keeping or changing anything.
    pub async fn inspect_notice(&self, body: Vec<u8>, profile: Option<&str>) -> Result<NoticeOutcome, DeskError> {
        let named = profile.map(str::to_owned);
        self.blocking(move |inner| {
            let opinion = inner.opinion(&body, named.as_deref())?;
            let now = inner.clock.now();
            let seen = observation(&opinion, &body, now);
            let foreseen = seen.map(|seen| inner.store.foresee(&seen)).transpose()?;
            let duplicate_of = inner.store.notice_like(&row(&opinion, body, None, now))?;
            let mut outcome = outcome(opinion, now);
            outcome.duplicate_of = duplicate_of.filter(|_| outcome.verdict.is_acknowledged());
            outcome.effect = foreseen.map(|arrival| arrival.effect);
            outcome.verdict = outcome.verdict.settled(outcome.duplicate_of.is_some(), outcome.effect);
            Ok(outcome)
        })
        .await
    }

    /// The notices that are kept whose numbers begin with `search`, the newest first, from the place `start`.
    pub async fn notices(&self, search: &str, start: usize, limit: usize) -> Result<NoticePage, DeskError> {
        let search = search.to_owned();
        self.blocking(move |inner| {
            let list = inner.store.notices(&search, start, limit.min(1000))?;
            Ok(NoticePage { total: list.total, rows: list.rows.iter().map(stored).collect() })
        })
        .await
    }

    /// One notice with its bytes, and what its `req_info` holds while the key can be had.
    pub async fn notice_detail(&self, id: i64) -> Result<NoticeDetail, DeskError> {
        self.blocking(move |inner| {
            let row = inner.store.notice(id)?;
            let row = row.ok_or_else(|| DeskError::NotFound { what: "notice", name: id.to_string() })?;
            let mut outcome = stored(&row);
            if outcome.kind == Some(NoticeKind::Refund) {
                outcome.decrypted = row.profile.as_deref().and_then(|profile| inner.opened_again(profile, &row.body));
            }
            let (is_cut, body) = (row.is_cut(), row.body);
            Ok(NoticeDetail { outcome, body, is_cut, peer: row.peer, forward: row.forward })
        })
        .await
    }

    /// What a notice sets off: lists are drawn again, and a refund is asked about.
    async fn follow_notice(&self, outcome: &NoticeOutcome, kept: &KeptNotice) {
        self.inner.changes.note(Tag::Notices, []);
        if kept.recorded.as_ref().is_some_and(|recorded| recorded.changed) {
            self.inner.changes.note(Tag::Orders, outcome.out_trade_no.clone());
            self.inner.polling.wake();
        }
        let (Some(profile), Some(number)) = (outcome.profile.clone(), outcome.out_refund_no.clone()) else { return };
        match (outcome.verdict, outcome.out_trade_no.clone()) {
            (NoticeVerdict::Hint, _) => self.hint_known_refund(profile, number).await,
            (NoticeVerdict::Orphan, Some(order)) => {
                // The answer to the notice does not wait for WeChat Pay's.
                let desk = self.clone();
                tokio::spawn(async move { desk.hint_unknown_refund(profile, order, number).await });
            }
            _ => {}
        }
    }
}

impl Inner {
    fn keep_notice(
        &self,
        body: Option<Vec<u8>>,
        named: Option<&str>,
        peer: Option<String>,
        received_at: UtcMs,
    ) -> Result<(NoticeOutcome, KeptNotice), DeskError> {
        let opinion = match &body {
            Some(body) => self.opinion(body, named)?,
            None => refused(peeked(Err("longer than 64 KiB".to_owned())), None, Vec::new()),
        };
        let body = body.unwrap_or_default();
        let observation = observation(&opinion, &body, received_at);
        let new = row(&opinion, body, peer, received_at);
        let kept = self.store.keep_notice(new, observation, &self.poll_policy()?)?;
        let mut outcome = outcome(opinion, received_at);
        outcome.id = Some(kept.notice.id);
        outcome.verdict = kept.notice.verdict;
        outcome.duplicate_of = kept.notice.duplicate_of;
        outcome.attempt = kept.notice.attempt;
        outcome.next_due_at = kept.notice.next_due_at;
        outcome.effect = kept.notice.effect;
        Ok((outcome, kept))
    }
}

fn observation(opinion: &Opinion, body: &[u8], received_at: UtcMs) -> Option<NewObservation> {
    let (Some(Notice::Payment(payment)), Some(order)) = (&opinion.notice, &opinion.order) else { return None };
    Some(NewObservation {
        order_id: order.id,
        source: Source::Notice,
        asked: None,
        received_at,
        verified: true,
        signature: Signature::Valid,
        event: Event::TradeState(Report {
            trade_state: TradeState::Success,
            transaction_id: Some(payment.transaction_id.clone()),
            total_fee: Some(payment.total_fee),
            paid_at: Some(payment.time_end),
        }),
        raw: Some(String::from_utf8_lossy(body).into_owned()),
    })
}

fn row(opinion: &Opinion, body: Vec<u8>, peer: Option<String>, received_at: UtcMs) -> NewNotice {
    let text = |params: Option<&Params>, name: &str| {
        params.and_then(|params| params.filled(name)).map(|text| text.chars().take(64).collect::<String>())
    };
    let inner = |name| text(opinion.inside.as_ref(), name);
    let outer = |name| text(opinion.peeked.params.as_ref(), name);
    NewNotice {
        received_at,
        kind: opinion.peeked.kind.map(NoticeKind::as_str),
        profile: opinion.profile.clone(),
        mch_id: outer("mch_id"),
        out_trade_no: inner("out_trade_no").or_else(|| outer("out_trade_no")),
        transaction_id: inner("transaction_id").or_else(|| outer("transaction_id")),
        out_refund_no: inner("out_refund_no"),
        refund_status: inner("refund_status"),
        verdict: opinion.verdict,
        checks: written(&opinion.peeked.first, &opinion.checks),
        peer,
        body,
    }
}

fn pairs(params: &Params) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn outcome(opinion: Opinion, received_at: UtcMs) -> NoticeOutcome {
    let row = row(&opinion, Vec::new(), None, received_at);
    let mut checks = vec![opinion.peeked.first];
    checks.extend(opinion.checks);
    NoticeOutcome {
        id: None,
        received_at,
        kind: opinion.peeked.kind,
        profile: opinion.profile,
        verdict: opinion.verdict,
        checks,
        answer: answer(opinion.verdict),
        took_ms: None,
        duplicate_of: None,
        attempt: 1,
        next_due_at: None,
        effect: None,
        out_trade_no: row.out_trade_no,
        out_refund_no: row.out_refund_no,
        decrypted: opinion.inside.as_ref().map(pairs),
    }
}

fn stored(row: &StoredNotice) -> NoticeOutcome {
    NoticeOutcome {
        id: Some(row.id),
        received_at: row.received_at,
        kind: match row.kind.as_deref() {
            Some("payment") => Some(NoticeKind::Payment),
            Some("refund") => Some(NoticeKind::Refund),
            _ => None,
        },
        profile: row.profile.clone(),
        verdict: row.verdict,
        checks: read_back(&row.checks),
        answer: answer(row.verdict),
        took_ms: row.took_ms,
        duplicate_of: row.duplicate_of,
        attempt: row.attempt,
        next_due_at: row.next_due_at,
        effect: row.effect,
        out_trade_no: row.out_trade_no.clone(),
        out_refund_no: row.out_refund_no.clone(),
        decrypted: None,
    }
}

fn unkept(received_at: UtcMs, fault: &DeskError) -> NoticeOutcome {
    let check = Check { name: "kept", ok: false, detail: fault.to_string() };
    let mut outcome = outcome(refused(peeked(Err(String::new())), None, vec![check]), received_at);
    outcome.checks.retain(|check| check.name == "kept");
    outcome
}

/// What a notice of this verdict is answered.
pub(crate) fn answer(verdict: NoticeVerdict) -> &'static str {
    if verdict.is_acknowledged() { ACCEPTED } else { REFUSED }
}

/// Every check that there is; a stored name that is none of them was not written by this program.
const CHECKS: [&str; 14] = [
    "message",
    "key",
    "kept",
    "fields",
    "sign_type",
    "sign",
    "context",
    "merchant",
    "return_code",
    "formats",
    "decrypt",
    "amount",
    "currency",
    "attach",
];

fn written(first: &Check, rest: &[Check]) -> String {
    let all = std::iter::once(first).chain(rest);
    let all: Vec<Value> =
        all.map(|check| json!({"name": check.name, "ok": check.ok, "detail": check.detail})).collect();
    Value::Array(all).to_string()
}

fn read_back(checks: &str) -> Vec<Check> {
    let read: Vec<Value> = serde_json::from_str(checks).unwrap_or_default();
    let check = |value: &Value| {
        let word = value.get("name")?.as_str()?;
        let name = CHECKS.into_iter().find(|name| *name == word)?;
        let detail = value.get("detail")?.as_str()?.to_owned();
        Some(Check { name, ok: value.get("ok")?.as_bool()?, detail })
    };
    read.iter().filter_map(check).collect()
}

//! The fold of a refund: from all evidence to its state. Pure; the same set of evidence gives the same state in any order.

use wxpay_protocol::{Fen, RefundStatus, UtcMs};

use crate::{
    Advice, Effect, RefundEvent, RefundEvidence, RefundOrigin, RefundReason, RefundSeen, RefundSource, RefundState,
    Signature,
};

/// REFUNDNOTEXIST within this time of the request says nothing, in milliseconds.
pub const NOT_EXIST_WAIT_MS: i64 = 60_000;
/// So many REFUNDNOTEXIST release what is held …
pub const NOT_EXIST_ANSWERS: usize = 3;
/// … when the first and the last lie this far apart, in milliseconds.
pub const NOT_EXIST_SPAN_MS: i64 = 600_000;
/// The same request is sent again by itself within this time of its reservation only, in milliseconds: one day.
pub const RESEND_WITHIN_MS: i64 = 86_400_000;

/// What the fold needs to know of the record.
#[derive(Clone, Debug)]
pub struct RefundFacts {
    /// Where it comes from.
    pub origin: RefundOrigin,
    /// Its amount.
    pub refund_fee: Fen,
    /// When it was reserved, or found.
    pub created_at: UtcMs,
}

/// Everything that is derived from the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedRefund {
    /// The state.
    pub state: RefundState,
    /// Whether evidence disagrees and a person is needed.
    pub conflict: bool,
    /// WeChat's number, once it is evidenced; never replaced.
    pub refund_id: Option<String>,
    /// The newest verified report.
    pub report: Option<RefundSeen>,
    /// What is to be done when it is due.
    pub advice: Advice,
    steps: Vec<(i64, Effect, RefundReason)>,
}

/// What a verified report or answer does to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    To(RefundState),
    Same,
    Stale,
    Conflict,
    SuccessLate,
    Await,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Accepted,
    Status(RefundStatus),
    NotExist,
    FinalError,
}

/// The table of transitions, row by row: accepted, PROCESSING, SUCCESS, CHANGE, REFUNDCLOSE, REFUNDNOTEXIST, final error.
const fn row(state: RefundState) -> [Cell; 7] {
    use Cell::{Await, Conflict as C, Same, Stale, SuccessLate, To};
    use RefundState as S;
    const PROCESSING: Cell = To(S::Processing);
    const SUCCESS: Cell = To(S::Success);
    const CHANGE: Cell = To(S::Change);
    const CLOSED: Cell = To(S::RefundClose);
    const REJECTED: Cell = To(S::Rejected);
    match state {
        S::Reserved => [To(S::Submitted), PROCESSING, SUCCESS, CHANGE, CLOSED, Await, REJECTED],
        S::Submitted | S::Unknown => [PROCESSING, PROCESSING, SUCCESS, CHANGE, CLOSED, Await, REJECTED],
        S::Processing => [Same, Same, SUCCESS, CHANGE, CLOSED, C, C],
        S::Change => [Same, C, SUCCESS, Same, CLOSED, C, C],
        S::Success => [Same, Stale, Same, C, C, C, C],
        S::RefundClose | S::Rejected => [C, C, SuccessLate, C, Same, Same, Same],
    }
}

const fn cell(state: RefundState, column: Column) -> Cell {
    let [accepted, processing, success, change, closed, not_exist, error] = row(state);
    match column {
        Column::Accepted => accepted,
        Column::Status(RefundStatus::Processing) => processing,
        Column::Status(RefundStatus::Success) => success,
        Column::Status(RefundStatus::Change) => change,
        Column::Status(RefundStatus::RefundClose) => closed,
        Column::NotExist => not_exist,
        Column::FinalError => error,
    }
}

/// Folds all evidence of a refund. The order of the slice does not matter; `asked_seq` and `received_seq` do.
pub fn fold(facts: &RefundFacts, evidence: &[RefundEvidence]) -> FoldedRefund {
    let mut sorted: Vec<&RefundEvidence> = evidence.iter().collect();
    sorted.sort_unstable_by_key(|seen| (seen.asked_seq, seen.received_seq));
    let mut run = Run::new(facts, evidence);
    for seen in sorted {
        let (effect, reason) = run.take(seen);
        run.folded.conflict |= effect == Effect::Conflict;
        run.folded.steps.push((seen.received_seq, effect, reason));
    }
    run.finish()
}

/// Folds with and without the newest observation, and says what that one did.
pub fn arrive(
    facts: &RefundFacts,
    before: &[RefundEvidence],
    newest: &RefundEvidence,
) -> (FoldedRefund, Effect, RefundReason) {
    let earlier = fold(facts, before);
    let mut all = before.to_vec();
    all.push(newest.clone());
    let now = fold(facts, &all);
    let own = now.steps.iter().find(|(seq, ..)| *seq == newest.received_seq);
    let (effect, reason) =
        own.map_or((Effect::Same, RefundReason::NothingNew), |(_, effect, reason)| (*effect, *reason));
    let (effect, reason) = match effect {
        Effect::Conflict | Effect::Refused | Effect::Stale => (effect, reason),
        _ if now.conflict && !earlier.conflict => (Effect::Conflict, RefundReason::Contradicts),
        _ if now.state != earlier.state => (Effect::Applied, reason),
        Effect::Applied if before.iter().any(|seen| seen.verified && seen.asked_seq > newest.asked_seq) => {
            (Effect::Stale, RefundReason::AskedEarlier)
        }
        _ => (Effect::Same, reason),
    };
    (now, effect, reason)
}

/// What became of one sending, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// Answered, or nobody knows: sending the same again is right.
    Open,
    /// Verifiably never sent.
    NotSent,
    /// Refused for now, or refused without a signature: the same again only by a person.
    Refused,
}

struct Run<'a> {
    facts: &'a RefundFacts,
    /// Every sending: asked_seq, received_seq, when, what came of it.
    attempts: Vec<(i64, i64, UtcMs, Attempt)>,
    /// Verified REFUNDNOTEXIST so far: asked_seq, asked_at.
    absent: Vec<(i64, UtcMs)>,
    resend: bool,
    folded: FoldedRefund,
}

impl<'a> Run<'a> {
    fn new(facts: &'a RefundFacts, evidence: &[RefundEvidence]) -> Self {
        let state = match facts.origin {
            RefundOrigin::Here => RefundState::Reserved,
            RefundOrigin::Found => RefundState::Unknown,
        };
        Self {
            facts,
            attempts: evidence.iter().filter_map(attempt).collect(),
            absent: Vec::new(),
            resend: false,
            folded: FoldedRefund {
                state,
                conflict: false,
                refund_id: first_refund_id(facts, evidence),
                report: None,
                advice: Advice::Query,
                steps: Vec::with_capacity(evidence.len()),
            },
        }
    }

    fn take(&mut self, seen: &RefundEvidence) -> (Effect, RefundReason) {
        // Sending starts the wait anew.
        self.resend &= seen.source != RefundSource::Apply;
        if !seen.verified {
            return self.unverified(seen);
        }
        match &seen.event {
            RefundEvent::Accepted { refund_id, refund_fee } => self
                .own(refund_id, *refund_fee)
                .unwrap_or_else(|| self.apply(seen, Column::Accepted, RefundReason::Accepted)),
            RefundEvent::Reported(report) => {
                if let Some(refusal) = self.own(&report.refund_id, report.refund_fee) {
                    return refusal;
                }
                let outcome = self.apply(seen, Column::Status(report.status), RefundReason::Reported);
                if matches!(outcome.0, Effect::Applied | Effect::Same) || self.folded.report.is_none() {
                    self.folded.report = Some(report.clone());
                }
                outcome
            }
            RefundEvent::NotExist { .. } => {
                self.absent.push((seen.asked_seq, seen.asked_at));
                self.apply(seen, Column::NotExist, RefundReason::NotExistContradicts)
            }
            RefundEvent::Refused { .. } if seen.source == RefundSource::Query => {
                (Effect::Same, RefundReason::QueryRefused)
            }
            // The number was sent before with another amount: only a person can say what that was.
            RefundEvent::Refused { err_code, .. } if err_code == "REFUND_FEE_MISMATCH" => {
                (Effect::Conflict, RefundReason::AmountMismatch)
            }
            RefundEvent::Refused { is_final: true, .. } => self.apply(seen, Column::FinalError, RefundReason::Refused),
            RefundEvent::Refused { .. } => (Effect::Same, RefundReason::RefusedForNow),
            RefundEvent::NotSent { .. } | RefundEvent::UnsignedFail { .. } | RefundEvent::Unknown { .. } => {
                self.unverified(seen)
            }
        }
    }

    /// A refund of another amount or another number of WeChat's is not this refund.
    fn own(&self, refund_id: &str, refund_fee: Fen) -> Option<(Effect, RefundReason)> {
        if refund_fee != self.facts.refund_fee {
            return Some((Effect::Conflict, RefundReason::AmountMismatch));
        }
        let other = self.folded.refund_id.as_deref().is_some_and(|known| known != refund_id);
        other.then_some((Effect::Conflict, RefundReason::OtherRefundId))
    }

    fn unverified(&mut self, seen: &RefundEvidence) -> (Effect, RefundReason) {
        let fresh = self.folded.state == RefundState::Reserved && seen.source == RefundSource::Apply;
        match &seen.event {
            RefundEvent::NotSent { .. } => {
                if fresh && self.attempts.iter().all(|(.., attempt)| *attempt == Attempt::NotSent) {
                    self.folded.state = RefundState::Rejected;
                    return (Effect::Applied, RefundReason::NotSent);
                }
                (Effect::Same, RefundReason::NotSent)
            }
            RefundEvent::UnsignedFail { .. } => (Effect::Refused, RefundReason::UnsignedFail),
            _ => {
                let reason = match (seen.signature, &seen.event) {
                    (Signature::Invalid | Signature::Missing, _) => RefundReason::BadSignature,
                    (_, RefundEvent::Unknown { .. }) => RefundReason::NoOutcome,
                    _ => RefundReason::AnswerMismatch,
                };
                if fresh {
                    self.folded.state = RefundState::Unknown;
                    return (Effect::Applied, reason);
                }
                (Effect::Refused, reason)
            }
        }
    }

    fn apply(&mut self, seen: &RefundEvidence, column: Column, reason: RefundReason) -> (Effect, RefundReason) {
        match cell(self.folded.state, column) {
            Cell::To(state) => {
                self.folded.state = state;
                (Effect::Applied, reason)
            }
            Cell::Same => (Effect::Same, RefundReason::NothingNew),
            Cell::Stale => (Effect::Stale, RefundReason::AlreadySucceeded),
            Cell::Conflict if column == Column::NotExist => (Effect::Conflict, RefundReason::NotExistContradicts),
            Cell::Conflict => (Effect::Conflict, RefundReason::Contradicts),
            Cell::SuccessLate => {
                self.folded.state = RefundState::Success;
                (Effect::Conflict, RefundReason::SuccessAfterEnd)
            }
            Cell::Await => self.absent(seen),
        }
    }

    // Only sendings that were known when this answer arrived count: later, unverified ones can then never change a state.
    fn absent(&mut self, seen: &RefundEvidence) -> (Effect, RefundReason) {
        let last = self
            .attempts
            .iter()
            .filter(|(_, received, ..)| *received < seen.received_seq)
            .max_by_key(|(asked, received, _, attempt)| (*attempt != Attempt::NotSent, *asked, *received));
        let (after, sent_at, attempt) =
            last.map_or((0, self.facts.created_at, Attempt::Open), |(asked, _, at, attempt)| (*asked, *at, *attempt));
        let since: Vec<i64> = self
            .absent
            .iter()
            .filter(|(asked, at)| *asked > after && at.0.saturating_sub(sent_at.0) >= NOT_EXIST_WAIT_MS)
            .map(|(_, at)| at.0)
            .collect();
        let (Some(first), Some(latest)) = (since.iter().min(), since.iter().max()) else {
            self.resend = false;
            return (Effect::Same, RefundReason::NotExistWaiting);
        };
        let young = latest.saturating_sub(self.facts.created_at.0) < RESEND_WITHIN_MS;
        self.resend = attempt == Attempt::Open && self.facts.origin == RefundOrigin::Here && young;
        if self.resend {
            return (Effect::Same, RefundReason::NotExistResend);
        }
        if since.len() >= NOT_EXIST_ANSWERS && latest.saturating_sub(*first) >= NOT_EXIST_SPAN_MS {
            self.folded.state = RefundState::Rejected;
            return (Effect::Applied, RefundReason::NeverAccepted);
        }
        (Effect::Same, RefundReason::NotExistWaiting)
    }

    fn finish(mut self) -> FoldedRefund {
        let state = self.folded.state;
        let open = matches!(state, RefundState::Reserved | RefundState::Submitted | RefundState::Unknown);
        self.folded.advice = if state.is_final() {
            Advice::Done
        } else if self.resend && open && !self.folded.conflict {
            Advice::Resend
        } else {
            Advice::Query
        };
        self.folded
    }
}

fn attempt(seen: &RefundEvidence) -> Option<(i64, i64, UtcMs, Attempt)> {
    if seen.source != RefundSource::Apply {
        return None;
    }
    let attempt = match (&seen.event, seen.verified) {
        (RefundEvent::NotSent { .. }, _) => Attempt::NotSent,
        (RefundEvent::UnsignedFail { .. }, _) | (RefundEvent::Refused { .. }, true) => Attempt::Refused,
        _ => Attempt::Open,
    };
    Some((seen.asked_seq, seen.received_seq, seen.asked_at, attempt))
}

// The first number to arrive is the refund's: what arrives later can agree with it or contradict it, never replace it.
fn first_refund_id(facts: &RefundFacts, evidence: &[RefundEvidence]) -> Option<String> {
    let named = evidence.iter().filter(|seen| seen.verified).filter_map(|seen| match &seen.event {
        RefundEvent::Accepted { refund_id, refund_fee } if *refund_fee == facts.refund_fee => {
            Some((seen.received_seq, refund_id))
        }
        RefundEvent::Reported(report) if report.refund_fee == facts.refund_fee => {
            Some((seen.received_seq, &report.refund_id))
        }
        _ => None,
    });
    named.min_by_key(|(received_seq, _)| *received_seq).map(|(_, refund_id)| refund_id.clone())
}

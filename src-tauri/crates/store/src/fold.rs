//! The fold: from all evidence of one order to its state. Pure; the same set of evidence gives the same state in any order.

mod amount;

use self::amount::total_fee;
use crate::transitions::{Cell, Reported, cell};
use crate::{Advice, Effect, Event, Evidence, Flags, OrderState, Origin, Reason, Report, Signature, Source};
use wxpay_protocol::ids::{PrepayId, TransactionId};
use wxpay_protocol::{Fen, TradeState, UtcMs};

/// Two answers ORDERNOTEXIST must lie this far apart before they count, in milliseconds.
pub const NOT_EXIST_APART_MS: i64 = 30_000;
/// ORDERNOTEXIST within this time of the creation says nothing, in milliseconds.
pub const NOT_EXIST_GRACE_MS: i64 = 60_000;
/// From so many answers in a row whose signature did not hold, the order carries a mark.
const UNVERIFIED_ANSWERS: usize = 3;

/// What the fold needs to know of the record.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Where the order comes from; claims start as UNVERIFIED, everything else as CREATING.
    pub origin: Origin,
    /// The amount of the order; of an import the claimed one.
    pub total_fee: Fen,
    /// When its intent was committed or when it is said to have been created.
    pub created_at: UtcMs,
    /// Whether we reversed it.
    pub reversed: bool,
}

/// The payment, as first evidenced. Never removed, never replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// WeChat's order number.
    pub transaction_id: TransactionId,
    /// The amount, equal to the order's.
    pub paid_fee: Fen,
    /// `time_end`, if any report had it.
    pub paid_at: Option<UtcMs>,
}

/// The newest accepted creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepay {
    /// The session of the payment.
    pub prepay_id: PrepayId,
    /// What a NATIVE QR code holds.
    pub code_url: Option<String>,
    /// Where an MWEB payer is sent.
    pub mweb_url: Option<String>,
    /// When it arrived; a prepay_id lives for two hours.
    pub at: UtcMs,
}

/// What one observation did in the sorted list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which observation.
    pub received_seq: i64,
    /// What it did.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
}

/// Everything that is derived from the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The state.
    pub state: OrderState,
    /// The marks beside it.
    pub flags: Flags,
    /// The amount: the record's, or of an import the first that evidence names.
    pub total_fee: Fen,
    /// The payment, if there is evidence of one.
    pub payment: Option<Payment>,
    /// What the customer pays with, if the creation was accepted.
    pub prepay: Option<Prepay>,
    /// What is to be done when the order is due.
    pub advice: Advice,
    /// Each verified observation's own step, in the order of the fold.
    pub steps: Vec<Step>,
}

/// What an observation did when it arrived, compared with what was known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// What it did.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Whether only a query, now, can say the state.
    pub query_now: bool,
}

/// Folds all evidence of an order. The order of the slice does not matter; `asked_seq` and `received_seq` do.
pub fn fold(facts: &Facts, evidence: &[Evidence]) -> Folded {
    let mut sorted: Vec<&Evidence> = evidence.iter().collect();
    sorted.sort_unstable_by_key(|seen| (seen.asked_seq, seen.received_seq));
    let facts = &Facts { total_fee: total_fee(facts, evidence), ..facts.clone() };
    let mut run = Run::new(facts, evidence);
    for seen in &sorted {
        run.take(seen);
    }
    run.finish(evidence)
}

/// Folds with and without the newest observation, and says what that one did.
pub fn arrive(facts: &Facts, before: &[Evidence], newest: &Evidence) -> (Folded, Arrival) {
    let earlier = fold(facts, before);
    let mut all = before.to_vec();
    all.push(newest.clone());
    let now = fold(facts, &all);
    let arrival = arrival(before, newest, &earlier, &now);
    (now, arrival)
}

fn arrival(before: &[Evidence], newest: &Evidence, earlier: &Folded, now: &Folded) -> Arrival {
    if !newest.verified {
        let (effect, reason) = unverified(newest);
        return Arrival { effect, reason, query_now: false };
    }
    let own = now.steps.iter().find(|step| step.received_seq == newest.received_seq);
    let (own_effect, own_reason) = own.map_or((Effect::Same, Reason::NothingNew), |step| (step.effect, step.reason));
    let conflicts = |folded: &Folded| folded.steps.iter().filter(|step| step.effect == Effect::Conflict).count();
    let (effect, reason) = if own_effect == Effect::Conflict {
        (own_effect, own_reason)
    } else if conflicts(now) > conflicts(earlier) {
        (Effect::Conflict, new_conflict(earlier, now).unwrap_or(Reason::Contradicts))
    } else if now.state != earlier.state {
        (Effect::Applied, own_reason)
    } else if own_effect == Effect::Applied || own_effect == Effect::Same {
        settled(before, newest, now, own_reason)
    } else {
        (own_effect, own_reason)
    };
    // An answer to a query never asks for another one at once, or a lasting contradiction would be asked about for ever.
    let asks = |reason| matches!(reason, Reason::QueryNow | Reason::PaidAfterRevoke);
    let query_now = newest.source != Source::Query && (asks(own_reason) || asks(reason));
    Arrival { effect, reason, query_now }
}

fn new_conflict(earlier: &Folded, now: &Folded) -> Option<Reason> {
    let was = |seq: i64| earlier.steps.iter().any(|step| step.received_seq == seq && step.effect == Effect::Conflict);
    now.steps.iter().find(|step| step.effect == Effect::Conflict && !was(step.received_seq)).map(|step| step.reason)
}

// An observation that changed nothing in the end: stale if something newer, asked later, says otherwise.
fn settled(before: &[Evidence], newest: &Evidence, now: &Folded, own_reason: Reason) -> (Effect, Reason) {
    let Event::TradeState(report) = &newest.event else { return (Effect::Same, own_reason) };
    let overtaken = before.iter().any(|seen| seen.verified && seen.asked_seq > newest.asked_seq);
    if overtaken && OrderState::from(report.trade_state) != now.state {
        (Effect::Stale, Reason::AskedEarlier)
    } else {
        (Effect::Same, Reason::NothingNew)
    }
}

fn unverified(seen: &Evidence) -> (Effect, Reason) {
    match (&seen.event, seen.signature) {
        (Event::Claim(_), _) => (Effect::Same, Reason::Claim),
        (Event::NotDone { .. }, _) => (Effect::Same, Reason::NotDone),
        (Event::UnsignedFail { .. }, _) => (Effect::Refused, Reason::UnsignedFail),
        (_, Signature::Invalid | Signature::Missing) => (Effect::Refused, Reason::BadSignature),
        (Event::Unknown { .. }, _) => (Effect::Refused, Reason::NoOutcome),
        (_, Signature::Valid) => (Effect::Refused, Reason::AnswerMismatch),
        (_, Signature::Unsigned) => (Effect::Refused, Reason::BadSignature),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Answered,
    NotDone,
    UnsignedFail,
    Unknown,
}

struct Run<'a> {
    facts: &'a Facts,
    state: OrderState,
    payment: Option<Payment>,
    prepay: Option<Prepay>,
    steps: Vec<Step>,
    created_at: Option<UtcMs>,
    creation_unknown: bool,
    closing_unknown: bool,
    marks: Flags,
    /// Every attempt to create: asked_seq, received_seq, what came back.
    attempts: Vec<(i64, i64, Attempt)>,
    /// Verified ORDERNOTEXIST so far: asked_seq, asked_at.
    not_exist: Vec<(i64, UtcMs)>,
}

impl<'a> Run<'a> {
    fn new(facts: &'a Facts, evidence: &[Evidence]) -> Self {
        Self {
            facts,
            state: if facts.origin == Origin::Test { OrderState::Creating } else { OrderState::Unverified },
            payment: first_payment(facts, evidence),
            prepay: None,
            steps: Vec::with_capacity(evidence.len()),
            created_at: None,
            creation_unknown: false,
            closing_unknown: false,
            marks: Flags::NONE,
            attempts: evidence.iter().filter_map(attempt).collect(),
            not_exist: Vec::new(),
        }
    }

    fn take(&mut self, seen: &Evidence) {
        self.track_unknown(seen);
        if !seen.verified {
            return;
        }
        let (effect, reason) = match &seen.event {
            Event::Created { prepay_id, code_url, mweb_url } => {
                self.prepay = Some(Prepay {
                    prepay_id: prepay_id.clone(),
                    code_url: code_url.clone(),
                    mweb_url: mweb_url.clone(),
                    at: seen.received_at,
                });
                self.created_at.get_or_insert(seen.received_at);
                self.move_if(OrderState::Creating, OrderState::NotPay, Reason::Created)
            }
            Event::Refused { err_code, err_code_des } => self.refused(seen.source, err_code, err_code_des),
            Event::CloseAccepted => (Effect::Same, Reason::QueryNow),
            Event::TradeState(report) => self.report(seen, report),
            Event::OrderNotExist { .. } => self.not_exist(seen),
            Event::NotDone { .. } => (Effect::Same, Reason::NotDone),
            Event::UnsignedFail { .. } => (Effect::Refused, Reason::UnsignedFail),
            Event::Unknown { .. } => (Effect::Refused, Reason::NoOutcome),
            Event::Claim(_) => (Effect::Same, Reason::Claim),
        };
        if effect == Effect::Conflict {
            self.marks = self.marks.with(Flags::CONFLICT);
        }
        self.steps.push(Step { received_seq: seen.received_seq, effect, reason });
    }

    fn track_unknown(&mut self, seen: &Evidence) {
        let pending = match (&seen.event, seen.verified) {
            // What was not done leaves an earlier attempt as unknown as it was.
            (Event::Claim(_) | Event::NotDone { .. }, _) => return,
            (Event::Refused { err_code, .. }, true) => !is_definite(err_code),
            (_, verified) => !verified,
        };
        match seen.source {
            Source::Create => self.creation_unknown = pending,
            Source::Close => self.closing_unknown = pending,
            Source::Query | Source::Notice => {
                if seen.verified && matches!(seen.event, Event::TradeState(_)) {
                    self.creation_unknown = false;
                    self.closing_unknown = false;
                }
            }
            Source::Import => {}
        }
    }

    fn move_if(&mut self, from: OrderState, to: OrderState, reason: Reason) -> (Effect, Reason) {
        if self.state == from {
            self.state = to;
            (Effect::Applied, reason)
        } else {
            (Effect::Same, reason)
        }
    }

    fn refused(&mut self, source: Source, err_code: &str, err_code_des: &str) -> (Effect, Reason) {
        match source {
            Source::Close => (Effect::Same, Reason::QueryNow),
            Source::Create => match err_code {
                "ORDERPAID" | "ORDERCLOSED" => (Effect::Same, Reason::QueryNow),
                "OUT_TRADE_NO_USED" => (Effect::Conflict, Reason::DuplicateNumber),
                "INVALID_REQUEST" if err_code_des.starts_with("201") || err_code_des.contains("商户订单号重复") => {
                    (Effect::Conflict, Reason::DuplicateNumber)
                }
                _ if !is_definite(err_code) => (Effect::Refused, Reason::NoOutcome),
                _ => self.move_if(OrderState::Creating, OrderState::CreateFailed, Reason::CreateRefused),
            },
            Source::Query | Source::Notice | Source::Import => (Effect::Same, Reason::QueryRefused),
        }
    }

    fn report(&mut self, seen: &Evidence, report: &Report) -> (Effect, Reason) {
        if let Err(refusal) = check_report(self.facts, seen, report) {
            return refusal;
        }
        if let (Some(id), Some(payment)) = (&report.transaction_id, &self.payment)
            && *id != payment.transaction_id
        {
            return (Effect::Conflict, Reason::OtherTransactionId);
        }
        self.apply(cell(self.state, Reported::State(report.trade_state)), seen)
    }

    fn not_exist(&mut self, seen: &Evidence) -> (Effect, Reason) {
        self.not_exist.push((seen.asked_seq, seen.asked_at.unwrap_or(seen.received_at)));
        self.apply(cell(self.state, Reported::NotExist), seen)
    }

    fn apply(&mut self, cell: Cell, seen: &Evidence) -> (Effect, Reason) {
        match cell {
            Cell::To(state) => {
                self.state = state;
                (Effect::Applied, Reason::Reported)
            }
            Cell::ToWithConflict(state, reason) => {
                self.state = state;
                if reason == Reason::PaidAfterClose {
                    self.marks = self.marks.with(Flags::PAID_AFTER_CLOSE);
                }
                (Effect::Conflict, reason)
            }
            Cell::Same => (Effect::Same, Reason::NothingNew),
            Cell::Stale(reason) => (Effect::Stale, reason),
            Cell::Conflict(reason) => (Effect::Conflict, reason),
            Cell::Revoke => {
                self.state = OrderState::Revoked;
                if self.facts.reversed {
                    (Effect::Applied, Reason::Reported)
                } else {
                    (Effect::Conflict, Reason::RevokedAfterPaid)
                }
            }
            Cell::LeaveClaim => (Effect::Same, Reason::NotExistClaimed),
            Cell::NotExist => {
                let created_at = self.created_at.unwrap_or(self.facts.created_at);
                if seen.asked_at.unwrap_or(seen.received_at) < created_at.plus_ms(NOT_EXIST_GRACE_MS) {
                    (Effect::Stale, Reason::NotExistTooEarly)
                } else {
                    (Effect::Conflict, Reason::NotExistContradicts)
                }
            }
            Cell::AwaitCreation => self.await_creation(seen),
        }
    }

    // Only attempts that were known when this answer arrived count: later, unverified ones can then never change a state.
    fn await_creation(&mut self, seen: &Evidence) -> (Effect, Reason) {
        let last = self.last_attempt(seen.received_seq);
        if !self.absent_since(last.map_or(0, |(asked_seq, _)| asked_seq)) {
            return (Effect::Same, Reason::NotExistWaiting);
        }
        match last {
            Some((_, Attempt::UnsignedFail)) => {
                self.state = OrderState::CreateFailed;
                self.creation_unknown = false;
                (Effect::Applied, Reason::NeverCreated)
            }
            _ => (Effect::Same, Reason::NotExistResend),
        }
    }

    // The newest attempt that arrived before `received_seq`; one that was not done counts only where there is no other.
    fn last_attempt(&self, received_seq: i64) -> Option<(i64, Attempt)> {
        self.attempts
            .iter()
            .filter(|(_, received, _)| *received < received_seq)
            .max_by_key(|(asked, received, attempt)| (*attempt != Attempt::NotDone, *asked, *received))
            .map(|(asked, _, attempt)| (*asked, *attempt))
    }

    // Whether two verified ORDERNOTEXIST, asked after `asked_seq`, lie far enough apart.
    fn absent_since(&self, asked_seq: i64) -> bool {
        let mut answers = self.not_exist.iter().filter(|(asked, _)| *asked > asked_seq).map(|(_, at)| at.0);
        let Some(first) = answers.next() else { return false };
        answers.any(|at| at.saturating_sub(first) >= NOT_EXIST_APART_MS)
    }

    fn advice(&self) -> Advice {
        if self.state.is_final() {
            return Advice::Done;
        }
        if self.state != OrderState::Creating {
            return Advice::Query;
        }
        match self.last_attempt(i64::MAX) {
            Some((_, Attempt::NotDone)) => Advice::Resend,
            Some((asked_seq, Attempt::Unknown)) if self.absent_since(asked_seq) => Advice::Resend,
            None if self.absent_since(0) => Advice::Resend,
            _ => Advice::Query,
        }
    }

    fn finish(self, evidence: &[Evidence]) -> Folded {
        let advice = self.advice();
        // An intent that was asked about although no answer to it ever came: the program ended in between.
        let lost = self.state == OrderState::Creating
            && self.attempts.is_empty()
            && evidence.iter().any(|seen| seen.source == Source::Query);
        let marks = [
            (self.creation_unknown || self.closing_unknown || lost, Flags::UNKNOWN),
            (self.confirmed(evidence), Flags::CONFIRMED),
            (unverified_answers(evidence) >= UNVERIFIED_ANSWERS, Flags::UNVERIFIED_ANSWER),
        ];
        let flags = marks.into_iter().filter(|(set, _)| *set).fold(self.marks, |flags, (_, flag)| flags.with(flag));
        Folded {
            state: self.state,
            flags,
            total_fee: self.facts.total_fee,
            payment: self.payment,
            prepay: self.prepay,
            advice,
            steps: self.steps,
        }
    }

    fn confirmed(&self, evidence: &[Evidence]) -> bool {
        let Some(payment) = &self.payment else { return false };
        let says = |source: Source| {
            evidence.iter().any(|seen| {
                seen.source == source
                    && payment_report(self.facts, seen)
                        .is_some_and(|report| report.transaction_id.as_ref() == Some(&payment.transaction_id))
            })
        };
        says(Source::Query) && says(Source::Notice)
    }
}

/// Codes of a signed FAIL after which the request may still have been carried out, or was only too early.
fn is_definite(err_code: &str) -> bool {
    !matches!(
        err_code,
        "SYSTEMERROR"
            | "SYSTEM_ERROR"
            | "BANKERROR"
            | "USERPAYING"
            | "BIZERR_NEED_RETRY"
            | "FREQUENCY_LIMITED"
            | "FREQ_LIMIT"
    )
}

fn attempt(seen: &Evidence) -> Option<(i64, i64, Attempt)> {
    if seen.source != Source::Create {
        return None;
    }
    let attempt = match (&seen.event, seen.verified) {
        (Event::NotDone { .. }, _) => Attempt::NotDone,
        (Event::UnsignedFail { .. }, _) => Attempt::UnsignedFail,
        (Event::Refused { err_code, .. }, true) if is_definite(err_code) => Attempt::Answered,
        (Event::Refused { .. } | Event::Unknown { .. }, _) | (_, false) => Attempt::Unknown,
        (_, true) => Attempt::Answered,
    };
    Some((seen.asked_seq, seen.received_seq, attempt))
}

fn check_report(facts: &Facts, seen: &Evidence, report: &Report) -> Result<(), (Effect, Reason)> {
    let pays = matches!(report.trade_state, TradeState::Success | TradeState::Refund);
    if pays && (report.transaction_id.is_none() || report.total_fee.is_none()) {
        return Err((Effect::Refused, Reason::Incomplete));
    }
    if report.total_fee.is_some_and(|total_fee| total_fee != facts.total_fee) {
        return Err((Effect::Conflict, Reason::AmountMismatch));
    }
    if seen.elsewhere {
        return Err((Effect::Conflict, Reason::TransactionElsewhere));
    }
    Ok(())
}

// The report inside, if it is evidence of a payment: SUCCESS, REFUND, or REVOKED with a transaction_id.
fn payment_report<'a>(facts: &Facts, seen: &'a Evidence) -> Option<&'a Report> {
    let Event::TradeState(report) = &seen.event else { return None };
    let pays = matches!(report.trade_state, TradeState::Success | TradeState::Refund | TradeState::Revoked);
    let valid = seen.verified && pays && report.transaction_id.is_some() && check_report(facts, seen, report).is_ok();
    valid.then_some(report)
}

// The first payment to arrive is the payment: what arrives later can agree with it or contradict it, never replace it.
fn first_payment(facts: &Facts, evidence: &[Evidence]) -> Option<Payment> {
    let mut reports: Vec<(i64, &Report)> = evidence
        .iter()
        .filter_map(|seen| payment_report(facts, seen).map(|report| (seen.received_seq, report)))
        .collect();
    reports.sort_unstable_by_key(|(received_seq, _)| *received_seq);
    let transaction_id = reports.first()?.1.transaction_id.clone()?;
    let paid_at = reports
        .iter()
        .filter(|(_, report)| report.transaction_id.as_ref() == Some(&transaction_id))
        .find_map(|(_, report)| report.paid_at);
    Some(Payment { transaction_id, paid_fee: facts.total_fee, paid_at })
}

// How many of the newest answers in a row, up to the last verified one, carried no signature that holds.
fn unverified_answers(evidence: &[Evidence]) -> usize {
    let mut answers: Vec<&Evidence> = evidence
        .iter()
        .filter(|seen| matches!(seen.source, Source::Create | Source::Query | Source::Close))
        .filter(|seen| seen.verified || matches!(seen.signature, Signature::Invalid | Signature::Missing))
        .collect();
    answers.sort_unstable_by_key(|seen| std::cmp::Reverse(seen.received_seq));
    answers.iter().take_while(|seen| !seen.verified).count()
}

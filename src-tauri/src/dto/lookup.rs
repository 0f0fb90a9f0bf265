//! Lookup: what is asked for, and the answer to each number.

use serde::{Deserialize, Serialize};

use crate::dto::number::{AtMs, Count};
use crate::dto::orders::OrderRow;
use crate::dto::refunds::RefundRow;
use crate::dto::test_orders::Progress;
use crate::dto::words::Environment;

mirrored! {
    /// What kind of number it is.
    NumberKind of desk::NumberKind {
        /// WeChat's order number.
        TransactionId = "transaction_id",
        /// WeChat's refund number.
        RefundId = "refund_id",
        /// The merchant's order number.
        OutTradeNo = "out_trade_no",
        /// The merchant's refund number.
        OutRefundNo = "out_refund_no",
        /// The session of a payment.
        PrepayId = "prepay_id",
        /// An app.
        Appid = "appid",
        /// A merchant.
        MchId = "mch_id",
        /// A payer.
        OpenId = "openid",
        /// A payment code.
        AuthCode = "auth_code",
        /// An error code.
        ErrCode = "err_code",
    }
}

mirrored! {
    /// What a lookup gave.
    LookupVerdict of desk::LookupVerdict {
        /// Known, and where it stands.
        Found = "found",
        /// Neither here nor at WeChat Pay.
        NotFound = "not_found",
        /// Nobody knows yet.
        Unknown = "unknown",
        /// No order can be asked for by it.
        Explained = "explained",
    }
}

mirrored! {
    /// From where a step is known.
    LookupSource of desk::StepSource {
        /// Our own record.
        Record = "record",
        /// The moment that the number begins with.
        Number = "number",
        /// A file of the merchant.
        Import = "import",
        /// The answer to unifiedorder.
        UnifiedOrder = "unifiedorder",
        /// The answer to orderquery.
        OrderQuery = "orderquery",
        /// The answer to closeorder.
        CloseOrder = "closeorder",
        /// A payment notification.
        Notice = "notice",
        /// The answer to refund.
        Refund = "refund",
        /// The answer to refundquery.
        RefundQuery = "refundquery",
        /// A line of a bill.
        Bill = "bill",
        /// The run that counts for its day.
        Reconcile = "reconcile",
    }
}

/// What is to be looked up.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct LookupRequest {
    /// A number, several, or a whole message.
    pub(crate) text: String,
    /// Who is asked about what is not known here; null for the merchant in use.
    pub(crate) profile: Option<String>,
    /// Only what is known here.
    pub(crate) offline: bool,
}

impl From<LookupRequest> for desk::LookupWish {
    fn from(request: LookupRequest) -> Self {
        Self { text: request.text, profile: request.profile, offline: request.offline, one_per_order: true }
    }
}

/// A sentence in both languages.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Told {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl From<desk::Told> for Told {
    fn from(told: desk::Told) -> Self {
        Self { zh: told.zh, en: told.en }
    }
}

/// One step of what happened.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LookupStep {
    pub(crate) at: AtMs,
    pub(crate) what: Told,
    pub(crate) source: LookupSource,
    pub(crate) verified: bool,
}

/// The answer to one number.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LookupAnswer {
    /// The number; of a payment code only its beginning.
    pub(crate) number: String,
    /// Other numbers of the text that belong to the same order.
    pub(crate) also: Vec<String>,
    pub(crate) kind: NumberKind,
    /// The Beijing day that stands in the number, `2026-11-20`.
    pub(crate) date: Option<String>,
    /// Whether letters were read as digits.
    pub(crate) repaired: bool,
    pub(crate) verdict: LookupVerdict,
    pub(crate) profile: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) sentence: Told,
    /// Whether it can no longer change; null where no order is known.
    pub(crate) is_final: Option<bool>,
    pub(crate) finality: Option<Told>,
    /// The oldest first.
    pub(crate) timeline: Vec<LookupStep>,
    pub(crate) order: Option<OrderRow>,
    /// The one that was asked for first.
    pub(crate) refunds: Vec<RefundRow>,
    /// What the error code means and what to do.
    pub(crate) code: Option<Told>,
    /// Why WeChat Pay may not have it.
    pub(crate) reasons: Vec<Told>,
    pub(crate) next: Told,
}

impl From<desk::LookupAnswer> for LookupAnswer {
    fn from(answer: desk::LookupAnswer) -> Self {
        let step = |step: desk::Step| LookupStep {
            at: step.at.into(),
            what: step.what.into(),
            source: step.source.into(),
            verified: step.is_verified,
        };
        Self {
            number: answer.number.shown(),
            also: answer.also.iter().map(desk::PastedNumber::shown).collect(),
            kind: answer.number.kind.into(),
            date: answer.number.date.map(wxpay_protocol::UtcMs::day),
            repaired: answer.number.is_repaired,
            verdict: answer.verdict.into(),
            profile: answer.profile,
            environment: answer.environment.map(Into::into),
            sentence: answer.sentence.into(),
            is_final: answer.is_final,
            finality: answer.finality.map(Into::into),
            timeline: answer.timeline.into_iter().map(step).collect(),
            order: answer.order.map(Into::into),
            refunds: answer.refunds.into_iter().map(Into::into).collect(),
            code: answer.code.map(Into::into),
            reasons: answer.reasons.into_iter().map(Into::into).collect(),
            next: answer.next.into(),
        }
    }
}

/// The answers to all numbers of a text.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LookedUp {
    /// Names the lookup for `lookup_export`.
    pub(crate) job: u32,
    pub(crate) answers: Vec<LookupAnswer>,
    /// How many numbers the text has.
    pub(crate) numbers: Count,
    pub(crate) cancelled: bool,
}

/// What is told while a lookup goes on.
#[derive(Debug, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum LookupNews {
    /// How many numbers were looked up.
    Numbers { progress: Progress },
    /// The answers, before what bills say of them.
    Answers { found: LookedUp },
    /// How far the bills are read, in bytes; of a total of 0 where there are none.
    Bills { progress: Progress },
}

impl LookedUp {
    pub(crate) fn of(job: u32, found: desk::LookedUp) -> Self {
        Self {
            job,
            answers: found.answers.into_iter().map(Into::into).collect(),
            numbers: found.numbers.into(),
            cancelled: found.cancelled,
        }
    }
}

/// A table of answers that was written.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LookupFile {
    pub(crate) file: String,
    pub(crate) rows: Count,
}

//! Refunds: the list, one refund, what is left of an order, and what an operation did.

use desk::{RefundResult, arrival, why_asked};
use serde::{Deserialize, Serialize};

use crate::dto::evidence::Effect;
use crate::dto::number::{AtMs, Count, Fen};
use crate::dto::words::OrderState;
use crate::error::IpcError;

mirrored! {
    /// The state of a refund, derived from evidence only.
    RefundState of desk_store::RefundState {
        /// Its amount is held; nothing is known of its request yet.
        Reserved = "RESERVED",
        /// Accepted, not refunded yet.
        Submitted = "SUBMITTED",
        /// Nobody knows; it is asked about under the same number.
        Unknown = "UNKNOWN",
        /// Under way.
        Processing = "PROCESSING",
        /// The payer's account takes nothing.
        Change = "CHANGE",
        /// The money is back with the payer.
        Success = "SUCCESS",
        /// It did not happen.
        RefundClose = "REFUNDCLOSE",
        /// Refused, or never accepted.
        Rejected = "REJECTED",
    }
}

/// Which refunds. Empty lists and null do not restrict.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct RefundFilter {
    pub(crate) states: Vec<RefundState>,
    /// Reserved or found at or after.
    pub(crate) created_from: Option<AtMs>,
    /// Reserved or found before.
    pub(crate) created_to: Option<AtMs>,
    pub(crate) profile: Option<String>,
    /// The beginning of a refund number, or a whole order number.
    pub(crate) search: String,
}

impl From<RefundFilter> for desk_store::RefundFilter {
    fn from(filter: RefundFilter) -> Self {
        Self {
            states: filter.states.into_iter().map(Into::into).collect(),
            created_from: filter.created_from.map(Into::into),
            created_to: filter.created_to.map(Into::into),
            profile: filter.profile,
            search: filter.search,
        }
    }
}

/// A refund.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefundRow {
    pub(crate) profile: String,
    pub(crate) out_refund_no: String,
    pub(crate) refund_id: Option<String>,
    pub(crate) out_trade_no: String,
    pub(crate) refund_fee: Fen,
    pub(crate) total_fee: Fen,
    pub(crate) refund_desc: Option<String>,
    pub(crate) state: RefundState,
    pub(crate) conflict: bool,
    /// Whether it was made elsewhere and found by a query.
    pub(crate) found: bool,
    /// When and where its money arrives, in Chinese.
    pub(crate) arrival_zh: &'static str,
    /// The same in English.
    pub(crate) arrival_en: &'static str,
    pub(crate) recv_account: Option<String>,
    pub(crate) created_at: AtMs,
    pub(crate) success_at: Option<AtMs>,
    pub(crate) next_query_at: Option<AtMs>,
    /// Why it is asked about then, in Chinese; null where no question comes.
    pub(crate) next_why_zh: Option<&'static str>,
    /// The same in English.
    pub(crate) next_why_en: Option<&'static str>,
}

impl From<desk_store::Refund> for RefundRow {
    fn from(refund: desk_store::Refund) -> Self {
        let (arrival_zh, arrival_en) =
            arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
        let (next_why_zh, next_why_en) = why_asked(&refund).unzip();
        Self {
            profile: refund.profile,
            out_refund_no: refund.out_refund_no.to_string(),
            refund_id: refund.refund_id,
            out_trade_no: refund.out_trade_no.to_string(),
            refund_fee: Fen::of(refund.refund_fee),
            total_fee: Fen::of(refund.total_fee),
            refund_desc: refund.refund_desc,
            state: refund.state.into(),
            conflict: refund.conflict,
            found: refund.origin == desk_store::RefundOrigin::Found,
            arrival_zh,
            arrival_en,
            recv_account: refund.recv_account,
            created_at: refund.created_at.into(),
            success_at: refund.success_at.map(Into::into),
            next_query_at: refund.next_query_at.map(Into::into),
            next_why_zh,
            next_why_en,
        }
    }
}

/// A stretch of the list, with the totals of all of it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefundsPage {
    pub(crate) total: Count,
    pub(crate) refunded_fen: Fen,
    /// Held by refunds that are not final.
    pub(crate) held_fen: Fen,
    pub(crate) rows: Vec<RefundRow>,
}

impl TryFrom<desk_store::RefundList> for RefundsPage {
    type Error = IpcError;

    fn try_from(list: desk_store::RefundList) -> Result<Self, IpcError> {
        Ok(Self {
            total: list.totals.count.into(),
            refunded_fen: Fen::sum(list.totals.refunded_fen)?,
            held_fen: Fen::sum(list.totals.held_fen)?,
            rows: list.rows.into_iter().map(Into::into).collect(),
        })
    }
}

/// One piece of evidence of a refund.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefundStep {
    pub(crate) seq: Count,
    /// `apply` or `query`.
    pub(crate) source: &'static str,
    pub(crate) asked_at: AtMs,
    pub(crate) received_at: AtMs,
    pub(crate) verified: bool,
    pub(crate) effect: Effect,
    /// Why it had that effect, as a word.
    pub(crate) reason: &'static str,
    /// The reported refund_status, an error code, or what stood in the way.
    pub(crate) said: String,
    pub(crate) raw: Option<String>,
}

impl From<desk_store::RefundObservation> for RefundStep {
    fn from(found: desk_store::RefundObservation) -> Self {
        use desk_store::RefundEvent;
        let evidence = found.evidence;
        let said = match evidence.event {
            RefundEvent::Accepted { .. } => "SUCCESS".to_owned(),
            RefundEvent::Reported(seen) => seen.status.as_str().to_owned(),
            RefundEvent::NotExist { err_code_des } => format!("REFUNDNOTEXIST {err_code_des}"),
            RefundEvent::Refused { err_code, err_code_des, .. } => format!("{err_code} {err_code_des}"),
            RefundEvent::NotSent { why } | RefundEvent::Unknown { why } => why,
            RefundEvent::UnsignedFail { return_msg } => format!("FAIL {return_msg}"),
        };
        Self {
            seq: evidence.received_seq.unsigned_abs().into(),
            source: evidence.source.as_str(),
            asked_at: evidence.asked_at.into(),
            received_at: evidence.received_at.into(),
            verified: evidence.verified,
            effect: found.effect.into(),
            reason: found.reason.as_str(),
            said,
            raw: found.raw,
        }
    }
}

/// A refund with its evidence.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefundDetail {
    pub(crate) refund: RefundRow,
    /// The oldest first.
    pub(crate) timeline: Vec<RefundStep>,
}

impl From<desk::RefundDetail> for RefundDetail {
    fn from(detail: desk::RefundDetail) -> Self {
        let timeline = detail.observations.into_iter().map(Into::into).collect();
        Self { refund: detail.refund.into(), timeline }
    }
}

/// What can be refunded of an order, as the gateway just said.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Refundable {
    pub(crate) profile: String,
    pub(crate) out_trade_no: String,
    pub(crate) body: String,
    pub(crate) state: OrderState,
    pub(crate) total_fee: Fen,
    pub(crate) left_fen: Fen,
    pub(crate) refunds: Vec<RefundRow>,
}

impl From<desk::Refundable> for Refundable {
    fn from(found: desk::Refundable) -> Self {
        Self {
            profile: found.order.profile,
            out_trade_no: found.order.out_trade_no.to_string(),
            body: found.order.body,
            state: found.order.state.into(),
            total_fee: Fen::of(found.order.total_fee),
            left_fen: Fen::of(found.left),
            refunds: found.refunds.into_iter().map(Into::into).collect(),
        }
    }
}

/// A refund that is wanted.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct RefundRequest {
    pub(crate) profile: String,
    pub(crate) out_trade_no: String,
    pub(crate) refund_fee: Fen,
    pub(crate) refund_desc: Option<String>,
}

/// What an exchange about a refund gave.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefundOutcome {
    pub(crate) refund: RefundRow,
    /// Whether the gateway accepted or knows it.
    pub(crate) known: bool,
    /// One English sentence: what is known and what happens next.
    pub(crate) detail: String,
}

impl RefundOutcome {
    pub(crate) fn of(result: RefundResult, detail: desk::RefundDetail) -> Self {
        Self { known: result.exit_status() == 0, detail: result.detail, refund: detail.refund.into() }
    }
}

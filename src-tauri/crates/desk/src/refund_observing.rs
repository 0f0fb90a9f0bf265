//! From what came over the wire to the observation of a refund that the store keeps.

use desk_store::{Asked, NewRefundObservation, RefundEvent, RefundSeen, RefundSource, Signature};
use wxpay_client::{Doubt, Exchange, Outcome, Rejection};
use wxpay_protocol::UtcMs;
use wxpay_protocol::answer::Refusal;
use wxpay_protocol::error_code::{self, Retry};
use wxpay_protocol::refund::{self, RefundAnswer};
use wxpay_protocol::refund_query::{By, RefundRecord, RefundReport};
use wxpay_protocol::sign::SignFault;

use crate::DeskError;
use crate::observing::is_rate_code;

/// A question or request that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking {
    /// The refund, by the store's own id.
    pub(crate) refund: i64,
    /// The store's counter before sending.
    pub(crate) seq: i64,
    /// The clock before sending.
    pub(crate) at: UtcMs,
}

/// The observation of an answer to refund.
pub(crate) fn applied(exchange: Exchange<RefundAnswer>, asking: Asking, received_at: UtcMs) -> NewRefundObservation {
    observe(exchange, RefundSource::Apply, asking, received_at, |answer| RefundEvent::Accepted {
        refund_id: answer.refund_id,
        refund_fee: answer.refund_fee,
    })
}

/// The observation of an answer to refundquery about one refund, asked for by either of its numbers.
pub(crate) fn queried(
    exchange: Exchange<RefundReport>,
    by: &By,
    asking: Asking,
    received_at: UtcMs,
) -> NewRefundObservation {
    observe(exchange, RefundSource::Query, asking, received_at, |report| {
        let is_meant = |refund: &RefundRecord| match by {
            By::OutRefundNo(number) => refund.out_refund_no == *number,
            By::RefundId(number) => refund.refund_id == *number,
            By::OutTradeNo(..) => false,
        };
        match report.refunds.into_iter().find(is_meant) {
            Some(record) => RefundEvent::Reported(seen(record)),
            None => RefundEvent::Unknown { why: "the answer is about another refund".to_owned() },
        }
    })
}

/// The observation of one refund among all that an order has.
pub(crate) fn reported(record: RefundRecord, asking: Asking, received_at: UtcMs) -> NewRefundObservation {
    NewRefundObservation {
        refund: asking.refund,
        source: RefundSource::Query,
        asked: Asked { seq: asking.seq, at: asking.at },
        received_at,
        verified: true,
        signature: Signature::Valid,
        event: RefundEvent::Reported(seen(record)),
        raw: None,
    }
}

/// The refunds of an order, or nothing where it has none.
///
/// # Errors
/// Without a verified answer nothing may be refunded: another desk may have done so already.
pub(crate) fn found(exchange: Exchange<RefundReport>) -> Result<Option<RefundReport>, DeskError> {
    match exchange.outcome {
        Outcome::Confirmed(report) => Ok(Some(report)),
        Outcome::Rejected(Rejection::Refused(refusal)) if refusal.err_code == "REFUNDNOTEXIST" => Ok(None),
        Outcome::Rejected(Rejection::Refused(refusal)) => Err(DeskError::Conflict(format!(
            "the gateway does not say which refunds the order has ({}: {}); nothing was sent, try again",
            refusal.err_code, refusal.err_code_des
        ))),
        Outcome::Rejected(Rejection::Unsigned { return_msg }) => Err(DeskError::Conflict(format!(
            "the gateway does not say which refunds the order has ({return_msg}); nothing was sent"
        ))),
        Outcome::Rejected(Rejection::NotSent(reason)) => {
            Err(DeskError::Conflict(format!("{reason}; nothing was sent")))
        }
        Outcome::Unknown(doubt) => Err(DeskError::Conflict(format!(
            "it is not known which refunds the order has ({doubt}); nothing was sent, try again"
        ))),
    }
}

fn seen(record: RefundRecord) -> RefundSeen {
    RefundSeen {
        status: record.status,
        refund_id: record.refund_id,
        refund_fee: record.refund_fee,
        success_at: record.success_time,
        refund_channel: record.channel,
        recv_account: record.recv_account,
    }
}

fn observe<T>(
    exchange: Exchange<T>,
    source: RefundSource,
    asking: Asking,
    received_at: UtcMs,
    read: impl FnOnce(T) -> RefundEvent,
) -> NewRefundObservation {
    let raw = (!exchange.raw.is_empty()).then(|| String::from_utf8_lossy(&exchange.raw).into_owned());
    let (event, signature) = match exchange.outcome {
        Outcome::Confirmed(answer) => (read(answer), Signature::Valid),
        Outcome::Rejected(rejection) => rejected(rejection, source),
        Outcome::Unknown(doubt) => unknown(&doubt),
    };
    NewRefundObservation {
        refund: asking.refund,
        source,
        asked: Asked { seq: asking.seq, at: asking.at },
        received_at,
        // What says nothing is no evidence, however well it is signed.
        verified: exchange.verified && !matches!(event, RefundEvent::Unknown { .. }),
        signature,
        event,
        raw,
    }
}

fn rejected(rejection: Rejection, source: RefundSource) -> (RefundEvent, Signature) {
    match rejection {
        Rejection::NotSent(reason) => (RefundEvent::NotSent { why: reason.to_string() }, Signature::Unsigned),
        Rejection::Unsigned { return_msg } => (RefundEvent::UnsignedFail { return_msg }, Signature::Unsigned),
        Rejection::Refused(Refusal { err_code, err_code_des, .. }) => {
            let event = match err_code.as_str() {
                "REFUNDNOTEXIST" if source == RefundSource::Query => RefundEvent::NotExist { err_code_des },
                // The page says: may have been refunded, the same number again (§6.4).
                "BIZERR_NEED_RETRY" if source == RefundSource::Apply => {
                    RefundEvent::Unknown { why: format!("{err_code}: {err_code_des}") }
                }
                _ => {
                    let is_final = is_final(&err_code);
                    RefundEvent::Refused { err_code, err_code_des, is_final }
                }
            };
            (event, Signature::Valid)
        }
    }
}

/// Whether a refusal of refund leaves its number nothing to hope for.
fn is_final(err_code: &str) -> bool {
    !is_rate_code(err_code)
        && error_code::meaning(refund::PATH, err_code).is_some_and(|meaning| meaning.retry == Retry::No)
}

fn unknown(doubt: &Doubt) -> (RefundEvent, Signature) {
    let why = doubt.to_string();
    match doubt {
        Doubt::Unverified(SignFault::Missing) => (RefundEvent::Unknown { why }, Signature::Missing),
        Doubt::Unverified(_) => (RefundEvent::Unknown { why }, Signature::Invalid),
        // Its signature holds and it answers something else, such as another amount under a number that was used before.
        Doubt::Mismatch { field, asked, answered } => (
            RefundEvent::Refused {
                err_code: "ANSWER_MISMATCH".into(),
                err_code_des: format!("{field}: {answered:?} answered, {asked:?} asked"),
                is_final: false,
            },
            Signature::Valid,
        ),
        Doubt::SystemError(refusal) | Doubt::UnknownErrCode(refusal) => {
            (RefundEvent::Unknown { why: format!("{}: {}", refusal.err_code, refusal.err_code_des) }, Signature::Valid)
        }
        Doubt::Shape(_) => (RefundEvent::Unknown { why }, Signature::Valid),
        Doubt::Lost(_)
        | Doubt::HttpStatus(_)
        | Doubt::Certificate
        | Doubt::TooLarge
        | Doubt::Encoded
        | Doubt::Unreadable(_) => (RefundEvent::Unknown { why }, Signature::Unsigned),
    }
}

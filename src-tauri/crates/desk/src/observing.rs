//! From what came over the wire to the observation that the store keeps.

use desk_store::{Asked, Event, NewObservation, Report, Signature, Source};
use wxpay_client::{CloseAnswer, Doubt, Exchange, Outcome, Rejection};
use wxpay_protocol::UtcMs;
use wxpay_protocol::answer::Refusal;
use wxpay_protocol::order_query::OrderReport;
use wxpay_protocol::sign::SignFault;
use wxpay_protocol::unified_order::UnifiedOrderAnswer;

use crate::pace::HeldBack;

/// A confirmed answer of one of the three endpoints, as an event.
pub(crate) trait Confirmed {
    /// What brought it.
    const SOURCE: Source;
    /// What it says.
    fn event(self) -> Event;
}

impl Confirmed for UnifiedOrderAnswer {
    const SOURCE: Source = Source::Create;

    fn event(self) -> Event {
        Event::Created { prepay_id: self.prepay_id, code_url: self.code_url, mweb_url: self.mweb_url }
    }
}

impl Confirmed for OrderReport {
    const SOURCE: Source = Source::Query;

    fn event(self) -> Event {
        Event::TradeState(Report {
            trade_state: self.trade_state,
            transaction_id: self.transaction_id,
            total_fee: self.total_fee,
            paid_at: self.time_end,
        })
    }
}

impl Confirmed for CloseAnswer {
    const SOURCE: Source = Source::Close;

    fn event(self) -> Event {
        Event::CloseAccepted
    }
}

/// The observation of an exchange about an order.
pub(crate) fn observation<T: Confirmed>(
    exchange: Exchange<T>,
    order_id: i64,
    asked: Asked,
    received_at: UtcMs,
) -> NewObservation {
    let raw = (!exchange.raw.is_empty()).then(|| String::from_utf8_lossy(&exchange.raw).into_owned());
    let (event, signature) = match exchange.outcome {
        Outcome::Confirmed(answer) => (answer.event(), Signature::Valid),
        Outcome::Rejected(rejection) => rejected(rejection, T::SOURCE),
        Outcome::Unknown(doubt) => unknown(doubt),
    };
    NewObservation {
        order_id,
        source: T::SOURCE,
        asked: Some(asked),
        received_at,
        // What says nothing is no evidence, however well it is signed.
        verified: exchange.verified && !matches!(event, Event::Unknown { .. }),
        signature,
        event,
        raw,
    }
}

/// What an exchange says about the pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// The gateway answered under the key that we have.
    Verified,
    /// The gateway answered something.
    Answered,
    /// It answered as one does whose key is another one: with a sign that does not hold, or that ours does not.
    KeyInDoubt,
    /// It is to be left alone for a while.
    LeaveAlone(HeldBack),
    /// No answer came; that says nothing about the next one.
    Lost,
}

/// What an exchange says about the pace.
pub(crate) fn reached<T>(exchange: &Exchange<T>) -> Reached {
    match &exchange.outcome {
        Outcome::Rejected(Rejection::NotSent(_)) => Reached::LeaveAlone(HeldBack::Unreachable),
        Outcome::Rejected(Rejection::Refused(refusal)) if is_rate_code(&refusal.err_code) => {
            Reached::LeaveAlone(HeldBack::TooOften)
        }
        Outcome::Unknown(Doubt::Unverified(_)) => Reached::KeyInDoubt,
        Outcome::Rejected(Rejection::Unsigned { return_msg }) if return_msg.contains("签名") => Reached::KeyInDoubt,
        _ if exchange.verified => Reached::Verified,
        _ if exchange.http_status.is_none() => Reached::Lost,
        _ => Reached::Answered,
    }
}

pub(crate) fn is_rate_code(err_code: &str) -> bool {
    matches!(err_code, "FREQUENCY_LIMITED" | "FREQ_LIMIT")
}

fn rejected(rejection: Rejection, source: Source) -> (Event, Signature) {
    match rejection {
        Rejection::NotSent(reason) => (Event::NotDone { why: reason.to_string() }, Signature::Unsigned),
        Rejection::Unsigned { return_msg } => (Event::UnsignedFail { return_msg }, Signature::Unsigned),
        Rejection::Refused(Refusal { err_code, err_code_des, .. }) => {
            let event = match err_code.as_str() {
                code if is_rate_code(code) => Event::NotDone { why: format!("{err_code}: {err_code_des}") },
                "ORDERNOTEXIST" if source == Source::Query => Event::OrderNotExist { err_code_des },
                _ => Event::Refused { err_code, err_code_des },
            };
            (event, Signature::Valid)
        }
    }
}

fn unknown(doubt: Doubt) -> (Event, Signature) {
    let why = doubt.to_string();
    match doubt {
        Doubt::Unverified(SignFault::Missing) => (Event::Unknown { why }, Signature::Missing),
        Doubt::Unverified(_) => (Event::Unknown { why }, Signature::Invalid),
        // Its signature holds and it answers something else: kept as what it is, a refusal to believe it.
        Doubt::Mismatch { field, asked, answered } => (
            Event::Refused {
                err_code: "ANSWER_MISMATCH".into(),
                err_code_des: format!("{field}: {answered:?} answered, {asked:?} asked"),
            },
            Signature::Valid,
        ),
        Doubt::SystemError(refusal) | Doubt::UnknownErrCode(refusal) => {
            (Event::Unknown { why: format!("{}: {}", refusal.err_code, refusal.err_code_des) }, Signature::Valid)
        }
        Doubt::Shape(_) => (Event::Unknown { why }, Signature::Valid),
        Doubt::Lost(_)
        | Doubt::HttpStatus(_)
        | Doubt::Certificate
        | Doubt::TooLarge
        | Doubt::Encoded
        | Doubt::Unreadable(_) => (Event::Unknown { why }, Signature::Unsigned),
    }
}

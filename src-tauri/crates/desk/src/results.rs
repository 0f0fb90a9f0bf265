//! What a person or a script is told after an order was sent, asked about or closed.

use desk_store::{Effect, Event, NewObservation, Order, OrderState, Outcome, Reason, Recorded};
use wxpay_protocol::error_code;

/// One order after one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderResult {
    /// The profile.
    pub profile: String,
    /// The number.
    pub out_trade_no: String,
    /// The state now.
    pub state: OrderState,
    /// Whether the operation was confirmed, rejected, or nobody knows.
    pub outcome: Outcome,
    /// One English sentence: what is known, and what happens next.
    pub detail: String,
    /// `err_code` of a signed refusal.
    pub err_code: Option<String>,
    /// `err_code_des` of a signed refusal.
    pub err_code_des: Option<String>,
    /// The text of an unsigned `return_code=FAIL`.
    pub return_msg: Option<String>,
    /// What the answer did to the order.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Whether an unpaid order was used again instead of making a new one.
    pub reused: bool,
    /// The session of the payment.
    pub prepay_id: Option<String>,
    /// What a NATIVE QR code holds.
    pub code_url: Option<String>,
    /// Where an MWEB payer is sent.
    pub mweb_url: Option<String>,
}

impl OrderResult {
    pub(crate) fn new(order: &Order, path: &str, observation: &NewObservation, recorded: &Recorded) -> Self {
        let mut result = Self {
            profile: order.profile.clone(),
            out_trade_no: order.out_trade_no.to_string(),
            state: recorded.state,
            outcome: observation.event.outcome(observation.verified),
            detail: detail(path, observation, recorded),
            err_code: None,
            err_code_des: None,
            return_msg: None,
            effect: recorded.effect,
            reason: recorded.reason,
            reused: false,
            prepay_id: order.prepay_id.as_ref().map(ToString::to_string),
            code_url: order.code_url.clone(),
            mweb_url: order.mweb_url.clone(),
        };
        match &observation.event {
            Event::Created { prepay_id, code_url, mweb_url } if observation.verified => {
                result.prepay_id = Some(prepay_id.to_string());
                result.code_url.clone_from(code_url);
                result.mweb_url.clone_from(mweb_url);
            }
            Event::Refused { err_code, err_code_des } => {
                result.err_code = Some(err_code.clone());
                result.err_code_des = Some(err_code_des.clone());
            }
            Event::OrderNotExist { err_code_des } => {
                result.err_code = Some("ORDERNOTEXIST".into());
                result.err_code_des = Some(err_code_des.clone());
            }
            Event::UnsignedFail { return_msg } => result.return_msg = Some(return_msg.clone()),
            _ => {}
        }
        result
    }

    /// The exit status of the command line: 0 confirmed, 1 the order does not exist, 4 not sent or refused, 5 unknown.
    pub fn exit_status(&self) -> u8 {
        match self.outcome {
            Outcome::Confirmed => 0,
            Outcome::Rejected if self.err_code.as_deref() == Some("ORDERNOTEXIST") => 1,
            Outcome::Rejected => 4,
            // Unsigned, so it proves nothing about the order; for the one who asked it is a plain no.
            Outcome::Unknown if self.return_msg.is_some() => 4,
            Outcome::Unknown => 5,
        }
    }
}

fn detail(path: &str, observation: &NewObservation, recorded: &Recorded) -> String {
    let state = recorded.state;
    match &observation.event {
        _ if recorded.effect == Effect::Conflict => {
            format!("the answer contradicts what is known ({}); a person must look at the order", recorded.reason)
        }
        Event::Created { .. } => "created; waiting for the payment".into(),
        Event::CloseAccepted => "the closing was accepted; a query tells the state".into(),
        Event::TradeState(report) if report.trade_state.as_str() == state.as_str() => {
            format!("{state}: {}", report.trade_state.meaning().1)
        }
        Event::TradeState(report) => format!("reported {}, the order stays {state}", report.trade_state),
        Event::Refused { err_code, err_code_des } => match error_code::meaning(path, err_code) {
            Some(meaning) => format!("{err_code} {err_code_des}: {}; {}", meaning.en, meaning.action_en),
            None => format!("{err_code}: {err_code_des}"),
        },
        Event::OrderNotExist { .. } => "ORDERNOTEXIST: the gateway has no such order".into(),
        Event::NotDone { why } => format!("{why}; nothing was done, it is tried again by polling"),
        Event::UnsignedFail { return_msg } => format!("refused without a signature: {return_msg}"),
        Event::Unknown { why } => format!("{why}; the outcome is unknown, a query with the same number decides"),
        Event::Claim(_) => "claimed".into(),
    }
}

//! The evidence of an order, one observation after the other.

use serde::Serialize;
use wxpay_protocol::{close_order, error_code, order_query, unified_order};

use crate::dto::number::{AtMs, Count};
use crate::dto::words::Outcome;

mirrored! {
    /// What brought an observation.
    ObservationSource of desk_store::Source {
        /// The answer to unifiedorder.
        Create = "create",
        /// The answer to orderquery.
        Query = "query",
        /// The answer to closeorder.
        Close = "close",
        /// A payment notification.
        Notice = "notice",
        /// A file: a claim.
        Import = "import",
    }
}

mirrored! {
    /// What an observation did when it arrived.
    Effect of desk_store::Effect {
        /// It changed the state.
        Applied = "applied",
        /// It says what was known.
        Same = "same",
        /// It is older than what is known.
        Stale = "stale",
        /// It contradicts what is known.
        Conflict = "conflict",
        /// It was not verified, or says too little.
        Refused = "refused",
    }
}

mirrored! {
    /// What the check of a message's signature gave.
    SignatureVerdict of desk_store::Signature {
        /// It holds.
        Valid = "valid",
        /// It does not hold.
        Invalid = "invalid",
        /// There should be one and is none.
        Missing = "missing",
        /// There is nothing to check.
        Unsigned = "unsigned",
    }
}

/// One piece of evidence.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Observation {
    /// Its place in the order of arrival.
    pub(crate) seq: Count,
    pub(crate) source: ObservationSource,
    pub(crate) asked_at: Option<AtMs>,
    pub(crate) received_at: AtMs,
    /// Whether it may change the state.
    pub(crate) verified: bool,
    pub(crate) outcome: Outcome,
    pub(crate) trade_state: Option<String>,
    pub(crate) err_code: Option<String>,
    pub(crate) err_code_des: Option<String>,
    /// What the code means and what to do, where the protocol says so.
    pub(crate) meaning: Option<ErrorMeaning>,
    pub(crate) return_msg: Option<String>,
    pub(crate) effect: Effect,
    /// Why it had that effect, as a word.
    pub(crate) reason: String,
    /// The link of the evidence's chain of digests.
    pub(crate) digest: String,
    /// The message as received.
    pub(crate) raw: Option<String>,
    pub(crate) signature: SignatureVerdict,
}

/// An error code of the gateway in words.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ErrorMeaning {
    pub(crate) zh: &'static str,
    pub(crate) action_zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) action_en: &'static str,
}

impl ErrorMeaning {
    fn of(source: desk_store::Source, err_code: &str) -> Option<Self> {
        let path = match source {
            desk_store::Source::Create => unified_order::PATH,
            desk_store::Source::Query => order_query::PATH,
            desk_store::Source::Close => close_order::PATH,
            desk_store::Source::Notice | desk_store::Source::Import => return None,
        };
        let meaning = error_code::meaning(path, err_code)?;
        Some(Self { zh: meaning.zh, action_zh: meaning.action_zh, en: meaning.en, action_en: meaning.action_en })
    }
}

#[derive(Default)]
struct Said {
    trade_state: Option<String>,
    err_code: Option<String>,
    err_code_des: Option<String>,
    return_msg: Option<String>,
}

impl Said {
    fn of(event: &desk_store::Event) -> Self {
        use desk_store::Event;
        match event {
            Event::Created { .. } | Event::CloseAccepted => Self::default(),
            Event::Refused { err_code, err_code_des } => {
                Self { err_code: Some(err_code.clone()), err_code_des: Some(err_code_des.clone()), ..Self::default() }
            }
            Event::NotDone { why } | Event::Unknown { why } => {
                Self { return_msg: Some(why.clone()), ..Self::default() }
            }
            Event::TradeState(report) => {
                Self { trade_state: Some(report.trade_state.as_str().to_owned()), ..Self::default() }
            }
            Event::OrderNotExist { err_code_des } => Self {
                err_code: Some("ORDERNOTEXIST".to_owned()),
                err_code_des: Some(err_code_des.clone()),
                ..Self::default()
            },
            Event::UnsignedFail { return_msg } => Self { return_msg: Some(return_msg.clone()), ..Self::default() },
            Event::Claim(claim) => {
                Self { trade_state: claim.state.map(|state| state.as_str().to_owned()), ..Self::default() }
            }
        }
    }
}

impl From<desk_store::Observation> for Observation {
    fn from(found: desk_store::Observation) -> Self {
        let evidence = found.evidence;
        let said = Said::of(&evidence.event);
        Self {
            seq: evidence.received_seq.unsigned_abs().into(),
            source: evidence.source.into(),
            asked_at: evidence.asked_at.map(Into::into),
            received_at: evidence.received_at.into(),
            verified: evidence.verified,
            outcome: evidence.event.outcome(evidence.verified).into(),
            meaning: said.err_code.as_deref().and_then(|err_code| ErrorMeaning::of(evidence.source, err_code)),
            trade_state: said.trade_state,
            err_code: said.err_code,
            err_code_des: said.err_code_des,
            return_msg: said.return_msg,
            effect: found.effect.into(),
            reason: found.reason.as_str().to_owned(),
            digest: found.digest,
            raw: found.raw,
            signature: evidence.signature.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_explained_by_the_endpoint_that_gave_it() {
        let closed = ErrorMeaning::of(desk_store::Source::Close, "ORDERCLOSED").unwrap();
        let created = ErrorMeaning::of(desk_store::Source::Create, "ORDERCLOSED").unwrap();
        assert_ne!(closed.action_en, created.action_en);
        assert!(ErrorMeaning::of(desk_store::Source::Query, "SOMETHING_NEW").is_none());
    }
}

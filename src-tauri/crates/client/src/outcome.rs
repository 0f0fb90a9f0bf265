//! What is known after an exchange.

use wxpay_protocol::answer::{AnswerFault, Refusal};
use wxpay_protocol::sign::SignFault;

use crate::wire::{LostReason, NotSentReason};

/// What became of a request. `T` is the verified answer of its endpoint.
#[derive(Debug)]
pub enum Outcome<T> {
    /// Done, said by a verified answer whose fields fit what was asked.
    Confirmed(T),
    /// Certainly not done.
    Rejected(Rejection),
    /// It may have been done. The same question under the same number decides; never a new number.
    Unknown(Doubt),
}

/// Why a request was certainly not carried out.
#[derive(Debug)]
pub enum Rejection {
    /// No byte reached the gateway.
    NotSent(NotSentReason),
    /// `return_code=FAIL`: unsigned by nature, so it says something to a person and never changes a state.
    Unsigned {
        /// The gateway's own words; empty where it gave none.
        return_msg: String,
    },
    /// A verified `result_code=FAIL` with a code that is final for this request.
    Refused(Refusal),
}

/// Why it is not known whether a request was carried out.
#[derive(Debug)]
pub enum Doubt {
    /// No complete answer.
    Lost(LostReason),
    /// Another HTTP status than 200: an error page, a redirect (never followed), a proxy.
    HttpStatus(u16),
    /// The gateway's page that asks for the merchant's certificate, or refuses the one that was shown.
    Certificate,
    /// Longer than 64 KiB, so not an answer of this protocol.
    TooLarge,
    /// Compressed although that was not asked for.
    Encoded,
    /// Not a flat XML message, or one without return_code or result_code.
    Unreadable(AnswerFault),
    /// The sign is missing or does not hold under our key and our algorithm.
    Unverified(SignFault),
    /// A verified answer about something else than what was asked.
    Mismatch {
        /// The field that differs.
        field: String,
        /// What was asked.
        asked: String,
        /// What was answered.
        answered: String,
    },
    /// A verified `SYSTEMERROR`: done or not done, the gateway itself does not say.
    SystemError(Refusal),
    /// A verified `result_code=FAIL` with a code that the protocol does not know for this endpoint.
    UnknownErrCode(Refusal),
    /// A verified success whose fields are missing or not of the documented shape; the name of the first such field or
    /// the sentence about it.
    Shape(String),
}

impl Doubt {
    /// A stable word for logs and for the reason of an observation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Lost(LostReason::Deadline) => "lost_deadline",
            Self::Lost(LostReason::Broken) => "lost_broken",
            Self::HttpStatus(_) => "http_status",
            Self::Certificate => "certificate_refused",
            Self::TooLarge => "answer_too_large",
            Self::Encoded => "answer_encoded",
            Self::Unreadable(_) => "answer_unreadable",
            Self::Unverified(SignFault::Missing) => "sign_missing",
            Self::Unverified(_) => "sign_invalid",
            Self::Mismatch { .. } => "answer_mismatch",
            Self::SystemError(_) => "system_error",
            Self::UnknownErrCode(_) => "err_code_unknown",
            Self::Shape(_) => "answer_shape",
        }
    }
}

/// One sentence for a person: what is not known and why.
impl std::fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(reason) => write!(formatter, "{reason}"),
            Self::HttpStatus(status) => {
                write!(formatter, "the answer was HTTP {status} instead of a message of the gateway")
            }
            Self::Certificate => formatter.write_str(
                "the gateway did not take the merchant's certificate; import the one of this merchant that is valid now",
            ),
            Self::TooLarge => formatter.write_str("the answer is longer than 64 KiB"),
            Self::Encoded => formatter.write_str("the answer is compressed although that was not asked for"),
            Self::Unreadable(fault) => write!(formatter, "the answer cannot be read: {fault}"),
            Self::Unverified(fault) => write!(formatter, "the answer is not verified: {fault}"),
            Self::Mismatch { field, .. } => {
                write!(formatter, "the answer is about another order: {field} differs from what was asked")
            }
            Self::SystemError(refusal) | Self::UnknownErrCode(refusal) => {
                write!(formatter, "the gateway answered {}: {}", refusal.err_code, refusal.err_code_des)
            }
            Self::Shape(fault) => write!(formatter, "the verified answer is incomplete: {fault}"),
        }
    }
}

/// One request, its answer as it came and what it means.
#[derive(Debug)]
pub struct Exchange<T> {
    /// What is known now.
    pub outcome: Outcome<T>,
    /// The answer's bytes as received, at most 64 KiB of them; empty where none came.
    pub raw: Vec<u8>,
    /// The HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// From sending to the end of the answer, in milliseconds.
    pub took_ms: u64,
    /// Whether the signature held under our own key and algorithm and the echoed fields are ours.
    pub verified: bool,
}

impl<T> Exchange<T> {
    /// The same exchange with its confirmed answer read further; `read` may find that a field is missing or misshapen.
    pub(crate) fn read_as<U, E: std::fmt::Display>(self, read: impl FnOnce(T) -> Result<U, E>) -> Exchange<U> {
        let outcome = match self.outcome {
            Outcome::Confirmed(answer) => match read(answer) {
                Ok(answer) => Outcome::Confirmed(answer),
                Err(fault) => Outcome::Unknown(Doubt::Shape(fault.to_string())),
            },
            Outcome::Rejected(rejection) => Outcome::Rejected(rejection),
            Outcome::Unknown(doubt) => Outcome::Unknown(doubt),
        };
        Exchange {
            outcome,
            raw: self.raw,
            http_status: self.http_status,
            took_ms: self.took_ms,
            verified: self.verified,
        }
    }
}

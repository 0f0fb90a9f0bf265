//! What was seen of one refund, kept for ever, and what is derived from it.

use wxpay_protocol::{Fen, RefundStatus, UtcMs};

use crate::coded::coded;
use crate::{Asked, Effect, Signature};

coded! {
    /// The state of a refund. Derived from evidence only, never set by hand.
    RefundState {
        /// Committed here, its amount held; nothing is known of its request yet.
        Reserved = 0 "RESERVED",
        /// WeChat accepted it.
        Submitted = 1 "SUBMITTED",
        /// Its request may have arrived; only a query can tell.
        Unknown = 2 "UNKNOWN",
        /// Under way (退款处理中).
        Processing = 3 "PROCESSING",
        /// The payer's account takes nothing; a person must act on the merchant platform (退款异常).
        Change = 4 "CHANGE",
        /// The money is back with the payer (退款成功).
        Success = 5 "SUCCESS",
        /// It did not happen (退款关闭).
        RefundClose = 6 "REFUNDCLOSE",
        /// It was refused, or verifiably never came to exist.
        Rejected = 7 "REJECTED",
    }
}

impl RefundState {
    /// Whether its amount cannot be refunded otherwise.
    pub const fn holds(self) -> bool {
        !matches!(self, Self::RefundClose | Self::Rejected)
    }

    /// Whether it is not asked about any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::RefundClose | Self::Rejected)
    }
}

coded! {
    /// Where a refund of the store comes from.
    RefundOrigin {
        /// Reserved here before its request was sent.
        Here = 0 "here",
        /// Found by a query: made elsewhere, such as on the merchant platform.
        Found = 1 "found",
    }
}

coded! {
    /// What brought the observation.
    RefundSource {
        /// The answer to refund.
        Apply = 0 "apply",
        /// The answer to refundquery.
        Query = 1 "query",
    }
}

coded! {
    /// Why an observation of a refund had its effect.
    RefundReason {
        /// The state is the one that WeChat reported.
        Reported = 0 "reported",
        /// Nothing new.
        NothingNew = 1 "nothing_new",
        /// Asked before something newer that is known already.
        AskedEarlier = 2 "asked_earlier",
        /// The request was accepted.
        Accepted = 3 "accepted",
        /// The request was refused with a code that is final.
        Refused = 4 "refused",
        /// The request was refused for now; the same number may be sent again later.
        RefusedForNow = 5 "refused_for_now",
        /// Nothing was sent at all.
        NotSent = 6 "not_sent",
        /// `return_code=FAIL`, which is never signed.
        UnsignedFail = 7 "unsigned_fail",
        /// No answer that could be read, or one that says that it is not known.
        NoOutcome = 8 "no_outcome",
        /// The signature is missing or does not hold.
        BadSignature = 9 "bad_signature",
        /// Signed, and not the answer to what was asked.
        AnswerMismatch = 10 "answer_mismatch",
        /// Another amount than the refund's.
        AmountMismatch = 11 "amount_mismatch",
        /// Another refund_id than the one that is known.
        OtherRefundId = 12 "other_refund_id",
        /// REFUNDNOTEXIST; not yet long enough to be sure.
        NotExistWaiting = 13 "not_exist_waiting",
        /// REFUNDNOTEXIST a minute after the request: the same request will be sent again.
        NotExistResend = 14 "not_exist_resend",
        /// REFUNDNOTEXIST three times over ten minutes: it was never accepted.
        NeverAccepted = 15 "never_accepted",
        /// REFUNDNOTEXIST although the refund is known to exist.
        NotExistContradicts = 16 "not_exist_contradicts",
        /// The reported state cannot follow the known one.
        Contradicts = 17 "contradicts",
        /// Successful although it had been closed or refused.
        SuccessAfterEnd = 18 "success_after_end",
        /// The query was answered with an error code that says nothing about the refund.
        QueryRefused = 19 "query_refused",
        /// Older than the success that is known.
        AlreadySucceeded = 20 "already_succeeded",
    }
}

/// A refund as refundquery reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSeen {
    /// `refund_status_$n`.
    pub status: RefundStatus,
    /// `refund_id_$n`.
    pub refund_id: String,
    /// `refund_fee_$n`, compared with the record.
    pub refund_fee: Fen,
    /// `refund_success_time_$n`.
    pub success_at: Option<UtcMs>,
    /// `refund_channel_$n`.
    pub refund_channel: Option<String>,
    /// `refund_recv_accout_$n`.
    pub recv_account: Option<String>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundEvent {
    /// refund answered SUCCESS/SUCCESS: accepted, not refunded.
    Accepted {
        /// WeChat's number.
        refund_id: String,
        /// The accepted amount.
        refund_fee: Fen,
    },
    /// refundquery reported it.
    Reported(RefundSeen),
    /// refundquery answered REFUNDNOTEXIST.
    NotExist {
        /// Its text, as received.
        err_code_des: String,
    },
    /// A signed FAIL with another code.
    Refused {
        /// The wire's code.
        err_code: String,
        /// Its text, as received.
        err_code_des: String,
        /// Whether the same number cannot succeed any more.
        is_final: bool,
    },
    /// Verifiably not sent.
    NotSent {
        /// What stood in the way.
        why: String,
    },
    /// `return_code=FAIL`.
    UnsignedFail {
        /// The text, as received.
        return_msg: String,
    },
    /// The request may have arrived and there is no answer that says what became of it.
    Unknown {
        /// What happened.
        why: String,
    },
}

impl RefundEvent {
    pub(crate) const fn number(&self) -> i64 {
        match self {
            Self::Accepted { .. } => 0,
            Self::Reported(_) => 1,
            Self::NotExist { .. } => 2,
            Self::Refused { .. } => 3,
            Self::NotSent { .. } => 4,
            Self::UnsignedFail { .. } => 5,
            Self::Unknown { .. } => 6,
        }
    }
}

/// An observation to record.
#[derive(Clone, Debug)]
pub struct NewRefundObservation {
    /// The refund, by the store's own id.
    pub refund: i64,
    /// What brought it.
    pub source: RefundSource,
    /// When it was asked.
    pub asked: Asked,
    /// When it arrived.
    pub received_at: UtcMs,
    /// Whether the signature holds **and** the message answers what was asked.
    pub verified: bool,
    /// What the check of the signature gave.
    pub signature: Signature,
    /// What was seen.
    pub event: RefundEvent,
    /// The message as received, without any secret.
    pub raw: Option<String>,
}

/// An observation as far as the state depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundEvidence {
    /// The counter before asking.
    pub asked_seq: i64,
    /// The counter on arrival; unique.
    pub received_seq: i64,
    /// The clock before asking.
    pub asked_at: UtcMs,
    /// The clock on arrival.
    pub received_at: UtcMs,
    /// What brought it.
    pub source: RefundSource,
    /// Whether it may change the state.
    pub verified: bool,
    /// What the check of the signature gave.
    pub signature: Signature,
    /// What was seen.
    pub event: RefundEvent,
}

/// An observation as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundObservation {
    /// What the state depends on.
    pub evidence: RefundEvidence,
    /// What it did when it arrived.
    pub effect: Effect,
    /// Why.
    pub reason: RefundReason,
    /// SHA-256 over the previous observation's digest and this one's content, 64 lower-case hexadecimal digits.
    pub digest: String,
    /// The message as received.
    pub raw: Option<String>,
}

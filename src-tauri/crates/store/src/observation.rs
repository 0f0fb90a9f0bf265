//! Evidence: one thing that was seen of one order, kept for ever.

use crate::coded::coded;
use crate::{Flags, OrderState};
use wxpay_protocol::ids::{PrepayId, TransactionId};
use wxpay_protocol::{Fen, TradeState, UtcMs};

coded! {
    /// What brought the observation.
    Source {
        /// The answer to unifiedorder.
        Create = 0 "create",
        /// The answer to orderquery.
        Query = 1 "query",
        /// The answer to closeorder.
        Close = 2 "close",
        /// A payment notification.
        Notice = 3 "notice",
        /// A file, or what a person said: a claim.
        Import = 4 "import",
    }
}

coded! {
    /// What the check of the message's signature gave.
    Signature {
        /// It holds, under our own record's algorithm.
        Valid = 0 "valid",
        /// It does not hold.
        Invalid = 1 "invalid",
        /// The message should carry one and does not.
        Missing = 2 "missing",
        /// There is nothing to check: no answer came, `return_code=FAIL`, or a claim.
        Unsigned = 3 "unsigned",
    }
}

coded! {
    /// What is known of the operation, in three words.
    Outcome {
        /// A verified answer says that it was done, or what the state is.
        Confirmed = 0 "confirmed",
        /// A verified answer says no, or it verifiably was not done.
        Rejected = 1 "rejected",
        /// We do not know.
        Unknown = 2 "unknown",
    }
}

coded! {
    /// What an observation did when it arrived.
    Effect {
        /// It changed the state.
        Applied = 0 "applied",
        /// It says what was known already.
        Same = 1 "same",
        /// It is older than what is known; nothing changed.
        Stale = 2 "stale",
        /// It contradicts what is known; a person is needed.
        Conflict = 3 "conflict",
        /// It was not verified, or says too little; nothing changed.
        Refused = 4 "refused",
    }
}

coded! {
    /// Why it had that effect.
    Reason {
        /// The state is the one that WeChat reported.
        Reported = 0 "reported",
        /// Nothing new.
        NothingNew = 1 "nothing_new",
        /// Asked before something newer that is known already.
        AskedEarlier = 2 "asked_earlier",
        /// The order is paid; an unpaid state cannot undo that.
        AlreadyPaid = 3 "already_paid",
        /// The order had ended before; an open state cannot undo that.
        AlreadyEnded = 4 "already_ended",
        /// unifiedorder was accepted.
        Created = 5 "created",
        /// unifiedorder was refused with a definite code.
        CreateRefused = 6 "create_refused",
        /// ORDERNOTEXIST; not yet long enough to be sure.
        NotExistWaiting = 7 "not_exist_waiting",
        /// ORDERNOTEXIST twice, 30 s apart: the same request will be sent again.
        NotExistResend = 8 "not_exist_resend",
        /// ORDERNOTEXIST twice, 30 s apart, after `return_code=FAIL`: it was never created.
        NeverCreated = 9 "never_created",
        /// ORDERNOTEXIST within 60 s of the creation.
        NotExistTooEarly = 10 "not_exist_too_early",
        /// ORDERNOTEXIST although the order is known to exist.
        NotExistContradicts = 11 "not_exist_contradicts",
        /// ORDERNOTEXIST for an order that is only claimed.
        NotExistClaimed = 12 "not_exist_claimed",
        /// Paid although it had been reported closed.
        PaidAfterClose = 13 "paid_after_close",
        /// Paid although its creation had failed.
        PaidAfterCreateFailed = 14 "paid_after_create_failed",
        /// A payment of an order that had been reversed.
        PaidAfterRevoke = 15 "paid_after_revoke",
        /// Reported closed although it is paid.
        ClosedAfterPaid = 16 "closed_after_paid",
        /// Reported reversed although it is paid and we did not reverse it.
        RevokedAfterPaid = 17 "revoked_after_paid",
        /// The reported state cannot follow the known one.
        Contradicts = 18 "contradicts",
        /// Another transaction_id than the payment that is known.
        OtherTransactionId = 19 "other_transaction_id",
        /// The transaction_id belongs to another order of the merchant.
        TransactionElsewhere = 20 "transaction_elsewhere",
        /// Another amount than the order's.
        AmountMismatch = 21 "amount_mismatch",
        /// `201 商户订单号重复`: the number was sent before with other data.
        DuplicateNumber = 22 "duplicate_number",
        /// ORDERPAID, ORDERCLOSED, or an answer to closeorder: only a query can say the state, and it is asked now.
        QueryNow = 23 "query_now",
        /// The query was answered with an error code that says nothing about the state.
        QueryRefused = 24 "query_refused",
        /// Verifiably not done: never sent, or refused for its rate.
        NotDone = 25 "not_done",
        /// `return_code=FAIL`, which is never signed.
        UnsignedFail = 26 "unsigned_fail",
        /// No answer that could be read: timeout, reset, server error.
        NoOutcome = 27 "no_outcome",
        /// The signature is missing or does not hold.
        BadSignature = 28 "bad_signature",
        /// Signed, but not the answer to what was asked.
        AnswerMismatch = 29 "answer_mismatch",
        /// A payment without transaction_id or amount.
        Incomplete = 30 "incomplete",
        /// A claim: shown, never counted as evidence.
        Claim = 31 "claim",
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// unifiedorder answered SUCCESS/SUCCESS.
    Created {
        /// The session of the payment, valid for two hours.
        prepay_id: PrepayId,
        /// What a NATIVE QR code holds.
        code_url: Option<String>,
        /// Where an MWEB payer is sent.
        mweb_url: Option<String>,
    },
    /// A signed FAIL with a code other than ORDERNOTEXIST to a query.
    Refused {
        /// The wire's code.
        err_code: String,
        /// Its text, as received.
        err_code_des: String,
    },
    /// Verifiably not done: the connection failed before anything was written, or FREQUENCY_LIMITED.
    NotDone {
        /// What stood in the way, for people.
        why: String,
    },
    /// closeorder answered SUCCESS/SUCCESS.
    CloseAccepted,
    /// orderquery or a notice reported a state.
    TradeState(Report),
    /// orderquery answered ORDERNOTEXIST.
    OrderNotExist {
        /// Its text, as received.
        err_code_des: String,
    },
    /// `return_code=FAIL`: not signed, so it is diagnosis and not evidence.
    UnsignedFail {
        /// The text, as received.
        return_msg: String,
    },
    /// The request may have arrived and there is no answer: timeout, reset, 5xx, unreadable, SYSTEMERROR.
    Unknown {
        /// What happened, for people.
        why: String,
    },
    /// What a file or a person says.
    Claim(Claim),
}

/// A state as WeChat reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// `trade_state` (SUCCESS for a notice).
    pub trade_state: TradeState,
    /// `transaction_id`, needed for SUCCESS and REFUND.
    pub transaction_id: Option<TransactionId>,
    /// `total_fee`, needed for SUCCESS and REFUND, and compared with the record.
    pub total_fee: Option<Fen>,
    /// `time_end`, the moment of the payment.
    pub paid_at: Option<UtcMs>,
}

/// What is claimed of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The state that it is said to have.
    pub state: Option<OrderState>,
    /// The transaction_id that it is said to have.
    pub transaction_id: Option<TransactionId>,
    /// When it is said to have been paid.
    pub paid_at: Option<UtcMs>,
    /// The amount that is said, if it is not the record's own.
    pub total_fee: Option<Fen>,
}

impl Event {
    pub(crate) const fn number(&self) -> i64 {
        match self {
            Self::Created { .. } => 0,
            Self::Refused { .. } => 1,
            Self::NotDone { .. } => 2,
            Self::CloseAccepted => 3,
            Self::TradeState(_) => 4,
            Self::OrderNotExist { .. } => 5,
            Self::UnsignedFail { .. } => 6,
            Self::Unknown { .. } => 7,
            Self::Claim(_) => 8,
        }
    }

    /// Confirmed, rejected or unknown: what this event says of the operation, if it was verified.
    pub const fn outcome(&self, verified: bool) -> Outcome {
        match self {
            Self::NotDone { .. } => Outcome::Rejected,
            Self::UnsignedFail { .. } | Self::Unknown { .. } | Self::Claim(_) => Outcome::Unknown,
            _ if !verified => Outcome::Unknown,
            Self::Created { .. } | Self::CloseAccepted | Self::TradeState(_) => Outcome::Confirmed,
            Self::Refused { .. } | Self::OrderNotExist { .. } => Outcome::Rejected,
        }
    }
}

/// When a question was asked: the number that [`crate::Store::begin_asking`] or the intent gave, and the clock's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The store's counter before sending.
    pub seq: i64,
    /// The clock before sending; shown to people and used for the 30 s and 60 s rules, never for order.
    pub at: UtcMs,
}

/// An observation to record.
#[derive(Clone, Debug)]
pub struct NewObservation {
    /// The order, by the store's own id.
    pub order_id: i64,
    /// What brought it.
    pub source: Source,
    /// When it was asked; nothing for a notice or a claim, which nobody asked for.
    pub asked: Option<Asked>,
    /// When it arrived.
    pub received_at: UtcMs,
    /// Whether the signature holds **and** the message answers what was asked (appid, mch_id, out_trade_no, amount, attach).
    pub verified: bool,
    /// What the check of the signature gave; `Valid` is required for `verified`.
    pub signature: Signature,
    /// What was seen.
    pub event: Event,
    /// The message as received, without any secret.
    pub raw: Option<String>,
}

/// An observation as far as the state depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The counter before asking.
    pub asked_seq: i64,
    /// The counter on arrival; unique.
    pub received_seq: i64,
    /// The clock before asking.
    pub asked_at: Option<UtcMs>,
    /// The clock on arrival.
    pub received_at: UtcMs,
    /// What brought it.
    pub source: Source,
    /// Whether it may change the state.
    pub verified: bool,
    /// What the check of the signature gave.
    pub signature: Signature,
    /// What was seen.
    pub event: Event,
    /// Whether its transaction_id belonged to another order of the merchant when it arrived.
    pub elsewhere: bool,
}

/// An observation as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What the state depends on.
    pub evidence: Evidence,
    /// What it did when it arrived.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// SHA-256 over the previous observation's digest and this one's content, 64 lower-case hexadecimal digits.
    pub digest: String,
    /// The message as received.
    pub raw: Option<String>,
}

/// What recording an observation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The order, by the store's own id.
    pub order_id: i64,
    /// The observation's place in the counter.
    pub received_seq: i64,
    /// The state after it.
    pub state: OrderState,
    /// The flags after it.
    pub flags: Flags,
    /// What it did.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Whether state, flags, payment or claim are others than before: whether lists must be drawn again.
    pub changed: bool,
    /// When the order is asked about next; nothing when it is final.
    pub next_query_at: Option<UtcMs>,
}

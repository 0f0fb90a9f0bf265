//! One line of the journal: a change. The state of the gateway is the sum of them.

use serde::{Deserialize, Serialize};
use wxpay_protocol::{RefundStatus, UtcMs};

use crate::bills::comment_book::Comment;
use crate::ledger::answers::AnswerCount;
use crate::ledger::record::{Attempt, Order, Payment, Prepay, Scan, ScanState};
use crate::ledger::refund::{Refund, RefundPlan};
use crate::ledger::stored;
use crate::orders::ScanOutcome;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A run of the gateway begins.
    Opened {
        version: u32,
        seed: u64,
        #[serde(with = "stored::utc_ms")]
        real: UtcMs,
        #[serde(with = "stored::utc_ms")]
        now: UtcMs,
    },
    /// The clock was advanced, or stopped with the gateway.
    Clock {
        #[serde(with = "stored::utc_ms")]
        real: UtcMs,
        #[serde(with = "stored::utc_ms")]
        now: UtcMs,
    },
    Created(Box<Order>),
    Reissued {
        mch_id: String,
        out_trade_no: String,
        prepay: Box<Prepay>,
    },
    Paid {
        mch_id: String,
        out_trade_no: String,
        payment: Box<Payment>,
        #[serde(flatten)]
        notice: Option<NewNotice>,
    },
    Cancelled {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
    Closed {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
    /// A printed code got a short link.
    Shortened {
        token: String,
        long_url: String,
    },
    /// authcodetoopenid was asked for a payment code.
    CodeBound {
        mch_id: String,
        auth_code: String,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
    /// What the next scan for a number will come to.
    ScanPlanned {
        mch_id: String,
        out_trade_no: String,
        outcome: ScanOutcome,
    },
    Scanned {
        mch_id: String,
        out_trade_no: String,
        scan: Box<Scan>,
    },
    /// The payer answered the question for the password, or nobody did.
    ScanEnded {
        mch_id: String,
        out_trade_no: String,
        state: ScanState,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
    Reversed {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
    Refunded {
        mch_id: String,
        out_trade_no: String,
        refund: Box<Refund>,
    },
    /// Another end than the one that was coming, or none by itself.
    RefundPlanned {
        mch_id: String,
        out_refund_no: String,
        plan: Option<RefundPlan>,
    },
    RefundEnded {
        mch_id: String,
        out_refund_no: String,
        #[serde(with = "stored::refund_status")]
        status: RefundStatus,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
        #[serde(flatten)]
        notice: Option<NewNotice>,
    },
    /// A payer was made to write about an order.
    Commented {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
        #[serde(flatten)]
        comment: Comment,
    },
    /// Another scenario is played, or none.
    Scenario {
        source: Option<String>,
    },
    /// A step of a scenario happened, or was refused.
    Stepped {
        id: u64,
        #[serde(with = "stored::utc_ms")]
        due: UtcMs,
        refused: Option<String>,
    },
    /// What was told since the last such entry.
    Answers(Vec<AnswerCount>),
    Attempted {
        notice: u64,
        attempt: Attempt,
        #[serde(with = "stored::utc_ms_or_none", default)]
        next_due: Option<UtcMs>,
    },
}

/// A notice that comes to be with a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewNotice {
    pub(crate) nonce_str: String,
    pub(crate) deliverable: bool,
    #[serde(with = "stored::utc_ms")]
    pub(crate) due: UtcMs,
}

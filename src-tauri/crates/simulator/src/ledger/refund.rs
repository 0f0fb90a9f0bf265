//! What the gateway remembers of a refund.

use serde::{Deserialize, Serialize};
use wxpay_protocol::{Fen, RefundStatus, UtcMs};

use crate::ledger::stored;

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The merchant's number.
    pub out_refund_no: String,
    /// The gateway's number.
    pub refund_id: String,
    /// The amount.
    #[serde(with = "stored::fen")]
    pub refund_fee: Fen,
    /// The part of it that goes back as money.
    #[serde(with = "stored::fen")]
    pub cash_refund_fee: Fen,
    /// The part of it that goes back to each coupon of the payment, in the payment's order.
    #[serde(with = "stored::fens", default, skip_serializing_if = "no_fens")]
    pub coupon_refund_fees: Box<[Fen]>,
    /// What the payer is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_desc: Option<String>,
    /// Where the notice goes: the request's address, or else the merchant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// From which of the merchant's funds, where the request says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_account: Option<String>,
    /// When it was accepted.
    #[serde(with = "stored::utc_ms")]
    pub accepted_at: UtcMs,
    /// Where it stands.
    #[serde(with = "stored::refund_status")]
    pub status: RefundStatus,
    /// When it came to stand there; nothing while it is under way.
    #[serde(with = "stored::utc_ms_or_none", default)]
    pub ended_at: Option<UtcMs>,
    /// What will become of it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<RefundPlan>,
    /// Place of its order in the ledger.
    #[serde(skip)]
    pub(crate) order: u32,
    /// The journal entry of this run that changed it last.
    #[serde(skip)]
    pub(crate) changed: u64,
}

/// What becomes of a refund by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPlan {
    /// When.
    #[serde(with = "stored::utc_ms")]
    pub at: UtcMs,
    /// What: anything but PROCESSING.
    #[serde(with = "stored::refund_status")]
    pub status: RefundStatus,
}

fn no_fens(amounts: &[Fen]) -> bool {
    amounts.is_empty()
}

impl Refund {
    /// Whether its amount is gone from what can still be refunded.
    pub fn counts(&self) -> bool {
        self.status != RefundStatus::RefundClose
    }

    /// The part of it that coupons get back.
    pub fn coupon_refund_fee(&self) -> Fen {
        self.refund_fee.checked_sub(self.cash_refund_fee).unwrap_or(Fen::ZERO)
    }

    /// When something becomes of it by itself.
    pub(crate) fn wakes_at(&self) -> Option<UtcMs> {
        self.plan.filter(|_| self.status == RefundStatus::Processing).map(|plan| plan.at)
    }
}

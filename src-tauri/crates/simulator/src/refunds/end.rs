//! What becomes of an accepted refund: by itself when its moment comes, or because somebody decides.

use wxpay_protocol::{RefundStatus, UtcMs};

use crate::event::Event;
use crate::faults::Subject;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::Order;
use crate::ledger::refund::{Refund, RefundPlan};

/// Why a refund cannot be decided. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    /// No such refund.
    #[error("没有商户退款单号为 {0} 的退款；请核对单号 (no refund of this out_refund_no; check the number)")]
    NoRefund(String),
    /// Several merchants have a refund of this number.
    #[error("商户 {} 都有单号为 {out_refund_no} 的退款；请用 mch_id 指明 (several merchants have this number; name the mch_id)", merchants.join("、"))]
    Ambiguous {
        /// The number.
        out_refund_no: String,
        /// Whose.
        merchants: Vec<String>,
    },
    /// It is decided already.
    #[error("退款 {out_refund_no} 已是 {} 状态，不能再改为 {} (the refund has ended; it cannot be changed to this)", .status.as_str(), .wanted.as_str())]
    Ended {
        /// The number.
        out_refund_no: String,
        /// Where it stands.
        status: RefundStatus,
        /// Where it was to stand.
        wanted: RefundStatus,
    },
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalFailed),
}

/// How a merchant's refund ends.
pub(crate) struct RefundEnding {
    pub(crate) mch_id: String,
    pub(crate) out_refund_no: String,
    pub(crate) status: RefundStatus,
    pub(crate) at: UtcMs,
    /// How much later than `at` the notice is first sent; none: never.
    pub(crate) late_ms: Option<i64>,
}

impl Gateway {
    /// Ends a refund now. One that is under way may end in any way; one that is CHANGE may still succeed or be closed, as
    /// a merchant does on the platform. Returns the journal entry to wait for. `mch_id` is needed only where several
    /// merchants have the number.
    pub fn end_refund(
        &self,
        mch_id: Option<&str>,
        out_refund_no: &str,
        status: RefundStatus,
    ) -> Result<u64, RefundError> {
        self.let_happen();
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of_refund(&ledger, mch_id, out_refund_no)?;
        let at = self.clock.now();
        let ending = RefundEnding { mch_id, out_refund_no: out_refund_no.to_owned(), status, at, late_ms: Some(0) };
        let number = self.end_known(&mut ledger, ending)?;
        drop(ledger);
        self.due_changed.notify_one();
        Ok(number)
    }

    /// Ends a refund, if it can end so.
    pub(crate) fn end_known(&self, ledger: &mut Ledger, ending: RefundEnding) -> Result<u64, RefundError> {
        let (wanted, status) = (ending.status, known(ledger, &ending.mch_id, &ending.out_refund_no)?.status);
        let may = match status {
            RefundStatus::Processing => wanted != RefundStatus::Processing,
            RefundStatus::Change => matches!(wanted, RefundStatus::Success | RefundStatus::RefundClose),
            RefundStatus::Success | RefundStatus::RefundClose => false,
        };
        if !may {
            return Err(RefundError::Ended { out_refund_no: ending.out_refund_no, status, wanted });
        }
        Ok(self.refund_ends(ledger, ending)?)
    }

    /// Says what becomes of a refund that is under way, and when; without a plan it stays PROCESSING until somebody decides.
    pub fn plan_refund(
        &self,
        mch_id: Option<&str>,
        out_refund_no: &str,
        plan: Option<RefundPlan>,
    ) -> Result<u64, RefundError> {
        self.let_happen();
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of_refund(&ledger, mch_id, out_refund_no)?;
        let status = known(&ledger, &mch_id, out_refund_no)?.status;
        if status != RefundStatus::Processing {
            let wanted = plan.map_or(RefundStatus::Processing, |plan| plan.status);
            return Err(RefundError::Ended { out_refund_no: out_refund_no.to_owned(), status, wanted });
        }
        let entry = Entry::RefundPlanned { mch_id, out_refund_no: out_refund_no.to_owned(), plan };
        let number = self.commit(&mut ledger, entry)?;
        drop(ledger);
        self.due_changed.notify_one();
        Ok(number)
    }

    /// The moment of the refund in this place has come.
    pub(crate) fn refund_is_due(&self, ledger: &mut Ledger, place: u32, at: UtcMs) -> Result<(), JournalFailed> {
        let Some((refund, plan)) = ledger.refund_at(place).and_then(|refund| Some((refund, refund.plan?))) else {
            return Ok(());
        };
        let Some(order) = ledger.order_at(refund.order) else { return Ok(()) };
        let (mch_id, out_refund_no) = (order.mch_id().to_owned(), refund.out_refund_no.clone());
        let ending = RefundEnding { mch_id, out_refund_no, status: plan.status, at, late_ms: Some(0) };
        self.refund_ends(ledger, ending).map(|_| ())
    }

    fn refund_ends(&self, ledger: &mut Ledger, ending: RefundEnding) -> Result<u64, JournalFailed> {
        let RefundEnding { mch_id, out_refund_no, status, at, late_ms } = ending;
        let notice = ledger.refund(&mch_id, &out_refund_no).and_then(|refund| {
            let out_trade_no = ledger.order_at(refund.order).map_or("", Order::out_trade_no);
            let subject = Subject { endpoint: "refund_notice", mch_id: &mch_id, out_trade_no };
            let notify_url = refund.notify_url.as_deref().zip(late_ms);
            notify_url.map(|(url, late_ms)| self.new_notice(subject, url, at.plus_ms(late_ms)))
        });
        let ids = (mch_id.clone(), out_refund_no.clone());
        let number = self.commit(ledger, Entry::RefundEnded { mch_id, out_refund_no, status, at, notice })?;
        self.tell(|| Event::RefundChanged { mch_id: ids.0, out_refund_no: ids.1 });
        Ok(number)
    }
}

/// Whose refund of this number is meant.
pub(crate) fn merchant_of_refund(
    ledger: &Ledger,
    mch_id: Option<&str>,
    out_refund_no: &str,
) -> Result<String, RefundError> {
    if let Some(mch_id) = mch_id {
        return Ok(mch_id.to_owned());
    }
    match ledger.merchants_of_refund(out_refund_no).as_slice() {
        [] => Err(RefundError::NoRefund(out_refund_no.to_owned())),
        [only] => Ok((*only).to_owned()),
        several => Err(RefundError::Ambiguous {
            out_refund_no: out_refund_no.to_owned(),
            merchants: several.iter().map(|mch_id| (*mch_id).to_owned()).collect(),
        }),
    }
}

pub(crate) fn known<'l>(ledger: &'l Ledger, mch_id: &str, out_refund_no: &str) -> Result<&'l Refund, RefundError> {
    ledger.refund(mch_id, out_refund_no).ok_or_else(|| RefundError::NoRefund(out_refund_no.to_owned()))
}

//! The two sides, filled row by row.

use std::sync::Arc;

use wxpay_protocol::bill::{BillRow, BillState};
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

use crate::fingerprint::short;
use crate::kept::Kept;
use crate::paired::Paired;
use crate::record::{BillPayment, BillRefund, Order, OrderWord, Refund};
use crate::seen::Seen;
use crate::verdict::FeeMarks;
use crate::{Basis, BillPlace, Day, Fingerprint, Share};

/// What a bill, or several, say.
#[derive(Debug)]
pub struct BillSide {
    pub(crate) day: Day,
    basis: Basis,
    pub(crate) kept: Kept<BillPayment, BillRefund>,
    judged: Option<Arc<Paired>>,
    refund_rows: u32,
    pub(crate) fees: FeeMarks,
    scope: Scope,
    pub(crate) not_compared: u64,
    seen: Seen,
}

/// What both sides have, so that it can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Payments: there are local orders.
    pub payments: bool,
    /// Refunds: there are local refunds.
    pub refunds: bool,
}

impl BillSide {
    /// A side without rows.
    pub fn new(day: Day, basis: Basis, share: Arc<Share>, scope: Scope) -> Self {
        Self {
            day,
            basis,
            judged: share.judged_refunds(),
            kept: Kept::new(share),
            refund_rows: 0,
            fees: FeeMarks::default(),
            scope,
            not_compared: 0,
            seen: Seen::default(),
        }
    }

    /// Takes a row of the bill with this number, from 0.
    #[inline]
    pub fn push(&mut self, file: usize, row: &BillRow<'_>) {
        let at = BillPlace { file, line: row.line, offset: row.offset };
        if self.is_first()
            && let Some(difference) = row.fee_difference()
            && difference.is_marked()
        {
            self.fees.add(difference, at);
        }
        let is_compared = if row.state == BillState::Refund { self.scope.refunds } else { self.scope.payments };
        if !is_compared {
            self.not_compared += u64::from(self.is_first());
            return;
        }
        match row.state {
            BillState::Refund => self.push_refund(row, at),
            BillState::Success | BillState::Revoked => {
                let number = Fingerprint::of(row.out_trade_no);
                let ids = (number, short(row.transaction_id));
                let amount_fen = self.basis.of_payment(row).get();
                let payment = BillPayment::new(ids, amount_fen, row.state, self.day.seconds(row.at), at);
                self.seen.add(payment.words());
                self.kept.push_payment(number, payment);
            }
        }
    }

    /// What was read of what is compared.
    pub const fn seen(&self) -> Seen {
        self.seen
    }

    fn is_first(&self) -> bool {
        self.kept.share.is_first()
    }

    fn push_refund(&mut self, row: &BillRow<'_>, at: BillPlace) {
        let (id, out_number) = (Fingerprint::of(row.refund_id), Fingerprint::of(row.out_refund_no));
        let amount_fen = self.basis.of_refund(row).get();
        let is_success = row.refund_status == b"SUCCESS";
        let refund = BillRefund::new((id, out_number), amount_fen, is_success, at, self.refund_rows);
        self.refund_rows += 1;
        self.seen.add(refund.words());
        match &self.judged {
            None => self.kept.push_refund(id.or(out_number), refund),
            // It stands for its number of the merchant's, so that another refund under that is known as such.
            Some(judged) if judged.bill.has(refund.row) => {
                if out_number.is_some() {
                    self.kept.push_refund(out_number, refund.judged());
                }
            }
            Some(_) => self.kept.push_refund(out_number.or(id), refund),
        }
    }
}

/// An order of the merchant.
#[derive(Clone, Copy, Debug)]
pub struct LocalOrder<'a> {
    /// Its line in the file, or its place in a list.
    pub line: u64,
    /// The merchant's number.
    pub out_trade_no: &'a [u8],
    /// WeChat's number; empty where it is not known.
    pub transaction_id: &'a [u8],
    /// The amount that is compared.
    pub amount: Fen,
    /// Its state, verified or else claimed; nothing where there are no states.
    pub state: Option<TradeState>,
    /// When it was paid.
    pub paid_at: Option<UtcMs>,
}

/// A refund of the merchant.
#[derive(Clone, Copy, Debug)]
pub struct LocalRefund<'a> {
    /// Its line in the file, or its place in a list.
    pub line: u64,
    /// WeChat's number; empty where it is not known.
    pub refund_id: &'a [u8],
    /// The merchant's number.
    pub out_refund_no: &'a [u8],
    /// What was asked back.
    pub amount: Fen,
    /// Where it stands; nothing where there are no states.
    pub status: Option<RefundStatus>,
    /// When WeChat accepted it; the time of success only where that is missing.
    pub accepted_at: Option<UtcMs>,
}

/// What the merchant's own side says.
#[derive(Debug)]
pub struct LocalSide {
    day: Day,
    pub(crate) kept: Kept<Order, Refund>,
    judged: Option<Arc<Paired>>,
    seen: Seen,
}

impl LocalSide {
    /// A side without rows.
    pub fn new(day: Day, share: Arc<Share>) -> Self {
        Self { day, judged: share.judged_refunds(), kept: Kept::new(share), seen: Seen::default() }
    }

    /// Takes an order.
    #[inline]
    pub fn push_order(&mut self, order: &LocalOrder<'_>) {
        let number = Fingerprint::of(order.out_trade_no);
        let word = match order.state {
            None => OrderWord::Silent,
            Some(TradeState::Success | TradeState::Refund) => OrderWord::Paid,
            Some(TradeState::Revoked) => OrderWord::Revoked,
            Some(_) => OrderWord::Unpaid,
        };
        let seconds = order.paid_at.map_or(Order::UNPAID, |paid| self.day.seconds(paid));
        let ids = (number, short(order.transaction_id));
        let order = Order::new(ids, order.amount.get(), word, seconds, order.line);
        self.seen.add(order.words());
        self.kept.push_payment(number, order);
    }

    /// Takes an order that waits for a bill on the day beside, whatever its line says. It stands for its number only where a
    /// payment of this day's bill has that and the day's own orders do not.
    pub fn push_carried(&mut self, order: &LocalOrder<'_>) {
        self.push_order(&LocalOrder { line: Order::CARRIED.into(), ..*order });
    }

    /// Takes a refund.
    pub fn push_refund(&mut self, refund: &LocalRefund<'_>) {
        let record = Refund {
            id: Fingerprint::of(refund.refund_id),
            out_number: Fingerprint::of(refund.out_refund_no),
            amount_fen: refund.amount.get(),
            line: Order::line(refund.line),
            in_day: refund.accepted_at.is_some_and(|accepted| self.day.holds(accepted)),
            is_success: refund.status.map(|status| status == RefundStatus::Success),
        };
        self.seen.add(record.words());
        match &self.judged {
            None => self.kept.push_refund(record.id.or(record.out_number), record),
            Some(judged) if judged.local.has(record.line) => {}
            Some(_) => self.kept.push_refund(record.out_number.or(record.id), record),
        }
    }

    /// What was read of it.
    pub const fn seen(&self) -> Seen {
        self.seen
    }
}

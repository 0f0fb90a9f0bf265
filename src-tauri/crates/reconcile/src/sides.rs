//! The two sides, filled row by row.

use wxpay_protocol::bill::{BillRow, BillState};
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

use crate::fingerprint::short;
use crate::heap::Heap;
use crate::record::{BillPayment, BillRefund, Order, OrderWord, Refund};
use crate::verdict::FeeMarks;
use crate::{Basis, BillPlace, Day, Fingerprint};

/// Rows are spread over so many heaps by their numbers, so that each heap can be brought together within a near memory.
pub(crate) const HEAPS: usize = 256;

/// A part of all numbers. Days that do not fit into memory are brought together share by share, reading the files again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    index: usize,
    of: usize,
}

impl Share {
    /// Everything.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// The shares of a day that is cut into `count`, 1 ..= 256.
    pub fn all(count: usize) -> impl Iterator<Item = Self> {
        let of = count.clamp(1, HEAPS);
        (0..of).map(move |index| Self { index, of })
    }

    /// Whether it is the first one, which also takes what is counted once.
    pub const fn is_first(self) -> bool {
        self.index == 0
    }

    #[inline]
    fn heap(self, number: Fingerprint) -> Option<usize> {
        let heap = (number.upper() >> 56) as usize;
        (heap % self.of == self.index).then_some(heap)
    }
}

/// What a bill, or several, say.
#[derive(Debug)]
pub struct BillSide {
    pub(crate) day: Day,
    basis: Basis,
    share: Share,
    pub(crate) payments: Vec<Heap<BillPayment>>,
    pub(crate) refunds: Heap<BillRefund>,
    pub(crate) fees: FeeMarks,
    scope: Scope,
    pub(crate) not_compared: u64,
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
    pub fn new(day: Day, basis: Basis, share: Share, scope: Scope) -> Self {
        Self {
            day,
            basis,
            share,
            payments: vec![Heap::new(); HEAPS],
            refunds: Heap::new(),
            fees: FeeMarks::default(),
            scope,
            not_compared: 0,
        }
    }

    /// Takes a row of the bill with this number, from 0.
    #[inline]
    pub fn push(&mut self, file: usize, row: &BillRow<'_>) {
        if self.share.is_first()
            && let Some(difference) = row.fee_difference()
            && difference.is_marked()
        {
            self.fees.add(difference);
        }
        let is_compared = if row.state == BillState::Refund { self.scope.refunds } else { self.scope.payments };
        if !is_compared {
            self.not_compared += u64::from(self.share.is_first());
            return;
        }
        let at = BillPlace { file, line: row.line, offset: row.offset };
        match row.state {
            BillState::Refund => self.push_refund(row, at),
            BillState::Success | BillState::Revoked => {
                let number = Fingerprint::of(row.out_trade_no);
                let Some(heap) = self.share.heap(number).and_then(|heap| self.payments.get_mut(heap)) else { return };
                let amount_fen = self.basis.of_payment(row).get();
                let ids = (number, short(row.transaction_id));
                heap.push(BillPayment::new(ids, amount_fen, row.state, self.day.seconds(row.at), at));
            }
        }
    }

    fn push_refund(&mut self, row: &BillRow<'_>, at: BillPlace) {
        if self.share.is_first() {
            let (id, out_number) = (Fingerprint::of(row.refund_id), Fingerprint::of(row.out_refund_no));
            let amount_fen = self.basis.of_refund(row).get();
            let is_success = row.refund_status == b"SUCCESS";
            self.refunds.push(BillRefund::new(id, out_number, amount_fen, is_success, at));
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
    share: Share,
    pub(crate) orders: Vec<Heap<Order>>,
    pub(crate) refunds: Heap<Refund>,
}

impl LocalSide {
    /// A side without rows.
    pub fn new(day: Day, share: Share) -> Self {
        Self { day, share, orders: vec![Heap::new(); HEAPS], refunds: Heap::new() }
    }

    /// Takes an order.
    #[inline]
    pub fn push_order(&mut self, order: &LocalOrder<'_>) {
        let number = Fingerprint::of(order.out_trade_no);
        let Some(heap) = self.share.heap(number).and_then(|heap| self.orders.get_mut(heap)) else { return };
        let word = match order.state {
            None => OrderWord::Silent,
            Some(TradeState::Success | TradeState::Refund) => OrderWord::Paid,
            Some(TradeState::Revoked) => OrderWord::Revoked,
            Some(_) => OrderWord::Unpaid,
        };
        let record = Order {
            number,
            transaction: short(order.transaction_id),
            amount_fen: order.amount.get(),
            seconds: order.paid_at.map_or(Order::UNPAID, |paid| self.day.seconds(paid)),
            line: Order::line(order.line),
            word,
        };
        heap.push(record);
    }

    /// Takes a refund.
    pub fn push_refund(&mut self, refund: &LocalRefund<'_>) {
        if self.share.is_first() {
            let record = Refund {
                id: Fingerprint::of(refund.refund_id),
                out_number: Fingerprint::of(refund.out_refund_no),
                amount_fen: refund.amount.get(),
                line: Order::line(refund.line),
                in_day: refund.accepted_at.is_some_and(|accepted| self.day.holds(accepted)),
                is_success: refund.status.map(|status| status == RefundStatus::Success),
            };
            self.refunds.push(record);
        }
    }
}

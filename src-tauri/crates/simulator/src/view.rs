//! What the gateway shows of itself: to the window, the command line and the control interface.

use std::sync::Arc;

use serde::Serialize;
use wxpay_protocol::{Fen, TradeState, UtcMs};

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::answers::EndpointAnswers;
use crate::ledger::record::{Attempt, Notice, NoticeStatus, Order};
use crate::orders::{CustomerError, known, merchant_of};
use crate::serve::traffic::Exchange;

/// One order as the gateway knows it: the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// All that was sent and happened.
    pub order: Order,
    /// What orderquery reports now.
    pub trade_state: TradeState,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeView {
    /// 1, 2, 3 …
    pub id: u64,
    /// The merchant.
    pub mch_id: String,
    /// The order.
    pub out_trade_no: String,
    /// Where it goes.
    pub notify_url: String,
    /// Where it stands.
    pub status: NoticeStatus,
    /// What was tried.
    pub attempts: Vec<Attempt>,
}

impl NoticeView {
    /// When the next attempt is due, in virtual time.
    pub fn next_attempt_at(&self) -> Option<UtcMs> {
        match self.status {
            NoticeStatus::Pending { next_due } => Some(next_due),
            _ => None,
        }
    }
}

/// The gateway at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its clock.
    pub now: UtcMs,
    /// Virtual seconds per real second, in thousandths.
    pub time_scale_per_mille: u32,
    /// How many orders it has.
    pub orders: usize,
    /// How many notices wait for their next attempt.
    pub notices_pending: usize,
    /// How many exchanges it has had since it was started.
    pub requests: u64,
}

/// Sums of the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerSums {
    /// All orders.
    pub orders: u64,
    /// Paid ones.
    pub paid: u64,
    /// Closed or expired ones.
    pub closed: u64,
    /// Ones that can still be paid.
    pub open: u64,
    /// Σ total_fee of the paid ones, in fen.
    pub paid_total_fee: i128,
    /// Σ coupon_fee of the paid ones, in fen.
    pub coupon_fee: i128,
}

impl Gateway {
    /// Counts for a status line.
    pub fn status(&self) -> Status {
        let ledger = self.ledger();
        Status {
            now: self.clock.now(),
            time_scale_per_mille: self.clock.scale().per_mille(),
            orders: ledger.orders().len(),
            notices_pending: ledger.pending_notices(),
            requests: self.traffic.seen(),
        }
    }

    /// The newest orders whose out_trade_no, transaction_id, body or openid contains `search`; all when it is empty.
    pub fn orders(&self, search: &str, limit: usize) -> Vec<OrderView> {
        let now = self.clock.now();
        let ledger = self.ledger();
        let found = ledger.orders().iter().rev().filter(|order| search.is_empty() || matches(order, search));
        found.take(limit).map(|order| self.view(order, now)).collect()
    }

    /// One order. `mch_id` is needed only where several merchants have the number.
    pub fn order(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<OrderView, CustomerError> {
        let ledger = self.ledger();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        Ok(self.view(known(&ledger, &mch_id, out_trade_no)?, self.clock.now()))
    }

    fn view(&self, order: &Order, now: UtcMs) -> OrderView {
        OrderView { trade_state: order.trade_state(now, &self.switches), order: order.clone() }
    }

    /// Orders in the order in which they came to be, from a place on (0 is the first), with what was told about each.
    pub fn orders_from(&self, place: usize, limit: usize) -> Vec<(OrderView, Vec<EndpointAnswers>)> {
        let now = self.clock.now();
        let ledger = self.ledger();
        let orders = ledger.orders().iter().enumerate().skip(place).take(limit);
        orders
            .map(|(place, order)| (self.view(order, now), self.answers.of(u32::try_from(place).unwrap_or(u32::MAX))))
            .collect()
    }

    /// Notices in the order in which they came to be, from a place on (0 is the first).
    pub fn notices_from(&self, place: usize, limit: usize) -> Vec<NoticeView> {
        let ledger = self.ledger();
        ledger.notices().iter().skip(place).take(limit).map(|notice| notice_view(&ledger, notice)).collect()
    }

    /// What was told over all orders, since the gateway's first start.
    pub fn answers(&self) -> Vec<EndpointAnswers> {
        self.answers.sums()
    }

    /// The newest notices first.
    pub fn notices(&self, limit: usize) -> Vec<NoticeView> {
        let ledger = self.ledger();
        ledger.notices().iter().rev().take(limit).map(|notice| notice_view(&ledger, notice)).collect()
    }

    /// The newest exchanges first; the last 500 are kept.
    pub fn traffic(&self, limit: usize) -> Vec<Arc<Exchange>> {
        self.traffic.newest(limit)
    }

    /// How often each endpoint gave each answer since the gateway was started.
    pub fn answer_counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.traffic.counts()
    }

    /// Sums over all orders.
    pub fn sums(&self) -> LedgerSums {
        let now = self.clock.now();
        let ledger = self.ledger();
        let mut sums = LedgerSums::default();
        let paid = |order: &&Order| order.payment.is_some();
        sums.paid_total_fee = ledger.orders().iter().filter(paid).map(|order| order.total_fee).sum();
        sums.coupon_fee = ledger.orders().iter().filter_map(|order| Some(order.payment.as_ref()?.coupon_fee)).sum();
        for order in ledger.orders() {
            sums.orders += 1;
            match order.trade_state(now, &self.switches) {
                TradeState::Success => sums.paid += 1,
                TradeState::Closed => sums.closed += 1,
                _ => sums.open += 1,
            }
        }
        sums
    }
}

fn matches(order: &Order, search: &str) -> bool {
    let payment = order.payment.as_deref();
    order.out_trade_no().contains(search)
        || payment.is_some_and(|payment| payment.transaction_id.contains(search) || payment.openid.contains(search))
        || ["body", "openid"].iter().any(|name| order.fields.get(name).is_some_and(|value| value.contains(search)))
}

fn notice_view(ledger: &Ledger, notice: &Notice) -> NoticeView {
    let order = ledger.order_at(notice.order);
    let text = |found: Option<&str>| found.unwrap_or_default().to_owned();
    NoticeView {
        id: notice.id,
        mch_id: text(order.map(Order::mch_id)),
        out_trade_no: text(order.map(Order::out_trade_no)),
        notify_url: text(order.and_then(|order| order.fields.get("notify_url"))),
        status: notice.status,
        attempts: notice.attempts.clone(),
    }
}

impl OrderView {
    /// What the customer paid beside the coupon; nothing while unpaid.
    pub fn cash_fee(&self) -> Option<Fen> {
        self.order.payment.as_ref().map(|payment| payment.cash_fee(&self.order))
    }
}

//! What the gateway shows of itself: to the window, the command line and the control interface.

use std::sync::Arc;

use serde::Serialize;
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::answers::EndpointAnswers;
use crate::ledger::record::{About, Attempt, Notice, NoticeStatus, Order};
use crate::ledger::refund::Refund;
use crate::merchant::{Merchant, Merchants};
use crate::orders::{CustomerError, known, merchant_of};
use crate::refunds::{self, RefundError, merchant_of_refund, settlement_refund_fee};
use crate::serve::traffic::Exchange;

/// One order as the gateway knows it: the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// All that was sent and happened.
    pub order: Order,
    /// What orderquery reports now.
    pub trade_state: TradeState,
}

/// One refund as the gateway knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundView {
    /// All that was asked for and happened.
    pub refund: Refund,
    /// The merchant.
    pub mch_id: String,
    /// The order.
    pub out_trade_no: String,
    /// The payment.
    pub transaction_id: String,
    /// The order's amount.
    pub total_fee: Fen,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeView {
    /// 1, 2, 3 …
    pub id: u64,
    /// The refund that it is about; nothing for a payment.
    pub out_refund_no: Option<String>,
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
    /// How many refunds it has.
    pub refunds: usize,
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
    /// Orders that were taken back.
    pub reversed: u64,
    /// Σ total_fee of those among them that were paid, in fen.
    pub reversed_total_fee: i128,
    /// All refunds.
    pub refunds: u64,
    /// Σ refund_fee of those that succeeded, in fen.
    pub refunded_fee: i128,
    /// Σ refund_fee of those that are under way or stuck (PROCESSING, CHANGE), in fen.
    pub refunding_fee: i128,
    /// Σ 手续费 of all payments, each rounded to the fen as the fund flow has it, at the rate that each merchant has now.
    pub service_fee: i128,
    /// Σ 手续费 that reverses and refunds gave back, those under way included, in fen.
    pub service_fee_returned: i128,
}

impl Gateway {
    /// Counts for a status line.
    pub fn status(&self) -> Status {
        self.let_happen();
        let ledger = self.ledger();
        Status {
            now: self.clock.now(),
            time_scale_per_mille: self.clock.scale().per_mille(),
            orders: ledger.orders().len(),
            refunds: ledger.refunds().len(),
            notices_pending: ledger.pending_notices(),
            requests: self.traffic.seen(),
        }
    }

    /// The newest orders whose out_trade_no, transaction_id, body or openid contains `search`; all when it is empty.
    pub fn orders(&self, search: &str, limit: usize) -> Vec<OrderView> {
        self.let_happen();
        let now = self.clock.now();
        let ledger = self.ledger();
        let found = ledger.orders().iter().rev().filter(|order| search.is_empty() || matches(order, search));
        found.take(limit).map(|order| self.view(order, now)).collect()
    }

    /// One order. `mch_id` is needed only where several merchants have the number.
    pub fn order(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<OrderView, CustomerError> {
        self.let_happen();
        let ledger = self.ledger();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        Ok(self.view(known(&ledger, &mch_id, out_trade_no)?, self.clock.now()))
    }

    pub(crate) fn view(&self, order: &Order, now: UtcMs) -> OrderView {
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

    /// Refunds in the order in which they were accepted, from a place on (0 is the first).
    pub fn refunds_from(&self, place: usize, limit: usize) -> Vec<RefundView> {
        let ledger = self.ledger();
        let refunds = ledger.refunds().iter().skip(place).take(limit);
        refunds.filter_map(|refund| refund_view(&ledger, refund)).collect()
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

    /// The newest refunds whose out_refund_no, refund_id, out_trade_no or transaction_id contains `search`; all when it is
    /// empty.
    pub fn refunds(&self, search: &str, limit: usize) -> Vec<RefundView> {
        self.let_happen();
        let ledger = self.ledger();
        let views = ledger.refunds().iter().rev().filter_map(|refund| refund_view(&ledger, refund));
        let found = |view: &RefundView| {
            let numbers =
                [&view.refund.out_refund_no, &view.refund.refund_id, &view.out_trade_no, &view.transaction_id];
            search.is_empty() || numbers.iter().any(|number| number.contains(search))
        };
        views.filter(found).take(limit).collect()
    }

    /// One refund. `mch_id` is needed only where several merchants have the number.
    pub fn refund_of(&self, mch_id: Option<&str>, out_refund_no: &str) -> Result<RefundView, RefundError> {
        self.let_happen();
        let ledger = self.ledger();
        let mch_id = merchant_of_refund(&ledger, mch_id, out_refund_no)?;
        let refund = refunds::known(&ledger, &mch_id, out_refund_no)?;
        refund_view(&ledger, refund).ok_or_else(|| RefundError::NoRefund(out_refund_no.to_owned()))
    }

    /// The newest notices first.
    pub fn notices(&self, limit: usize) -> Vec<NoticeView> {
        self.let_happen();
        let ledger = self.ledger();
        ledger.notices().iter().rev().take(limit).map(|notice| notice_view(&ledger, notice)).collect()
    }

    /// The newest exchanges first; the last 500 are kept.
    pub fn traffic(&self, limit: usize) -> Vec<Arc<Exchange>> {
        self.traffic.newest(limit)
    }

    /// One exchange by its id, while it is among those that are kept.
    pub fn exchange(&self, id: u64) -> Option<Arc<Exchange>> {
        self.traffic.find(id)
    }

    /// One notice by its id.
    pub fn notice(&self, id: u64) -> Option<NoticeView> {
        let ledger = self.ledger();
        ledger.notice(id).map(|notice| notice_view(&ledger, notice))
    }

    /// The merchant and the number of the order whose current code_url or prepay_id this is; looks at every order.
    pub fn order_of_code(&self, code: &str) -> Option<(String, String)> {
        let ledger = self.ledger();
        let is_it = |order: &&Order| {
            let prepay = order.prepay.as_deref();
            prepay.is_some_and(|prepay| prepay.prepay_id == code || prepay.code_url.as_deref() == Some(code))
        };
        let order = ledger.orders().iter().rev().find(is_it)?;
        Some((order.mch_id().to_owned(), order.out_trade_no().to_owned()))
    }

    /// How often each endpoint gave each answer since the gateway was started.
    pub fn answer_counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.traffic.counts()
    }

    /// Sums over all orders.
    pub fn sums(&self) -> LedgerSums {
        self.let_happen();
        let now = self.clock.now();
        let ledger = self.ledger();
        let mut sums = LedgerSums::default();
        let mut fees = Fees { merchants: &self.merchants, last: None };
        for order in ledger.orders() {
            let total_fee = i128::from(order.total_fee.get());
            sums.orders += 1;
            match order.trade_state(now, &self.switches) {
                TradeState::Success | TradeState::Refund => sums.paid += 1,
                TradeState::Closed => sums.closed += 1,
                TradeState::Revoked => sums.reversed += 1,
                _ => sums.open += 1,
            }
            let Some(payment) = &order.payment else { continue };
            let settled = payment.settlement_total_fee(order.total_fee).unwrap_or(order.total_fee);
            let fee = fees.of(order.mch_id(), settled);
            sums.service_fee += fee;
            if order.reversed_at.is_some() {
                sums.reversed_total_fee += total_fee;
                sums.service_fee_returned += fee;
                continue;
            }
            sums.paid_total_fee += total_fee;
            sums.coupon_fee += i128::from(payment.coupon_fee().get());
        }
        for refund in ledger.refunds() {
            let refund_fee = i128::from(refund.refund_fee.get());
            sums.refunds += 1;
            match refund.status {
                RefundStatus::Success => sums.refunded_fee += refund_fee,
                RefundStatus::Processing | RefundStatus::Change => sums.refunding_fee += refund_fee,
                RefundStatus::RefundClose => {}
            }
            let order = ledger.order_at(refund.order).filter(|_| refund.counts());
            if let Some((order, payment)) = order.and_then(|order| Some((order, order.payment.as_deref()?))) {
                let settled = settlement_refund_fee(payment, refund).unwrap_or(refund.refund_fee);
                sums.service_fee_returned += fees.of(order.mch_id(), settled);
            }
        }
        sums
    }
}

/// What WeChat Pay takes, merchant by merchant; most orders belong to the merchant of the one before.
struct Fees<'g> {
    merchants: &'g Merchants,
    last: Option<Arc<Merchant>>,
}

impl Fees<'_> {
    /// In fen; nothing for a merchant whose rate is not known any more.
    fn of(&mut self, mch_id: &str, settled: Fen) -> i128 {
        if self.last.as_ref().is_none_or(|last| last.mch_id.as_str() != mch_id) {
            self.last = self.merchants.of_mch_id(mch_id);
        }
        self.last.as_ref().map_or(0, |merchant| i128::from(merchant.fee_of(settled).get()))
    }
}

pub(crate) fn matches(order: &Order, search: &str) -> bool {
    let payment = order.payment.as_deref();
    order.out_trade_no().contains(search)
        || payment.is_some_and(|payment| payment.transaction_id.contains(search) || payment.openid.contains(search))
        || ["body", "openid"].iter().any(|name| order.fields.get(name).is_some_and(|value| value.contains(search)))
}

pub(crate) fn refund_view(ledger: &Ledger, refund: &Refund) -> Option<RefundView> {
    let order = ledger.order_at(refund.order)?;
    Some(RefundView {
        mch_id: order.mch_id().to_owned(),
        out_trade_no: order.out_trade_no().to_owned(),
        transaction_id: order.payment.as_ref()?.transaction_id.clone(),
        total_fee: order.total_fee,
        refund: refund.clone(),
    })
}

pub(crate) fn notice_view(ledger: &Ledger, notice: &Notice) -> NoticeView {
    let order = ledger.order_of_notice(notice);
    let refund = match notice.about {
        About::Payment(_) => None,
        About::Refund(place) => ledger.refund_at(place),
    };
    let url = match refund {
        Some(refund) => refund.notify_url.as_deref(),
        None => order.and_then(|order| order.fields.get("notify_url")),
    };
    let text = |found: Option<&str>| found.unwrap_or_default().to_owned();
    NoticeView {
        id: notice.id,
        mch_id: text(order.map(Order::mch_id)),
        out_trade_no: text(order.map(Order::out_trade_no)),
        out_refund_no: refund.map(|refund| refund.out_refund_no.clone()),
        notify_url: text(url),
        status: notice.status,
        attempts: notice.attempts.clone(),
    }
}

impl OrderView {
    /// What the customer paid beside the coupon; nothing while unpaid.
    pub fn cash_fee(&self) -> Option<Fen> {
        self.order.payment.as_ref().map(|payment| payment.cash_fee(self.order.total_fee))
    }
}

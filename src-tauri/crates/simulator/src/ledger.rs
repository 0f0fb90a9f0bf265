//! The state of the gateway as the sum of its journal: every change is an [`Entry`](entry::Entry) that is applied here, live
//! and at replay. Reading goes by indexes; nothing that a request waits for looks at all orders.

pub(crate) mod answers;
mod changes;
pub(crate) mod entry;
pub(crate) mod fields;
mod index;
pub(crate) mod journal;
pub(crate) mod record;
pub(crate) mod refund;
mod stored;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use wxpay_protocol::{Fen, UtcMs};

use crate::bills::comment_book::CommentBook;
use crate::bills::days::DayBook;
use crate::ledger::answers::Answers;
use crate::orders::ScanOutcome;
use crate::scenarios::ScenarioError;
use crate::scenarios::agenda::{Agenda, Facts};
use crate::scenarios::scenario::Trigger;
use crate::tools::BoundCode;
use index::Index;
use record::{About, Notice, Order};
use refund::Refund;

/// The version of the journal that this program writes; it reads the ones before it as well. The second brought payment
/// codes, refunds and several coupons, the third comments.
pub(crate) const JOURNAL_VERSION: u32 = 3;

/// Why an entry cannot follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Contradiction {
    #[error("the journal is of version {0}; this program reads up to version {JOURNAL_VERSION}")]
    Newer(u32),
    #[error("it speaks of order {0}, which was never created")]
    NoOrder(String),
    #[error("it creates order {0} a second time")]
    CreatedTwice(String),
    #[error("it pays order {0}, which is paid or closed")]
    NotPayable(String),
    #[error("it speaks of refund {0}, which was never accepted")]
    NoRefund(String),
    #[error("it accepts refund {0} a second time")]
    RefundedTwice(String),
    #[error("it speaks of notice {0}, which does not exist")]
    NoNotice(u64),
    #[error("it plays a scenario that cannot be read: {0}")]
    Scenario(ScenarioError),
    #[error("it has more records than the ledger can count")]
    TooMany,
}

/// What happens by itself when its moment comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waiting {
    /// The question for the password of the order in this place.
    Password(u32),
    /// The end of the refund in this place.
    Refund(u32),
    /// The step of a scenario with this id.
    Step(u64),
}

/// Orders, refunds and notices in the order in which they came to be, with the indexes that requests need.
#[derive(Default)]
pub(crate) struct Ledger {
    orders: Vec<Order>,
    by_number: Index,
    by_transaction: Index,
    by_auth_code: HashMap<String, u32>,
    bound_codes: HashMap<String, BoundCode>,
    short_links: HashMap<String, String>,
    scan_plans: HashMap<(String, String), ScanOutcome>,
    refunds: Vec<Refund>,
    by_refund_number: Index,
    by_refund_id: Index,
    // Per merchant number, what its refunds took: it says who has orders as well.
    refunded: BTreeMap<String, i64>,
    notices: Vec<Notice>,
    days: DayBook,
    comments: CommentBook,
    agenda: Agenda,
    answers: Arc<Answers>,
    due: BTreeSet<(UtcMs, u64)>,
    pending: usize,
    waiting: BTreeSet<(UtcMs, Waiting)>,
    prepays: u64,
    paid: u64,
    entries: u64,
    seed: Option<u64>,
    current: u64,
    latest: UtcMs,
    ahead_ms: i64,
}

impl Ledger {
    pub(crate) fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(crate) fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    /// What the scenario has planned.
    pub(crate) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub(crate) fn agenda_mut(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    /// Whether the scenario wants to ask this scan for the password.
    pub(crate) fn scenario_takes_scan(&self, order: &Order) -> bool {
        self.agenda.would_take(Trigger::Micropay, &facts_of(order), self.seed.unwrap_or_default())
    }

    /// What moved money, by day.
    pub(crate) fn days(&self) -> &DayBook {
        &self.days
    }

    /// What payers were made to write.
    pub(crate) fn comments(&self) -> &CommentBook {
        &self.comments
    }

    /// What merchants were told.
    pub(crate) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers)
    }

    pub(crate) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    pub(crate) fn order(&self, mch_id: &str, out_trade_no: &str) -> Option<&Order> {
        self.place(mch_id, out_trade_no).and_then(|place| self.order_at(place))
    }

    pub(crate) fn order_at(&self, place: u32) -> Option<&Order> {
        self.orders.get(usize::try_from(place).ok()?)
    }

    pub(crate) fn place(&self, mch_id: &str, out_trade_no: &str) -> Option<u32> {
        self.by_number.find(mch_id, out_trade_no, |place| {
            self.order_at(place).is_some_and(|order| order.out_trade_no() == out_trade_no && order.mch_id() == mch_id)
        })
    }

    pub(crate) fn order_of_transaction(&self, mch_id: &str, transaction_id: &str) -> Option<&Order> {
        let has = |order: &Order| order.payment.as_ref().is_some_and(|paid| paid.transaction_id == transaction_id);
        let is_it = |place| self.order_at(place).is_some_and(has);
        let place = self.by_transaction.find("", transaction_id, is_it)?;
        self.order_at(place).filter(|order| order.mch_id() == mch_id)
    }

    /// The order that a payment code was scanned for; a code pays once.
    pub(crate) fn order_of_code(&self, auth_code: &str) -> Option<&Order> {
        self.by_auth_code.get(auth_code).and_then(|place| self.order_at(*place))
    }

    /// The printed code that a short link stands for.
    pub(crate) fn long_url(&self, token: &str) -> Option<&str> {
        self.short_links.get(token).map(String::as_str)
    }

    /// Whom a payment code pays, where somebody asked whose it is.
    pub(crate) fn bound_code(&self, auth_code: &str) -> Option<&BoundCode> {
        self.bound_codes.get(auth_code)
    }

    /// What the next scan for a number will come to, where somebody said so.
    pub(crate) fn scan_plan(&self, mch_id: &str, out_trade_no: &str) -> Option<ScanOutcome> {
        if self.scan_plans.is_empty() {
            return None;
        }
        self.scan_plans.get(&(mch_id.to_owned(), out_trade_no.to_owned())).copied()
    }

    /// The merchants that have an order of this number.
    pub(crate) fn merchants_of(&self, out_trade_no: &str) -> Vec<&str> {
        let has = |mch_id: &&String| self.place(mch_id, out_trade_no).is_some();
        self.refunded.keys().filter(has).map(String::as_str).collect()
    }

    pub(crate) fn refund_at(&self, place: u32) -> Option<&Refund> {
        self.refunds.get(usize::try_from(place).ok()?)
    }

    pub(crate) fn refund_place(&self, mch_id: &str, out_refund_no: &str) -> Option<u32> {
        self.by_refund_number.find(mch_id, out_refund_no, |place| {
            self.refund_at(place).is_some_and(|refund| {
                refund.out_refund_no == out_refund_no
                    && self.order_at(refund.order).is_some_and(|order| order.mch_id() == mch_id)
            })
        })
    }

    pub(crate) fn refund(&self, mch_id: &str, out_refund_no: &str) -> Option<&Refund> {
        self.refund_place(mch_id, out_refund_no).and_then(|place| self.refund_at(place))
    }

    pub(crate) fn refund_of_id(&self, mch_id: &str, refund_id: &str) -> Option<&Refund> {
        let is_it = |place| self.refund_at(place).is_some_and(|refund| refund.refund_id == refund_id);
        let refund = self.refund_at(self.by_refund_id.find("", refund_id, is_it)?)?;
        self.order_at(refund.order).filter(|order| order.mch_id() == mch_id).and(Some(refund))
    }

    /// An order's refunds, oldest first.
    pub(crate) fn refunds_of<'l>(&'l self, order: &'l Order) -> impl ExactSizeIterator<Item = &'l Refund> {
        let all = &self.refunds;
        let places: Vec<&Refund> =
            order.refunds.iter().filter_map(|place| all.get(usize::try_from(*place).ok()?)).collect();
        places.into_iter()
    }

    /// The merchants whose refunds have this number.
    pub(crate) fn merchants_of_refund(&self, out_refund_no: &str) -> Vec<&str> {
        let has = |mch_id: &&String| self.refund_place(mch_id, out_refund_no).is_some();
        self.refunded.keys().filter(has).map(String::as_str).collect()
    }

    /// What the refunds of a merchant took out of its account.
    pub(crate) fn refunded(&self, mch_id: &str) -> Fen {
        self.refunded.get(mch_id).and_then(|fen| Fen::new(*fen)).unwrap_or(Fen::ZERO)
    }

    /// The count for the next prepay_id.
    pub(crate) fn next_prepay(&self) -> u64 {
        self.prepays + 1
    }

    /// The count for the next transaction_id.
    pub(crate) fn next_payment(&self) -> u64 {
        self.paid + 1
    }

    /// The count for the next refund_id.
    pub(crate) fn next_refund(&self) -> u64 {
        u64::try_from(self.refunds.len()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How many entries led here.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The seed of the last run, if there was one.
    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Where the clock of a new run starts: where it is told to, or at the wall's time and as far ahead as it was advanced
    /// before; never before anything that happened.
    pub(crate) fn resume_at(&self, told: Option<UtcMs>, wall: UtcMs) -> UtcMs {
        told.unwrap_or_else(|| wall.plus_ms(self.ahead_ms)).max(self.latest)
    }

    pub(crate) fn pending_notices(&self) -> usize {
        self.pending
    }

    /// What happens by itself next, and when.
    pub(crate) fn first_waiting(&self) -> Option<(UtcMs, Waiting)> {
        let step = self.agenda.next_due().map(|(due, id)| (due, Waiting::Step(id)));
        [self.waiting.first().copied(), step].into_iter().flatten().min()
    }

    /// Notices that wait, earliest first; those on their way are not among them.
    pub(crate) fn due(&self) -> impl Iterator<Item = (UtcMs, &Notice)> {
        self.due.iter().filter_map(|(due, id)| Some((*due, self.notice(*id)?)))
    }

    /// Takes a notice out of the waiting ones until its attempt is applied.
    pub(crate) fn take_due(&mut self, due: UtcMs, id: u64) {
        self.due.remove(&(due, id));
    }

    /// The id of the youngest notice.
    pub(crate) fn last_notice(&self) -> Option<u64> {
        self.notices.last().map(|notice| notice.id)
    }

    /// The order that a notice is about.
    pub(crate) fn order_of_notice(&self, notice: &Notice) -> Option<&Order> {
        match notice.about {
            About::Payment(place) => self.order_at(place),
            About::Refund(place) => self.order_at(self.refund_at(place)?.order),
        }
    }

    /// Lets a notice be sent at `at` beside what its ladder says; forgotten with the process.
    pub(crate) fn send_also_at(&mut self, at: UtcMs, id: u64) {
        self.due.insert((at, id));
    }

    pub(crate) fn notice(&self, id: u64) -> Option<&Notice> {
        self.notices.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }
}

/// What the rules of a scenario look at.
fn facts_of(order: &Order) -> Facts<'_> {
    let field = |name| order.fields.get(name).unwrap_or_default();
    Facts {
        mch_id: order.mch_id(),
        out_trade_no: order.out_trade_no(),
        number: order.out_trade_no(),
        body: field("body"),
        trade_type: order.trade_type(),
        payer: field("openid"),
        total_fee: order.total_fee,
        refund_fee: None,
    }
}

#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod tests;

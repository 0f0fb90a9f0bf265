//! The state of the gateway as the sum of its journal: every change is an [`Entry`] that is applied here, live and at replay.

pub(crate) mod answers;
pub(crate) mod journal;
pub(crate) mod record;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use wxpay_protocol::UtcMs;

use crate::bills::days::{DayBook, Moved};
use crate::ledger::answers::Answers;
use crate::ledger::record::{Attempt, Entry, Notice, NoticeStatus, Order, Payment};

/// The version of the journal that this program writes and reads.
pub(crate) const JOURNAL_VERSION: u32 = 1;

/// Why an entry cannot follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Contradiction {
    #[error("the journal is of version {0}; this program reads version {JOURNAL_VERSION}")]
    Newer(u32),
    #[error("it speaks of order {0}, which was never created")]
    NoOrder(String),
    #[error("it creates order {0} a second time")]
    CreatedTwice(String),
    #[error("it pays order {0}, which is paid or closed")]
    NotPayable(String),
    #[error("it speaks of notice {0}, which does not exist")]
    NoNotice(u64),
}

/// Orders and notices in the order in which they came to be, with the indexes that requests need.
#[derive(Default)]
pub(crate) struct Ledger {
    orders: Vec<Order>,
    by_number: HashMap<String, HashMap<String, usize>>,
    by_transaction: HashMap<String, usize>,
    notices: Vec<Notice>,
    days: DayBook,
    answers: Arc<Answers>,
    due: BTreeSet<(UtcMs, u64)>,
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

    /// What moved money, by day.
    pub(crate) fn days(&self) -> &DayBook {
        &self.days
    }

    /// What merchants were told.
    pub(crate) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers)
    }

    pub(crate) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    pub(crate) fn order(&self, mch_id: &str, out_trade_no: &str) -> Option<&Order> {
        self.place(mch_id, out_trade_no).and_then(|place| self.orders.get(place))
    }

    pub(crate) fn order_at(&self, place: usize) -> Option<&Order> {
        self.orders.get(place)
    }

    pub(crate) fn order_of_transaction(&self, mch_id: &str, transaction_id: &str) -> Option<&Order> {
        let place = self.by_transaction.get(transaction_id)?;
        self.orders.get(*place).filter(|order| order.mch_id() == mch_id)
    }

    pub(crate) fn place(&self, mch_id: &str, out_trade_no: &str) -> Option<usize> {
        self.by_number.get(mch_id)?.get(out_trade_no).copied()
    }

    /// The merchants that have an order of this number.
    pub(crate) fn merchants_of(&self, out_trade_no: &str) -> Vec<&str> {
        let mut merchants: Vec<&str> = self
            .by_number
            .iter()
            .filter(|(_, numbers)| numbers.contains_key(out_trade_no))
            .map(|(mch_id, _)| mch_id.as_str())
            .collect();
        merchants.sort_unstable();
        merchants
    }

    /// The count for the next prepay_id.
    pub(crate) fn next_prepay(&self) -> u64 {
        self.prepays + 1
    }

    /// The count for the next transaction_id.
    pub(crate) fn next_payment(&self) -> u64 {
        self.paid + 1
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
        self.notices.iter().filter(|notice| matches!(notice.status, NoticeStatus::Pending { .. })).count()
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

    pub(crate) fn notice(&self, id: u64) -> Option<&Notice> {
        self.notices.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// Applies one entry; nothing changes when it contradicts what is there. `number` is the entry's in this run's journal,
    /// 0 for one that is on the disk already.
    pub(crate) fn apply(&mut self, entry: Entry, number: u64) -> Result<(), Contradiction> {
        self.current = number;
        match entry {
            Entry::Opened { version, seed, real, now } => {
                if version > JOURNAL_VERSION {
                    return Err(Contradiction::Newer(version));
                }
                self.seed = Some(seed);
                self.set_clock(real, now);
            }
            Entry::Clock { real, now } => self.set_clock(real, now),
            Entry::Created(order) => self.create(*order)?,
            Entry::Reissued { mch_id, out_trade_no, prepay } => {
                let issued_at = prepay.issued_at;
                self.order_mut(&mch_id, out_trade_no)?.prepay = prepay;
                self.prepays += 1;
                self.saw(issued_at);
            }
            Entry::Paid { mch_id, out_trade_no, payment, nonce_str, deliverable, due } => {
                let place = self.pay(&mch_id, out_trade_no, payment)?;
                self.add_notice(place, nonce_str, deliverable, due);
                self.saw(due);
            }
            Entry::Cancelled { mch_id, out_trade_no, at } => {
                self.order_mut(&mch_id, out_trade_no)?.cancelled_at = Some(at);
                self.saw(at);
            }
            Entry::Closed { mch_id, out_trade_no, at } => {
                self.order_mut(&mch_id, out_trade_no)?.closed_at = Some(at);
                self.saw(at);
            }
            Entry::Attempted { notice, attempt, next_due } => self.record_attempt(notice, attempt, next_due)?,
            Entry::Answers(counts) => self.answers.replay(counts),
        }
        self.entries += 1;
        Ok(())
    }

    fn set_clock(&mut self, real: UtcMs, now: UtcMs) {
        self.ahead_ms = now.0.saturating_sub(real.0).max(0);
        self.saw(now);
    }

    fn saw(&mut self, at: UtcMs) {
        self.latest = self.latest.max(at);
    }

    fn order_mut(&mut self, mch_id: &str, out_trade_no: String) -> Result<&mut Order, Contradiction> {
        let place = self.place(mch_id, &out_trade_no);
        let order = place.and_then(|place| self.orders.get_mut(place)).ok_or(Contradiction::NoOrder(out_trade_no))?;
        order.changed = self.current;
        Ok(order)
    }

    fn create(&mut self, mut order: Order) -> Result<(), Contradiction> {
        let numbers = self.by_number.entry(order.mch_id().to_owned()).or_default();
        let number = order.out_trade_no().to_owned();
        if numbers.contains_key(&number) {
            return Err(Contradiction::CreatedTwice(number));
        }
        numbers.insert(number, self.orders.len());
        self.prepays += 1;
        self.saw(order.created_at);
        order.changed = self.current;
        self.orders.push(order);
        Ok(())
    }

    fn pay(&mut self, mch_id: &str, out_trade_no: String, payment: Box<Payment>) -> Result<usize, Contradiction> {
        let transaction_id = payment.transaction_id.clone();
        let place = self.place(mch_id, &out_trade_no);
        let Some((place, order)) = place.and_then(|place| Some((place, self.orders.get_mut(place)?))) else {
            return Err(Contradiction::NoOrder(out_trade_no));
        };
        if order.payment.is_some() || order.closed_at.is_some() {
            return Err(Contradiction::NotPayable(out_trade_no));
        }
        self.days.note(mch_id, payment.paid_at, Moved::Paid(place));
        order.payment = Some(payment);
        order.changed = self.current;
        self.paid += 1;
        self.by_transaction.insert(transaction_id, place);
        Ok(place)
    }

    fn add_notice(&mut self, order: usize, nonce_str: String, deliverable: bool, due: UtcMs) {
        let id = u64::try_from(self.notices.len()).unwrap_or(u64::MAX).saturating_add(1);
        let status = if deliverable {
            self.due.insert((due, id));
            NoticeStatus::Pending { next_due: due }
        } else {
            NoticeStatus::Undeliverable
        };
        self.notices.push(Notice { id, order, nonce_str, attempts: Vec::new(), status });
    }

    fn record_attempt(&mut self, id: u64, attempt: Attempt, next_due: Option<UtcMs>) -> Result<(), Contradiction> {
        self.saw(attempt.at);
        let place = id.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        let Some(notice) = place.and_then(|place| self.notices.get_mut(place)) else {
            return Err(Contradiction::NoNotice(id));
        };
        if let NoticeStatus::Pending { next_due } = notice.status {
            self.due.remove(&(next_due, id));
        }
        notice.status = match next_due {
            _ if attempt.acknowledged => NoticeStatus::Acknowledged,
            Some(next_due) => {
                self.due.insert((next_due, id));
                NoticeStatus::Pending { next_due }
            }
            None => NoticeStatus::GivenUp,
        };
        notice.attempts.push(attempt);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

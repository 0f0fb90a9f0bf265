//! Applying entries: the only code that changes the ledger. An entry that contradicts what is there changes nothing.

use wxpay_protocol::{RefundStatus, UtcMs};

use crate::bills::days::Moved;
use crate::ledger::entry::{Entry, NewNotice};
use crate::ledger::record::{About, Attempt, Notice, NoticeStatus, Order, Password, Payment, Scan, ScanState};
use crate::ledger::refund::{Refund, RefundPlan};
use crate::ledger::{Contradiction, JOURNAL_VERSION, Ledger, Waiting, facts_of};
use crate::scenarios::Scenario;
use crate::scenarios::agenda::{Facts, Target};
use crate::scenarios::scenario::Trigger;
use crate::tools::BoundCode;

impl Ledger {
    /// Applies one entry. `number` is the entry's in this run's journal, 0 for one that is on the disk already.
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
                self.change(&mch_id, &out_trade_no, issued_at, |order| order.prepay = Some(prepay))?;
                self.prepays += 1;
            }
            Entry::Paid { mch_id, out_trade_no, payment, notice } => {
                self.pay(&mch_id, &out_trade_no, payment, notice)?;
            }
            Entry::Cancelled { mch_id, out_trade_no, at } => {
                self.change(&mch_id, &out_trade_no, at, |order| order.cancelled_at = Some(at))?;
            }
            Entry::Closed { mch_id, out_trade_no, at } => {
                self.change(&mch_id, &out_trade_no, at, |order| order.closed_at = Some(at))?;
            }
            Entry::Shortened { token, long_url } => {
                self.short_links.insert(token, long_url);
            }
            Entry::CodeBound { mch_id, auth_code, at } => {
                self.bound_codes.insert(auth_code, BoundCode { mch_id, at });
                self.saw(at);
            }
            Entry::ScanPlanned { mch_id, out_trade_no, outcome } => {
                self.scan_plans.insert((mch_id, out_trade_no), outcome);
            }
            Entry::Scanned { mch_id, out_trade_no, scan } => self.scan(mch_id, out_trade_no, scan)?,
            Entry::ScanEnded { mch_id, out_trade_no, state, at } => {
                self.change(&mch_id, &out_trade_no, at, |order| end_scan(order, state))?;
            }
            Entry::Reversed { mch_id, out_trade_no, at } => {
                let place = self.change(&mch_id, &out_trade_no, at, |order| order.reversed_at = Some(at))?;
                if self.order_at(place).is_some_and(|order| order.payment.is_some()) {
                    self.days.note(&mch_id, at, Moved::Reversed(place));
                }
            }
            Entry::Refunded { mch_id, out_trade_no, refund } => self.refund_order(&mch_id, &out_trade_no, *refund)?,
            Entry::RefundPlanned { mch_id, out_refund_no, plan } => {
                self.change_refund(&mch_id, &out_refund_no, |refund| refund.plan = plan)?;
            }
            Entry::RefundEnded { mch_id, out_refund_no, status, at, notice } => {
                self.end_refund(&mch_id, &out_refund_no, status, at, notice)?;
            }
            Entry::Commented { mch_id, out_trade_no, at, comment } => {
                let place = self.place(&mch_id, &out_trade_no).ok_or(Contradiction::NoOrder(out_trade_no))?;
                self.comments.write(&mch_id, place, at, comment);
                self.saw(at);
            }
            Entry::Scenario { source: Some(source) } => {
                self.agenda.play(Scenario::read(&source).map_err(Contradiction::Scenario)?);
            }
            Entry::Scenario { source: None } => self.agenda.stop(),
            Entry::Stepped { id, due, refused } => {
                self.agenda.happened(due, id, due, refused);
                self.saw(due);
            }
            Entry::Answers(counts) => self.answers.replay(counts),
            Entry::Attempted { notice, attempt, next_due } => self.record_attempt(notice, attempt, next_due)?,
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

    /// Changes an order and keeps in step what waits for it; returns its place.
    fn change(
        &mut self,
        mch_id: &str,
        out_trade_no: &str,
        at: UtcMs,
        change: impl FnOnce(&mut Order),
    ) -> Result<u32, Contradiction> {
        let place = self.place(mch_id, out_trade_no);
        let known = place.and_then(|place| Some((place, self.orders.get_mut(usize::try_from(place).ok()?)?)));
        let Some((place, order)) = known else { return Err(Contradiction::NoOrder(out_trade_no.to_owned())) };
        let before = order.password().map(Password::wakes_at);
        change(order);
        order.changed = self.current;
        let after = order.password().map(Password::wakes_at);
        self.rewait(Waiting::Password(place), before, after);
        self.saw(at);
        Ok(place)
    }

    fn rewait(&mut self, what: Waiting, before: Option<UtcMs>, after: Option<UtcMs>) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.waiting.remove(&(at, what));
        }
        if let Some(at) = after {
            self.waiting.insert((at, what));
        }
    }

    fn create(&mut self, mut order: Order) -> Result<(), Contradiction> {
        if self.place(order.mch_id(), order.out_trade_no()).is_some() {
            return Err(Contradiction::CreatedTwice(order.out_trade_no().to_owned()));
        }
        let place = u32::try_from(self.orders.len()).map_err(|_| Contradiction::TooMany)?;
        self.by_number.add(order.mch_id(), order.out_trade_no(), place);
        if !self.refunded.contains_key(order.mch_id()) {
            self.refunded.insert(order.mch_id().to_owned(), 0);
        }
        if order.prepay.is_some() {
            self.prepays += 1;
            let seed = self.seed.unwrap_or_default();
            self.agenda.plan(Trigger::Order, &facts_of(&order), Target::Order(place), order.created_at, seed);
        }
        self.saw(order.created_at);
        order.changed = self.current;
        self.orders.push(order);
        Ok(())
    }

    fn pay(
        &mut self,
        mch_id: &str,
        out_trade_no: &str,
        payment: Box<Payment>,
        notice: Option<NewNotice>,
    ) -> Result<(), Contradiction> {
        let payable =
            |order: &Order| order.payment.is_none() && order.closed_at.is_none() && order.reversed_at.is_none();
        if self.order(mch_id, out_trade_no).is_some_and(|order| !payable(order)) {
            return Err(Contradiction::NotPayable(out_trade_no.to_owned()));
        }
        let (transaction_id, paid_at) = (payment.transaction_id.clone(), payment.paid_at);
        let place = self.change(mch_id, out_trade_no, paid_at, |order| {
            order.payment = Some(payment);
            end_scan(order, ScanState::Over);
        })?;
        self.paid += 1;
        self.days.note(mch_id, paid_at, Moved::Paid(place));
        self.by_transaction.add("", &transaction_id, place);
        if let Some(notice) = notice {
            self.add_notice(About::Payment(place), notice);
        }
        Ok(())
    }

    fn scan(&mut self, mch_id: String, out_trade_no: String, scan: Box<Scan>) -> Result<(), Contradiction> {
        let (code, at) = (scan.auth_code.clone(), scan.at);
        let place = self.change(&mch_id, &out_trade_no, at, |order| order.scan = Some(scan))?;
        self.by_auth_code.insert(code, place);
        let order = usize::try_from(place).ok().and_then(|place| self.orders.get(place));
        // Who decides otherwise, a code or a plan, is not asked by the scenario.
        if let Some(order) = order.filter(|order| order.password().is_some_and(|password| password.then.is_none())) {
            let seed = self.seed.unwrap_or_default();
            self.agenda.plan(Trigger::Micropay, &facts_of(order), Target::Order(place), at, seed);
        }
        self.scan_plans.remove(&(mch_id, out_trade_no));
        Ok(())
    }

    fn refund_order(&mut self, mch_id: &str, out_trade_no: &str, mut refund: Refund) -> Result<(), Contradiction> {
        if self.refund_place(mch_id, &refund.out_refund_no).is_some() {
            return Err(Contradiction::RefundedTwice(refund.out_refund_no));
        }
        let place = u32::try_from(self.refunds.len()).map_err(|_| Contradiction::TooMany)?;
        refund.order =
            self.place(mch_id, out_trade_no).ok_or_else(|| Contradiction::NoOrder(out_trade_no.to_owned()))?;
        refund.changed = self.current;
        self.change(mch_id, out_trade_no, refund.accepted_at, |order| order.refunds.push(place))?;
        if self.scenario_takes_refund(&refund, place) {
            refund.plan = None;
        }
        self.by_refund_number.add(mch_id, &refund.out_refund_no, place);
        self.by_refund_id.add("", &refund.refund_id, place);
        self.rewait(Waiting::Refund(place), None, refund.wakes_at());
        self.days.note(mch_id, refund.accepted_at, Moved::Refunded(place));
        if refund.counts() {
            self.count_refunded(mch_id, refund.refund_fee.get());
        }
        self.refunds.push(refund);
        Ok(())
    }

    fn scenario_takes_refund(&mut self, refund: &Refund, place: u32) -> bool {
        let order = usize::try_from(refund.order).ok().and_then(|order| self.orders.get(order));
        let Some(order) = order else { return false };
        let facts = Facts { number: &refund.out_refund_no, refund_fee: Some(refund.refund_fee), ..facts_of(order) };
        let seed = self.seed.unwrap_or_default();
        self.agenda.plan(Trigger::Refund, &facts, Target::Refund(place), refund.accepted_at, seed)
    }

    fn count_refunded(&mut self, mch_id: &str, fen: i64) {
        if let Some(sum) = self.refunded.get_mut(mch_id) {
            *sum = sum.saturating_add(fen);
        }
    }

    fn change_refund(
        &mut self,
        mch_id: &str,
        out_refund_no: &str,
        change: impl FnOnce(&mut Refund),
    ) -> Result<u32, Contradiction> {
        let place = self.refund_place(mch_id, out_refund_no);
        let known = place.and_then(|place| Some((place, self.refunds.get_mut(usize::try_from(place).ok()?)?)));
        let Some((place, refund)) = known else { return Err(Contradiction::NoRefund(out_refund_no.to_owned())) };
        let (before, counted) = (refund.wakes_at(), refund.counts());
        change(refund);
        refund.changed = self.current;
        let (after, counts, fee) = (refund.wakes_at(), refund.counts(), refund.refund_fee.get());
        self.rewait(Waiting::Refund(place), before, after);
        match (counted, counts) {
            (true, false) => self.count_refunded(mch_id, -fee),
            (false, true) => self.count_refunded(mch_id, fee),
            _ => {}
        }
        Ok(place)
    }

    fn end_refund(
        &mut self,
        mch_id: &str,
        out_refund_no: &str,
        status: RefundStatus,
        at: UtcMs,
        notice: Option<NewNotice>,
    ) -> Result<(), Contradiction> {
        let place = self.change_refund(mch_id, out_refund_no, |refund| {
            refund.status = status;
            refund.ended_at = Some(at);
            refund.plan = None::<RefundPlan>;
        })?;
        if status == RefundStatus::RefundClose {
            self.days.note(mch_id, at, Moved::Returned(place));
        }
        self.saw(at);
        if let Some(notice) = notice {
            self.add_notice(About::Refund(place), notice);
        }
        Ok(())
    }

    fn add_notice(&mut self, about: About, notice: NewNotice) {
        let NewNotice { nonce_str, deliverable, due } = notice;
        let id = u64::try_from(self.notices.len()).unwrap_or(u64::MAX).saturating_add(1);
        let status = if deliverable {
            self.due.insert((due, id));
            self.pending += 1;
            NoticeStatus::Pending { next_due: due }
        } else {
            NoticeStatus::Undeliverable
        };
        self.notices.push(Notice { id, about, nonce_str, attempts: Vec::new(), status });
    }

    fn record_attempt(&mut self, id: u64, attempt: Attempt, next_due: Option<UtcMs>) -> Result<(), Contradiction> {
        let place = id.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        let Some(notice) = place.and_then(|place| self.notices.get_mut(place)) else {
            return Err(Contradiction::NoNotice(id));
        };
        let was_pending = match notice.status {
            NoticeStatus::Pending { next_due } => {
                self.due.remove(&(next_due, id));
                true
            }
            _ => false,
        };
        notice.status = match next_due {
            _ if attempt.acknowledged || notice.status == NoticeStatus::Acknowledged => NoticeStatus::Acknowledged,
            Some(next_due) => {
                self.due.insert((next_due, id));
                NoticeStatus::Pending { next_due }
            }
            None => NoticeStatus::GivenUp,
        };
        match (was_pending, matches!(notice.status, NoticeStatus::Pending { .. })) {
            (true, false) => self.pending = self.pending.saturating_sub(1),
            (false, true) => self.pending += 1,
            _ => {}
        }
        let at = attempt.at;
        notice.attempts.push(attempt);
        self.saw(at);
        Ok(())
    }
}

fn end_scan(order: &mut Order, state: ScanState) {
    if let Some(scan) = order.scan.as_deref_mut() {
        scan.state = state;
    }
}

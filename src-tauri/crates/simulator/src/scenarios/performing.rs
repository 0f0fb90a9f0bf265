//! Doing what a scenario has planned, each step at its own moment.

use wxpay_protocol::{CouponType, Fen, RefundStatus};

use crate::clock::wall;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{Coupon, PasswordAnswer};
use crate::orders::{CustomerError, Pay};
use crate::refunds::{RefundEnding, RefundError};
use crate::scenarios::agenda::{DueStep, Target};
use crate::scenarios::scenario::{Act, CouponWish, NoticeWish, Scenario};

/// Why a step did not happen.
enum NotDone {
    Refused(String),
    Journal(JournalFailed),
}

impl From<CustomerError> for NotDone {
    fn from(fault: CustomerError) -> Self {
        match fault {
            CustomerError::Journal(fault) => Self::Journal(fault),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<RefundError> for NotDone {
    fn from(fault: RefundError) -> Self {
        match fault {
            RefundError::Journal(fault) => Self::Journal(fault),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<JournalFailed> for NotDone {
    fn from(fault: JournalFailed) -> Self {
        Self::Journal(fault)
    }
}

impl Gateway {
    /// Plays a scenario with the orders and refunds that come from now on; what another one has planned stays planned.
    /// Returns the journal entry to wait for.
    pub fn play_scenario(&self, scenario: &Scenario) -> Result<u64, JournalFailed> {
        self.let_happen();
        self.commit(&mut self.ledger_mut(), Entry::Scenario { source: Some(scenario.source.clone()) })
    }

    /// Ends the scenario and forgets what is planned.
    pub fn stop_scenario(&self) -> Result<u64, JournalFailed> {
        self.let_happen();
        self.commit(&mut self.ledger_mut(), Entry::Scenario { source: None })
    }

    /// The moment of the first planned step has come. A step that is impossible by now is written down as refused.
    pub(crate) fn step_is_due(&self, ledger: &mut Ledger) -> Result<(), JournalFailed> {
        let Some(step) = ledger.agenda().first() else { return Ok(()) };
        let refused = match self.perform(ledger, &step) {
            Ok(()) => None,
            Err(NotDone::Refused(sentence)) => Some(sentence),
            Err(NotDone::Journal(fault)) => return Err(fault),
        };
        self.commit(ledger, Entry::Stepped { id: step.id, due: step.due, refused })?;
        self.tell(|| Event::ScenarioStepped);
        Ok(())
    }

    fn perform(&self, ledger: &mut Ledger, step: &DueStep) -> Result<(), NotDone> {
        if let Act::Advance { ms } = step.act {
            let now = self.clock.advance_ms(u64::try_from(ms).unwrap_or_default());
            self.commit(ledger, Entry::Clock { real: wall(), now })?;
            return Ok(());
        }
        match step.target {
            Target::Order(place) => self.perform_on_order(ledger, place, step),
            Target::Refund(place) => self.perform_on_refund(ledger, place, step),
        }
    }

    fn perform_on_order(&self, ledger: &mut Ledger, place: u32, step: &DueStep) -> Result<(), NotDone> {
        let Some(order) = ledger.order_at(place) else { return Ok(()) };
        let (mch_id, out_trade_no) = (order.mch_id().to_owned(), order.out_trade_no().to_owned());
        let waits_for_password = order.password().is_some();
        match &step.act {
            Act::Pay { .. } if waits_for_password => {
                self.password_answered(ledger, &mch_id, &out_trade_no, PasswordAnswer::Entered, step.due)?;
            }
            Act::Pay { openid, coupons, notice } => {
                let coupons = coupons_of(coupons, order.total_fee);
                let pay = Pay { openid: openid.clone(), coupons, bank_type: None, at: Some(step.due) };
                let late_ms = lateness_ms(*notice, step.lot);
                self.pay_known(ledger, &mch_id, &out_trade_no, &pay, step.due, late_ms)?;
                if let (NoticeWish::BeforeAnswer, Some(notice)) = (notice, ledger.last_notice()) {
                    ledger.agenda_mut().hold(place, notice);
                }
            }
            Act::Cancel => {
                self.cancel_known(ledger, &mch_id, &out_trade_no, step.due)?;
            }
            Act::Expire => {
                self.check_payable(order, step.due, "过期")?;
                self.commit(ledger, Entry::Closed { mch_id, out_trade_no, at: step.due })?;
            }
            _ => {}
        }
        Ok(())
    }

    fn perform_on_refund(&self, ledger: &mut Ledger, place: u32, step: &DueStep) -> Result<(), NotDone> {
        let (status, notice) = match step.act {
            Act::Succeed { notice } => (RefundStatus::Success, notice),
            Act::Fail { notice } => (RefundStatus::RefundClose, notice),
            Act::Change { notice } => (RefundStatus::Change, notice),
            _ => return Ok(()),
        };
        let Some(refund) = ledger.refund_at(place) else { return Ok(()) };
        let Some(order) = ledger.order_at(refund.order) else { return Ok(()) };
        let (mch_id, out_refund_no) = (order.mch_id().to_owned(), refund.out_refund_no.clone());
        let late_ms = lateness_ms(notice, step.lot);
        self.end_known(ledger, RefundEnding { mch_id, out_refund_no, status, at: step.due, late_ms })?;
        Ok(())
    }
}

/// How much later than what it tells of a notice is first sent; none: never.
fn lateness_ms(notice: NoticeWish, lot: u64) -> Option<i64> {
    match notice {
        NoticeWish::Normal | NoticeWish::BeforeAnswer => Some(0),
        NoticeWish::Never => None,
        NoticeWish::Late(span) => Some(span.drawn_ms(lot)),
    }
}

fn coupons_of(wishes: &[CouponWish], total_fee: Fen) -> Vec<Coupon> {
    let coupons = wishes.iter().map(|wish| Coupon {
        id: String::new(),
        coupon_type: if wish.is_no_cash { CouponType::NoCash } else { CouponType::Cash },
        fee: wish.amount.of(total_fee),
    });
    // A tenth of one fen is no coupon.
    coupons.filter(|coupon| coupon.fee > Fen::ZERO).collect()
}

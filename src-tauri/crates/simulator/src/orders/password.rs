//! The payer who is asked for the password: enters it, is refused by the bank, turns away, or lets 45 seconds pass.

use wxpay_protocol::UtcMs;

use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{Coupon, PasswordAnswer, Payment, ScanState};
use crate::orders::Pay;
use crate::orders::customer::{self, CustomerError, known, merchant_of};
use crate::orders::scan::ScanOutcome;
use crate::switches::PasswordTimeout;

impl Gateway {
    /// Says what the next scan for a number comes to, whatever the code says; the order need not exist yet.
    pub fn plan_scan(&self, mch_id: &str, out_trade_no: &str, outcome: ScanOutcome) -> Result<u64, JournalFailed> {
        let mut ledger = self.ledger_mut();
        let entry = Entry::ScanPlanned { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned(), outcome };
        self.commit(&mut ledger, entry)
    }

    /// What the payer of a micropay order does about the password now; returns the journal entry to wait for.
    pub fn answer_password(
        &self,
        mch_id: Option<&str>,
        out_trade_no: &str,
        answer: PasswordAnswer,
    ) -> Result<u64, CustomerError> {
        self.let_happen();
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        if known(&ledger, &mch_id, out_trade_no)?.password().is_none() {
            return Err(CustomerError::Impossible {
                out_trade_no: out_trade_no.to_owned(),
                state: "没有在等待输入密码",
                action: "输入密码",
            });
        }
        let number = self.password_answered(&mut ledger, &mch_id, out_trade_no, answer, self.clock.now())?;
        drop(ledger);
        self.due_changed.notify_one();
        Ok(number)
    }

    /// The moment of the order in this place has come: its payer does what he was going to, or the question is taken back.
    pub(crate) fn password_is_due(&self, ledger: &mut Ledger, place: u32, at: UtcMs) -> Result<(), JournalFailed> {
        let Some(order) = ledger.order_at(place) else { return Ok(()) };
        let Some(password) = order.password() else { return Ok(()) };
        let (mch_id, out_trade_no) = (order.mch_id().to_owned(), order.out_trade_no().to_owned());
        match password.then {
            Some(plan) if plan.at <= password.until => {
                self.password_answered(ledger, &mch_id, &out_trade_no, plan.answer, at)?;
            }
            _ => self.password_timed_out(ledger, mch_id, out_trade_no, at)?,
        }
        Ok(())
    }

    fn password_timed_out(
        &self,
        ledger: &mut Ledger,
        mch_id: String,
        out_trade_no: String,
        at: UtcMs,
    ) -> Result<(), JournalFailed> {
        let state = match self.switches.password_timeout {
            PasswordTimeout::PayError => ScanState::Failed { at },
            PasswordTimeout::NotPay | PasswordTimeout::Revoked => ScanState::Over,
        };
        let ids = (mch_id.clone(), out_trade_no.clone());
        self.commit(ledger, Entry::ScanEnded { mch_id, out_trade_no, state, at })?;
        if self.switches.password_timeout == PasswordTimeout::Revoked {
            let (mch_id, out_trade_no) = ids;
            self.commit(ledger, Entry::Reversed { mch_id, out_trade_no, at })?;
        }
        Ok(())
    }

    pub(crate) fn password_answered(
        &self,
        ledger: &mut Ledger,
        mch_id: &str,
        out_trade_no: &str,
        answer: PasswordAnswer,
        at: UtcMs,
    ) -> Result<u64, JournalFailed> {
        let ids = || (mch_id.to_owned(), out_trade_no.to_owned());
        if answer == PasswordAnswer::Entered {
            let number = self.pay_by_code(ledger, mch_id, out_trade_no, at, Vec::new())?;
            self.tell(|| {
                let (mch_id, out_trade_no) = ids();
                Event::OrderPaid { mch_id, out_trade_no }
            });
            return Ok(number);
        }
        let (mch_id, out_trade_no) = ids();
        let failed = answer == PasswordAnswer::Refused;
        let state = if failed { ScanState::Failed { at } } else { ScanState::Over };
        let mut number = self.commit(ledger, Entry::ScanEnded { mch_id, out_trade_no, state, at })?;
        if answer == PasswordAnswer::Cancelled {
            let (mch_id, out_trade_no) = ids();
            number = self.commit(ledger, Entry::Cancelled { mch_id, out_trade_no, at })?;
        }
        self.tell(|| {
            let (mch_id, out_trade_no) = ids();
            Event::OrderCancelled { mch_id, out_trade_no }
        });
        Ok(number)
    }

    /// Pays an order by its scanned code; such a payment is not notified (protocol page §4.8).
    pub(crate) fn pay_by_code(
        &self,
        ledger: &mut Ledger,
        mch_id: &str,
        out_trade_no: &str,
        at: UtcMs,
        coupons: Vec<Coupon>,
    ) -> Result<u64, JournalFailed> {
        let order = ledger.order(mch_id, out_trade_no);
        let Some((order, scan)) = order.and_then(|order| Some((order, order.scan.as_deref()?))) else {
            tracing::error!("an order without a scanned code cannot be paid by it");
            return Err(JournalFailed);
        };
        let transaction_id = self.draw.transaction_id(ledger.next_payment(), at);
        // Coupons that are worth more than the order pay nothing.
        let coupons = customer::coupons_of(order, &Pay { coupons, ..Pay::default() }, &transaction_id);
        let payment = Payment {
            transaction_id,
            openid: scan.openid.clone(),
            sub_openid: customer::sub_openid(order),
            bank_type: "OTHERS".to_owned(),
            coupons: coupons.unwrap_or_default(),
            paid_at: at,
        };
        let entry = Entry::Paid {
            mch_id: mch_id.to_owned(),
            out_trade_no: out_trade_no.to_owned(),
            payment: Box::new(payment),
            notice: None,
        };
        self.commit(ledger, entry)
    }
}

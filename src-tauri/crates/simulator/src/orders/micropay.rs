//! micropay (protocol page §4.8): the shop scans the payer's code. What becomes of it is the scan's outcome; the rules of the
//! order come first.

use wxpay_protocol::UtcMs;

use crate::answer::{Done, Field, Refusal, owned};
use crate::check::Accepted;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::record::{Order, Password, PasswordAnswer, PasswordPlan, Payment, Scan, ScanState};
use crate::orders::asked::{self, Asked};
use crate::orders::scan::{self, PasswordEnd, ScanOutcome};
use crate::text;

/// How long the payer is asked for the password (protocol page §4.8).
const PASSWORD_MS: i64 = 45_000;
/// How far away time_expire must be.
const EXPIRE_MIN_MS: i64 = 60_000;

/// What the merchant is told, once the change is made.
enum Told {
    Paid,
    Refused(&'static str, &'static str),
}

impl Gateway {
    pub(crate) fn micropay<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let asked = asked::read(request)?;
        let auth_code = request.field("auth_code").unwrap_or_default();
        scan::check_code(auth_code).map_err(|(code, words)| Refusal::signed(code, words))?;
        let mch_id = request.merchant.mch_id.as_str();
        let payer = scan::payer_of_code(auth_code);
        let mut ledger = self.ledger_mut();
        let known = ledger.order(mch_id, asked.out_trade_no);
        match known {
            Some(order) => self.check_scan_again(order, request, auth_code, payer, now)?,
            None if asked.expires_at.is_some_and(|end| end < now.plus_ms(EXPIRE_MIN_MS)) => {
                return Err(Refusal::signed("PARAM_ERROR", text::TIME_EXPIRE_SHORT));
            }
            None => {}
        }
        if let Some(bound) = ledger.bound_code(auth_code) {
            bound.check(mch_id, now)?;
        }
        if ledger.order_of_code(auth_code).is_some() {
            return Err(Refusal::signed("AUTH_CODE_INVALID", text::CODE_USED));
        }
        let is_new = known.is_none();
        let planned = ledger.scan_plan(mch_id, asked.out_trade_no);
        let is_scenarios =
            planned.is_none() && ledger.scenario_takes_scan(known.unwrap_or(&Order::asked_for(request, &asked, now)));
        let by_itself = || match ScanOutcome::of_code(auth_code) {
            ScanOutcome::Paid if is_scenarios => ScanOutcome::Password(PasswordEnd::Waits),
            outcome => outcome,
        };
        let outcome = planned.unwrap_or_else(by_itself);
        if let ScanOutcome::Refused(refusal) = outcome
            && !refusal.leaves_order()
        {
            let (code, words) = refusal.words();
            return Err(Refusal::signed(code, words));
        }
        if is_new {
            let order = Box::new(Order::asked_for(request, &asked, now));
            self.commit(&mut ledger, Entry::Created(order)).map_err(Refusal::system_error)?;
        }
        let scan = Scan { auth_code: auth_code.to_owned(), openid: payer.to_owned(), at: now, state: ScanState::Over };
        let (durable, told) = self.scanned(&mut ledger, mch_id, asked.out_trade_no, scan, outcome, now)?;
        let fields = ledger
            .order(mch_id, asked.out_trade_no)
            .and_then(|order| Some(paid(request, order, order.payment.as_deref()?, nonce_str)));
        drop(ledger);
        self.due_changed.notify_one();
        self.tell_scan(is_new, &told, mch_id, &asked);
        match (told, fields) {
            (Told::Paid, Some(fields)) => Ok(Done { fields, durable: Some(durable) }),
            (Told::Paid, None) => Err(Refusal::system_error("the payment is not in the ledger")),
            (Told::Refused(code, words), _) => Err(Refusal::signed(code, words).reporting(durable)),
        }
    }

    /// What an order says to another scan.
    fn check_scan_again(
        &self,
        order: &Order,
        request: &Accepted,
        auth_code: &str,
        payer: &str,
        now: UtcMs,
    ) -> Result<(), Refusal> {
        if !order.is_micropay() {
            return Err(Refusal::duplicate("the order exists as one of unifiedorder"));
        }
        self.check_reentry(order, request, now)?;
        let Some(scan) = order.scan.as_deref() else { return Ok(()) };
        if order.password().is_some() {
            return Err(Refusal::signed("USERPAYING", text::DESC_USERPAYING).reporting(order.changed));
        }
        if scan.openid != payer && scan.auth_code != auth_code {
            return Err(Refusal::signed("BUYER_MISMATCH", text::BUYER_MISMATCH));
        }
        Ok(())
    }

    fn scanned(
        &self,
        ledger: &mut Ledger,
        mch_id: &str,
        out_trade_no: &str,
        mut scan: Scan,
        outcome: ScanOutcome,
        now: UtcMs,
    ) -> Result<(u64, Told), Refusal> {
        scan.state = match outcome {
            ScanOutcome::Password(end) => ScanState::Password(asked_for_password(end, now)),
            ScanOutcome::BankError { paid: false } => ScanState::Failed { at: now },
            _ => ScanState::Over,
        };
        let is_paid = matches!(
            outcome,
            ScanOutcome::Paid
                | ScanOutcome::PaidWithCoupons { .. }
                | ScanOutcome::SystemError { paid: true }
                | ScanOutcome::BankError { paid: true }
        );
        let entry =
            Entry::Scanned { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned(), scan: Box::new(scan) };
        let mut durable = self.commit(ledger, entry).map_err(Refusal::system_error)?;
        if is_paid {
            durable = self
                .pay_by_code(ledger, mch_id, out_trade_no, now, outcome.coupons())
                .map_err(Refusal::system_error)?;
        }
        let told = match outcome {
            ScanOutcome::Paid | ScanOutcome::PaidWithCoupons { .. } => Told::Paid,
            ScanOutcome::Password(_) => Told::Refused("USERPAYING", text::DESC_USERPAYING),
            ScanOutcome::SystemError { .. } => Told::Refused("SYSTEMERROR", text::SYSTEM_TIMEOUT),
            ScanOutcome::BankError { .. } => Told::Refused("BANKERROR", text::BANK_ERROR),
            ScanOutcome::Refused(refusal) => {
                let (code, words) = refusal.words();
                Told::Refused(code, words)
            }
        };
        Ok((durable, told))
    }

    fn tell_scan(&self, is_new: bool, told: &Told, mch_id: &str, asked: &Asked<'_>) {
        let ids = || (mch_id.to_owned(), asked.out_trade_no.to_owned());
        if is_new {
            self.tell(|| {
                let (mch_id, out_trade_no) = ids();
                Event::OrderCreated { mch_id, out_trade_no }
            });
        }
        if matches!(told, Told::Paid) {
            self.tell(|| {
                let (mch_id, out_trade_no) = ids();
                Event::OrderPaid { mch_id, out_trade_no }
            });
        }
    }
}

fn asked_for_password(end: PasswordEnd, now: UtcMs) -> Password {
    let then = match end {
        PasswordEnd::Waits => None,
        PasswordEnd::Entered { after_s } => Some((after_s, PasswordAnswer::Entered)),
        PasswordEnd::Refused { after_s } => Some((after_s, PasswordAnswer::Refused)),
        PasswordEnd::Cancelled { after_s } => Some((after_s, PasswordAnswer::Cancelled)),
    };
    let then = then.map(|(after_s, answer)| PasswordPlan { at: now.plus_ms(i64::from(after_s) * 1000), answer });
    Password { until: now.plus_ms(PASSWORD_MS), then }
}

/// The answer to a payment that went through at once; the page lists its fields in this order.
fn paid<'a>(request: &'a Accepted, order: &Order, payment: &Payment, nonce_str: &'a str) -> Vec<Field<'a>> {
    let copy = |name| order.fields.get(name).map(str::to_owned);
    let mut fields = request.envelope();
    fields.extend(copy("device_info").map(|device_info| ("device_info", device_info.into())));
    fields.extend(payment.payer_fields().into_iter().map(owned));
    fields.extend([
        ("trade_type", order.trade_type().to_owned().into()),
        ("bank_type", payment.bank_type.clone().into()),
        ("fee_type", "CNY".into()),
        ("total_fee", order.total_fee.to_string().into()),
    ]);
    let settlement = payment.settlement_total_fee(order.total_fee);
    fields.extend(settlement.map(|fee| ("settlement_total_fee", fee.to_string().into())));
    fields.extend(payment.coupon_fields().into_iter().map(owned));
    fields.extend([
        ("cash_fee_type", "CNY".into()),
        ("cash_fee", payment.cash_fee(order.total_fee).to_string().into()),
        ("transaction_id", payment.transaction_id.clone().into()),
        ("out_trade_no", order.out_trade_no().to_owned().into()),
        ("attach", copy("attach").unwrap_or_default().into()),
        ("time_end", payment.paid_at.compact().into()),
    ]);
    fields.extend(order.promotions(payment));
    fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into())]);
    fields
}

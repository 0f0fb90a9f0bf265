//! refund (protocol page §4.4): accepted, not yet refunded. The same number is the same refund, however often it is asked for.

use wxpay_protocol::ids::{OutRefundNo, TransactionId};
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

use crate::answer::{Done, Field, Refusal, indexed};
use crate::check::{Accepted, Unsigned};
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::record::{Order, Payment};
use crate::ledger::refund::{Refund, RefundPlan};
use crate::orders::{amount, check_notify_url, order_named};
use crate::refunds::split::{settlement_refund_fee, split};
use crate::text;

/// From which funds a refund comes where nobody says, as captured.
pub(crate) const DEFAULT_ACCOUNT: &str = "REFUND_SOURCE_RECHARGE_FUNDS";
/// Partial refunds of one order (protocol page §8).
const MOST_REFUNDS: usize = 50;
/// How far apart they are.
const APART_MS: i64 = 60_000;
/// How long after the payment an order can be refunded.
const WINDOW_MS: i64 = 365 * 86_400_000;

/// The business fields of a request, in their types.
struct Asked<'a> {
    out_refund_no: &'a str,
    total_fee: Fen,
    refund_fee: Fen,
}

impl Gateway {
    pub(crate) fn refund<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let asked = read(request)?;
        let mch_id = request.merchant.mch_id.as_str();
        let mut ledger = self.ledger_mut();
        if let Some(refund) = ledger.refund(mch_id, asked.out_refund_no) {
            return again(&ledger, request, &asked, refund, nonce_str);
        }
        let order =
            order_named(&ledger, request).ok_or_else(|| Refusal::signed("ORDERNOTEXIST", text::ORDER_NOT_FOUND))?;
        let payment = self.refundable(&ledger, order, &asked, now)?;
        affordable(&ledger, request, &asked)?;
        let refund = self.accept(&ledger, request, order, payment, &asked, now);
        let fields = layout(request, order, payment, &refund, nonce_str);
        let (out_trade_no, out_refund_no) = (order.out_trade_no().to_owned(), refund.out_refund_no.clone());
        let entry = Entry::Refunded { mch_id: mch_id.to_owned(), out_trade_no, refund: Box::new(refund) };
        let durable = self.commit(&mut ledger, entry).map_err(Refusal::system_error)?;
        drop(ledger);
        self.due_changed.notify_one();
        self.tell(|| Event::RefundChanged { mch_id: mch_id.to_owned(), out_refund_no });
        Ok(Done { fields, durable: Some(durable) })
    }

    /// Whether an order can give back so much more.
    fn refundable<'l>(
        &self,
        ledger: &'l Ledger,
        order: &'l Order,
        asked: &Asked<'_>,
        now: UtcMs,
    ) -> Result<&'l Payment, Refusal> {
        let changed = order.changed;
        let payment = match (&order.payment, order.trade_state(now, &self.switches)) {
            (_, TradeState::UserPaying) => {
                return Err(Refusal::signed("ORDER_NOT_READY", text::ORDER_NOT_READY));
            }
            (_, TradeState::Revoked) => {
                return Err(Refusal::signed("ERROR", text::FULLY_REFUNDED).reporting(changed));
            }
            (Some(payment), _) => payment,
            (None, _) => return Err(Refusal::signed("ORDERNOTEXIST", text::ORDER_NOT_FOUND)),
        };
        if asked.total_fee != order.total_fee {
            return Err(Refusal::signed("REFUND_FEE_MISMATCH", text::REFUND_FEE_MISMATCH));
        }
        if now.0.saturating_sub(payment.paid_at.0) > WINDOW_MS {
            return Err(Refusal::signed("TRADE_OVERDUE", text::TRADE_OVERDUE));
        }
        let refunded: i64 = counting(ledger, order).map(|refund| refund.refund_fee.get()).sum();
        let left = order.total_fee.get() - refunded;
        if left == 0 {
            return Err(Refusal::signed("ERROR", text::FULLY_REFUNDED).reporting(changed));
        }
        if asked.refund_fee.get() > left {
            return Err(Refusal::signed("INVALID_REQUEST", text::REFUND_TOO_LARGE).reporting(changed));
        }
        if counting(ledger, order).count() >= MOST_REFUNDS {
            return Err(Refusal::signed("INVALID_REQUEST", text::TOO_MANY_REFUNDS).reporting(changed));
        }
        let latest = ledger.refunds_of(order).map(|refund| refund.accepted_at.0).max();
        if self.switches.refunds_need_a_minute && latest.is_some_and(|latest| now.0 - latest < APART_MS) {
            return Err(Refusal::signed("FREQUENCY_LIMITED", text::REFUND_TOO_SOON));
        }
        Ok(payment)
    }

    fn accept(
        &self,
        ledger: &Ledger,
        request: &Accepted,
        order: &Order,
        payment: &Payment,
        asked: &Asked<'_>,
        now: UtcMs,
    ) -> Refund {
        let earlier: Vec<&Refund> = counting(ledger, order).collect();
        let parts = split(payment, order.total_fee, &earlier, asked.refund_fee);
        let copy = |name| request.field(name).map(str::to_owned);
        let plan = self
            .switches
            .refund_takes_s
            .map(|seconds| RefundPlan { at: now.plus_ms(i64::from(seconds) * 1000), status: RefundStatus::Success });
        Refund {
            out_refund_no: asked.out_refund_no.to_owned(),
            refund_id: self.draw.refund_id(ledger.next_refund(), now),
            refund_fee: asked.refund_fee,
            cash_refund_fee: parts.cash,
            coupon_refund_fees: parts.coupons,
            refund_desc: copy("refund_desc"),
            notify_url: copy("notify_url").or_else(|| request.merchant.refund_notify_url.clone()),
            refund_account: copy("refund_account"),
            accepted_at: now,
            status: RefundStatus::Processing,
            ended_at: None,
            plan,
            order: 0,
            changed: 0,
        }
    }
}

/// Whether the merchant's account has so much.
fn affordable(ledger: &Ledger, request: &Accepted, asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(available) = request.merchant.available_fen else { return Ok(()) };
    let left = available.get() - ledger.refunded(request.merchant.mch_id.as_str()).get();
    if asked.refund_fee.get() <= left {
        return Ok(());
    }
    let reason = format!("the merchant's account has {left} fen left for refunds");
    Err(Refusal::signed("NOTENOUGH", text::MERCHANT_NOT_ENOUGH).because(reason))
}

/// The refunds of an order whose amounts are gone.
fn counting<'l>(ledger: &'l Ledger, order: &'l Order) -> impl Iterator<Item = &'l Refund> {
    ledger.refunds_of(order).filter(|refund| refund.counts())
}

/// The same number again: the same answer, unless the amounts or the order differ.
fn again<'a>(
    ledger: &Ledger,
    request: &'a Accepted,
    asked: &Asked<'_>,
    refund: &Refund,
    nonce_str: &'a str,
) -> Result<Done<'a>, Refusal> {
    let order = ledger.order_at(refund.order);
    let is_same = |order: &&Order| {
        order_named(ledger, request).is_some_and(|named| named.out_trade_no() == order.out_trade_no())
            && asked.total_fee == order.total_fee
            && asked.refund_fee == refund.refund_fee
    };
    let Some(order) = order.filter(is_same) else {
        let refused = Refusal::signed("REFUND_FEE_MISMATCH", text::REFUND_FEE_MISMATCH);
        return Err(refused.reporting(refund.changed));
    };
    let payment = order.payment.as_deref().ok_or_else(|| Refusal::system_error("a refund without a payment"))?;
    let fields = layout(request, order, payment, refund, nonce_str);
    Ok(Done { fields, durable: Some(refund.changed.max(order.changed)) })
}

fn read(request: &Accepted) -> Result<Asked<'_>, Refusal> {
    let field = |name| request.field(name).unwrap_or_default();
    let out_refund_no = field("out_refund_no");
    if let Err(fault) = OutRefundNo::new(out_refund_no) {
        return Err(Refusal::format_of("out_refund_no", fault.rule));
    }
    if let Some(transaction_id) = request.field("transaction_id")
        && TransactionId::new(transaction_id).is_err()
    {
        return Err(Refusal::signed("INVALID_TRANSACTIONID", text::NO_SUCH_TRANSACTION));
    }
    let (total_fee, refund_fee) = (amount(request, "total_fee")?, amount(request, "refund_fee")?);
    if refund_fee > total_fee {
        let reason = format!("refund_fee {refund_fee} is above total_fee {total_fee}");
        return Err(Refusal::Unsigned(Unsigned::new(text::INVALID_REFUND_FEE, reason)));
    }
    if request.field("refund_fee_type").is_some_and(|currency| currency != "CNY") {
        return Err(Refusal::format_of("refund_fee_type", "the payment's currency, CNY"));
    }
    if request
        .field("refund_account")
        .is_some_and(|account| !matches!(account, "REFUND_SOURCE_UNSETTLED_FUNDS" | "REFUND_SOURCE_RECHARGE_FUNDS"))
    {
        return Err(Refusal::format_of(
            "refund_account",
            "REFUND_SOURCE_UNSETTLED_FUNDS or REFUND_SOURCE_RECHARGE_FUNDS",
        ));
    }
    request.field("notify_url").map(check_notify_url).transpose()?;
    Ok(Asked { out_refund_no, total_fee, refund_fee })
}

fn layout<'a>(
    request: &'a Accepted,
    order: &Order,
    payment: &Payment,
    refund: &Refund,
    nonce_str: &'a str,
) -> Vec<Field<'a>> {
    let mut fields = request.old_envelope();
    fields.extend([
        ("nonce_str", nonce_str.into()),
        ("sign", "".into()),
        ("result_code", "SUCCESS".into()),
        ("transaction_id", payment.transaction_id.clone().into()),
        ("out_trade_no", order.out_trade_no().to_owned().into()),
        ("out_refund_no", refund.out_refund_no.clone().into()),
        ("refund_id", refund.refund_id.clone().into()),
        ("refund_channel", "".into()),
        ("refund_fee", refund.refund_fee.to_string().into()),
    ]);
    let settlement = settlement_refund_fee(payment, refund);
    fields.extend(settlement.map(|fee| ("settlement_refund_fee", fee.to_string().into())));
    fields.extend([
        ("coupon_refund_fee", refund.coupon_refund_fee().to_string().into()),
        ("total_fee", order.total_fee.to_string().into()),
    ]);
    let settlement = payment.settlement_total_fee(order.total_fee);
    fields.extend(settlement.map(|fee| ("settlement_total_fee", fee.to_string().into())));
    let coupons = || payment.coupons.iter().zip(&refund.coupon_refund_fees).filter(|(_, part)| **part > Fen::ZERO);
    fields.extend([
        ("cash_fee", payment.cash_fee(order.total_fee).to_string().into()),
        ("coupon_refund_count", coupons().count().to_string().into()),
        ("cash_refund_fee", refund.cash_refund_fee.to_string().into()),
    ]);
    for (index, (coupon, part)) in coupons().enumerate() {
        fields.extend([
            (indexed("coupon_type", &[index]), coupon.coupon_type.as_str().into()),
            (indexed("coupon_refund_id", &[index]), coupon.id.clone().into()),
            (indexed("coupon_refund_fee", &[index]), part.to_string().into()),
        ]);
    }
    fields.extend(refund.promotions(payment).filter(|_| request.single_product));
    fields
}

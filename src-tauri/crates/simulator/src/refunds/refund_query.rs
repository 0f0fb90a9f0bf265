//! refundquery (protocol page §4.5): alphabetical, at most ten refunds per answer, coupons with two indexes.

use wxpay_protocol::{Fen, RefundStatus};

use crate::answer::{Done, Field, Refusal, indexed};
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::record::{Order, Payment};
use crate::ledger::refund::Refund;
use crate::orders::order_named;
use crate::refunds::refund::DEFAULT_ACCOUNT;
use crate::refunds::split::settlement_refund_fee;
use crate::text;

/// Refunds in one answer.
const PAGE: usize = 10;

/// What a query is about.
struct Found<'l> {
    order: &'l Order,
    payment: &'l Payment,
    shown: Vec<&'l Refund>,
    /// All refunds of the order, where the request pages through them.
    total_refund_count: Option<usize>,
}

impl Gateway {
    pub(crate) fn refund_query<'a>(&self, request: &'a Accepted, nonce_str: &'a str) -> Result<Done<'a>, Refusal> {
        let ledger = self.ledger();
        let found = find(&ledger, request)?;
        let durable = found.shown.iter().map(|refund| refund.changed).max().max(Some(found.order.changed));
        let mut fields = layout(request, &found, nonce_str);
        drop(ledger);
        fields.sort_unstable_by_key(|(name, _)| *name);
        Ok(Done { fields, durable })
    }
}

/// refund_id before out_refund_no before transaction_id before out_trade_no.
fn find<'l>(ledger: &'l Ledger, request: &Accepted) -> Result<Found<'l>, Refusal> {
    let not_exist = || Refusal::signed("REFUNDNOTEXIST", text::REFUND_NOT_EXIST);
    let mch_id = request.merchant.mch_id.as_str();
    let one = match (request.field("refund_id"), request.field("out_refund_no")) {
        (Some(refund_id), _) => Some(ledger.refund_of_id(mch_id, refund_id).ok_or_else(not_exist)?),
        (None, Some(number)) => Some(ledger.refund(mch_id, number).ok_or_else(not_exist)?),
        (None, None) => None,
    };
    let order = match one {
        Some(refund) => ledger.order_at(refund.order).filter(|order| request.speaks_for(order)),
        None => order_named(ledger, request),
    };
    let order = order.filter(|order| order.has_refunds()).ok_or_else(not_exist)?;
    let payment = order.payment.as_deref().ok_or_else(not_exist)?;
    let (shown, total_refund_count) = match one {
        Some(refund) => (vec![refund], None),
        None => page(ledger, order, request.field("offset"))?,
    };
    Ok(Found { order, payment, shown, total_refund_count })
}

fn page<'l>(
    ledger: &'l Ledger,
    order: &'l Order,
    offset: Option<&str>,
) -> Result<(Vec<&'l Refund>, Option<usize>), Refusal> {
    let refunds = ledger.refunds_of(order);
    let Some(offset) = offset else { return Ok((refunds.take(PAGE).collect(), None)) };
    let total = refunds.len();
    match offset.parse::<usize>() {
        Ok(start) if offset.bytes().all(|byte| byte.is_ascii_digit()) && start < total => {
            Ok((refunds.skip(start).take(PAGE).collect(), Some(total)))
        }
        _ => Err(Refusal::format_of("offset", &format!("from 0 to {} for this order", total.saturating_sub(1)))),
    }
}

fn layout<'a>(request: &'a Accepted, found: &Found<'_>, nonce_str: &'a str) -> Vec<Field<'a>> {
    let Found { order, payment, shown, total_refund_count } = found;
    let sum: i64 = shown.iter().map(|refund| refund.refund_fee.get()).sum();
    let mut fields = request.envelope();
    fields.extend([
        ("cash_fee", payment.cash_fee(order.total_fee).to_string().into()),
        ("nonce_str", nonce_str.into()),
        ("out_trade_no", order.out_trade_no().to_owned().into()),
        ("refund_count", shown.len().to_string().into()),
        // Never documented, always seen: what the refunds of this answer come to.
        ("refund_fee", sum.to_string().into()),
        ("sign", "".into()),
        ("total_fee", order.total_fee.to_string().into()),
        ("transaction_id", payment.transaction_id.clone().into()),
    ]);
    let settlement = payment.settlement_total_fee(order.total_fee);
    fields.extend(settlement.map(|fee| ("settlement_total_fee", fee.to_string().into())));
    fields.extend(total_refund_count.map(|count| ("total_refund_count", count.to_string().into())));
    if let ([refund], true) = (shown.as_slice(), request.single_product) {
        fields.extend(refund.promotions(payment));
    }
    for (index, refund) in shown.iter().enumerate() {
        one(&mut fields, payment, refund, index);
    }
    fields
}

fn one(fields: &mut Vec<Field<'_>>, payment: &Payment, refund: &Refund, index: usize) {
    let account = refund.refund_account.clone().unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned());
    let at = [index];
    fields.extend([
        (indexed("out_refund_no", &at), refund.out_refund_no.clone().into()),
        (indexed("refund_account", &at), account.into()),
        (indexed("refund_channel", &at), "ORIGINAL".into()),
        (indexed("refund_fee", &at), refund.refund_fee.to_string().into()),
        (indexed("refund_id", &at), refund.refund_id.clone().into()),
        (indexed("refund_recv_accout", &at), text::RECV_ACCOUNT_QUERIED.into()),
        (indexed("refund_status", &at), refund.status.as_str().into()),
    ]);
    if let (RefundStatus::Success, Some(ended_at)) = (refund.status, refund.ended_at) {
        fields.push((indexed("refund_success_time", &at), ended_at.dashed().into()));
    }
    let settlement = settlement_refund_fee(payment, refund);
    fields.extend(settlement.map(|fee| (indexed("settlement_refund_fee", &at), fee.to_string().into())));
    if payment.coupons.is_empty() {
        return;
    }
    let coupons = || payment.coupons.iter().zip(&refund.coupon_refund_fees).filter(|(_, part)| **part > Fen::ZERO);
    fields.extend([
        (indexed("coupon_refund_fee", &at), refund.coupon_refund_fee().to_string().into()),
        (indexed("coupon_refund_count", &at), coupons().count().to_string().into()),
    ]);
    for (coupon_index, (coupon, part)) in coupons().enumerate() {
        let at = [index, coupon_index];
        fields.extend([
            (indexed("coupon_type", &at), coupon.coupon_type.as_str().into()),
            (indexed("coupon_refund_id", &at), coupon.id.clone().into()),
            (indexed("coupon_refund_fee", &at), part.to_string().into()),
        ]);
    }
}

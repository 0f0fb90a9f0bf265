//! orderquery (protocol page §4.2). It changes nothing, so it takes the ledger's read lock and writes no journal.

use wxpay_protocol::{TradeState, UtcMs};

use crate::answer::{Done, Field, Refusal, owned};
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::record::{Order, Payment};
use crate::text;

impl Gateway {
    pub(crate) fn order_query<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let ledger = self.ledger();
        let order =
            order_named(&ledger, request).ok_or_else(|| Refusal::signed("ORDERNOTEXIST", text::ORDER_NOT_EXIST))?;
        let trade_state = order.trade_state(now, &self.switches);
        let mut fields = request.envelope();
        match &order.payment {
            // A reversed order was paid or not; its money is back in both cases, and the state says so.
            Some(payment) => paid(&mut fields, order, payment, trade_state),
            None => self.unpaid(&mut fields, order, trade_state),
        }
        // A payment that was reported must not be gone after a crash.
        let durable = Some(order.changed);
        drop(ledger);
        fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into())]);
        Ok(Done { fields, durable })
    }

    fn unpaid(&self, fields: &mut Vec<Field<'_>>, order: &Order, trade_state: TradeState) {
        let echo = |name| order.fields.get(name).filter(|_| self.switches.unpaid_query_echoes).map(str::to_owned);
        fields.extend([
            ("device_info", echo("device_info").unwrap_or_default().into()),
            ("trade_state", trade_state.as_str().into()),
            ("total_fee", order.total_fee.to_string().into()),
            ("out_trade_no", order.out_trade_no().to_owned().into()),
        ]);
        fields.extend(echo("attach").map(|attach| ("attach", attach.into())));
        fields.push(("trade_state_desc", desc(trade_state, order).into()));
    }
}

/// The order that a request names; transaction_id wins where both are given (§4.2, §4.4). A service provider sees the orders
/// of the merchant that it names.
pub(crate) fn order_named<'l>(ledger: &'l Ledger, request: &Accepted) -> Option<&'l Order> {
    let mch_id = request.merchant.mch_id.as_str();
    let order = match (request.field("transaction_id"), request.field("out_trade_no")) {
        (Some(transaction_id), _) => ledger.order_of_transaction(mch_id, transaction_id),
        (None, Some(out_trade_no)) => ledger.order(mch_id, out_trade_no),
        (None, None) => None,
    };
    order.filter(|order| request.speaks_for(order))
}

fn desc(trade_state: TradeState, order: &Order) -> &'static str {
    match trade_state {
        TradeState::Success => text::DESC_SUCCESS,
        TradeState::Refund => text::DESC_REFUND,
        TradeState::Closed => text::DESC_CLOSED,
        TradeState::Revoked => text::DESC_REVOKED,
        TradeState::UserPaying => text::DESC_USERPAYING,
        TradeState::PayError if order.is_micropay() => text::DESC_PAYERROR_MICROPAY,
        TradeState::PayError => text::DESC_PAYERROR,
        TradeState::NotPay | TradeState::Accept => text::DESC_NOTPAY,
    }
}

fn paid(fields: &mut Vec<Field<'_>>, order: &Order, payment: &Payment, trade_state: TradeState) {
    let copy = |name| order.fields.get(name).map(str::to_owned);
    fields.extend(payment.payer_fields().into_iter().map(owned));
    fields.extend(copy("device_info").map(|device_info| ("device_info", device_info.into())));
    fields.extend([
        ("trade_type", order.trade_type().to_owned().into()),
        ("trade_state", trade_state.as_str().into()),
        ("bank_type", payment.bank_type.clone().into()),
        ("total_fee", order.total_fee.to_string().into()),
    ]);
    let settlement = payment.settlement_total_fee(order.total_fee);
    fields.extend(settlement.map(|fee| ("settlement_total_fee", fee.to_string().into())));
    fields.extend([
        ("fee_type", "CNY".into()),
        ("cash_fee", payment.cash_fee(order.total_fee).to_string().into()),
        ("cash_fee_type", "CNY".into()),
    ]);
    fields.extend(payment.coupon_fields().into_iter().map(owned));
    fields.extend([
        ("transaction_id", payment.transaction_id.clone().into()),
        ("out_trade_no", order.out_trade_no().to_owned().into()),
        // Production sends an empty element when no attach was given.
        ("attach", copy("attach").unwrap_or_default().into()),
        ("time_end", payment.paid_at.compact().into()),
        ("trade_state_desc", desc(trade_state, order).into()),
    ]);
    fields.extend(order.promotions(payment));
}

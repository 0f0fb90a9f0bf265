//! orderquery (protocol page §4.2). It changes nothing, so it takes the ledger's read lock and writes no journal.

use std::borrow::Cow;

use wxpay_protocol::{TradeState, UtcMs};

use crate::answer::{Done, Field, Refusal};
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::record::{Order, Payment};
use crate::text;

impl Gateway {
    pub(crate) fn order_query<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let mch_id = request.merchant.mch_id.as_str();
        let ledger = self.ledger();
        // The page prefers transaction_id where both are given.
        let order = match (request.field("transaction_id"), request.field("out_trade_no")) {
            (Some(transaction_id), _) => ledger.order_of_transaction(mch_id, transaction_id),
            (None, Some(out_trade_no)) => ledger.order(mch_id, out_trade_no),
            (None, None) => None,
        };
        let order = order.ok_or_else(|| Refusal::signed("ORDERNOTEXIST", text::ORDER_NOT_EXIST))?;
        let mut fields = envelope(request);
        match &order.payment {
            Some(payment) => paid(&mut fields, order, payment),
            None => self.unpaid(&mut fields, order, order.trade_state(now, &self.switches)),
        }
        // A payment that was reported must not be gone after a crash.
        let durable = Some(order.changed);
        drop(ledger);
        fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into())]);
        Ok(Done { fields, durable })
    }

    fn unpaid(&self, fields: &mut Vec<Field<'_>>, order: &Order, trade_state: TradeState) {
        let desc = if trade_state == TradeState::Closed { text::DESC_CLOSED } else { text::DESC_NOTPAY };
        let echo = |name| order.fields.get(name).filter(|_| self.switches.unpaid_query_echoes).map(str::to_owned);
        fields.extend([
            ("device_info", echo("device_info").unwrap_or_default().into()),
            ("trade_state", trade_state.as_str().into()),
            ("total_fee", order.total_fee.to_string().into()),
            ("out_trade_no", order.out_trade_no().to_owned().into()),
        ]);
        fields.extend(echo("attach").map(|attach| ("attach", attach.into())));
        fields.push(("trade_state_desc", desc.into()));
    }
}

fn envelope(request: &Accepted) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::with_capacity(32);
    fields.extend([
        ("return_code", Cow::Borrowed("SUCCESS")),
        ("return_msg", "OK".into()),
        ("result_code", "SUCCESS".into()),
        ("mch_id", request.merchant.mch_id.as_str().into()),
        ("appid", request.merchant.appid.as_str().into()),
    ]);
    fields
}

fn paid(fields: &mut Vec<Field<'_>>, order: &Order, payment: &Payment) {
    let copy = |name| order.fields.get(name).map(str::to_owned);
    fields.extend([("openid", payment.openid.clone().into()), ("is_subscribe", "N".into())]);
    fields.extend(copy("device_info").map(|device_info| ("device_info", device_info.into())));
    fields.extend([
        ("trade_type", copy("trade_type").unwrap_or_default().into()),
        ("trade_state", TradeState::Success.as_str().into()),
        ("bank_type", payment.bank_type.clone().into()),
        ("total_fee", order.total_fee.to_string().into()),
        ("fee_type", "CNY".into()),
        ("cash_fee", payment.cash_fee(order).to_string().into()),
        ("cash_fee_type", "CNY".into()),
    ]);
    fields.extend(payment.coupon_fields());
    fields.extend([
        ("transaction_id", payment.transaction_id.clone().into()),
        ("out_trade_no", order.out_trade_no().to_owned().into()),
        // Production sends an empty element when no attach was given.
        ("attach", copy("attach").unwrap_or_default().into()),
        ("time_end", payment.paid_at.compact().into()),
        ("trade_state_desc", text::DESC_SUCCESS.into()),
    ]);
}

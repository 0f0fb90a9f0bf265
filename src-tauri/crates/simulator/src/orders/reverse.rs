//! reverse (protocol page §4.9): an order by payment code is taken back, and with it what was paid.

use wxpay_protocol::{TradeState, UtcMs};

use crate::answer::{Done, Field, Refusal};
use crate::check::Accepted;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::orders::order_query::order_named;
use crate::text;

/// How long an order can be taken back.
const LIFE_MS: i64 = 7 * 86_400_000;
/// How long the scan must be past.
const MIN_AGE_MS: i64 = 15_000;

impl Gateway {
    pub(crate) fn reverse<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let mut ledger = self.ledger_mut();
        let Some(order) = order_named(&ledger, request) else {
            let by_transaction = request.field("transaction_id").is_some();
            return Err(if by_transaction {
                Refusal::signed("INVALID_TRANSACTIONID", text::NO_SUCH_TRANSACTION)
            } else {
                Refusal::signed("TRADE_ERROR", text::ORDER_UNKNOWN)
            });
        };
        let Some(scan) = order.scan.as_deref() else {
            return Err(Refusal::signed("INVALID_REQUEST", text::REVERSE_MICROPAY_ONLY));
        };
        if order.reversed_at.is_some() {
            let fields = layout(request, nonce_str);
            return Ok(Done { fields, durable: Some(order.changed) });
        }
        let paid_at = order.payment.as_ref().map(|payment| payment.paid_at);
        if now.0 - paid_at.unwrap_or(order.created_at).0 > LIFE_MS {
            return Err(Refusal::signed("REVERSE_EXPIRE", text::REVERSE_EXPIRED));
        }
        if order.has_refunds() || order.trade_state(now, &self.switches) == TradeState::Closed {
            return Err(Refusal::signed("TRADE_ERROR", text::REVERSE_IMPOSSIBLE));
        }
        if self.switches.reverse_needs_fifteen_seconds && now.0 - scan.at.0 < MIN_AGE_MS {
            return Err(Refusal::signed("INVALID_REQUEST", text::REVERSE_TOO_EARLY).call_again());
        }
        let (mch_id, out_trade_no) = (order.mch_id().to_owned(), order.out_trade_no().to_owned());
        let entry = Entry::Reversed { mch_id: mch_id.clone(), out_trade_no: out_trade_no.clone(), at: now };
        let durable = self.commit(&mut ledger, entry).map_err(Refusal::system_error)?;
        drop(ledger);
        self.tell(|| Event::OrderReversed { mch_id, out_trade_no });
        Ok(Done { fields: layout(request, nonce_str), durable: Some(durable) })
    }
}

fn layout<'a>(request: &'a Accepted, nonce_str: &'a str) -> Vec<Field<'a>> {
    let mut fields = request.old_envelope();
    fields.extend([
        ("nonce_str", nonce_str.into()),
        ("sign", "".into()),
        ("result_code", "SUCCESS".into()),
        ("recall", "N".into()),
    ]);
    fields
}

//! closeorder (protocol page §4.3).

use wxpay_protocol::close_order::MIN_AGE_MS;
use wxpay_protocol::{TradeState, UtcMs};

use crate::answer::{Done, Refusal};
use crate::check::Accepted;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::text;

impl Gateway {
    pub(crate) fn close_order<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let mch_id = request.merchant.mch_id.as_str();
        let out_trade_no = request.field("out_trade_no").unwrap_or_default();
        let mut ledger = self.ledger_mut();
        let order = ledger
            .order(mch_id, out_trade_no)
            .filter(|order| request.speaks_for(order))
            .ok_or_else(|| Refusal::signed("ORDERNOTEXIST", text::ORDER_NOT_EXIST))?;
        let changed = order.changed;
        match order.trade_state(now, &self.switches) {
            TradeState::Success | TradeState::Refund => {
                return Err(Refusal::signed("ORDERPAID", text::CLOSE_PAID).reporting(changed));
            }
            TradeState::Closed | TradeState::Revoked => {
                return Err(Refusal::signed("ORDERCLOSED", text::CLOSE_CLOSED).reporting(changed));
            }
            // The payer may pay at any moment; such an order is taken back by reverse.
            TradeState::UserPaying => return Err(Refusal::signed("TRADE_STATE_ERROR", text::TRADE_STATE)),
            _ => {}
        }
        if self.switches.close_needs_five_minutes && now.0 - order.created_at.0 < MIN_AGE_MS {
            return Err(Refusal::signed("INVALID_REQUEST", text::CLOSE_TOO_EARLY));
        }
        let entry = Entry::Closed { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned(), at: now };
        let durable = self.commit(&mut ledger, entry).map_err(Refusal::system_error)?;
        drop(ledger);
        self.tell(|| Event::OrderClosed { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned() });
        let mut fields = request.old_envelope();
        fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into()), ("result_code", "SUCCESS".into())]);
        Ok(Done { fields, durable: Some(durable) })
    }
}

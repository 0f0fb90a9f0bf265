//! The rows of a bill, from the ledger.

use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{BillType, TradeRow};

use super::days::{Moved, Movement};
use super::readiness::BillDay;
use super::switches::BillSwitches;
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::record::{Order, Payment};
use crate::merchant::Merchant;

impl Gateway {
    /// Gives every row of a day's bill to `take`, in the order of 交易时间. What happened after `as_of` is not in it.
    /// Returns the last journal entry that a row reports.
    pub(super) fn each_trade_row(
        &self,
        request: &Accepted,
        day: BillDay,
        kind: BillType,
        as_of: UtcMs,
        mut take: impl FnMut(&TradeRow<'_>),
    ) -> u64 {
        let mut changed = 0;
        let ledger = self.ledger();
        let merchant = &request.merchant;
        let all = ledger.days().of(merchant.mch_id.as_str(), day.number());
        let mut movements: Vec<Movement> = all.iter().copied().filter(|movement| movement.at <= as_of).collect();
        movements.sort_by_key(|movement| movement.at);
        let sub_mch_id = request.field("sub_mch_id").filter(|_| merchant.is_service_provider());
        for Movement { at, moved } in movements {
            match moved {
                Moved::Paid(place) if matches!(kind, BillType::All | BillType::Success) => {
                    let Some(order) = ledger.order_at(place) else { continue };
                    let Some(payment) = &order.payment else { continue };
                    if sub_mch_id.is_none() || sub_mch_id == order.fields.get("sub_mch_id") {
                        changed = changed.max(order.changed);
                        take(&paid_row(order, payment, at, merchant, &self.switches.bills));
                    }
                }
                Moved::Paid(_) => {}
            }
        }
        changed
    }
}

/// A payment: the whole order, and what of it is settled to the merchant.
fn paid_row<'a>(
    order: &'a Order,
    payment: &'a Payment,
    at: UtcMs,
    merchant: &Merchant,
    switches: &BillSwitches,
) -> TradeRow<'a> {
    let text = |name| order.fields.get(name).unwrap_or_default();
    let settlement_total_fee = payment.settlement_total_fee(order.total_fee).unwrap_or(order.total_fee);
    TradeRow {
        at,
        appid: order.appid(),
        mch_id: order.mch_id(),
        sub_mch_id: order.fields.get("sub_mch_id").filter(|_| merchant.is_service_provider()),
        device_info: text("device_info"),
        transaction_id: &payment.transaction_id,
        out_trade_no: order.out_trade_no(),
        openid: &payment.openid,
        trade_type: order.trade_type(),
        trade_state: "SUCCESS",
        bank_type: &payment.bank_type,
        fee_type: order.fields.get("fee_type").unwrap_or("CNY"),
        settlement_total_fee,
        coupon_fee: payment.coupon_fee(),
        refund: None,
        body: text("body"),
        attach: text("attach"),
        fee: merchant.fee_rate.fee_of(settlement_total_fee, switches.fee_rounding()),
        rate: merchant.fee_rate,
        total_fee: order.total_fee,
        rate_note: "",
    }
}

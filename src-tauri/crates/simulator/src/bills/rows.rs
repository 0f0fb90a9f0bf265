//! The rows of a bill, from the ledger.

use wxpay_protocol::bill::{BillType, MilliFen, RefundPart, TradeRow};
use wxpay_protocol::{CouponType, Fen, RefundStatus, UtcMs};

use super::days::{Moved, Movement};
use super::readiness::BillDay;
use super::switches::BillSwitches;
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::record::{Order, Payment};
use crate::ledger::refund::Refund;
use crate::merchant::Merchant;
use crate::refunds::{DEFAULT_ACCOUNT, settlement_refund_fee};

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
        let ledger = self.ledger();
        let merchant = &request.merchant;
        let all = ledger.days().of(merchant.mch_id.as_str(), day.number());
        let mut movements: Vec<Movement> = all.iter().copied().filter(|movement| movement.at <= as_of).collect();
        movements.sort_by_key(|movement| movement.at);
        let rows = Rows { ledger: &ledger, merchant, switches: &self.switches.bills, as_of };
        let sub_mch_id = request.field("sub_mch_id").filter(|_| merchant.is_service_provider());
        let mut reported = 0;
        for movement in movements.into_iter().filter(|movement| rows.belongs_to(movement.moved, kind)) {
            let Some((row, changed)) = rows.of(movement) else { continue };
            if sub_mch_id.is_none() || sub_mch_id == row.sub_mch_id {
                take(&row);
                reported = reported.max(changed);
            }
        }
        reported
    }
}

/// Makes rows of what is in the ledger, as it was at a moment.
struct Rows<'l> {
    ledger: &'l Ledger,
    merchant: &'l Merchant,
    switches: &'l BillSwitches,
    as_of: UtcMs,
}

impl<'l> Rows<'l> {
    /// SUCCESS has payments, REFUND has refunds, RECHARGE_REFUND those out of recharged money; ALL has everything.
    fn belongs_to(&self, moved: Moved, kind: BillType) -> bool {
        match moved {
            Moved::Paid(_) => matches!(kind, BillType::All | BillType::Success),
            Moved::Refunded(_) if matches!(kind, BillType::All | BillType::Refund) => true,
            Moved::Refunded(place) if kind == BillType::RechargeRefund => {
                let account = self.ledger.refund_at(place).map(|refund| refund.refund_account.as_deref());
                account.is_some_and(|account| account.unwrap_or(DEFAULT_ACCOUNT) == "REFUND_SOURCE_RECHARGE_FUNDS")
            }
            Moved::Reversed(_) => kind == BillType::All && !self.switches.reverse_in_row_of_payment,
            Moved::Refunded(_) | Moved::Returned(_) => false,
        }
    }

    /// The row of a movement, and the journal entry that made it so.
    fn of(&self, movement: Movement) -> Option<(TradeRow<'l>, u64)> {
        let at = movement.at;
        match movement.moved {
            Moved::Paid(place) => {
                let (order, payment) = self.paid_order(place)?;
                let row = self.paid(order, payment, at);
                let reversed = order.reversed_at.filter(|reversed| *reversed <= self.as_of);
                let row = match reversed.filter(|_| self.switches.reverse_in_row_of_payment) {
                    Some(reversed) => TradeRow {
                        trade_state: "REVOKED",
                        refund: Some(given_back(&row, reversed)),
                        fee: MilliFen::ZERO,
                        ..row
                    },
                    None => row,
                };
                Some((row, order.changed))
            }
            Moved::Refunded(place) => {
                let refund = self.ledger.refund_at(place)?;
                let (order, payment) = self.paid_order(refund.order)?;
                Some((self.refunded(order, payment, refund), refund.changed))
            }
            Moved::Reversed(place) => {
                let (order, payment) = self.paid_order(place)?;
                let paid = self.paid(order, payment, at);
                let part = given_back(&paid, at);
                Some((TradeRow { trade_state: "REVOKED", ..self.gone(&paid, part) }, order.changed))
            }
            Moved::Returned(_) => None,
        }
    }

    fn paid_order(&self, place: u32) -> Option<(&'l Order, &'l Payment)> {
        let order = self.ledger.order_at(place)?;
        Some((order, order.payment.as_deref()?))
    }

    fn fee_of(&self, amount: Fen) -> MilliFen {
        self.merchant.fee_rate.fee_of(amount, self.switches.fee_rounding())
    }

    /// A payment: the whole order, and what of it is settled to the merchant.
    fn paid(&self, order: &'l Order, payment: &'l Payment, at: UtcMs) -> TradeRow<'l> {
        let settlement_total_fee = payment.settlement_total_fee(order.total_fee).unwrap_or(order.total_fee);
        TradeRow {
            at,
            appid: order.appid(),
            mch_id: order.mch_id(),
            sub_mch_id: order.fields.get("sub_mch_id").filter(|_| self.merchant.is_service_provider()),
            device_info: order.field("device_info"),
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
            body: order.field("body"),
            attach: order.field("attach"),
            fee: self.fee_of(settlement_total_fee),
            rate: self.merchant.fee_rate,
            total_fee: order.total_fee,
            rate_note: "",
        }
    }

    /// A refund: the order's words, none of its amounts, and the fee that is given back.
    fn refunded(&self, order: &'l Order, payment: &'l Payment, refund: &'l Refund) -> TradeRow<'l> {
        let ended_at = refund.ended_at.filter(|ended| *ended <= self.as_of);
        let refund_status = match refund.status {
            _ if ended_at.is_none() => "PROCESSING",
            RefundStatus::RefundClose => "FAIL",
            status => status.as_str(),
        };
        let to_recharged = payment.coupons.iter().zip(&refund.coupon_refund_fees);
        let to_recharged = to_recharged.filter(|(coupon, _)| coupon.coupon_type == CouponType::Cash);
        let coupon_refund_fee =
            to_recharged.fold(Fen::ZERO, |sum, (_, part)| sum.checked_add(*part).unwrap_or(Fen::MAX));
        let part = RefundPart {
            applied_at: refund.accepted_at,
            succeeded_at: ended_at.filter(|_| refund_status == "SUCCESS"),
            refund_id: &refund.refund_id,
            out_refund_no: &refund.out_refund_no,
            settlement_refund_fee: settlement_refund_fee(payment, refund).unwrap_or(refund.refund_fee),
            coupon_refund_fee,
            refund_channel: "ORIGINAL",
            refund_status,
            refund_fee: refund.refund_fee,
        };
        TradeRow { at: refund.accepted_at, ..self.gone(&self.paid(order, payment, refund.accepted_at), part) }
    }

    /// A row of money that goes back.
    fn gone(&self, paid: &TradeRow<'l>, part: RefundPart<'l>) -> TradeRow<'l> {
        TradeRow {
            trade_state: "REFUND",
            settlement_total_fee: Fen::ZERO,
            coupon_fee: Fen::ZERO,
            total_fee: Fen::ZERO,
            fee: self.fee_of(part.settlement_refund_fee).negated(),
            refund: Some(part),
            ..*paid
        }
    }
}

/// What a reverse gives back of a payment: everything, under no number of its own.
fn given_back<'l>(paid: &TradeRow<'l>, at: UtcMs) -> RefundPart<'l> {
    RefundPart {
        applied_at: at,
        succeeded_at: Some(at),
        refund_id: "0",
        out_refund_no: "0",
        settlement_refund_fee: paid.settlement_total_fee,
        // What was paid by coupons that somebody funded goes back to them.
        coupon_refund_fee: funded_part(paid),
        refund_channel: "ORIGINAL",
        refund_status: "SUCCESS",
        refund_fee: paid.total_fee,
    }
}

/// The coupons' part less what the merchant bore itself.
fn funded_part(paid: &TradeRow<'_>) -> Fen {
    let borne = paid.total_fee.checked_sub(paid.settlement_total_fee).unwrap_or(Fen::ZERO);
    paid.coupon_fee.checked_sub(borne).unwrap_or(Fen::ZERO)
}

//! The bill that every sandbox gives, whatever was ordered there (protocol page §1.4): the two rows of the page's sample.

use wxpay_protocol::bill::{BillType, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use super::download_bill::{asked_for, packed};
use crate::answer::Answer;
use crate::check::Accepted;
use crate::gateway::Gateway;

/// When the sample's order is paid and refunded, in milliseconds of the day that was asked for.
const PAID_MS: i64 = 11_112_000;
const REFUNDED_MS: i64 = 11_162_000;
const DONE_MS: i64 = 11_227_000;

impl Gateway {
    /// A fixed bill for any day.
    pub(crate) fn sample_bill(&self, request: &Accepted) -> Answer {
        let (day, kind) = match asked_for(request) {
            Ok(asked) => asked,
            Err((failure, reason)) => return failure.answer(reason),
        };
        let at = |ms| day.start().plus_ms(ms);
        let amount = Fen::new(101).unwrap_or(Fen::ZERO);
        let fee = request.merchant.fee_rate.fee_of(amount, self.switches.bills.fee_rounding());
        let paid = TradeRow {
            at: at(PAID_MS),
            appid: request.merchant.appid.as_str(),
            mch_id: request.merchant.mch_id.as_str(),
            sub_mch_id: request.field("sub_mch_id").filter(|_| request.merchant.is_service_provider()),
            device_info: "sandbox",
            transaction_id: "4200000000202401020000000001",
            out_trade_no: "T20240102030405_001",
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            trade_type: "JSAPI",
            trade_state: "SUCCESS",
            bank_type: "OTHERS",
            fee_type: "CNY",
            settlement_total_fee: amount,
            coupon_fee: Fen::ZERO,
            refund: None,
            body: "sandbox",
            attach: "",
            fee,
            rate: request.merchant.fee_rate,
            total_fee: amount,
            rate_note: "",
        };
        let mut bill = TradeBill::new(kind, self.switches.bills.form());
        if matches!(kind, BillType::All | BillType::Success) {
            bill.push(&paid);
        }
        if kind != BillType::Success {
            bill.push(&refunded(&paid, amount, at(REFUNDED_MS), at(DONE_MS)));
        }
        packed(bill.finish(), request)
    }
}

fn refunded<'a>(paid: &TradeRow<'a>, amount: Fen, at: UtcMs, done: UtcMs) -> TradeRow<'a> {
    TradeRow {
        at,
        trade_state: "REFUND",
        settlement_total_fee: Fen::ZERO,
        total_fee: Fen::ZERO,
        fee: paid.fee.negated(),
        refund: Some(RefundPart {
            applied_at: at,
            succeeded_at: Some(done),
            refund_id: "50000000002024010200000000001",
            out_refund_no: "R20240102030405_001",
            settlement_refund_fee: amount,
            coupon_refund_fee: Fen::ZERO,
            refund_channel: "ORIGINAL",
            refund_status: "SUCCESS",
            refund_fee: amount,
        }),
        ..*paid
    }
}

//! The payment and the refund of the protocol page's bill (§4.6), which the tests of writing and of reading share.

use super::{FeeRounding, Rate, RefundPart, TradeRow};
use crate::{Fen, UtcMs};

const PAID: UtcMs = UtcMs(1_704_135_912_000);

pub(crate) fn fen(count: i64) -> Fen {
    Fen::new(count).unwrap()
}

pub(crate) fn payment() -> TradeRow<'static> {
    TradeRow {
        at: PAID,
        appid: "wx0000000000000001",
        mch_id: "1900000001",
        sub_mch_id: None,
        device_info: "WEB",
        transaction_id: "4200000000202401020000000001",
        out_trade_no: "T20240102030405_001",
        openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        trade_type: "JSAPI",
        trade_state: "SUCCESS",
        bank_type: "OTHERS",
        fee_type: "CNY",
        settlement_total_fee: fen(101),
        coupon_fee: Fen::ZERO,
        refund: None,
        body: "测试商城-T恤",
        attach: "shop=1",
        fee: Rate::default().fee_of(fen(101), FeeRounding::default()),
        rate: Rate::default(),
        total_fee: fen(101),
        rate_note: "",
    }
}

pub(crate) fn refund() -> TradeRow<'static> {
    let at = UtcMs(1_704_135_962_000);
    TradeRow {
        at,
        trade_state: "REFUND",
        settlement_total_fee: Fen::ZERO,
        total_fee: Fen::ZERO,
        refund: Some(RefundPart {
            applied_at: at,
            succeeded_at: Some(at.plus_ms(65_000)),
            refund_id: "50000000002024010200000000001",
            out_refund_no: "R20240102030405_001",
            settlement_refund_fee: fen(101),
            coupon_refund_fee: Fen::ZERO,
            refund_channel: "ORIGINAL",
            refund_status: "SUCCESS",
            refund_fee: fen(101),
        }),
        fee: payment().fee.negated(),
        ..payment()
    }
}

//! One row of a bill, read: its values where they lie, its amounts and times exact.

use super::amount::{Days, Rates, fee, yuan};
use super::cells::Cells;
use super::layout::Layout;
use super::refusal::{Expected, RowFault};
use super::{BillType, Column, Generation, MilliFen};
use crate::{Fen, UtcMs};

/// 交易状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BillState {
    /// A payment.
    Success,
    /// A refund.
    Refund,
    /// What a reverse gave back, or a payment that was reversed.
    Revoked,
}

/// A row of a bill of trades.
#[derive(Clone, Copy, Debug)]
pub struct BillRow<'b> {
    /// From 1, the header included.
    pub line: u64,
    /// Where the row begins in the (uncompressed) file, in bytes.
    pub offset: u64,
    /// 交易时间.
    pub at: UtcMs,
    /// 交易状态.
    pub state: BillState,
    /// 商户号.
    pub mch_id: &'b [u8],
    /// 微信订单号.
    pub transaction_id: &'b [u8],
    /// 商户订单号.
    pub out_trade_no: &'b [u8],
    /// 应结订单金额; in the older generations their 总金额.
    pub settlement_total_fee: Fen,
    /// 代金券金额.
    pub coupon_fee: Fen,
    /// 订单金额; in the older generations their 总金额.
    pub total_fee: Fen,
    /// 微信退款单号; empty on a payment.
    pub refund_id: &'b [u8],
    /// 商户退款单号; empty on a payment.
    pub out_refund_no: &'b [u8],
    /// 退款金额.
    pub settlement_refund_fee: Fen,
    /// 充值券退款金额.
    pub coupon_refund_fee: Fen,
    /// 申请退款金额; in the older generations their 退款金额.
    pub refund_fee: Fen,
    /// 退款状态: SUCCESS, PROCESSING, FAIL or CHANGE when the bill was made; empty on a payment.
    pub refund_status: &'b [u8],
    /// 手续费; negative where it is given back.
    pub fee: MilliFen,
    /// 费率 in millionths, 0 ..= 1 000 000; nothing where the row has none.
    pub rate_ppm: Option<u32>,
    layout: &'b Layout,
    cells: &'b Cells,
    window: &'b [u8],
}

impl<'b> BillRow<'b> {
    /// What stands in a column, without blanks around it; empty where the bill has no such column. Bytes, because nobody has
    /// looked whether free texts are UTF-8.
    pub fn text(&self, column: Column) -> &'b [u8] {
        self.cells.value(self.window, self.layout.place(column))
    }

    /// How much the fee differs from base × rate; nothing where the row has no rate. The base is what is settled less what is
    /// given back (money invariant M6).
    pub fn fee_difference(&self) -> Option<FeeDifference> {
        Some(FeeDifference::between(self.fee, self.fee_base_fen(), self.rate_ppm?))
    }

    /// What the fee is taken of: what is settled less what is given back, in fen.
    pub fn fee_base_fen(&self) -> i64 {
        self.settlement_total_fee.get() - self.settlement_refund_fee.get()
    }
}

/// A fee less what base × rate gives, in thousandths of a thousandth of a fen, so that nothing is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeeDifference(i128);

impl FeeDifference {
    /// The fee less base × rate, the rate in millionths.
    pub fn between(fee: MilliFen, base_fen: i64, rate_ppm: u32) -> Self {
        Self(i128::from(fee.get()) * 1000 - i128::from(base_fen) * i128::from(rate_ppm))
    }

    /// Exactly, in thousandths of a thousandth of a fen: hundred-millionths of a yuan.
    pub const fn exact(self) -> i128 {
        self.0
    }

    /// A fee is rounded per row, so up to a fen is no difference (money invariant M6).
    pub const fn is_marked(self) -> bool {
        self.0.unsigned_abs() > 1_000_000
    }

    /// In thousandths of a fen (hundred-thousandths of a yuan), cut towards zero.
    pub const fn milli_fen(self) -> i128 {
        self.0 / 1000
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

/// What rows of one bill share, so that it is not read a million times.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    days: Days,
    rates: Rates,
}

/// Reads the values of a row that was cut into as many as the header has titles.
#[inline]
pub(super) fn read<'b>(
    layout: &'b Layout,
    memory: &mut Memory,
    cells: &'b Cells,
    window: &'b [u8],
    (line, offset): (u64, u64),
) -> Result<BillRow<'b>, RowFault> {
    let value = |column: Column| cells.value(window, layout.place(column));
    let title = |column: Column| column.title(layout.kind(), layout.generation());
    let fault = |column: Column, expected: Expected| RowFault::value(title(column), value(column), expected);
    let amount = |column: Column| match yuan(value(column)) {
        Some(amount) => Ok(amount),
        None if !layout.has(column) => Ok(Fen::ZERO),
        None => Err(fault(column, Expected::Yuan)),
    };
    let number = |column: Column| match value(column) {
        b"0" => b"".as_slice(),
        other => other,
    };
    let at = memory.days.read(value(Column::TradeTime)).ok_or_else(|| fault(Column::TradeTime, Expected::Time))?;
    let state = match value(Column::TradeState) {
        b"SUCCESS" => BillState::Success,
        b"REFUND" => BillState::Refund,
        b"REVOKED" => BillState::Revoked,
        _ => return Err(fault(Column::TradeState, Expected::State)),
    };
    let settlement_total_fee = amount(Column::SettlementTotalFee)?;
    let settlement_refund_fee = amount(Column::SettlementRefundFee)?;
    let (total_fee, refund_fee) = if layout.generation() == Generation::Current {
        let asked_for = if layout.has(Column::RefundFee) { amount(Column::RefundFee)? } else { settlement_refund_fee };
        (amount(Column::TotalFee)?, asked_for)
    } else {
        (settlement_total_fee, settlement_refund_fee)
    };
    let fee_text = value(Column::Fee);
    let rate_ppm = match value(Column::Rate) {
        b"" => None,
        text => Some(memory.rates.read(text).ok_or_else(|| fault(Column::Rate, Expected::Rate))?),
    };
    let row = BillRow {
        line,
        offset,
        at,
        state,
        mch_id: value(Column::MchId),
        transaction_id: value(Column::TransactionId),
        out_trade_no: value(Column::OutTradeNo),
        settlement_total_fee,
        coupon_fee: amount(Column::CouponFee)?,
        total_fee,
        refund_id: number(Column::RefundId),
        out_refund_no: number(Column::OutRefundNo),
        settlement_refund_fee,
        coupon_refund_fee: amount(Column::CouponRefundFee)?,
        refund_fee,
        refund_status: value(Column::RefundStatus),
        fee: fee(fee_text).ok_or_else(|| fault(Column::Fee, Expected::Fee))?,
        rate_ppm,
        layout,
        cells,
        window,
    };
    if row.state == BillState::Refund && layout.kind() != BillType::Success {
        if row.refund_id.is_empty() && row.out_refund_no.is_empty() {
            return Err(fault(Column::RefundId, Expected::Number));
        }
    } else if row.out_trade_no.is_empty() {
        return Err(fault(Column::OutTradeNo, Expected::Number));
    }
    Ok(row)
}

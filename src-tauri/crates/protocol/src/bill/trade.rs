//! Bills of trades: what downloadbill gives (protocol page §4.6).

use std::borrow::Cow;
use std::ops::AddAssign;

use super::fee::{MilliFen, Rate, milli_fen_text};
use super::line::{push_cell, push_row};
use super::{BillForm, BillType, Column, Generation};
use crate::{Fen, UtcMs};

/// One row: a payment (交易状态 SUCCESS), a refund (REFUND) or what a reverse gave back (REVOKED).
#[derive(Clone, Copy, Debug)]
pub struct TradeRow<'a> {
    /// 交易时间: when it was paid, or when the refund was accepted.
    pub at: UtcMs,
    /// The app.
    pub appid: &'a str,
    /// The merchant, or the service provider.
    pub mch_id: &'a str,
    /// The merchant under a service provider; `0` in the bill where there is none.
    pub sub_mch_id: Option<&'a str>,
    /// Empty where none was sent.
    pub device_info: &'a str,
    /// WeChat's number of the order.
    pub transaction_id: &'a str,
    /// The merchant's number of the order.
    pub out_trade_no: &'a str,
    /// The payer.
    pub openid: &'a str,
    /// JSAPI, NATIVE, APP, MWEB, MICROPAY, FACEPAY.
    pub trade_type: &'a str,
    /// SUCCESS, REFUND or REVOKED.
    pub trade_state: &'a str,
    /// Where the money came from.
    pub bank_type: &'a str,
    /// CNY.
    pub fee_type: &'a str,
    /// 应结订单金额: what is settled to the merchant, before the fee; 0 on a refund.
    pub settlement_total_fee: Fen,
    /// 代金券金额: all coupons of the payment; 0 on a refund.
    pub coupon_fee: Fen,
    /// Only on a refund.
    pub refund: Option<RefundPart<'a>>,
    /// What was bought.
    pub body: &'a str,
    /// The merchant's own note.
    pub attach: &'a str,
    /// 手续费: negative where it is given back.
    pub fee: MilliFen,
    /// 费率.
    pub rate: Rate,
    /// 订单金额; 0 on a refund.
    pub total_fee: Fen,
    /// 费率备注; normally empty.
    pub rate_note: &'a str,
}

/// The columns of a row that only a refund fills.
#[derive(Clone, Copy, Debug)]
pub struct RefundPart<'a> {
    /// When it was accepted.
    pub applied_at: UtcMs,
    /// When the money arrived, if it has.
    pub succeeded_at: Option<UtcMs>,
    /// WeChat's number.
    pub refund_id: &'a str,
    /// The merchant's number.
    pub out_refund_no: &'a str,
    /// 退款金额: what the merchant's settlement loses.
    pub settlement_refund_fee: Fen,
    /// 充值券退款金额: the part of it that goes back to recharged coupons.
    pub coupon_refund_fee: Fen,
    /// ORIGINAL, BALANCE, OTHER_BALANCE, OTHER_BANKCARD.
    pub refund_channel: &'a str,
    /// SUCCESS, PROCESSING, FAIL or CHANGE, as it was when the bill was made.
    pub refund_status: &'a str,
    /// 申请退款金额: what the merchant asked for.
    pub refund_fee: Fen,
}

/// The sums of the last line. 128 bits, so that no number of rows can overflow them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TradeSums {
    /// 总交易单数: rows.
    pub rows: u64,
    /// 应结订单总金额, in fen.
    pub settlement_total_fee: i128,
    /// 退款总金额, in fen.
    pub settlement_refund_fee: i128,
    /// 充值券退款总金额, in fen.
    pub coupon_refund_fee: i128,
    /// 手续费总金额, in thousandths of a fen.
    pub fee_milli_fen: i128,
    /// 订单总金额, in fen.
    pub total_fee: i128,
    /// 申请退款总金额, in fen.
    pub refund_fee: i128,
}

impl AddAssign for TradeSums {
    fn add_assign(&mut self, more: Self) {
        self.rows += more.rows;
        self.settlement_total_fee += more.settlement_total_fee;
        self.settlement_refund_fee += more.settlement_refund_fee;
        self.coupon_refund_fee += more.coupon_refund_fee;
        self.fee_milli_fen += more.fee_milli_fen;
        self.total_fee += more.total_fee;
        self.refund_fee += more.refund_fee;
    }
}

impl TradeSums {
    /// Adds a row.
    pub fn add(&mut self, row: &TradeRow<'_>) {
        self.rows += 1;
        self.settlement_total_fee += i128::from(row.settlement_total_fee.get());
        self.fee_milli_fen += i128::from(row.fee.get());
        self.total_fee += i128::from(row.total_fee.get());
        if let Some(refund) = &row.refund {
            self.settlement_refund_fee += i128::from(refund.settlement_refund_fee.get());
            self.coupon_refund_fee += i128::from(refund.coupon_refund_fee.get());
            self.refund_fee += i128::from(refund.refund_fee.get());
        }
    }

    /// The summary's titles and values, in order.
    fn columns(&self, kind: BillType, form: BillForm) -> Vec<(&'static str, String)> {
        let fee = milli_fen_text(self.fee_milli_fen);
        let count = ("总交易单数", self.rows.to_string());
        let settled = ("应结订单总金额", yuan_text(self.settlement_total_fee));
        let ordered = ("订单总金额", yuan_text(self.total_fee));
        let refunded = yuan_text(self.settlement_refund_fee);
        let to_coupons = yuan_text(self.coupon_refund_fee);
        match form.generation {
            Generation::Current if kind == BillType::Success && form.short_success_summary => {
                vec![count, settled, ("手续费总金额", fee), ordered]
            }
            Generation::Current => vec![
                count,
                settled,
                ("退款总金额", refunded),
                ("充值券退款总金额", to_coupons),
                ("手续费总金额", fee),
                ordered,
                ("申请退款总金额", yuan_text(self.refund_fee)),
            ],
            older => {
                let coupons = if older == Generation::Oldest {
                    "总企业红包退款金额"
                } else {
                    "总代金券或立减优惠退款金额"
                };
                vec![
                    count,
                    ("总交易额", yuan_text(self.total_fee)),
                    ("总退款金额", yuan_text(self.refund_fee)),
                    (coupons, to_coupons),
                    ("手续费总金额", fee),
                ]
            }
        }
    }
}

/// A sum of fen as yuan, the way a bill writes one: `-0.07`.
pub fn yuan_text(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A bill that is being written, row by row.
#[derive(Clone, Debug)]
pub struct TradeBill {
    kind: BillType,
    form: BillForm,
    text: String,
    sums: TradeSums,
}

impl TradeBill {
    /// A bill with its header and no rows yet.
    pub fn new(kind: BillType, form: BillForm) -> Self {
        let mut text = String::with_capacity(4096);
        if form.byte_order_mark {
            text.push('\u{FEFF}');
        }
        for (place, column) in Column::of(kind, form.generation).enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(column.title(kind, form.generation));
        }
        text.push_str(form.line_end.as_str());
        Self { kind, form, text, sums: TradeSums::default() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &TradeRow<'_>) {
        for (place, column) in Column::of(self.kind, self.form.generation).enumerate() {
            push_cell(&mut self.text, place == 0, &row.value(column, self.form.generation));
        }
        self.text.push_str(self.form.line_end.as_str());
        self.sums.add(row);
    }

    /// What has been added up so far.
    pub fn sums(&self) -> &TradeSums {
        &self.sums
    }

    /// The whole bill, its summary included.
    pub fn finish(mut self) -> String {
        let summary = self.sums.columns(self.kind, self.form);
        let titles: Vec<&str> = summary.iter().map(|(title, _)| *title).collect();
        self.text.push_str(&titles.join(","));
        self.text.push_str(self.form.line_end.as_str());
        push_row(&mut self.text, summary.iter().map(|(_, value)| value.as_str()));
        self.text.push_str(self.form.line_end.as_str());
        self.text
    }
}

impl<'a> TradeRow<'a> {
    /// What stands in a column.
    fn value(&self, column: Column, generation: Generation) -> Cow<'a, str> {
        match column {
            Column::TradeTime => self.at.dashed().into(),
            Column::Appid => self.appid.into(),
            Column::MchId => self.mch_id.into(),
            Column::SubMchId => self.sub_mch_id.unwrap_or("0").into(),
            Column::DeviceInfo => self.device_info.into(),
            Column::TransactionId => self.transaction_id.into(),
            Column::OutTradeNo => self.out_trade_no.into(),
            Column::OpenId => self.openid.into(),
            Column::TradeType => self.trade_type.into(),
            Column::TradeState => self.trade_state.into(),
            Column::BankType => self.bank_type.into(),
            Column::FeeType => self.fee_type.into(),
            // 总金额 of the older generations is the amount of the order.
            Column::SettlementTotalFee if generation != Generation::Current => self.total_fee.yuan_text().into(),
            Column::SettlementTotalFee => self.settlement_total_fee.yuan_text().into(),
            Column::CouponFee => self.coupon_fee.yuan_text().into(),
            Column::Body => self.body.into(),
            Column::Attach => self.attach.into(),
            Column::Fee => self.fee.to_string().into(),
            Column::Rate => self.rate.to_string().into(),
            Column::TotalFee => self.total_fee.yuan_text().into(),
            Column::RateNote => self.rate_note.into(),
            of_refund => match &self.refund {
                Some(refund) => refund.value(of_refund, generation),
                None => RefundPart::absent(of_refund).into(),
            },
        }
    }
}

impl<'a> RefundPart<'a> {
    /// What a payment shows in a column of refunds: `0` for numbers, `0.00` for amounts, nothing for words.
    const fn absent(column: Column) -> &'static str {
        match column {
            Column::RefundId | Column::OutRefundNo => "0",
            Column::SettlementRefundFee | Column::CouponRefundFee | Column::RefundFee => "0.00",
            _ => "",
        }
    }

    fn value(&self, column: Column, generation: Generation) -> Cow<'a, str> {
        match column {
            Column::RefundAppliedAt => self.applied_at.dashed().into(),
            Column::RefundSucceededAt => self.succeeded_at.map(UtcMs::dashed).unwrap_or_default().into(),
            Column::RefundId => self.refund_id.into(),
            Column::OutRefundNo => self.out_refund_no.into(),
            Column::SettlementRefundFee if generation != Generation::Current => self.refund_fee.yuan_text().into(),
            Column::SettlementRefundFee => self.settlement_refund_fee.yuan_text().into(),
            Column::CouponRefundFee => self.coupon_refund_fee.yuan_text().into(),
            Column::RefundType => self.refund_channel.into(),
            Column::RefundStatus => self.refund_status.into(),
            Column::RefundFee => self.refund_fee.yuan_text().into(),
            _ => "".into(),
        }
    }
}

#[cfg(test)]
#[path = "trade_tests.rs"]
mod tests;

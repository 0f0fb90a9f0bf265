//! The columns of a bill of trades: one table for all kinds and generations.

use super::{BillType, Generation};

/// One column by its meaning; its title differs between kinds and generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Each is named after the field of the protocol that it holds; `title` gives WeChat's words.
pub enum Column {
    TradeTime,
    Appid,
    MchId,
    SubMchId,
    DeviceInfo,
    TransactionId,
    OutTradeNo,
    OpenId,
    TradeType,
    TradeState,
    BankType,
    FeeType,
    SettlementTotalFee,
    CouponFee,
    RefundAppliedAt,
    RefundSucceededAt,
    RefundId,
    OutRefundNo,
    SettlementRefundFee,
    CouponRefundFee,
    RefundType,
    RefundStatus,
    Body,
    Attach,
    Fee,
    Rate,
    TotalFee,
    RefundFee,
    RateNote,
}

/// Every column in the order in which bills show them; each kind of bill leaves some out.
const IN_ORDER: [Column; 29] = [
    Column::TradeTime,
    Column::Appid,
    Column::MchId,
    Column::SubMchId,
    Column::DeviceInfo,
    Column::TransactionId,
    Column::OutTradeNo,
    Column::OpenId,
    Column::TradeType,
    Column::TradeState,
    Column::BankType,
    Column::FeeType,
    Column::SettlementTotalFee,
    Column::CouponFee,
    Column::RefundAppliedAt,
    Column::RefundSucceededAt,
    Column::RefundId,
    Column::OutRefundNo,
    Column::SettlementRefundFee,
    Column::CouponRefundFee,
    Column::RefundType,
    Column::RefundStatus,
    Column::Body,
    Column::Attach,
    Column::Fee,
    Column::Rate,
    Column::TotalFee,
    Column::RefundFee,
    Column::RateNote,
];

impl Column {
    /// The columns of a bill, in order: 27 of ALL, 20 of SUCCESS, 29 of REFUND, 28 of RECHARGE_REFUND; 24, 18, 26 and 26 in the
    /// older generations (protocol page §4.6).
    pub fn of(kind: BillType, generation: Generation) -> impl Iterator<Item = Self> {
        IN_ORDER.into_iter().filter(move |column| column.belongs_to(kind, generation))
    }

    fn belongs_to(self, kind: BillType, generation: Generation) -> bool {
        let in_kind = match self {
            Self::RefundAppliedAt | Self::RefundSucceededAt => {
                matches!(kind, BillType::Refund | BillType::RechargeRefund)
            }
            Self::RefundId
            | Self::OutRefundNo
            | Self::SettlementRefundFee
            | Self::CouponRefundFee
            | Self::RefundType
            | Self::RefundStatus
            | Self::RefundFee => kind != BillType::Success,
            Self::RateNote => kind != BillType::RechargeRefund,
            _ => true,
        };
        // The older generations end with the rate: their 总金额 is the amount of the order.
        in_kind
            && (generation == Generation::Current || !matches!(self, Self::TotalFee | Self::RefundFee | Self::RateNote))
    }

    /// What stands above the column.
    pub const fn title(self, kind: BillType, generation: Generation) -> &'static str {
        let current = matches!(generation, Generation::Current);
        let oldest = matches!(generation, Generation::Oldest);
        let recharge = matches!(kind, BillType::RechargeRefund);
        match self {
            Self::TradeTime => "交易时间",
            Self::Appid => "公众账号ID",
            Self::MchId => "商户号",
            Self::SubMchId if current && !recharge => "特约商户号",
            Self::SubMchId => "子商户号",
            Self::DeviceInfo => "设备号",
            Self::TransactionId => "微信订单号",
            Self::OutTradeNo => "商户订单号",
            Self::OpenId => "用户标识",
            Self::TradeType => "交易类型",
            Self::TradeState => "交易状态",
            Self::BankType => "付款银行",
            Self::FeeType => "货币种类",
            Self::SettlementTotalFee if current => "应结订单金额",
            Self::SettlementTotalFee => "总金额",
            Self::CouponFee if current => "代金券金额",
            Self::CouponFee if oldest => "企业红包金额",
            Self::CouponFee => "代金券或立减优惠金额",
            Self::RefundAppliedAt => "退款申请时间",
            Self::RefundSucceededAt => "退款成功时间",
            Self::RefundId => "微信退款单号",
            Self::OutRefundNo => "商户退款单号",
            Self::SettlementRefundFee => "退款金额",
            Self::CouponRefundFee if current => "充值券退款金额",
            Self::CouponRefundFee if oldest => "企业红包退款金额",
            Self::CouponRefundFee => "代金券或立减优惠退款金额",
            Self::RefundType => "退款类型",
            Self::RefundStatus => "退款状态",
            Self::Body => "商品名称",
            Self::Attach => "商户数据包",
            Self::Fee if recharge => "返还手续费",
            Self::Fee => "手续费",
            Self::Rate => "费率",
            Self::TotalFee => "订单金额",
            Self::RefundFee => "申请退款金额",
            Self::RateNote => "费率备注",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: BillType, generation: Generation) -> String {
        Column::of(kind, generation).map(|column| column.title(kind, generation)).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn the_current_headers_are_those_of_the_protocol_page() {
        assert_eq!(
            header(BillType::All, Generation::Current),
            "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
        );
        assert_eq!(
            header(BillType::Success, Generation::Current),
            "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注"
        );
        let refund = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
        assert_eq!(header(BillType::Refund, Generation::Current), refund);
        let recharge = refund
            .replace("特约商户号", "子商户号")
            .replace("手续费", "返还手续费")
            .trim_end_matches(",费率备注")
            .to_owned();
        assert_eq!(header(BillType::RechargeRefund, Generation::Current), recharge);
    }

    #[test]
    fn the_older_headers_are_those_of_the_protocol_page() {
        let legacy = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率";
        assert_eq!(header(BillType::All, Generation::Legacy), legacy);
        assert_eq!(
            header(BillType::All, Generation::Oldest),
            legacy
                .replace("代金券或立减优惠金额", "企业红包金额")
                .replace("代金券或立减优惠退款金额", "企业红包退款金额")
        );
    }

    #[test]
    fn every_kind_has_its_documented_number_of_columns() {
        for (kind, current, older) in [
            (BillType::All, 27, 24),
            (BillType::Success, 20, 18),
            (BillType::Refund, 29, 26),
            (BillType::RechargeRefund, 28, 26),
        ] {
            assert_eq!(Column::of(kind, Generation::Current).count(), current, "{kind:?}");
            assert_eq!(Column::of(kind, Generation::Legacy).count(), older, "{kind:?}");
            assert_eq!(Column::of(kind, Generation::Oldest).count(), older, "{kind:?}");
        }
    }
}

//! The words for states: WeChat's own, the usual Chinese ones, and those of a mapping.

use std::collections::BTreeMap;

use wxpay_protocol::{RefundStatus, TradeState};

pub(crate) type Words = BTreeMap<String, String>;

/// The word of WeChat that this word stands for.
fn mapped<'w>(word: &'w str, words: &'w Words) -> &'w str {
    words.get(word).map_or(word, String::as_str)
}

pub(crate) fn trade_state(word: &str, words: &Words) -> Option<TradeState> {
    let word = mapped(word, words);
    TradeState::parse(word).or_else(|| {
        Some(match word {
            "支付成功" | "已支付" | "支付完成" | "买家已支付" | "交易成功" | "已付款" => {
                TradeState::Success
            }
            "未支付" | "待支付" | "等待支付" | "待付款" => TradeState::NotPay,
            "已关闭" | "订单已关闭" | "交易关闭" => TradeState::Closed,
            "转入退款" | "已退款" | "部分退款" | "全额退款" => TradeState::Refund,
            "已撤销" | "订单已撤销" => TradeState::Revoked,
            "支付失败" => TradeState::PayError,
            "用户支付中" | "支付中" => TradeState::UserPaying,
            _ => return None,
        })
    })
}

pub(crate) fn refund_status(word: &str, words: &Words) -> Option<RefundStatus> {
    let word = mapped(word, words);
    RefundStatus::parse(word).or_else(|| {
        Some(match word {
            "退款成功" | "已退款" | "成功" => RefundStatus::Success,
            "退款关闭" | "已关闭" => RefundStatus::RefundClose,
            "退款处理中" | "退款中" | "处理中" => RefundStatus::Processing,
            "退款异常" | "异常" => RefundStatus::Change,
            _ => return None,
        })
    })
}

/// Whether a mapping may give this word as WeChat's.
pub(crate) fn is_wire_word(word: &str) -> bool {
    TradeState::parse(word).is_some() || RefundStatus::parse(word).is_some()
}

//! What a column can hold, and the headers that say so.

use std::fmt;

use crate::amount::Unit;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One order per row, or several rows per order.
    Orders,
    /// One refund per row.
    Refunds,
}

impl Table {
    pub(crate) const fn needs(self) -> &'static str {
        match self {
            Self::Orders => "an order number and an amount, such as out_trade_no and total_fee (fen) or 金额(元)",
            Self::Refunds => {
                "a refund number and an amount, such as refund_id or out_refund_no and refund_fee (fen) or 退款金额(元)"
            }
        }
    }

    /// Whether these fields make a header row of this table.
    pub(crate) fn is_named_by(self, has: impl Fn(Field) -> bool) -> bool {
        match self {
            Self::Orders => has(Field::OutTradeNo) && Field::ORDER_AMOUNTS.iter().any(|field| has(*field)),
            Self::Refunds => (has(Field::RefundId) || has(Field::OutRefundNo)) && has(Field::RefundFee),
        }
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($title:literal),* $(,)?]),+ $(,)?) => {
        /// What a column can hold, by WeChat's names (protocol page §4).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $variant),+
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in a mapping.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            /// The titles that stand for it, tidied, without a unit.
            pub(crate) const fn titles(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$name, $($title),*]),+
                }
            }
        }
    };
}

fields! {
    /// The merchant's order number.
    OutTradeNo = "out_trade_no" ["商户订单号", "商户单号", "商家订单号", "订单号", "订单编号", "外部订单号"],
    /// WeChat's order number.
    TransactionId = "transaction_id" ["微信订单号", "微信支付订单号", "微信支付单号", "微信单号", "交易单号"],
    /// 订单金额: what the order was placed for.
    TotalFee = "total_fee" ["amount", "订单金额", "金额", "支付金额", "实付金额", "总金额", "交易金额", "订单总金额"],
    /// 应结订单金额: the order's amount less coupons without funds.
    SettlementTotalFee = "settlement_total_fee" ["应结订单金额", "应结金额", "结算金额"],
    /// What the payer paid in cash.
    CashFee = "cash_fee" ["现金支付金额", "现金金额", "用户支付金额"],
    /// The state that the file claims.
    State = "state" ["trade_state", "status", "状态", "交易状态", "订单状态", "支付状态"],
    /// MD5 or HMAC-SHA256.
    SignType = "sign_type" ["签名类型", "签名方式"],
    /// The attach that was sent.
    Attach = "attach" ["商户数据包", "附加数据"],
    /// What was bought.
    Body = "body" ["商品名称", "商品描述", "商品", "商品标题"],
    /// The payer.
    OpenId = "openid" ["用户标识"],
    /// JSAPI, NATIVE, MICROPAY …
    TradeType = "trade_type" ["交易类型", "支付方式"],
    /// When it was ordered; of a refund, when it was accepted.
    CreatedAt = "created_at" ["time_start", "下单时间", "创建时间", "订单时间", "订单创建时间", "申请时间", "退款申请时间"],
    /// When it was paid.
    PaidAt = "paid_at" ["time_end", "支付时间", "交易时间", "付款时间", "支付完成时间", "成交时间"],
    /// WeChat's refund number.
    RefundId = "refund_id" ["微信退款单号", "微信支付退款单号"],
    /// The merchant's refund number.
    OutRefundNo = "out_refund_no" ["商户退款单号", "退款单号", "退款编号"],
    /// 退款金额: what was given back.
    RefundFee = "refund_fee" ["退款金额", "申请退款金额"],
    /// Where a refund stands.
    RefundStatus = "refund_status" ["退款状态"],
    /// When the money of a refund was back with the payer.
    RefundedAt = "success_at" ["refund_success_time", "退款成功时间", "退款到账时间", "退款时间"],
    /// The app.
    Appid = "appid" ["公众账号id"],
    /// The merchant.
    MchId = "mch_id" ["商户号"],
}

/// The unit at the end of a title.
const UNIT_ENDINGS: [(&str, Unit); 8] = [
    ("(元)", Unit::Yuan),
    ("(分)", Unit::Fen),
    ("[元]", Unit::Yuan),
    ("[分]", Unit::Fen),
    ("/元", Unit::Yuan),
    ("/分", Unit::Fen),
    ("_yuan", Unit::Yuan),
    ("_fen", Unit::Fen),
];

impl Field {
    /// How many there are.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// The amounts that an order can be kept with, in the order in which one of them is taken.
    pub const ORDER_AMOUNTS: [Self; 3] = [Self::TotalFee, Self::SettlementTotalFee, Self::CashFee];

    /// The field with this name in a mapping. `amount` is the amount of the order.
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "amount" { "total_fee" } else { name };
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Whether its cells are money.
    pub const fn is_amount(self) -> bool {
        matches!(self, Self::TotalFee | Self::SettlementTotalFee | Self::CashFee | Self::RefundFee)
    }

    /// Whether its cells are times.
    pub const fn is_moment(self) -> bool {
        matches!(self, Self::CreatedAt | Self::PaidAt | Self::RefundedAt)
    }

    /// Whether its cells are numbers of up to 64 characters, which a spreadsheet must not touch.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::OutTradeNo | Self::TransactionId | Self::RefundId | Self::OutRefundNo)
    }

    /// The field that a title stands for by itself, and the unit that the title says.
    pub(crate) fn of_title(title: &str) -> Option<(Self, Option<Unit>)> {
        let tidied = tidy(title);
        let (base, unit) = split_unit(&tidied);
        let field = Self::ALL.iter().copied().find(|field| field.titles().contains(&base))?;
        Some((field, unit_of(&tidied).or(unit)))
    }

    const fn index(self) -> usize {
        self as usize
    }

    /// The place of this field in a table over all fields.
    pub(crate) fn of<T: Copy>(self, table: &[Option<T>; Self::COUNT]) -> Option<T> {
        table.get(self.index()).copied().flatten()
    }

    pub(crate) fn of_mut<T>(self, table: &mut [Option<T>; Self::COUNT]) -> Option<&mut Option<T>> {
        table.get_mut(self.index())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The unit that a title says: by its ending, or because it is WeChat's own name, which counts fen.
pub(crate) fn unit_of(title: &str) -> Option<Unit> {
    let tidied = tidy(title);
    match split_unit(&tidied) {
        (_, Some(unit)) => Some(unit),
        ("total_fee" | "settlement_total_fee" | "cash_fee" | "refund_fee", None) => Some(Unit::Fen),
        _ => None,
    }
}

fn split_unit(tidied: &str) -> (&str, Option<Unit>) {
    UNIT_ENDINGS
        .iter()
        .find_map(|(ending, unit)| tidied.strip_suffix(ending).map(|base| (base, Some(*unit))))
        .unwrap_or((tidied, None))
}

/// Titles are compared without spaces, case and full-width brackets.
pub(crate) fn tidy(title: &str) -> String {
    title
        .chars()
        .filter(|found| !found.is_whitespace() && *found != '\u{FEFF}')
        .map(|found| match found {
            '（' => '(',
            '）' => ')',
            '［' | '【' => '[',
            '］' | '】' => ']',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_stands_for_two_fields() {
        let mut seen = std::collections::BTreeMap::new();
        for field in Field::ALL {
            for title in field.titles() {
                assert_eq!(seen.insert(*title, *field), None, "{title}");
                assert_eq!(*title, tidy(title), "titles are kept tidied");
            }
        }
    }

    #[test]
    fn a_title_says_its_field_and_its_unit() {
        assert_eq!(Field::of_title(" 订单金额（元） "), Some((Field::TotalFee, Some(Unit::Yuan))));
        assert_eq!(Field::of_title("Total_Fee"), Some((Field::TotalFee, Some(Unit::Fen))));
        assert_eq!(Field::of_title("金额"), Some((Field::TotalFee, None)));
        assert_eq!(Field::of_title("amount_fen"), Some((Field::TotalFee, Some(Unit::Fen))));
        assert_eq!(Field::of_title("\u{FEFF}商户订单号"), Some((Field::OutTradeNo, None)));
        assert_eq!(Field::of_title("备注"), None);
    }
}

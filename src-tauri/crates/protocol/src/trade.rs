//! Trade types and trade states with what they mean (protocol page §5).

macro_rules! wire_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }

        impl $name {
            /// Every value, in the order of the protocol page.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The wire's own word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The value for a word of the wire; nothing for a word that is not known.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

wire_words! {
    /// How an order is paid (`trade_type` of unifiedorder).
    TradeType {
        /// Official account or mini program; needs an openid.
        Jsapi = "JSAPI",
        /// A QR code that the payer scans.
        Native = "NATIVE",
        /// A native app through the SDK.
        App = "APP",
        /// A mobile browser outside of WeChat (H5).
        Mweb = "MWEB",
    }
}

wire_words! {
    /// The state of an order as orderquery reports it (`trade_state`).
    TradeState {
        /// Paid.
        Success = "SUCCESS",
        /// Paid, and at least one refund was accepted; details only in refundquery.
        Refund = "REFUND",
        /// Created, not paid.
        NotPay = "NOTPAY",
        /// Closed by closeorder or by time_expire.
        Closed = "CLOSED",
        /// Reversed (payment code).
        Revoked = "REVOKED",
        /// The payer is entering the password (payment code).
        UserPaying = "USERPAYING",
        /// The payment failed, for instance at the bank.
        PayError = "PAYERROR",
        /// Accepted, waiting to be debited (entrusted debit).
        Accept = "ACCEPT",
    }
}

wire_words! {
    /// Where a refund stands (`refund_status`, `refund_status_$n`).
    RefundStatus {
        /// The money is back with the payer.
        Success = "SUCCESS",
        /// It did not happen.
        RefundClose = "REFUNDCLOSE",
        /// Under way.
        Processing = "PROCESSING",
        /// The payer's account takes nothing; the money is back with the merchant.
        Change = "CHANGE",
    }
}

wire_words! {
    /// Who paid for a coupon (`coupon_type_$n`).
    CouponType {
        /// With funds (充值): the merchant gets its amount.
        Cash = "CASH",
        /// Without funds (免充值): the merchant gets that much less.
        NoCash = "NO_CASH",
    }
}

impl TradeState {
    /// What it means, in Chinese and in English.
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Success => ("支付成功", "paid"),
            Self::Refund => (
                "转入退款：已支付，并有退款被受理；退款详情请查询退款单",
                "paid, and a refund was accepted; see the refund for details",
            ),
            Self::NotPay => ("未支付", "not paid yet"),
            Self::Closed => ("已关闭：不能再用这个单号支付", "closed: this number can no longer be paid"),
            Self::Revoked => ("已撤销（付款码支付）", "reversed (payment code)"),
            Self::UserPaying => ("用户支付中：正在等待输入密码", "the payer is entering the password"),
            Self::PayError => (
                "支付失败（例如银行返回失败），请换单号重新下单",
                "the payment failed, for instance at the bank; order again under a new number",
            ),
            Self::Accept => ("已接收，等待扣款", "accepted, waiting to be debited"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_wire_is_read_back() {
        for state in TradeState::ALL {
            assert_eq!(TradeState::parse(state.as_str()), Some(*state));
            assert!(!state.meaning().0.is_empty() && !state.meaning().1.is_empty());
        }
        for trade_type in TradeType::ALL {
            assert_eq!(TradeType::parse(trade_type.as_str()), Some(*trade_type));
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_not_guessed() {
        assert_eq!(TradeState::parse("success"), None);
        assert_eq!(TradeState::parse("PAID"), None);
    }
}

//! Every number of the protocol is text, of a type of its own.

use std::fmt;

/// Why a text cannot be the id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {rule}; {found:?} is not")]
pub struct IdError {
    /// The wire's name of the field.
    pub field: &'static str,
    /// What is allowed, in words.
    pub rule: &'static str,
    /// The same in Chinese.
    pub rule_zh: &'static str,
    /// What was given, at most 64 characters of it.
    pub found: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $lengths:expr, $allowed:expr, $rule:literal, $rule_zh:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text, if it has the shape that the protocol allows.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if $lengths.contains(&text.len()) && text.bytes().all($allowed) {
                    Ok(Self(text))
                } else {
                    let found = text.chars().take(64).collect();
                    Err(IdError { field: $field, rule: $rule, rule_zh: $rule_zh, found })
                }
            }

            /// The text as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

fn visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'|' | b'*' | b'@')
}

id!(
    /// The app that the merchant number is bound to (`appid`, §4).
    Appid, "appid", 1..=32, |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-', "1 to 32 letters and digits, such as wx0000000000000001",
    "1 到 32 位字母和数字，如 wx0000000000000001"
);
id!(
    /// The merchant number (`mch_id`, §4).
    MchId, "mch_id", 1..=32, |byte: u8| byte.is_ascii_digit(), "1 to 32 digits, such as 1900000001", "1 到 32 位数字，如 1900000001"
);
id!(
    /// The merchant's own order number (`out_trade_no`, §8), unique per merchant.
    OutTradeNo, "out_trade_no", 6..=32, number, "6 to 32 characters of digits, letters and _ - | * @",
    "6 到 32 位数字、字母和 _ - | * @"
);
id!(
    /// WeChat's order number (`transaction_id`): 28 digits today, up to 32 characters by the page.
    TransactionId, "transaction_id", 1..=32, |byte: u8| byte.is_ascii_alphanumeric(), "1 to 32 digits and letters, such as 4200000000202401020000000001",
    "1 到 32 位数字或字母，如 4200000000202401020000000001"
);
id!(
    /// The merchant's own refund number (`out_refund_no`, §4.4), unique per merchant.
    OutRefundNo, "out_refund_no", 1..=64, number, "1 to 64 characters of digits, letters and _ - | * @",
    "1 到 64 位数字、字母和 _ - | * @"
);
id!(
    /// The payer under an appid (`openid`, §4.1). Personal data: masked in lists and logs.
    OpenId, "openid", 1..=128, visible, "1 to 128 visible ASCII characters, such as oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    "1 到 128 个可见的 ASCII 字符，如 oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
);
id!(
    /// The session of a payment (`prepay_id`, §4.1); valid for two hours.
    PrepayId, "prepay_id", 1..=64, visible, "1 to 64 visible ASCII characters", "1 到 64 个可见的 ASCII 字符"
);
id!(
    /// A random text (`nonce_str`, §4).
    NonceStr, "nonce_str", 1..=32, visible, "1 to 32 visible ASCII characters", "1 到 32 个可见的 ASCII 字符"
);

impl NonceStr {
    /// Sixteen random bytes as 32 lower-case hexadecimal digits.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(crate::sign::upper_hex(&bytes).to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_the_documented_shape_are_refused_and_named() {
        assert!(OutTradeNo::new("12345").is_err());
        assert!(OutTradeNo::new("1".repeat(33)).is_err());
        assert!(OutTradeNo::new("2024 0102").is_err());
        assert!(OutTradeNo::new("２０２４０１").is_err());
        assert!(OutTradeNo::new("a&b=c123").is_err());
        assert!(MchId::new("19000a").is_err());
        assert!(NonceStr::new("x".repeat(33)).is_err());
        let fault = MchId::new("1.9e9").unwrap_err().to_string();
        assert!(fault.contains("mch_id") && fault.contains("1.9e9"), "{fault}");
    }

    #[test]
    fn documented_shapes_are_accepted() {
        assert!(OutTradeNo::new("T20240102030405_001").is_ok());
        assert!(OutTradeNo::new("a-b|c*d").is_ok());
        assert!(TransactionId::new("4200000000202401020000000001").is_ok());
    }
}

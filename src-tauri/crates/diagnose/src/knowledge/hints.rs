//! Why a sign that is usually right is sometimes wrong: hints from what a message holds.

use wxpay_protocol::Params;

use super::{Reading, Words};
use crate::Input;
use crate::knowledge::CauseId as Id;

/// From this amount on, in fen, languages that print floats as `%v` switch to an exponent (`1e+06`).
const EXPONENT_FROM_FEN: i64 = 1_000_000;

/// Hints for failures that come and go, as far as this message is of the kind that fails. Nothing here is a finding.
pub fn hints_for(input: &Input) -> Vec<Reading> {
    let params = &input.params;
    let mut hints = Vec::new();
    if params.iter().any(|(_, value)| !value.is_ascii()) {
        hints.push(hint(
            "如果只有含中文的订单失败：摘要或报文没有用 UTF-8",
            "if only orders with Chinese text fail: the digest or the body is not made from UTF-8",
            &[Id::D14, Id::D15, Id::D16],
        ));
    }
    if params.iter().any(|(name, _)| name.starts_with("coupon_")) {
        hints.push(hint(
            "如果只有用了代金券的通知验签失败：程序丢了 coupon_ 开头的字段，或把 coupon_fee_10 排在了 coupon_fee_2 之后",
            "if only notices with coupons fail: the program drops coupon_ fields, or sorts coupon_fee_10 behind coupon_fee_2",
            &[Id::A8, Id::C2],
        ));
    }
    if params.iter().any(|(name, value)| name != "sign" && (value.is_empty() || value.trim() != value)) {
        hints.push(hint(
            "如果只有某些订单失败：空值不参与签名，首尾空格要原样参与",
            "if only some orders fail: empty values are not signed, blanks at the edge of a value are signed as they are",
            &[Id::A1, Id::D5],
        ));
    }
    if params.iter().any(|(_, value)| value == "0") {
        hints.push(hint(
            "如果只有金额为 0 的字段出现时失败：\"0\" 不是空值，必须参与签名",
            "if it fails only when a field is 0: \"0\" is not empty and must be signed",
            &[Id::A9],
        ));
    }
    if holds_large_amount(params) {
        hints.push(hint(
            "如果只有 1 万元及以上的订单失败：金额经过浮点数，被写成了 1e+06",
            "if only orders of 10 000 yuan and more fail: the amount went through a float and became 1e+06",
            &[Id::D2],
        ));
    }
    if params.iter().any(|(_, value)| value.contains(['\n', '\r'])) {
        hints.push(hint(
            "如果只在 Windows 上失败：值里的换行成了 CRLF，而 XML 会把它读成 LF",
            "if it fails on Windows only: line ends became CRLF, which XML reads as LF",
            &[Id::D19, Id::D14],
        ));
    }
    hints.push(hint(
        "如果毫无规律地偶尔失败：摘要转十六进制时丢了前导 0（整串丢 0 约占 1/16，逐字节丢 0 约占 64%）",
        "if it fails now and then without a pattern: the hexadecimal text lost a leading zero (1 in 16 for the whole text, about 64 % when it is lost byte by byte)",
        &[Id::F9],
    ));
    hints.push(hint(
        "如果只在重置密钥后的几分钟内失败：新密钥还没有生效，或旧进程还在用旧密钥",
        "if it fails only for minutes after the key was reset: the new key is not in force yet, or an old process still uses the old one",
        &[Id::E4],
    ));
    hints
}

fn holds_large_amount(params: &Params) -> bool {
    params.iter().any(|(name, value)| {
        (name.ends_with("_fee") || name == "amount" || name == "total_amount")
            && value.parse::<i64>().is_ok_and(|fen| fen >= EXPONENT_FROM_FEN)
    })
}

fn hint(chinese: &str, english: &str, causes: &[Id]) -> Reading {
    Reading { words: Words::new(chinese, english), causes: causes.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;

    fn causes(text: &str) -> Vec<Id> {
        hints_for(&input::read(text.as_bytes(), None).unwrap()).into_iter().flat_map(|hint| hint.causes).collect()
    }

    #[test]
    fn a_plain_message_gets_the_two_hints_that_fit_every_message() {
        assert_eq!(causes("appid=wx0000000000000001&total_fee=101"), [Id::F9, Id::E4]);
    }

    #[test]
    fn each_kind_of_message_gets_its_own_hint() {
        for (text, cause) in [
            ("body=测试&appid=wx1", Id::D14),
            ("coupon_fee_0=1&appid=wx1", Id::C2),
            ("attach=&appid=wx1", Id::A1),
            ("coupon_fee=0&appid=wx1", Id::A9),
            ("total_fee=1000000&appid=wx1", Id::D2),
        ] {
            assert!(causes(text).contains(&cause), "{text}");
        }
        assert!(!causes("total_fee=999999&appid=wx1").contains(&Id::D2));
    }
}

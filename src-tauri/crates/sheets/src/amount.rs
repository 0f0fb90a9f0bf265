//! Money from the text of a cell: exact, or refused.

use serde::{Deserialize, Serialize};
use wxpay_protocol::Fen;

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// 分, whole numbers.
    Fen,
    /// 元, up to two decimals.
    Yuan,
}

/// Why a cell is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// Other characters than an amount has.
    #[error("is not an amount; write it as 1999 (fen) or 19.99 (yuan)")]
    NotAnAmount,
    /// A part of a fen.
    #[error("is not a whole number of fen; round it in the spreadsheet, with ROUND(…, 2) for yuan")]
    NotWhole,
    /// `19.99` in a column of fen.
    #[error("has decimals or a currency sign, but the column counts fen; if it is yuan, say so with the unit yuan")]
    NotFen,
    /// `007`.
    #[error("has leading zeros; remove them")]
    LeadingZero,
    /// Beyond [`Fen::MAX`].
    #[error("is larger than 999999999999999 fen")]
    TooLarge,
}

impl AmountFault {
    /// The word that scripts and the window compare.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnAmount => "cell_not_an_amount",
            Self::NotWhole => "cell_not_whole_fen",
            Self::NotFen => "cell_not_fen",
            Self::LeadingZero => "cell_leading_zero",
            Self::TooLarge => "cell_amount_too_large",
        }
    }

    /// The sentence in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NotAnAmount => "不是金额；请写成 1999（分）或 19.99（元）",
            Self::NotWhole => "不是整数分；请在表格里取整，元用 ROUND(…, 2)",
            Self::NotFen => "有小数或货币符号，而这一列按分计；如果是元，请说明单位是元",
            Self::LeadingZero => "前面有多余的 0；请去掉",
            Self::TooLarge => "大于 999999999999999 分",
        }
    }
}

/// Reads what people and programs write: `1999`, `19.99`, `-5.00`, `¥1,234.50`, `12.30元`. Thousands are separated in threes or
/// not at all, so a decimal comma is never taken for one; zeros behind the second decimal change nothing and are read over.
pub(crate) fn amount(cell: &[u8], unit: Unit) -> Result<Fen, AmountFault> {
    let (negative, bare) = match cell {
        [b'-', bare @ ..] => (true, bare),
        _ => (false, cell),
    };
    let (bare, has_currency) = without_currency(bare);
    if has_currency && unit == Unit::Fen {
        return Err(AmountFault::NotFen);
    }
    let (whole, decimals) = match memchr::memchr(b'.', bare) {
        Some(point) => (bare.get(..point).unwrap_or_default(), bare.get(point + 1..)),
        None => (bare, None),
    };
    let whole = whole_part(whole)?;
    let fen = match (unit, decimals) {
        (Unit::Fen, None) => whole,
        (Unit::Fen, Some(decimals)) if decimals.iter().all(u8::is_ascii_digit) => return Err(AmountFault::NotFen),
        (Unit::Fen, Some(_)) => return Err(AmountFault::NotAnAmount),
        (Unit::Yuan, decimals) => {
            let cents = cents(decimals)?;
            whole.checked_mul(100).and_then(|fen| fen.checked_add(cents)).ok_or(AmountFault::TooLarge)?
        }
    };
    Fen::new(if negative { -fen } else { fen }).ok_or(AmountFault::TooLarge)
}

/// Whether the amount of this cell cannot be fen: it has decimals or a currency sign.
pub(crate) fn is_surely_yuan(cell: &[u8]) -> bool {
    amount(cell, Unit::Yuan).is_ok() && amount(cell, Unit::Fen) == Err(AmountFault::NotFen)
}

fn without_currency(cell: &[u8]) -> (&[u8], bool) {
    let before = ["¥", "￥", "CNY", "RMB"].iter().find_map(|sign| cell.strip_prefix(sign.as_bytes()));
    let bare = before.unwrap_or(cell);
    let behind = bare.strip_suffix("元".as_bytes());
    (behind.unwrap_or(bare).trim_ascii(), before.is_some() || behind.is_some())
}

fn digit(byte: u8) -> Result<i64, AmountFault> {
    if byte.is_ascii_digit() { Ok(i64::from(byte - b'0')) } else { Err(AmountFault::NotAnAmount) }
}

fn whole_part(text: &[u8]) -> Result<i64, AmountFault> {
    if text.contains(&b',') {
        let mut groups = text.split(|byte| *byte == b',');
        let first = groups.next().unwrap_or_default();
        if !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
            return Err(AmountFault::NotAnAmount);
        }
    }
    let mut value = 0i64;
    let mut digits = 0;
    for byte in text.iter().filter(|byte| **byte != b',') {
        let digit = digit(*byte)?;
        value = value.checked_mul(10).and_then(|tens| tens.checked_add(digit)).ok_or(AmountFault::TooLarge)?;
        digits += 1;
    }
    match text.first() {
        None => Err(AmountFault::NotAnAmount),
        Some(b'0') if digits > 1 => Err(AmountFault::LeadingZero),
        Some(_) => Ok(value),
    }
}

fn cents(decimals: Option<&[u8]>) -> Result<i64, AmountFault> {
    let Some(decimals) = decimals else { return Ok(0) };
    if decimals.is_empty() || !decimals.iter().all(u8::is_ascii_digit) {
        return Err(AmountFault::NotAnAmount);
    }
    if decimals.iter().skip(2).any(|byte| *byte != b'0') {
        return Err(AmountFault::NotWhole);
    }
    let place = |at: usize| decimals.get(at).map_or(Ok(0), |byte| digit(*byte));
    Ok(place(0)? * 10 + place(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn yuan(text: &str) -> Result<i64, AmountFault> {
        amount(text.as_bytes(), Unit::Yuan).map(Fen::get)
    }

    fn fen(text: &str) -> Result<i64, AmountFault> {
        amount(text.as_bytes(), Unit::Fen).map(Fen::get)
    }

    #[test]
    fn what_is_not_exactly_an_amount_is_refused() {
        for text in [
            "",
            "-",
            "1e3",
            "１.００",
            ".5",
            "5.",
            "1.2.3",
            "+1",
            "--1",
            "1.2-",
            "NaN",
            "1,23",
            "1,2345",
            "12,34.5",
            "1 2",
        ] {
            assert_eq!(yuan(text), Err(AmountFault::NotAnAmount), "{text:?}");
        }
        assert_eq!(yuan("0.001"), Err(AmountFault::NotWhole));
        assert_eq!(yuan("0.30000000000000004"), Err(AmountFault::NotWhole));
        assert_eq!(yuan("007"), Err(AmountFault::LeadingZero));
        assert_eq!(yuan("99999999999999.00"), Err(AmountFault::TooLarge));
        assert_eq!(yuan("99999999999999999999999"), Err(AmountFault::TooLarge));
        assert_eq!(fen("19.99"), Err(AmountFault::NotFen));
        assert_eq!(fen("¥19"), Err(AmountFault::NotFen));
        assert_eq!(fen("1000000000000000"), Err(AmountFault::TooLarge));
    }

    #[test]
    fn what_people_write_is_read_exactly() {
        for (text, expected) in [
            ("0.07", 7),
            ("19.99", 1999),
            ("4.35", 435),
            ("-5.00", -500),
            ("¥1,234.50", 123_450),
            ("￥12.3", 1230),
            ("12.30元", 1230),
            ("12.3000", 1230),
            ("1,234,567", 123_456_700),
        ] {
            assert_eq!(yuan(text), Ok(expected), "{text}");
        }
        assert_eq!(fen("1999"), Ok(1999));
        assert!(is_surely_yuan(b"19.90") && !is_surely_yuan(b"1990") && !is_surely_yuan(b"x"));
    }

    proptest! {
        #[test]
        fn every_amount_that_the_protocol_reads_is_read_alike(count in -999_999_999_999_999i64..=999_999_999_999_999) {
            let exact = Fen::new(count).unwrap();
            prop_assert_eq!(yuan(&exact.yuan_text()), Ok(count));
            prop_assert_eq!(fen(&exact.to_string()), Ok(count));
        }

        #[test]
        fn no_bytes_panic_and_what_both_read_is_the_same(text in "[-0-9.,¥e ]{0,20}") {
            if let (Ok(ours), Ok(theirs)) = (amount(text.as_bytes(), Unit::Yuan), Fen::parse_yuan(&text)) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }
}

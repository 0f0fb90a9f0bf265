//! Money: whole fen (0.01 CNY), exact text both ways.

use std::fmt;
use std::iter::Sum;

/// An amount in fen, −999 999 999 999 999 ..= 999 999 999 999 999. Arithmetic is checked; there is no way to or from a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FenError {
    /// Nothing there.
    #[error("the amount is empty; write an amount such as 101 (fen) or 1.01 (yuan)")]
    Empty,
    /// A minus sign where money on the wire is never negative.
    #[error("the amount is negative; WeChat Pay takes amounts of 0 or more")]
    Negative,
    /// Full-width or other non-ASCII digits.
    #[error("the amount is not written in ASCII digits 0-9; retype it without the input method's full-width mode")]
    NotAscii,
    /// Thousands separators, exponents, signs, spaces, letters.
    #[error("the amount may hold only digits{dot}; remove {found:?}")]
    Character {
        /// The first character that does not belong there.
        found: char,
        /// ` and one point` for yuan, nothing for fen.
        dot: &'static str,
    },
    /// `007`.
    #[error("the amount has leading zeros; remove them")]
    LeadingZero,
    /// `0.001`: less than one fen.
    #[error("the amount has more than two decimals; one fen (0.01 yuan) is the smallest unit")]
    Decimals,
    /// `.5`, `5.`, `1.2.3`.
    #[error("the decimal point must stand between digits, once")]
    Point,
    /// Above the range.
    #[error("the amount is larger than 999999999999999 fen")]
    TooLarge,
}

impl Fen {
    /// The largest amount that is accepted: fifteen nines.
    pub const MAX: Fen = Fen(999_999_999_999_999);
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// From a count of fen, if it is within the range.
    pub const fn new(fen: i64) -> Option<Self> {
        if fen >= -Self::MAX.0 && fen <= Self::MAX.0 { Some(Self(fen)) } else { None }
    }

    /// The count of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads the wire's integer text `0|[1-9][0-9]{0,14}` (protocol page §4, `int`).
    pub fn parse_wire(text: &str) -> Result<Self, FenError> {
        if text.starts_with('-') {
            return Err(FenError::Negative);
        }
        digits(text, "").map(Self)
    }

    /// Reads yuan as people and bills write it: `-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?`. `19.99` is 1999 fen, always.
    pub fn parse_yuan(text: &str) -> Result<Self, FenError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = match unsigned.split_once('.') {
            Some((whole, decimals)) => {
                if whole.is_empty() || decimals.is_empty() || decimals.contains('.') {
                    return Err(FenError::Point);
                }
                (whole, decimals)
            }
            None => (unsigned, ""),
        };
        let yuan = digits(whole, " and one point")?;
        if whole.len() > 13 {
            return Err(FenError::TooLarge);
        }
        for found in decimals.chars() {
            check_digit(found, " and one point")?;
        }
        let cents = match decimals.as_bytes() {
            [] => 0,
            [tenth] => i64::from(tenth - b'0') * 10,
            [tenth, hundredth] => i64::from(tenth - b'0') * 10 + i64::from(hundredth - b'0'),
            _ => return Err(FenError::Decimals),
        };
        let fen = yuan * 100 + cents;
        Ok(Self(if negative { -fen } else { fen }))
    }

    /// Yuan with two decimals, no thousands separators: `-0.07`.
    pub fn yuan_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }

    /// Sum, if it stays within the range.
    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).and_then(Self::new)
    }

    /// Difference, if it stays within the range.
    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        self.0.checked_sub(other.0).and_then(Self::new)
    }
}

fn check_digit(found: char, dot: &'static str) -> Result<(), FenError> {
    if found.is_ascii_digit() {
        Ok(())
    } else if found.is_ascii() {
        Err(FenError::Character { found, dot })
    } else {
        Err(FenError::NotAscii)
    }
}

fn digits(text: &str, dot: &'static str) -> Result<i64, FenError> {
    if text.is_empty() {
        return Err(FenError::Empty);
    }
    let mut value = 0i64;
    for found in text.chars() {
        check_digit(found, dot)?;
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(FenError::LeadingZero);
    }
    if text.len() > 15 {
        return Err(FenError::TooLarge);
    }
    for digit in text.bytes() {
        value = value * 10 + i64::from(digit - b'0');
    }
    Ok(value)
}

/// Fen as an integer, as on the wire.
impl fmt::Display for Fen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A total in 128 bits, so that no list of amounts can overflow it.
impl Sum<Fen> for i128 {
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> i128 {
        amounts.map(|amount| i128::from(amount.0)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_that_is_not_exact_money_is_refused() {
        for text in [
            "",
            "1e3",
            "0.001",
            "１.００",
            "1,000.00",
            ".5",
            "5.",
            "1.2.3",
            "+1",
            " 1",
            "1 ",
            "0x1",
            "007",
            "00.10",
            "--1",
            "-",
            "1.2-",
            "NaN",
            "99999999999999.00",
        ] {
            assert!(Fen::parse_yuan(text).is_err(), "{text:?} was accepted as yuan");
        }
        for text in ["", "-1", "-0", "1.0", "1e3", "１", "1,000", "01", "+1", " 1", "1000000000000000"] {
            assert!(Fen::parse_wire(text).is_err(), "{text:?} was accepted as fen");
        }
    }

    #[test]
    fn amounts_that_floats_get_wrong_are_exact() {
        for (text, fen) in [
            ("0.07", 7),
            ("19.99", 1999),
            ("4.35", 435),
            ("1.1", 110),
            ("-0.07", -7),
            ("0", 0),
            ("9999999999999.99", 999_999_999_999_999),
        ] {
            assert_eq!(Fen::parse_yuan(text).map(Fen::get), Ok(fen), "{text}");
        }
    }

    #[test]
    fn every_amount_up_to_ten_million_fen_survives_both_texts() {
        for fen in 0..=10_000_000 {
            let amount = Fen(fen);
            assert_eq!(Fen::parse_yuan(&amount.yuan_text()), Ok(amount));
            assert_eq!(Fen::parse_wire(&amount.to_string()), Ok(amount));
        }
    }

    proptest! {
        #[test]
        fn random_amounts_survive_both_texts(fen in -999_999_999_999_999i64..=999_999_999_999_999) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(Fen::parse_yuan(&amount.yuan_text()), Ok(amount));
            if fen >= 0 {
                prop_assert_eq!(Fen::parse_wire(&amount.to_string()), Ok(amount));
            }
        }

        #[test]
        fn no_text_panics_the_parsers(text in "\\PC{0,24}") {
            prop_assert!(Fen::parse_yuan(&text).is_ok_and(|fen| fen.get() >= -Fen::MAX.get()) || Fen::parse_yuan(&text).is_err());
            prop_assert!(Fen::parse_wire(&text).is_ok_and(|fen| fen.get() >= 0) || Fen::parse_wire(&text).is_err());
        }
    }
}

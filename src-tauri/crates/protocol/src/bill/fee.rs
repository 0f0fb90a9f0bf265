//! The merchant's fee: five decimals of a yuan as whole numbers, and the rate that it comes from.

use std::fmt;

use crate::Fen;

/// Thousandths of a fen, the smallest unit of a bill (手续费, five decimals of a yuan). Negative where a fee is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilliFen(i64);

/// Why a text is not a fee or a rate of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// Another form than a plain decimal number.
    #[error("a fee is written in yuan with up to five decimals, such as 0.04000")]
    Fee,
    /// Another form than a percentage.
    #[error("a rate is written in percent with two decimals from 0.00% to 100.00%, such as 0.60%")]
    Rate,
}

impl MilliFen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    const PER_YUAN: i64 = 100_000;

    /// From a count of thousandths of a fen.
    pub const fn new(count: i64) -> Self {
        Self(count)
    }

    /// The count of thousandths of a fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same amount the other way round; a fee that is given back.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// Reads yuan with up to five decimals: `-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,5})?`.
    pub fn parse(text: &str) -> Result<Self, FeeError> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 13) || !digits(decimals, 5) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(FeeError::Fee);
        }
        let yuan: i64 = whole.parse().map_err(|_| FeeError::Fee)?;
        let part: i64 = format!("{decimals:0<5}").parse().map_err(|_| FeeError::Fee)?;
        let count = yuan * Self::PER_YUAN + part;
        Ok(Self(if negative { -count } else { count }))
    }
}

/// As in a bill: `0.04000`, `-0.01000`.
impl fmt::Display for MilliFen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&milli_fen_text(i128::from(self.0)))
    }
}

/// A sum of thousandths of a fen the way a bill writes one.
pub(super) fn milli_fen_text(count: i128) -> String {
    let sign = if count < 0 { "-" } else { "" };
    let per_yuan = u128::from(MilliFen::PER_YUAN.unsigned_abs());
    let count = count.unsigned_abs();
    format!("{sign}{}.{:05}", count / per_yuan, count % per_yuan)
}

/// How a fee is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeeRounding {
    /// To the fen, half a fen up: 1.01 yuan at 0.60 % cost 0.01000, as in the page's sample.
    #[default]
    HalfUpToFen,
    /// Down to the thousandth of a fen: 1.01 yuan at 0.60 % cost 0.00606.
    DownToMilliFen,
}

/// The merchant's rate in hundredths of a percent (basis points), 0 ..= 10 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u16);

/// 0.60 %, WeChat Pay's usual rate.
impl Default for Rate {
    fn default() -> Self {
        Self(60)
    }
}

impl Rate {
    const MAX: u16 = 10_000;

    /// From hundredths of a percent: 60 is 0.60 %. None above 100 %.
    pub const fn from_basis_points(points: u16) -> Option<Self> {
        if points <= Self::MAX { Some(Self(points)) } else { None }
    }

    /// Hundredths of a percent.
    pub const fn basis_points(self) -> u16 {
        self.0
    }

    /// Reads `0.60%`.
    pub fn parse(text: &str) -> Result<Self, FeeError> {
        let (whole, decimals) = text.strip_suffix('%').and_then(|text| text.split_once('.')).ok_or(FeeError::Rate)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=3).contains(&whole.len()) || decimals.len() != 2 || !digits(whole) || !digits(decimals) {
            return Err(FeeError::Rate);
        }
        let points: u32 = format!("{whole}{decimals}").parse().map_err(|_| FeeError::Rate)?;
        u16::try_from(points).ok().and_then(Self::from_basis_points).ok_or(FeeError::Rate)
    }

    /// The fee for an amount; exact whole numbers throughout. `amount` is 0 or more.
    pub fn fee_of(self, amount: Fen, rounding: FeeRounding) -> MilliFen {
        let product = i128::from(amount.get()) * i128::from(self.0);
        let milli_fen = match rounding {
            FeeRounding::HalfUpToFen => (product + 5_000).div_euclid(10_000) * 1000,
            FeeRounding::DownToMilliFen => product.div_euclid(10),
        };
        // Fifteen digits of fen at 100 % stay below 2^63 thousandths.
        MilliFen(i64::try_from(milli_fen).unwrap_or(i64::MAX))
    }
}

/// As in a bill: `0.60%`.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_that_are_no_fee_or_no_rate_are_refused() {
        for text in ["", "-", ".1", "1.", "1.000000", "1e2", "+1", " 1", "1,000.00", "01", "1.2.3", "１", "--1"] {
            assert_eq!(MilliFen::parse(text), Err(FeeError::Fee), "{text:?}");
        }
        for text in ["", "0.6%", "0.60", "0.600%", ".60%", "60%", "-0.60%", "100.01%", "9999.00%", "０.60%"] {
            assert_eq!(Rate::parse(text), Err(FeeError::Rate), "{text:?}");
        }
    }

    #[test]
    fn fees_are_exact_to_the_fifth_decimal() {
        for (text, count) in
            [("0.04000", 4000), ("-0.01000", -1000), ("0.00000", 0), ("1", 100_000), ("12.3", 1_230_000)]
        {
            assert_eq!(MilliFen::parse(text).map(MilliFen::get), Ok(count), "{text}");
        }
        assert_eq!(MilliFen::new(4000).to_string(), "0.04000");
        assert_eq!(MilliFen::new(1000).negated().to_string(), "-0.01000");
        assert_eq!(MilliFen::new(-606).to_string(), "-0.00606");
    }

    #[test]
    fn a_fee_is_rounded_to_the_fen_or_kept_to_the_thousandth() {
        let rate = Rate::default();
        let fee = |fen: i64, rounding| rate.fee_of(Fen::new(fen).unwrap(), rounding).to_string();
        assert_eq!(fee(101, FeeRounding::HalfUpToFen), "0.01000");
        assert_eq!(fee(101, FeeRounding::DownToMilliFen), "0.00606");
        // 0.5 fen goes up, a hair less goes down; one fen pays nothing, as in the captured row of 2021.
        assert_eq!(fee(1, FeeRounding::HalfUpToFen), "0.00000");
        assert_eq!(fee(83, FeeRounding::HalfUpToFen), "0.00000");
        assert_eq!(fee(84, FeeRounding::HalfUpToFen), "0.01000");
        assert_eq!(
            Rate::from_basis_points(50).unwrap().fee_of(Fen::new(100).unwrap(), FeeRounding::HalfUpToFen).get(),
            1000
        );
        assert_eq!(
            Rate::from_basis_points(10_000).unwrap().fee_of(Fen::MAX, FeeRounding::HalfUpToFen).get(),
            Fen::MAX.get() * 1000
        );
    }

    #[test]
    fn rates_are_written_in_percent_with_two_decimals() {
        for (points, text) in [(60, "0.60%"), (0, "0.00%"), (5, "0.05%"), (100, "1.00%"), (10_000, "100.00%")] {
            assert_eq!(Rate::from_basis_points(points).unwrap().to_string(), text);
            assert_eq!(Rate::parse(text).map(Rate::basis_points), Ok(points));
        }
        assert_eq!(Rate::from_basis_points(10_001), None);
    }

    proptest! {
        #[test]
        fn every_fee_survives_its_text(count in -99_999_999_999_999_999i64..=99_999_999_999_999_999) {
            let fee = MilliFen::new(count);
            prop_assert_eq!(MilliFen::parse(&fee.to_string()), Ok(fee));
        }

        #[test]
        fn no_text_panics_the_readers(text in "\\PC{0,20}") {
            prop_assert!(MilliFen::parse(&text).is_ok_and(|fee| MilliFen::parse(&fee.to_string()) == Ok(fee)) || MilliFen::parse(&text).is_err());
            prop_assert!(Rate::parse(&text).is_ok_and(|rate| Rate::parse(&rate.to_string()) == Ok(rate)) || Rate::parse(&text).is_err());
        }
    }
}

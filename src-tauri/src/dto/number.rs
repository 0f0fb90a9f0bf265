//! Numbers that JavaScript can hold exactly.

use serde::{Deserialize, Deserializer, Serialize};
use specta_typescript::Number;
use wxpay_protocol::UtcMs;

use crate::error::IpcError;

/// The largest whole number of which JavaScript knows every smaller one: 2^53 − 1.
const EXACT_MAX: i64 = (1 << 53) - 1;

/// An amount in fen, |fen| ≤ 2^53 − 1. Never a float, never yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct Fen(#[specta(type = Number)] i64);

impl Fen {
    /// An amount of the protocol; those are bounded far below what JavaScript holds.
    pub(crate) const fn of(amount: wxpay_protocol::Fen) -> Self {
        Self(amount.get())
    }

    /// A sum over a list.
    ///
    /// # Errors
    /// When it is larger than a JavaScript number can say exactly; a wrong sum is never shown.
    pub(crate) fn sum(fen: i128) -> Result<Self, IpcError> {
        match i64::try_from(fen) {
            Ok(fen) if fen.abs() <= EXACT_MAX => Ok(Self(fen)),
            _ => Err(IpcError::internal("a sum is larger than the window can show exactly")),
        }
    }

    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fen = i64::deserialize(deserializer)?;
        if fen.abs() <= EXACT_MAX {
            Ok(Self(fen))
        } else {
            Err(serde::de::Error::custom("an amount beyond 2^53 − 1 fen"))
        }
    }
}

/// A moment in UTC milliseconds; the window shows it at +08:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct AtMs(#[specta(type = Number)] pub(crate) i64);

impl From<UtcMs> for AtMs {
    fn from(at: UtcMs) -> Self {
        Self(at.0)
    }
}

impl From<AtMs> for UtcMs {
    fn from(at: AtMs) -> Self {
        Self(at.0)
    }
}

/// How many, or which: a whole number from 0 to 2^53 − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Count(#[specta(type = Number)] u64);

impl Count {
    pub(crate) const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        // More than the window can count is told as the most that it can.
        Self(count.min(EXACT_MAX.unsigned_abs()))
    }
}

impl From<usize> for Count {
    fn from(count: usize) -> Self {
        Self::from(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_that_javascript_would_round_is_refused_both_ways() {
        assert!(serde_json::from_str::<Fen>("9007199254740991").is_ok());
        assert!(serde_json::from_str::<Fen>("-9007199254740991").is_ok());
        assert!(serde_json::from_str::<Fen>("9007199254740992").is_err());
        assert!(serde_json::from_str::<Fen>("-9007199254740992").is_err());
        assert!(Fen::sum(i128::from(EXACT_MAX)).is_ok());
        assert!(Fen::sum(i128::from(EXACT_MAX) + 1).is_err());
        assert!(Fen::sum(i128::MIN).is_err());
    }

    #[test]
    fn an_amount_with_a_fraction_or_an_exponent_is_refused() {
        for text in ["0.5", "1e3", "\"1\"", "null", "1.0"] {
            assert!(serde_json::from_str::<Fen>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_amount_of_the_protocol_crosses_exactly() {
        let largest = wxpay_protocol::Fen::MAX;
        assert!(largest.get() <= EXACT_MAX);
        assert_eq!(serde_json::to_string(&Fen::of(largest)).unwrap(), largest.get().to_string());
    }

    #[test]
    fn a_count_never_exceeds_what_javascript_holds() {
        assert_eq!(Count::from(u64::MAX).get(), EXACT_MAX.unsigned_abs());
        assert_eq!(Count::from(7_usize).get(), 7);
    }
}

//! What is kept of a number.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// 128 bits of an out_trade_no, transaction_id, refund_id or out_refund_no. Two different numbers out of ten million agree with
/// a probability of 10⁻²⁵.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u64; 2]);

impl Fingerprint {
    /// No number: an empty text, and WeChat's `0`.
    pub const NONE: Self = Self([0, 0]);

    /// The fingerprint of a number.
    #[inline]
    pub fn of(number: &[u8]) -> Self {
        if number.is_empty() { Self::NONE } else { Self([hash(number, 0x5851_F42D), hash(number, 0x1405_7B7E)]) }
    }

    /// Whether there is a number at all.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// Its upper bits, spread evenly.
    #[inline]
    pub(crate) const fn upper(self) -> u64 {
        self.0[0]
    }
}

/// 64 bits of a number, never 0.
#[inline]
pub(crate) fn short(number: &[u8]) -> u64 {
    if number.is_empty() { 0 } else { hash(number, 0x2545_F491) | 1 }
}

#[inline]
fn hash(number: &[u8], seed: u64) -> u64 {
    let mut hasher = FixedState::with_seed(seed).build_hasher();
    hasher.write(number);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_numbers_differ_in_both_halves_and_nothing_has_none() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..100_000u32 {
            let Fingerprint([upper, lower]) = Fingerprint::of(format!("T20240102{number:06}").as_bytes());
            assert!(seen.insert(upper) && seen.insert(lower), "{number}");
        }
        assert!(!Fingerprint::of(b"").is_some());
        assert!(Fingerprint::of(b"0").is_some() && short(b"0") != 0 && short(b"") == 0);
    }
}

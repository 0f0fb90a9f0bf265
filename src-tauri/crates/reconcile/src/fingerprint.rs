//! What is kept of a number.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use crate::record::Halves;

/// 96 bits of an out_trade_no, transaction_id, refund_id or out_refund_no. Two different numbers out of ten million agree with
/// a probability of 10⁻¹⁵.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u32; 3]);

impl Fingerprint {
    /// No number: an empty text, and WeChat's `0`.
    pub const NONE: Self = Self([0; 3]);

    /// The fingerprint of a number.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "each part takes its thirty-two bits")]
    pub fn of(number: &[u8]) -> Self {
        if number.is_empty() {
            return Self::NONE;
        }
        let (upper, lower) = (hash(number, 0x5851_F42D), hash(number, 0x1405_7B7E));
        Self([(upper >> 32) as u32, upper as u32, lower as u32])
    }

    /// Whether there is a number at all.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        for (part, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *part = word.to_le_bytes();
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; 12]) -> Self {
        let mut words = [0; 3];
        for (word, part) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*part);
        }
        Self(words)
    }

    /// This number, or else another one, so that those without it lie apart.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.is_some() { self } else { other }
    }

    /// All of it, and what shares its second word.
    #[inline]
    pub(crate) const fn words(self, beside: u32) -> [u64; 2] {
        [Halves([self.0[0], self.0[1]]).whole(), Halves([self.0[2], beside]).whole()]
    }

    /// Its eight upper bits, spread evenly.
    #[inline]
    pub(crate) const fn upper(self) -> u8 {
        self.0[0].to_be_bytes()[0]
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
    fn different_numbers_differ_wherever_one_looks_and_nothing_has_none() {
        let mut seen = [const { std::collections::BTreeSet::new() }; 2];
        for number in 0..100_000u32 {
            let Fingerprint([upper, middle, lower]) = Fingerprint::of(format!("T20240102{number:06}").as_bytes());
            assert!(seen[0].insert((upper, middle)) && seen[1].insert((middle, lower)), "{number}");
        }
        assert!(!Fingerprint::of(b"").is_some());
        assert!(Fingerprint::of(b"0").is_some() && short(b"0") != 0 && short(b"") == 0);
    }
}

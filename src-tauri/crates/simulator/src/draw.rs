//! Where numbers come from that nobody should guess: nonces, prepay_ids, code_urls, transaction_ids.

use std::sync::atomic::{AtomicU64, Ordering};

use wxpay_protocol::UtcMs;

/// The source of every number that the gateway makes up. Passed in, so that a run can be repeated.
pub trait Draw: Send + Sync {
    /// `nonce_str` of an answer: 16 letters and digits.
    fn nonce_str(&self) -> String;
    /// `nonce_str` of a notice: 32 hexadecimal digits.
    fn notice_nonce_str(&self) -> String;
    /// The `issued`-th prepay_id of this gateway, issued at `at`; 36 characters (protocol page §4.1).
    fn prepay_id(&self, issued: u64, at: UtcMs) -> String;
    /// The token of the `issued`-th code_url: 7 letters and digits.
    fn code_token(&self, issued: u64) -> String;
    /// The `paid`-th transaction_id of this gateway, paid at `at`: 28 digits, `4200…` (protocol page §4.2).
    fn transaction_id(&self, paid: u64, at: UtcMs) -> String;
    /// The `accepted`-th refund_id of this gateway, accepted at `at`: 29 digits, `50…` (protocol page §4.4).
    fn refund_id(&self, accepted: u64, at: UtcMs) -> String;
}

/// Numbers from a seed: the same seed and the same order of requests give the same numbers, and what must be unique is
/// made from a persistent count, so it is not repeated after a restart either.
#[derive(Debug)]
pub struct Dice {
    seed: u64,
    drawn: AtomicU64,
}

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Dice {
    /// Dice with this seed. `past` is how much happened before (journal entries), so that nonces differ from the earlier run's.
    pub fn new(seed: u64, past: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(past << 32) }
    }

    fn next(&self) -> u64 {
        mix(self.seed.wrapping_add(mix(self.drawn.fetch_add(1, Ordering::Relaxed))))
    }
}

/// A bijection of 64 bits (splitmix64's finaliser), so that different counts never give the same number.
pub(crate) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

fn letters(mut value: u64, count: usize) -> String {
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        let index = usize::try_from(value % 62).unwrap_or_default();
        text.push(char::from(ALPHANUMERIC.get(index).copied().unwrap_or(b'0')));
        value /= 62;
    }
    text
}

impl Draw for Dice {
    fn nonce_str(&self) -> String {
        // Ten letters hold 59 of the 64 bits; two draws fill sixteen.
        let mut text = letters(self.next(), 10);
        text.push_str(&letters(self.next(), 6));
        text
    }

    fn notice_nonce_str(&self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    fn prepay_id(&self, issued: u64, at: UtcMs) -> String {
        let compact = at.compact();
        let day_and_time = compact.get(6..).unwrap_or_default();
        let unique = mix(self.seed ^ issued);
        let ms = at.0.rem_euclid(1000);
        format!("wx{day_and_time:0<8.8}{ms:03}{unique:016x}{:04x}000", issued & 0xFFFF)
    }

    fn code_token(&self, issued: u64) -> String {
        // The factor shares no divisor with 62^7, so all tokens differ until all have been used.
        const TOKENS: u64 = 62u64.pow(7);
        let scattered = (u128::from(issued) * 2_654_435_769 + u128::from(self.seed % TOKENS)) % u128::from(TOKENS);
        letters(u64::try_from(scattered).unwrap_or_default(), 7)
    }

    fn transaction_id(&self, paid: u64, at: UtcMs) -> String {
        let compact = at.compact();
        let day = compact.get(..8).unwrap_or_default();
        format!("4200{:06}{day:0<8.8}{:010}", self.seed % 1_000_000, paid % 10_000_000_000)
    }

    fn refund_id(&self, accepted: u64, at: UtcMs) -> String {
        let compact = at.compact();
        let day = compact.get(..8).unwrap_or_default();
        format!("50{:08}{day:0<8.8}{:011}", self.seed % 100_000_000, accepted % 100_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const AT: UtcMs = UtcMs(1_704_135_845_678);

    #[test]
    fn numbers_have_the_documented_shape() {
        let dice = Dice::new(0, 0);
        let prepay_id = dice.prepay_id(1, AT);
        assert_eq!(prepay_id.len(), 36, "{prepay_id}");
        assert!(prepay_id.starts_with("wx02030405678"), "{prepay_id}");
        assert_eq!(dice.transaction_id(1, AT), "4200000000202401020000000001");
        assert_eq!(dice.refund_id(1, AT), "50000000002024010200000000001");
        assert_eq!(Dice::new(u64::MAX, 0).refund_id(u64::MAX, AT).len(), 29);
        assert_eq!(Dice::new(u64::MAX, 0).transaction_id(u64::MAX, AT).len(), 28);
        assert_eq!(dice.nonce_str().len(), 16);
        assert_eq!(dice.notice_nonce_str().len(), 32);
        assert_eq!(dice.code_token(1).len(), 7);
    }

    #[test]
    fn a_hundred_thousand_numbers_are_all_different() {
        let dice = Dice::new(42, 0);
        let (mut prepays, mut tokens, mut nonces) = (HashSet::new(), HashSet::new(), HashSet::new());
        for count in 0..100_000 {
            assert!(prepays.insert(dice.prepay_id(count, AT)));
            assert!(tokens.insert(dice.code_token(count)));
            assert!(nonces.insert(dice.nonce_str()));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_a_restart_gives_others() {
        let (first, again, restarted) = (Dice::new(7, 0), Dice::new(7, 0), Dice::new(7, 3));
        assert_eq!(first.nonce_str(), again.nonce_str());
        assert_eq!(first.prepay_id(9, AT), again.prepay_id(9, AT));
        assert_ne!(Dice::new(7, 0).nonce_str(), restarted.nonce_str());
    }
}

//! New numbers, from a source of randomness that is passed in.

use crate::UtcMs;
use crate::ids::{IdError, NonceStr, OutTradeNo};

/// A source of randomness: fills the buffer. The caller passes the operating system's.
pub trait Randomness: FnMut(&mut [u8]) {}

impl<F: FnMut(&mut [u8])> Randomness for F {}

/// A new out_trade_no: `yyyyMMddHHmmss` (Beijing) + scene + ten random digits. `prefix` replaces the time when it is not empty;
/// the scene is normally four digits. Uniqueness is the store's business: it draws again on a collision.
pub fn out_trade_no(
    now: UtcMs,
    prefix: &str,
    scene: &str,
    random: &mut impl Randomness,
) -> Result<OutTradeNo, IdError> {
    let head = if prefix.is_empty() { now.compact() } else { prefix.to_owned() };
    OutTradeNo::new(format!("{head}{scene}{}", random_digits::<10>(random)))
}

/// A new nonce_str: 32 hexadecimal digits, 128 random bits.
pub fn nonce_str(random: &mut impl Randomness) -> NonceStr {
    let mut bytes = [0u8; 16];
    random(&mut bytes);
    NonceStr::from_bytes(bytes)
}

/// `N` uniform decimal digits; bytes of 250 and more are drawn again, so that no digit is likelier than another.
fn random_digits<const N: usize>(random: &mut impl Randomness) -> String {
    let mut digits = String::with_capacity(N);
    while digits.len() < N {
        let mut byte = [0u8; 1];
        random(&mut byte);
        if byte[0] < 250 {
            digits.push(char::from(b'0' + byte[0] % 10));
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl Randomness {
        let mut state = 0u8;
        move |buffer: &mut [u8]| {
            for slot in buffer {
                state = state.wrapping_mul(5).wrapping_add(7);
                *slot = state;
            }
        }
    }

    #[test]
    fn a_number_is_beijing_time_scene_and_ten_digits() {
        let number = out_trade_no(UtcMs(1_704_135_845_000), "", "0002", &mut counting()).unwrap();
        assert!(number.as_str().starts_with("202401020304050002"), "{number}");
        assert_eq!(number.as_str().len(), 28);
        assert!(number.as_str().bytes().all(|byte| byte.is_ascii_digit()));
    }

    #[test]
    fn a_prefix_or_scene_that_the_protocol_does_not_allow_is_refused() {
        assert!(out_trade_no(UtcMs(0), "店", "0002", &mut counting()).is_err());
        assert!(out_trade_no(UtcMs(0), &"x".repeat(30), "0002", &mut counting()).is_err());
    }

    #[test]
    fn digits_and_nonces_differ_between_draws() {
        let mut random = counting();
        assert_ne!(nonce_str(&mut random), nonce_str(&mut random));
        assert_eq!(nonce_str(&mut random).as_str().len(), 32);
    }
}

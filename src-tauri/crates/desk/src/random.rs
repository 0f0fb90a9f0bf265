//! Where randomness comes from.

use std::sync::{Mutex, PoisonError};

/// Fills buffers with random bytes.
pub trait RandomBytes: Send + Sync + 'static {
    /// Fills the buffer, or says that the source failed; nothing may then be drawn from it.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomFault>;
}

/// The source of randomness failed; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomFault;

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomBytes for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomFault> {
        getrandom::fill(buffer).map_err(|_| RandomFault)
    }
}

/// The same bytes for the same seed, for simulations. Never for numbers that leave this machine.
#[derive(Debug)]
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    /// A source that starts from this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl RandomBytes for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomFault> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in buffer {
            // SplitMix64: every state is followed by another one, so no seed is a bad one.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *slot = (mixed >> 56) as u8;
        }
        Ok(())
    }
}

/// Draws with a function of the protocol that takes an infallible source; a failure on the way is reported afterwards.
pub(crate) fn draw<T>(
    random: &dyn RandomBytes,
    draw: impl FnOnce(&mut dyn FnMut(&mut [u8])) -> T,
) -> Result<T, RandomFault> {
    let mut failed = false;
    let mut fallback = 0u8;
    let drawn = draw(&mut |buffer: &mut [u8]| {
        if random.fill(buffer).is_err() {
            failed = true;
            // Different bytes each time, so that a loop that looks for a suitable one ends; the result is thrown away.
            fallback = fallback.wrapping_add(1);
            buffer.fill(fallback);
        }
    });
    if failed { Err(RandomFault) } else { Ok(drawn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl RandomBytes for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomFault> {
            Err(RandomFault)
        }
    }

    #[test]
    fn nothing_is_drawn_from_a_source_that_failed() {
        let drawn = draw(&Broken, |mut random| wxpay_protocol::numbers::nonce_str(&mut random));
        assert_eq!(drawn.map(|nonce| nonce.to_string()), Err(RandomFault));
    }

    #[test]
    fn a_million_nonces_of_the_system_are_different() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1_000_000 {
            let mut nonce = [0u8; 16];
            SystemRandom.fill(&mut nonce).unwrap();
            assert!(seen.insert(nonce));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let draw = |seed| {
            let mut bytes = [0u8; 32];
            SeededRandom::new(seed).fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}

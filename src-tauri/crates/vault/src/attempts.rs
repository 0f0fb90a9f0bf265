//! Wrong passphrases in a row, and how long the next attempt has to wait.

use std::time::Duration;

/// The delay stops doubling after this many wrong ones: 1 s · 2^10, about 17 minutes.
const DOUBLINGS_MAX: u32 = 10;

/// Counts in this process only: whoever has the file guesses without us, against the cost of Argon2id.
#[derive(Default)]
pub(crate) struct Attempts {
    wrong: u32,
    next_at: Duration,
}

impl Attempts {
    /// How long an attempt at `now` (time since the vault was opened) is too early.
    pub(crate) fn wait_ms(&self, now: Duration) -> Option<u64> {
        let wait = self.next_at.checked_sub(now)?;
        (!wait.is_zero()).then(|| milliseconds(wait))
    }

    /// Takes note of a wrong passphrase; the answer is how many there were and the delay in milliseconds.
    pub(crate) fn failed(&mut self, now: Duration) -> (u32, u64) {
        let delay = Duration::from_secs(1 << self.wrong.min(DOUBLINGS_MAX));
        self.wrong = self.wrong.saturating_add(1);
        self.next_at = now.saturating_add(delay);
        (self.wrong, milliseconds(delay))
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn wrong(&self) -> u32 {
        self.wrong
    }
}

/// Rounded up, so that waiting exactly as long is long enough.
fn milliseconds(duration: Duration) -> u64 {
    let ms = duration.as_nanos().div_ceil(1_000_000);
    u64::try_from(ms).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_take_at_least_one_second_doubled_nine_times() {
        let mut attempts = Attempts::default();
        let mut now = Duration::ZERO;
        for expected_s in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
            let (_, retry_after_ms) = attempts.failed(now);
            assert_eq!(retry_after_ms, expected_s * 1000);
            assert_eq!(attempts.wait_ms(now), Some(retry_after_ms));
            let almost = now + Duration::from_nanos(retry_after_ms * 1_000_000 - 1);
            assert_eq!(attempts.wait_ms(almost), Some(1));
            now += Duration::from_millis(retry_after_ms);
            assert_eq!(attempts.wait_ms(now), None);
        }
        assert_eq!(attempts.failed(now).0, 10);
        assert_eq!(now.as_secs(), 511);
    }

    #[test]
    fn the_delay_stops_growing_and_a_success_forgets_it() {
        let mut attempts = Attempts::default();
        for _ in 0..100 {
            attempts.failed(Duration::ZERO);
        }
        assert_eq!(attempts.wait_ms(Duration::ZERO), Some(1_024_000));
        attempts.succeeded();
        assert_eq!(attempts.wait_ms(Duration::ZERO), None);
        assert_eq!(attempts.wrong(), 0);
    }
}

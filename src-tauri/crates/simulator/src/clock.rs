//! Virtual time: the gateway's own clock, which may run faster than the wall's and be advanced by hand.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wxpay_protocol::UtcMs;

/// Virtual seconds per real second, in thousandths: 0 (stands still) or 0.001 ..= 1 000 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale {
    per_mille: u32,
}

/// Why a text is not a time scale.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "时间倍率须为 0.001 到 1000000 之间、至多三位小数的数，{found:?} 不是 (the time scale must be a number from 0.001 to 1000000 with at most three decimals)"
)]
pub struct TimeScaleError {
    /// What was given, at most 32 characters of it.
    pub found: String,
}

impl TimeScale {
    /// One virtual second per second.
    pub const REAL: Self = Self { per_mille: 1000 };
    /// Time moves only when it is advanced.
    pub const FROZEN: Self = Self { per_mille: 0 };
    const MAX_WHOLE: u32 = 1_000_000;

    /// Reads `60`, `0.5`, `1000`.
    pub fn parse(text: &str) -> Result<Self, TimeScaleError> {
        let refused = || TimeScaleError { found: text.chars().take(32).collect() };
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 7) || !digits(decimals, 3) {
            return Err(refused());
        }
        let whole: u32 = whole.parse().map_err(|_| refused())?;
        let thousandths: u32 = format!("{decimals:0<3}").parse().map_err(|_| refused())?;
        let per_mille = whole.saturating_mul(1000).saturating_add(thousandths);
        if per_mille == 0 || per_mille > Self::MAX_WHOLE * 1000 {
            return Err(refused());
        }
        Ok(Self { per_mille })
    }

    /// Virtual seconds per real second, in thousandths.
    pub const fn per_mille(self) -> u32 {
        self.per_mille
    }
}

/// The gateway's clock. Every time that the gateway reports or waits for is this clock's.
#[derive(Debug)]
pub struct Clock {
    anchor: Mutex<Anchor>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    real: Instant,
    at: UtcMs,
    scale: TimeScale,
}

impl Anchor {
    fn read(self, real: Instant) -> UtcMs {
        let micros = real.saturating_duration_since(self.real).as_micros();
        let virtual_ms = micros * u128::from(self.scale.per_mille) / 1_000_000;
        self.at.plus_ms(i64::try_from(virtual_ms).unwrap_or(i64::MAX))
    }
}

impl Clock {
    /// A clock that shows `start` now.
    pub fn new(start: UtcMs, scale: TimeScale) -> Self {
        Self { anchor: Mutex::new(Anchor { real: Instant::now(), at: start, scale }) }
    }

    fn anchor(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment it shows.
    pub fn now(&self) -> UtcMs {
        let anchor = *self.anchor();
        anchor.read(Instant::now())
    }

    /// Moves it forward and returns what it shows then; it never goes back.
    pub fn advance_ms(&self, ms: u64) -> UtcMs {
        let mut anchor = self.anchor();
        anchor.at = anchor.at.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX));
        anchor.read(Instant::now())
    }

    /// Lets it run at another speed from what it shows now.
    pub fn set_scale(&self, scale: TimeScale) {
        let mut anchor = self.anchor();
        let real = Instant::now();
        *anchor = Anchor { real, at: anchor.read(real), scale };
    }

    /// Virtual seconds per real second.
    pub fn scale(&self) -> TimeScale {
        self.anchor().scale
    }

    /// How long to wait in real time until it shows `due`; nothing when it stands still before that.
    pub fn real_time_until(&self, due: UtcMs) -> Option<Duration> {
        let missing_ms = u64::try_from(due.0.saturating_sub(self.now().0)).unwrap_or(0);
        if missing_ms == 0 {
            return Some(Duration::ZERO);
        }
        let micros =
            u128::from(missing_ms).saturating_mul(1_000_000).checked_div(u128::from(self.scale().per_mille))?;
        // Rounded up, so that the sleeper does not wake just before the moment.
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX).saturating_add(1)))
    }
}

/// The wall's time.
pub(crate) fn wall() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_advanced() {
        let clock = Clock::new(UtcMs(1000), TimeScale::FROZEN);
        assert_eq!(clock.now(), UtcMs(1000));
        assert_eq!(clock.real_time_until(UtcMs(1001)), None);
        assert_eq!(clock.real_time_until(UtcMs(999)), Some(Duration::ZERO));
        assert_eq!(clock.advance_ms(86_400_000), UtcMs(86_401_000));
        assert_eq!(clock.advance_ms(u64::MAX), UtcMs(i64::MAX));
    }

    #[test]
    fn a_scale_shortens_the_wait_in_real_time() {
        let clock = Clock::new(UtcMs(0), TimeScale { per_mille: 1_000_000 });
        let wait = clock.real_time_until(UtcMs(3_600_000)).unwrap();
        assert!(wait <= Duration::from_millis(3601), "{wait:?}");
    }

    #[test]
    fn another_speed_goes_on_from_what_the_clock_shows() {
        let clock = Clock::new(UtcMs(1000), TimeScale::FROZEN);
        clock.set_scale(TimeScale { per_mille: 1_000_000_000 });
        while clock.now() < UtcMs(2000) {}
        clock.set_scale(TimeScale::FROZEN);
        let stopped = clock.now();
        assert!(stopped >= UtcMs(2000));
        assert_eq!((clock.now(), clock.scale()), (stopped, TimeScale::FROZEN));
    }

    #[test]
    fn scales_that_are_no_numbers_are_refused() {
        for text in ["", "0", "0.0", "-1", "1e3", "1000001", "0.0001", ".5", "5.", "fast", "１", "+2"] {
            assert!(TimeScale::parse(text).is_err(), "{text:?}");
        }
        for (text, per_mille) in [("1", 1000), ("0.5", 500), ("1000000", 1_000_000_000), ("0.001", 1)] {
            assert_eq!(TimeScale::parse(text).map(TimeScale::per_mille), Ok(per_mille));
        }
    }
}

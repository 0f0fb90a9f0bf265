//! A clock that leaps while the program runs: what cannot be undone is not done because of it.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;
use wxpay_protocol::UtcMs;

/// So far the clock may be from where it should be without having leapt, in milliseconds.
const SLACK_MS: i64 = 60_000;
/// After a leap forward, such as a machine's sleep, so long passes before anything expires: long enough for the clock to be
/// put right again.
const SETTLE_MS: i64 = 3_600_000;
/// No machine sleeps longer than 31 days: a clock that leaps further is wrong, until it is put back or the program starts anew.
const BELIEVED_MS: i64 = 31 * 86_400_000;

/// What is known of the clock's leaps since the program started.
pub(crate) struct Leaps(Mutex<Seen>);

struct Seen {
    /// The last look: the steady time, which never leaps, and the clock.
    at: Instant,
    clock: UtcMs,
    /// Until when nothing expires because of a leap.
    settled_at: Option<Instant>,
    /// How far the clock leapt beyond what is believed and was not put back, in milliseconds.
    astray_ms: i64,
}

impl Leaps {
    pub(crate) fn since(clock: UtcMs) -> Self {
        Self(Mutex::new(Seen { at: Instant::now(), clock, settled_at: None, astray_ms: 0 }))
    }

    /// Looks at the clock. Whether something may be taken to be over because it shows so.
    pub(crate) fn may_expire(&self, clock: UtcMs) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let steady_ms = i64::try_from((now - seen.at).as_millis()).unwrap_or(i64::MAX);
        let leapt_ms = clock.0.saturating_sub(seen.clock.0).saturating_sub(steady_ms);
        (seen.at, seen.clock) = (now, clock);
        if leapt_ms > BELIEVED_MS {
            seen.astray_ms = seen.astray_ms.saturating_add(leapt_ms);
        } else if leapt_ms > SLACK_MS {
            seen.settled_at = Some(now + std::time::Duration::from_millis(SETTLE_MS.unsigned_abs()));
        } else if leapt_ms < -SLACK_MS {
            seen.astray_ms = seen.astray_ms.saturating_add(leapt_ms).max(0);
        }
        seen.astray_ms <= BELIEVED_MS && seen.settled_at.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_runs_evenly_is_believed_and_a_sleep_only_after_an_hour() {
        let leaps = Leaps::since(UtcMs(0));
        tokio::time::advance(Duration::from_secs(86_400)).await;
        assert!(leaps.may_expire(UtcMs(UtcMs::DAY_MS)));
        let woken = 3 * UtcMs::DAY_MS;
        assert!(!leaps.may_expire(UtcMs(woken)), "two days of sleep");
        tokio::time::advance(Duration::from_secs(3_599)).await;
        assert!(!leaps.may_expire(UtcMs(woken + 3_599_000)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(leaps.may_expire(UtcMs(woken + 3_600_000)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_year_is_never_believed_until_it_is_put_back() {
        let leaps = Leaps::since(UtcMs(0));
        assert!(!leaps.may_expire(UtcMs(365 * UtcMs::DAY_MS)));
        tokio::time::advance(Duration::from_secs(7 * 86_400)).await;
        assert!(!leaps.may_expire(UtcMs(372 * UtcMs::DAY_MS)));
        assert!(leaps.may_expire(UtcMs(7 * UtcMs::DAY_MS)), "put back");
        assert!(leaps.may_expire(UtcMs(0)), "and back again, which makes nothing older");
    }
}

//! Where the time comes from.

use std::time::{SystemTime, UNIX_EPOCH};

use wxpay_protocol::UtcMs;

/// The time of day. Waiting is always done by tokio's timers, so that a paused runtime with [`VirtualClock`] plays a whole
/// day in a moment.
pub trait Clock: Send + Sync + 'static {
    /// The moment it shows.
    fn now(&self) -> UtcMs;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UtcMs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that runs with tokio's own time from a chosen start, for tests and simulations.
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock {
    start: UtcMs,
    since: tokio::time::Instant,
}

impl VirtualClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: UtcMs) -> Self {
        Self { start, since: tokio::time::Instant::now() }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> UtcMs {
        self.start.plus_ms(i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

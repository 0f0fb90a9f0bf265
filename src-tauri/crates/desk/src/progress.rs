//! Long work: how far it is, and a way to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is finished.
    pub done: u64,
    /// What there is; may grow while draining.
    pub total: u64,
    /// Whole items a second since the start.
    pub rate_per_s: u64,
    /// Seconds that the rest will take at that rate, if it can be said.
    pub rest_s: Option<u64>,
}

/// Asks a piece of work to stop. Cheap to clone; what was committed or sent stays.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Not cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the work at its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Who watches a piece of work.
pub type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// Tells how far it is at most ten times a second, and always at the end.
pub(crate) struct Meter {
    report: OnProgress,
    started: Instant,
    told: Option<Instant>,
    done: u64,
    total: u64,
}

impl Meter {
    pub(crate) fn new(total: u64, report: OnProgress) -> Self {
        let mut meter = Self { report, started: Instant::now(), told: None, done: 0, total };
        meter.tell();
        meter
    }

    pub(crate) fn set(&mut self, done: u64, total: u64) {
        (self.done, self.total) = (done, total);
        let fresh = self.told.is_some_and(|told| told.elapsed() < Duration::from_millis(100));
        if !fresh || done >= total {
            self.tell();
        }
    }

    /// What is left of the total.
    pub(crate) fn set_open(&mut self, open: u64) {
        self.set(self.total.saturating_sub(open), self.total);
    }

    pub(crate) fn add(&mut self, more: u64) {
        self.set(self.done + more, self.total);
    }

    fn tell(&mut self) {
        self.told = Some(Instant::now());
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate_per_s = self.done.saturating_mul(1000) / elapsed_ms;
        let rest_s = self.total.saturating_sub(self.done).checked_div(rate_per_s);
        (self.report)(Progress { done: self.done, total: self.total, rate_per_s, rest_s });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[tokio::test(start_paused = true)]
    async fn progress_is_told_ten_times_a_second_and_at_the_end() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let mut meter = Meter::new(1000, Box::new(move |progress| sink.lock().unwrap().push(progress)));
        for _ in 0..1000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            meter.add(1);
        }
        let seen = seen.lock().unwrap();
        assert!(seen.len() <= 12, "{}", seen.len());
        let last = seen.last().unwrap();
        assert_eq!((last.done, last.total, last.rate_per_s, last.rest_s), (1000, 1000, 1000, Some(0)));
    }
}

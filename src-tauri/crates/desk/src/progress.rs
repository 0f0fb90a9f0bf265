//! Long work: how far it is, and a way to stop it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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

/// Counts the bytes of files that several threads read, and tells how far they are.
pub struct ByteMeter(Mutex<Counted>);

struct Counted {
    meter: Meter,
    done: u64,
    total: u64,
}

impl ByteMeter {
    /// Nothing of `total` is read yet.
    pub fn new(total: u64, report: OnProgress) -> Self {
        Self(Mutex::new(Counted { meter: Meter::new(total, report), done: 0, total }))
    }

    /// So many more were read. Short of the end until [`Self::finish`] says so: what is read need not be finished.
    pub fn add(&self, bytes: u64) {
        self.with(|counted| {
            counted.done = (counted.done + bytes).min(counted.total.saturating_sub(1));
            counted.meter.set(counted.done, counted.total);
        });
    }

    /// So many more than was thought are to be read.
    pub fn expect(&self, bytes: u64) {
        self.with(|counted| counted.total += bytes);
    }

    /// Everything is done.
    pub fn finish(&self) {
        self.with(|counted| counted.meter.set(counted.total, counted.total));
    }

    /// A thread that ended in a panic leaves only a number behind.
    fn with(&self, work: impl FnOnce(&mut Counted)) {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn progress_is_told_ten_times_a_second_and_at_the_end() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let mut meter = Meter::new(3000, Box::new(move |progress| sink.lock().unwrap().push(progress)));
        for _ in 0..3000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            meter.add(1);
        }
        let seen = seen.lock().unwrap();
        assert!((28..=32).contains(&seen.len()), "{}", seen.len());
        let middle = &seen[seen.len() / 2];
        assert!((1400..=1600).contains(&middle.done), "{middle:?}");
        assert_eq!((middle.rate_per_s, middle.rest_s), (1000, Some((3000 - middle.done) / 1000)), "{middle:?}");
        let last = seen.last().unwrap();
        assert_eq!((last.done, last.total, last.rate_per_s, last.rest_s), (3000, 3000, 1000, Some(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_several_readings_are_told_against_all_that_is_read() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let meter = ByteMeter::new(100, Box::new(move |progress| sink.lock().unwrap().push(progress)));
        let told = |seen: &Mutex<Vec<Progress>>| seen.lock().unwrap().last().map(|last| (last.done, last.total));
        for (expected, read, known) in [(0, 60, (60, 100)), (0, 60, (99, 100)), (300, 100, (199, 400))] {
            tokio::time::sleep(Duration::from_millis(200)).await;
            meter.expect(expected);
            meter.add(read);
            assert_eq!(told(&seen), Some(known));
        }
        meter.finish();
        assert_eq!(told(&seen), Some((400, 400)));
    }
}

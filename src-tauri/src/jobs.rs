//! Long work that the window may stop.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use desk::Cancel;

/// The work that runs now.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Running>);

#[derive(Default)]
struct Running {
    last: u32,
    cancels: HashMap<u32, Cancel>,
}

/// One piece of work; forgotten when it is dropped.
pub(crate) struct Job<'a> {
    jobs: &'a Jobs,
    /// Its number for the window.
    pub(crate) number: u32,
    /// Asks it to stop.
    pub(crate) cancel: Cancel,
}

impl Jobs {
    /// Begins a piece of work.
    pub(crate) fn begin(&self) -> Job<'_> {
        let cancel = Cancel::new();
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.last = running.last.wrapping_add(1);
        let number = running.last;
        running.cancels.insert(number, cancel.clone());
        Job { jobs: self, number, cancel }
    }

    /// Asks the work with this number to stop; whether there is such work.
    pub(crate) fn cancel(&self, number: u32) -> bool {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.cancels.get(&number).map(Cancel::cancel).is_some()
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.jobs.0.lock().unwrap_or_else(PoisonError::into_inner).cancels.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_work_that_is_named_is_stopped_and_work_that_has_ended_is_unknown() {
        let jobs = Jobs::default();
        let (first, second) = (jobs.begin(), jobs.begin());
        assert!(jobs.cancel(second.number));
        assert!(second.cancel.is_cancelled());
        assert!(!first.cancel.is_cancelled());
        let number = first.number;
        drop(first);
        assert!(!jobs.cancel(number));
    }
}

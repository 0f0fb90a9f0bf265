//! Long work that the window may stop.

use std::collections::{HashMap, VecDeque};
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

/// The search while somebody types: only the newest one matters, so that work never piles up.
#[derive(Default)]
pub(crate) struct Newest(Mutex<Typing>);

#[derive(Default)]
struct Typing {
    /// The number that the window gave it.
    ticket: u32,
    cancel: Option<Cancel>,
    /// Stopped before they began.
    stopped: VecDeque<u32>,
}

/// So many searches can have been stopped and not yet begun.
const MOST_STOPPED: usize = 64;

impl Newest {
    /// Begins a search and ends the one before. One that is older than what runs, or was stopped already, ends at once.
    pub(crate) fn begin(&self, ticket: u32) -> Cancel {
        let cancel = Cancel::new();
        let mut typing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_stopped = typing.stopped.iter().position(|stopped| *stopped == ticket);
        let is_stopped = was_stopped.and_then(|place| typing.stopped.remove(place)).is_some();
        let is_older = typing.cancel.is_some() && typing.ticket > ticket;
        if is_stopped || is_older {
            cancel.cancel();
            return cancel;
        }
        typing.ticket = ticket;
        if let Some(before) = typing.cancel.replace(cancel.clone()) {
            before.cancel();
        }
        cancel
    }

    /// Forgets a search that has ended.
    pub(crate) fn end(&self, ticket: u32) {
        let mut typing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if typing.ticket == ticket {
            typing.cancel = None;
        }
    }

    /// Ends the search with this number, also before it has begun.
    pub(crate) fn stop(&self, ticket: u32) {
        let mut typing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &typing.cancel {
            Some(cancel) if typing.ticket == ticket => cancel.cancel(),
            _ => {
                if typing.stopped.len() == MOST_STOPPED {
                    typing.stopped.pop_front();
                }
                typing.stopped.push_back(ticket);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_search_ends_the_one_before_in_whatever_order_they_arrive() {
        let newest = Newest::default();
        let first = newest.begin(1);
        let third = newest.begin(3);
        assert!(first.is_cancelled() && !third.is_cancelled());
        assert!(newest.begin(2).is_cancelled(), "it came late");
        assert!(!third.is_cancelled());
        newest.end(3);
        // A page that was reloaded counts from the beginning again.
        assert!(!newest.begin(1).is_cancelled());
    }

    #[test]
    fn a_keystroke_ends_the_search_under_way_also_when_it_overtakes_its_beginning() {
        let newest = Newest::default();
        let running = newest.begin(1);
        newest.stop(1);
        assert!(running.is_cancelled());
        newest.stop(2);
        assert!(newest.begin(2).is_cancelled());
        assert!(!newest.begin(3).is_cancelled());
    }

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

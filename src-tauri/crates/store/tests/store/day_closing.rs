//! Reconcile invariant C5, for any course of things: a day closes only when every row was read and every difference is handled, what
//! happens afterwards never opens it, a bill that changed is an alarm, and only a person reopens it.

use std::collections::HashMap;

use desk_store::{DayMark, NoteKind, RunBegun};
use proptest::prelude::*;

use crate::days::{Days, difference, new_run, open};

#[derive(Clone, Debug)]
enum Step {
    /// A bill with this text is seen.
    Bill(u8),
    /// The day is brought together: these differences with what they say, and so many rows that cannot be read.
    Run(Vec<(u8, u8)>, u64),
    /// Something is said to a difference.
    Say(u8, NoteKind),
    Close,
    Reopen,
}

fn any_step() -> impl Strategy<Value = Step> {
    let kinds = [NoteKind::Remark, NoteKind::Resolve, NoteKind::CarryOver, NoteKind::Ignore, NoteKind::Reopen];
    let found = proptest::collection::btree_map(0u8..3, 0u8..2, 0..3).prop_map(|found| found.into_iter().collect());
    prop_oneof![
        1 => (1u8..4).prop_map(Step::Bill),
        3 => (found, prop_oneof![4 => Just(0u64), 1 => Just(2)]).prop_map(|(found, malformed)| Step::Run(found, malformed)),
        5 => (0u8..3, proptest::sample::select(kinds.to_vec())).prop_map(|(number, kind)| Step::Say(number, kind)),
        4 => Just(Step::Close),
        1 => Just(Step::Reopen),
    ]
}

/// The run that counts.
#[derive(Debug)]
struct Made {
    /// The text of the bill that it was made with.
    used: u8,
    /// What differed, and what it said.
    found: Vec<(u8, u8)>,
    malformed: u64,
}

/// What must be true, kept beside the store in the plainest way.
#[derive(Default)]
struct Truth {
    /// The texts of the bill that were heard first and last.
    first: Option<u8>,
    last: Option<u8>,
    run: Option<Made>,
    /// What each difference said when it was handled.
    handled: HashMap<u8, u8>,
    closed: bool,
    runs: u8,
}

impl Truth {
    fn facts(&self, number: u8) -> Option<u8> {
        self.run.as_ref()?.found.iter().find(|(known, _)| *known == number).map(|(_, facts)| *facts)
    }

    fn may_close(&self) -> bool {
        let Some(Made { found, malformed, .. }) = &self.run else { return false };
        let is_handled = |(number, facts): &(u8, u8)| self.handled.get(number) == Some(facts);
        !self.closed && *malformed == 0 && found.iter().all(is_handled)
    }

    fn has_changed_bill(&self) -> bool {
        self.run.as_ref().map_or(self.first, |run| Some(run.used)) != self.last
    }

    fn take(&mut self, days: &Days, step: &Step) {
        match step {
            Step::Bill(text) => {
                days.bill(*text);
                self.first.get_or_insert(*text);
                self.last = Some(*text);
            }
            Step::Run(found, malformed) => self.run(days, found, *malformed),
            Step::Say(number, kind) => {
                let said = days.say(Some(*number), *kind, "checked").is_ok();
                let facts = self.facts(*number);
                assert_eq!(said, facts.is_some() && (*kind == NoteKind::Remark || !self.closed), "{step:?}");
                match (said, *kind, facts) {
                    (true, NoteKind::Resolve | NoteKind::CarryOver | NoteKind::Ignore, Some(facts)) => {
                        self.handled.insert(*number, facts);
                    }
                    (true, NoteKind::Reopen, _) => {
                        self.handled.remove(number);
                    }
                    _ => {}
                }
            }
            Step::Close => {
                let closed = days.say(None, NoteKind::CloseDay, "").is_ok();
                assert_eq!(closed, self.may_close(), "{:?} {:?}", self.run, self.handled);
                self.closed |= closed;
            }
            Step::Reopen => {
                assert_eq!(days.say(None, NoteKind::ReopenDay, "another bill").is_ok(), self.closed);
                self.closed = false;
            }
        }
    }

    fn run(&mut self, days: &Days, found: &[(u8, u8)], malformed: u64) {
        let Some(used) = self.last else { return };
        let bill = days.bill(used).bill.id;
        self.runs += 1;
        let mut new = new_run(self.runs, vec![bill], found.len() as u64);
        new.found.malformed = malformed;
        new.found.balanced = found.is_empty() && malformed == 0;
        let begun = days.store.begin_run(new);
        match begun.unwrap() {
            RunBegun::New(run) => {
                assert!(!self.closed, "a closed day takes no run");
                let rows = found.iter().map(|(number, facts)| difference(*number, *facts)).collect();
                days.store.add_differences(run, rows).unwrap();
                days.store.complete_run(run).unwrap();
                self.run = Some(Made { used, found: found.to_vec(), malformed });
            }
            RunBegun::Closed => assert!(self.closed),
            RunBegun::Again(_) => panic!("no run was made twice"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn c5_a_day_closes_only_when_all_is_read_and_handled_and_a_person_alone_reopens_it(
        steps in proptest::collection::vec(any_step(), 1..24),
    ) {
        let days = open();
        let mut truth = Truth::default();
        for step in &steps {
            truth.take(&days, step);
            let standing = days.standing();
            prop_assert_eq!(standing.mark == DayMark::Closed, truth.closed, "after {:?}", step);
            prop_assert_eq!(standing.bill_changed, truth.has_changed_bill(), "after {:?}", step);
        }
    }
}

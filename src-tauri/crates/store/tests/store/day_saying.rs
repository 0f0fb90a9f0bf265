//! Something said to many differences of a day: to those that were shown, in batches, and stopped between two of them.

use std::ops::ControlFlow;

use desk_store::{
    DifferenceFilter, DifferenceState, Handled, NewDifference, NewNotes, NoteKind, SaidEnd, SaidOfMany, StoreError,
};
use wxpay_protocol::UtcMs;

use crate::days::{Days, SHOP, date, difference, open};

/// More than two batches.
const MANY: u64 = 4_500;

fn new_notes(kind: NoteKind, filter: DifferenceFilter, shown: Option<u64>) -> NewNotes {
    let text = "查过了".to_owned();
    NewNotes { profile: SHOP.into(), date: date(), filter, shown, kind, said_by: "Li".into(), said_at: UtcMs(9), text }
}

fn go_on(_done: u64, _total: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn many(days: &Days) -> i64 {
    let bill = days.bill(1).bill.id;
    let rows = (0..MANY).map(|place| {
        let mut identity = [0; 16];
        identity[..8].copy_from_slice(&place.to_be_bytes());
        NewDifference { place, identity, ..difference(1, 1) }
    });
    days.run(1, bill, rows.collect())
}

fn open_ones(days: &Days, run: i64) -> u64 {
    let filter = DifferenceFilter { state: Some(DifferenceState::Open), ..DifferenceFilter::default() };
    days.store.differences(run, &filter, 0, 1).unwrap().total
}

#[test]
fn many_are_handled_only_where_they_are_as_many_as_a_person_saw() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, vec![difference(1, 1), difference(2, 1)]);
    let say =
        |shown| days.store.say_of_many(&new_notes(NoteKind::Resolve, DifferenceFilter::default(), Some(shown)), go_on);
    assert!(matches!(say(1), Err(StoreError::Refused { .. })), "one of them came after the list was shown");
    assert_eq!(days.state(1), DifferenceState::Open);
    assert_eq!(say(2).unwrap(), SaidOfMany { matching: 2, gone_through: 2, said: 2, end: SaidEnd::All });
    assert_eq!(days.state(2), DifferenceState::Handled(Handled::Resolved));
    assert_eq!(say(2).unwrap().said, 0, "they stand so already");
}

#[test]
fn stopped_between_two_batches_what_was_said_stays_and_saying_it_again_goes_on() {
    let days = open();
    let run = many(&days);
    let only_open = DifferenceFilter { state: Some(DifferenceState::Open), ..DifferenceFilter::default() };
    let new = new_notes(NoteKind::Ignore, only_open, Some(MANY));
    let stopped = days.store.say_of_many(&new, |done, total| {
        assert_eq!(total, MANY);
        if done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let stopped = stopped.unwrap();
    assert_eq!((stopped.matching, stopped.end), (MANY, SaidEnd::Stopped));
    assert!(stopped.said > 0 && stopped.said == stopped.gone_through && stopped.said < MANY, "{stopped:?}");
    assert_eq!(open_ones(&days, run), MANY - stopped.said);
    let rest = NewNotes { shown: Some(MANY - stopped.said), ..new };
    let told = std::cell::Cell::new(0);
    let said = days.store.say_of_many(&rest, |done, _| {
        told.set(done);
        ControlFlow::Continue(())
    });
    assert_eq!((said.unwrap().said, told.get()), (MANY - stopped.said, MANY - stopped.said));
    assert_eq!(open_ones(&days, run), 0);
}

#[test]
fn a_day_that_is_run_anew_or_closed_meanwhile_ends_it_with_what_was_said() {
    let days = open();
    let run = many(&days);
    let new = new_notes(NoteKind::CarryOver, DifferenceFilter::default(), None);
    let overtaken = days.store.say_of_many(&new, |done, _| {
        if done > 0 && days.store.current_run(SHOP, date()).unwrap().unwrap().id == run {
            days.run(2, days.bill(1).bill.id, vec![difference(1, 1)]);
        }
        ControlFlow::Continue(())
    });
    let overtaken = overtaken.unwrap();
    assert_eq!((overtaken.end, overtaken.matching), (SaidEnd::Overtaken, MANY));
    assert!(overtaken.said > 0 && overtaken.said == overtaken.gone_through && overtaken.said < MANY, "{overtaken:?}");

    let closing =
        days.store.say_of_many(&new_notes(NoteKind::Resolve, DifferenceFilter::default(), None), |done, _| {
            if done == 0 {
                days.say(Some(1), NoteKind::Resolve, "").unwrap();
                days.say(None, NoteKind::CloseDay, "").unwrap();
            }
            ControlFlow::Continue(())
        });
    assert_eq!(closing.unwrap(), SaidOfMany { matching: 1, gone_through: 0, said: 0, end: SaidEnd::Overtaken });
    let remark = new_notes(NoteKind::Remark, DifferenceFilter::default(), Some(1));
    assert_eq!(days.store.say_of_many(&remark, go_on).unwrap().said, 1, "words are taken on a closed day too");
}

#[test]
fn ticked_ones_that_left_the_list_keep_what_was_said_of_them_before_it_began_and_between_two_batches() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, (1..=3).map(|number| difference(number, 1)).collect());
    let ticked = DifferenceFilter {
        state: Some(DifferenceState::Open),
        among: vec![[1; 16], [2; 16], [3; 16]],
        ..DifferenceFilter::default()
    };
    days.say(Some(1), NoteKind::Resolve, "").unwrap();
    let said = days.store.say_of_many(&new_notes(NoteKind::Ignore, ticked, None), |done, _total| {
        if done == 0 {
            days.say(Some(2), NoteKind::CarryOver, "").unwrap();
        }
        ControlFlow::Continue(())
    });
    assert_eq!(said.unwrap(), SaidOfMany { matching: 2, gone_through: 2, said: 1, end: SaidEnd::All });
    assert_eq!(
        [1, 2, 3].map(|number| days.state(number)),
        [Handled::Resolved, Handled::CarriedOver, Handled::Ignored].map(DifferenceState::Handled)
    );
}

#[test]
fn ticked_ones_are_handled_and_no_other() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, (1..=9).map(|number| difference(number, 1)).collect());
    let ticked = DifferenceFilter { among: vec![[2; 16], [7; 16], [99; 16]], ..DifferenceFilter::default() };
    let say = |kind, filter: &DifferenceFilter, shown| {
        days.store.say_of_many(&new_notes(kind, filter.clone(), Some(shown)), go_on)
    };
    let refused = say(NoteKind::Resolve, &ticked, 3);
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "one of them is in the list no more: {refused:?}");
    assert_eq!(say(NoteKind::Resolve, &ticked, 2).unwrap().said, 2);
    let resolved = DifferenceState::Handled(Handled::Resolved);
    assert_eq!(
        [1, 2, 6, 7].map(|number| days.state(number)),
        [DifferenceState::Open, resolved, DifferenceState::Open, resolved]
    );
    assert_eq!(say(NoteKind::Reopen, &ticked, 2).unwrap().said, 2);
    assert_eq!((days.state(2), days.state(7)), (DifferenceState::Open, DifferenceState::Open));
    assert_eq!(say(NoteKind::Reopen, &ticked, 2).unwrap().said, 0, "what is open is not opened again");
    assert_eq!(say(NoteKind::Resolve, &ticked, 2).unwrap().said, 2);
}

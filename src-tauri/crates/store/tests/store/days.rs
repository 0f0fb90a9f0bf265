//! Days that are reconciled: bills that change, runs that repeat, what is said to differences, and closing.

use desk_store::{
    BillSums, ClassTally, DayAnswer, DayMark, DayStanding, DifferenceFilter, DifferenceState, Dimension, Handled,
    NewClaim, NewDayAnswer, NewDayBill, NewDayNote, NewDifference, NewRun, NoteKind, RunBegun, RunFindings, Store,
    StoreError, UnreadSums,
};
use wxpay_protocol::UtcMs;

use crate::deeds::{START, new_claim, number as number_of};

pub(crate) const SHOP: &str = "shop";

pub(crate) struct Days {
    _folder: tempfile::TempDir,
    pub(crate) store: Store,
}

pub(crate) fn open() -> Days {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    Days { _folder: folder, store }
}

pub(crate) fn date() -> UtcMs {
    START.start_of_day()
}

pub(crate) fn difference(number: u8, facts: u8) -> NewDifference {
    NewDifference {
        place: number.into(),
        identity: [number; 16],
        facts: [facts; 16],
        class: "bill_only".into(),
        counts: true,
        reason: "not_local".into(),
        out_trade_no: Some(format!("T{number}")),
        bill_fen: Some(100),
        hour: Some(10),
        trade_type: Some("JSAPI".into()),
        ..NewDifference::default()
    }
}

pub(crate) fn new_run(digest: u8, bills: Vec<i64>, differences: u64) -> NewRun {
    NewRun {
        profile: SHOP.into(),
        date: date(),
        digest: [digest; 32],
        bills,
        found: RunFindings {
            basis: "order".into(),
            day_cut_s: 300,
            orders: Some("store".into()),
            refunds: None,
            own_reading: None,
            balanced: differences == 0,
            differences,
            malformed: 0,
            local_orders: 3,
            local_refunds: 0,
            out_of_scope: 0,
            not_compared: 0,
            time_marked: 0,
            fee_count: 0,
            fee_milli_fen: 0,
            payments_gap_fen: -100,
            refunds_gap_fen: 0,
            classes: vec![ClassTally { class: "matched".into(), count: 3, ..ClassTally::default() }],
            ran_at: START,
            ran_by: "zhang".into(),
        },
    }
}

/// A bill of a day; its digest tells it from another.
pub(crate) fn bill_of(date: UtcMs, digest: u8) -> NewDayBill {
    NewDayBill {
        profile: SHOP.into(),
        date,
        kind: "ALL",
        columns: 27,
        digest: [digest; 32],
        sums: BillSums { rows: 3, total_fen: 300, summary_ok: true, ..BillSums::default() },
        seen_at: START,
        fetched: true,
        file: Some("bill.csv".into()),
    }
}

impl Days {
    pub(crate) fn bill(&self, digest: u8) -> desk_store::BillKept {
        self.store.keep_bill(bill_of(date(), digest)).unwrap()
    }

    pub(crate) fn run(&self, digest: u8, bill: i64, found: Vec<NewDifference>) -> i64 {
        let differences = found.iter().filter(|row| row.counts).count() as u64;
        let RunBegun::New(run) = self.store.begin_run(new_run(digest, vec![bill], differences)).unwrap() else {
            panic!("a new run");
        };
        self.store.add_differences(run, found).unwrap();
        self.store.complete_run(run).unwrap();
        run
    }

    pub(crate) fn say(&self, identity: Option<u8>, kind: NoteKind, text: &str) -> Result<(), StoreError> {
        self.store.say(vec![NewDayNote {
            profile: SHOP.into(),
            date: date(),
            identity: identity.map(|number| [number; 16]),
            kind,
            said_by: "li".into(),
            said_at: START,
            text: text.into(),
        }])
    }

    fn answer(&self, number: u8, word: &str) {
        let silence = (word == "UNKNOWN").then(|| "lost".to_owned());
        let (is_refund, asked_at) = (false, START);
        let (fee_fen, wechat_id, paid_at) = (Some(100), None, Some(START));
        let answer =
            DayAnswer { asked_at, is_refund, word: word.into(), fee_fen, wechat_id, paid_at, silence, detail: None };
        let identity = [number; 16];
        self.store.keep_answers(vec![NewDayAnswer { profile: SHOP.into(), date: date(), identity, answer }]).unwrap();
    }

    pub(crate) fn state(&self, number: u8) -> DifferenceState {
        self.store.difference(SHOP, &[number; 16]).unwrap().unwrap().state
    }

    pub(crate) fn standing(&self) -> DayStanding {
        self.store.days(SHOP, date(), date().plus_ms(1)).unwrap().remove(0)
    }
}

#[test]
fn the_same_bill_is_known_and_another_text_for_the_day_stands_beside_it() {
    let days = open();
    assert_eq!(days.standing().mark, DayMark::Nothing);
    let first = days.bill(1);
    assert!(first.is_new && first.others.is_empty());
    assert!(!days.bill(1).is_new);
    assert_eq!((days.standing().mark, days.standing().bill_changed), (DayMark::NotRun, false));
    let second = days.bill(2);
    assert_eq!(second.others, std::slice::from_ref(&first.bill));
    assert!(days.standing().bill_changed, "an alarm");
    days.run(1, second.bill.id, Vec::new());
    assert!(!days.standing().bill_changed, "the newer one was looked at");
    assert_eq!(days.store.day_bills(SHOP, date()).unwrap().len(), 2);
    assert!(days.store.day_bills("other", date()).unwrap().is_empty());
}

#[test]
fn what_the_rows_that_cannot_be_read_would_hold_is_kept_with_a_bill_and_told_of_its_day() {
    let days = open();
    let keep = |unread: Option<UnreadSums>| {
        let bill = bill_of(date(), 1);
        let sums = BillSums { malformed: 2, unread, ..bill.sums };
        days.store.keep_bill(NewDayBill { sums, ..bill }).unwrap().bill
    };
    assert_eq!(keep(None).sums.unread, None, "as it was kept when nobody asked for it");
    let unread = UnreadSums { rows: 2, total_fen: 150, refund_fen: 20 };
    assert_eq!(keep(Some(unread)).sums.unread, Some(unread));
    let bill = keep(Some(UnreadSums { total_fen: 151, ..unread }));
    assert_eq!(bill.sums.unread, Some(unread), "what was seen stays as it was");
    let stranger = rusqlite::Connection::open(days.store.path()).unwrap();
    assert!(stranger.execute("UPDATE day_bills SET unread_refund_fen = 1", []).is_err());
    days.run(1, bill.id, Vec::new());
    assert_eq!(days.store.current_run(SHOP, date()).unwrap().unwrap().unread(), Some(unread));
}

#[test]
fn a_day_with_rows_that_had_nothing_to_be_compared_with_is_partly_compared_until_a_person_closes_it() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let run = |digest: u8, found: Vec<NewDifference>| {
        let new = new_run(digest, vec![bill], found.len() as u64);
        let new = NewRun { found: RunFindings { not_compared: 2, ..new.found }, ..new };
        let RunBegun::New(run) = days.store.begin_run(new).unwrap() else { panic!("a new run") };
        days.store.add_differences(run, found).unwrap();
        days.store.complete_run(run).unwrap();
    };
    run(1, Vec::new());
    assert_eq!(days.standing().mark, DayMark::Partly, "nothing differs among the rows that were compared");
    run(2, vec![difference(1, 1)]);
    assert_eq!(days.standing().mark, DayMark::Open);
    days.say(Some(1), NoteKind::Resolve, "known").unwrap();
    assert_eq!(days.standing().mark, DayMark::Partly);
    days.say(None, NoteKind::CloseDay, "").unwrap();
    assert_eq!(days.standing().mark, DayMark::Closed);
}

#[test]
fn the_same_inputs_are_the_same_run_and_the_last_one_counts() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let first = days.run(1, bill, vec![difference(1, 1)]);
    let second = days.run(2, bill, Vec::new());
    assert_eq!(days.store.current_run(SHOP, date()).unwrap().unwrap().id, second);
    assert_eq!(days.standing().mark, DayMark::Balanced);
    assert_eq!(days.store.begin_run(new_run(1, vec![bill], 1)).unwrap(), RunBegun::Again(first));
    let run = days.store.current_run(SHOP, date()).unwrap().unwrap();
    assert_eq!((run.id, run.bills.len(), run.found.classes.len(), run.found.differences), (first, 1, 1, 1));
    assert_eq!((days.standing().mark, days.standing().gap_fen), (DayMark::Open, -100));
}

#[test]
fn a_run_that_never_ended_counts_for_nothing_and_is_made_anew() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let RunBegun::New(run) = days.store.begin_run(new_run(1, vec![bill], 1)).unwrap() else { panic!("new") };
    days.store.add_differences(run, vec![difference(1, 1)]).unwrap();
    assert_eq!(days.standing().mark, DayMark::NotRun);
    assert!(days.store.difference(SHOP, &[1; 16]).unwrap().is_none());
    let again = days.run(1, bill, vec![difference(1, 1)]);
    assert_eq!(days.store.differences(again, &DifferenceFilter::default(), 0, 10).unwrap().total, 1);
}

#[test]
fn what_was_said_follows_a_difference_and_a_handling_holds_while_it_says_the_same() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, vec![difference(1, 1), difference(2, 1)]);
    days.say(Some(1), NoteKind::Resolve, "").unwrap();
    days.say(Some(1), NoteKind::Remark, "查过了").unwrap();
    days.say(Some(2), NoteKind::CarryOver, "").unwrap();
    assert_eq!(days.state(1), DifferenceState::Handled(Handled::Resolved));
    let standing = days.standing();
    assert_eq!((standing.mark, standing.open, standing.carried_over), (DayMark::Handled, 0, 1));
    assert_eq!(days.store.unsettled_days(SHOP).unwrap().len(), 1, "carried over is not settled");
    let run = days.run(2, bill, vec![difference(1, 1), difference(2, 9)]);
    assert_eq!(days.state(1), DifferenceState::Handled(Handled::Resolved), "it says what it said");
    let page = days.store.differences(run, &DifferenceFilter::default(), 0, 10).unwrap();
    assert_eq!(page.rows[0].notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["", "查过了"]);
    assert_eq!((page.rows[1].state, page.rows[1].has_changed), (DifferenceState::Open, true));
    days.say(Some(1), NoteKind::Reopen, "").unwrap();
    assert_eq!((days.state(1), days.standing().open), (DifferenceState::Open, 2));
}

#[test]
fn a_day_closes_only_when_everything_is_handled_and_only_a_person_opens_it_again() {
    let days = open();
    let refused = |said: Result<(), StoreError>| assert!(matches!(said, Err(StoreError::Refused { .. })), "{said:?}");
    assert!(matches!(days.say(None, NoteKind::CloseDay, ""), Err(StoreError::NotFound { .. })), "nothing was run");
    let bill = days.bill(1).bill.id;
    days.run(1, bill, vec![difference(1, 1)]);
    refused(days.say(None, NoteKind::CloseDay, ""));
    days.say(Some(1), NoteKind::Ignore, "测试单").unwrap();
    days.say(None, NoteKind::CloseDay, "").unwrap();
    assert_eq!(days.standing().mark, DayMark::Closed);
    refused(days.say(None, NoteKind::CloseDay, ""));
    refused(days.say(Some(1), NoteKind::Reopen, ""));
    days.say(Some(1), NoteKind::Remark, "late words are welcome").unwrap();
    assert_eq!(days.store.begin_run(new_run(1, vec![bill], 1)).unwrap(), RunBegun::Again(1), "the same run");
    let later = days.bill(2).bill.id;
    assert_eq!(days.store.begin_run(new_run(2, vec![later], 0)).unwrap(), RunBegun::Closed);
    assert!(days.standing().bill_changed, "another bill for a closed day is an alarm");
    refused(days.say(None, NoteKind::Resolve, ""));
    assert!(days.say(None, NoteKind::ReopenDay, " ").is_err(), "a reason is wanted");
    days.say(None, NoteKind::ReopenDay, "another bill").unwrap();
    days.run(2, later, Vec::new());
    assert_eq!((days.standing().mark, days.standing().bill_changed), (DayMark::Balanced, false));
    let said: Vec<_> = days.store.day_notes(SHOP, date()).unwrap().iter().map(|note| note.kind).collect();
    assert_eq!(said, [NoteKind::CloseDay, NoteKind::ReopenDay]);
}

#[test]
fn what_cannot_be_handled_is_refused_with_its_reason() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let expected = NewDifference { counts: false, class: "day_cut_local".into(), ..difference(2, 1) };
    let broken = NewDifference { class: "malformed".into(), ..difference(3, 1) };
    days.run(1, bill, vec![difference(1, 1), expected, broken]);
    for (identity, kind, text) in [
        (Some(1), NoteKind::Remark, " "),
        (Some(1), NoteKind::CloseDay, ""),
        (Some(2), NoteKind::Resolve, ""),
        (Some(3), NoteKind::Resolve, ""),
        (None, NoteKind::ReopenDay, ""),
    ] {
        assert!(matches!(days.say(identity, kind, text), Err(StoreError::Refused { .. })), "{identity:?} {kind}");
    }
    assert!(matches!(days.say(Some(9), NoteKind::Resolve, ""), Err(StoreError::NotFound { .. })));
    assert_eq!(days.state(2), DifferenceState::Expected);
    let stranger = rusqlite::Connection::open(days.store.path()).unwrap();
    days.answer(1, "NOTPAY");
    for sql in [
        "DELETE FROM day_bills",
        "UPDATE day_runs SET own_reading = '{}'",
        "DELETE FROM day_differences",
        "UPDATE day_differences SET class = 'x'",
        "DELETE FROM day_answers",
        "UPDATE day_answers SET word = 'SUCCESS'",
    ] {
        assert!(stranger.execute_batch(sql).is_err(), "{sql}");
    }
}

#[test]
fn differences_are_found_by_class_state_number_and_where_they_concentrate() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let mut rows: Vec<_> = (0..20).map(|number| difference(number, 1)).collect();
    rows[7].hour = Some(23);
    rows[7].class = "amount_diff".into();
    let run = days.run(1, bill, rows);
    days.say(Some(7), NoteKind::Resolve, "").unwrap();
    let count = |filter: DifferenceFilter| days.store.differences(run, &filter, 0, 3).unwrap().total;
    assert_eq!(count(DifferenceFilter { class: Some("amount_diff".into()), ..Default::default() }), 1);
    assert_eq!(count(DifferenceFilter { state: Some(DifferenceState::Open), ..Default::default() }), 19);
    assert_eq!(count(DifferenceFilter { search: "T1".into(), ..Default::default() }), 11);
    assert_eq!(count(DifferenceFilter { of: Some((Dimension::Hour, "23".into())), ..Default::default() }), 1);
    let page = days.store.differences(run, &DifferenceFilter::default(), 18, 10).unwrap();
    assert_eq!((page.total, page.rows.len(), page.rows[0].found.place), (20, 2, 18));
    let found = days.store.concentrations(run).unwrap();
    assert_eq!((found[0].dimension, found[0].value.as_str(), found[0].count), (Dimension::Hour, "10", 19));
    assert_eq!(found.last().unwrap().value, "JSAPI");
}

#[test]
fn a_day_whose_payments_are_only_claimed_misses_its_bill_and_one_without_any_does_not() {
    let days = open();
    let claim = |number: usize, profile: &str, after_ms: Option<i64>| NewClaim {
        profile: profile.into(),
        paid_at: after_ms.map(|after_ms| date().plus_ms(after_ms)),
        ..new_claim(&number_of(number))
    };
    let claims = [
        claim(1, SHOP, Some(UtcMs::DAY_MS - 1)),
        claim(2, SHOP, Some(2 * UtcMs::DAY_MS)),
        claim(3, "other", Some(UtcMs::DAY_MS)),
        claim(4, SHOP, None),
    ];
    days.store.claim(claims.into()).unwrap();
    let marks = || {
        let standing = days.store.days(SHOP, date(), date().plus_ms(4 * UtcMs::DAY_MS)).unwrap();
        standing.into_iter().map(|day| day.mark).collect::<Vec<_>>()
    };
    let (missing, nothing) = (DayMark::MissingBill, DayMark::Nothing);
    assert_eq!(marks(), [missing, nothing, missing, nothing], "a claim counts on its day and for its profile");
    days.bill(1);
    assert_eq!(marks()[0], DayMark::NotRun);
}

#[test]
fn who_said_what_and_when_is_read_back_and_stays_said() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, vec![difference(1, 1)]);
    let say = |identity: Option<u8>, kind, said_by: &str, later_ms: i64, text: &str| {
        days.store
            .say(vec![NewDayNote {
                profile: SHOP.into(),
                date: date(),
                identity: identity.map(|number| [number; 16]),
                kind,
                said_by: said_by.into(),
                said_at: START.plus_ms(later_ms),
                text: text.into(),
            }])
            .unwrap();
    };
    say(Some(1), NoteKind::Remark, "li", 1, "查过了");
    say(Some(1), NoteKind::Resolve, "wang", 2, "");
    say(None, NoteKind::CloseDay, "zhao", 3, "没问题");
    let of_difference = days.store.difference(SHOP, &[1; 16]).unwrap().unwrap().notes;
    let said: Vec<_> = of_difference.iter().map(|note| (note.said_by.as_str(), note.said_at, note.kind)).collect();
    let (first, second) = (START.plus_ms(1), START.plus_ms(2));
    assert_eq!(said, [("li", first, NoteKind::Remark), ("wang", second, NoteKind::Resolve)]);
    let of_day = days.store.day_notes(SHOP, date()).unwrap();
    let closed = (of_day[0].said_by.as_str(), of_day[0].said_at, of_day[0].text.as_str());
    assert_eq!((closed, of_day.len()), (("zhao", START.plus_ms(3), "没问题"), 1));
    let stranger = rusqlite::Connection::open(days.store.path()).unwrap();
    for sql in ["UPDATE day_notes SET said_by = 'x'", "UPDATE day_notes SET text = ''", "DELETE FROM day_notes"] {
        let refused = stranger.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("what was said stays said"), "{sql}: {refused}");
    }
}

#[test]
fn differences_concentrate_by_device_by_trade_type_and_by_store() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let at = |number: u8, device: &str, store: &str| NewDifference {
        device_info: Some(device.into()),
        trade_type: Some(if number == 2 { "NATIVE" } else { "JSAPI" }.into()),
        sub_mch_id: Some(store.into()),
        ..difference(number, 1)
    };
    let expected = NewDifference { counts: false, ..at(4, "POS-2", "1900000109") };
    let rows = vec![at(1, "POS-1", "1900000108"), at(2, "POS-1", "1900000109"), at(3, "POS-2", "1900000108"), expected];
    let run = days.run(1, bill, rows);
    let of = |dimension: Dimension| {
        let found = days.store.concentrations(run).unwrap().into_iter().filter(|found| found.dimension == dimension);
        found.map(|found| (found.value, found.count)).collect::<Vec<_>>()
    };
    let told = |value: &str, count: u64| (value.to_owned(), count);
    assert_eq!(of(Dimension::DeviceInfo), [told("POS-1", 2), told("POS-2", 1)], "what is expected does not count");
    assert_eq!(of(Dimension::TradeType), [told("JSAPI", 2), told("NATIVE", 1)]);
    assert_eq!(of(Dimension::SubMchId), [told("1900000108", 2), told("1900000109", 1)]);
    let of_device = DifferenceFilter { of: Some((Dimension::DeviceInfo, "POS-1".into())), ..Default::default() };
    let page = days.store.differences(run, &of_device, 0, 10).unwrap();
    assert_eq!(page.rows.iter().map(|row| row.found.place).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_calendar_has_every_day_of_its_span() {
    let days = open();
    let standing = days.store.days(SHOP, date().plus_ms(-UtcMs::DAY_MS), date().plus_ms(UtcMs::DAY_MS)).unwrap();
    assert_eq!(standing.iter().map(|day| day.date).collect::<Vec<_>>(), [date().plus_ms(-UtcMs::DAY_MS), date()]);
}

#[test]
fn a_run_that_is_given_up_leaves_nothing_and_can_be_made_again() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let RunBegun::New(run) = days.store.begin_run(new_run(1, vec![bill], 2)).unwrap() else { panic!("not new") };
    days.store.add_differences(run, vec![difference(1, 1), difference(2, 2)]).unwrap();
    days.store.abandon_run(run).unwrap();
    assert_eq!(days.store.day_run(run).unwrap(), None);
    assert_eq!(days.store.current_run(SHOP, date()).unwrap(), None);
    let RunBegun::New(again) = days.store.begin_run(new_run(1, vec![bill], 2)).unwrap() else { panic!("not new") };
    days.store.add_differences(again, vec![difference(1, 1), difference(2, 2)]).unwrap();
    days.store.complete_run(again).unwrap();
    assert!(days.store.abandon_run(again).is_err(), "a complete run stays");
    assert_eq!(days.store.current_run(SHOP, date()).unwrap().map(|run| run.id), Some(again));
}

#[test]
fn the_last_answer_about_a_difference_is_shown_in_every_run_of_its_day() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, vec![difference(1, 1), difference(2, 1)]);
    days.answer(1, "UNKNOWN");
    days.answer(1, "SUCCESS");
    let run = days.run(2, bill, vec![difference(1, 2), difference(2, 1)]);
    let rows = days.store.differences(run, &DifferenceFilter::default(), 0, 10).unwrap().rows;
    let words: Vec<_> = rows.iter().map(|row| row.answer.as_ref().map(|answer| answer.word.as_str())).collect();
    assert_eq!(words, [Some("SUCCESS"), None]);
    assert_eq!(days.store.difference(SHOP, &[1; 16]).unwrap().unwrap().answer, rows[0].answer);
    assert!(days.store.difference("other", &[1; 16]).unwrap().is_none());
}

#[test]
fn a_difference_is_found_by_all_digits_of_its_identity_and_by_the_first_of_them() {
    let days = open();
    let bill = days.bill(1).bill.id;
    let run = days.run(1, bill, vec![difference(0x1A, 1), difference(0x1B, 1)]);
    let found = |identity: String| {
        let filter = DifferenceFilter { identity, ..DifferenceFilter::default() };
        days.store.differences(run, &filter, 0, 10).unwrap().total
    };
    assert_eq!([found("1a".repeat(16)), found("1a".into()), found("1".into()), found("1c".repeat(16))], [1, 1, 2, 0]);
}

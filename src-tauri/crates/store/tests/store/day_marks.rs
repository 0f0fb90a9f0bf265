//! The one mark of a day: by what is kept of it here, and by what WeChat said of its bill.

use desk_store::{
    BillChange, BillKept, BillSums, DayMark, NewDayBill, NewDayFlow, NewRefund, NoteKind, RefundEvent, RefundSeen,
};
use wxpay_protocol::ids::OutRefundNo;
use wxpay_protocol::{RefundStatus, UtcMs};

use crate::days::{Days, bill_of, date, open};
use crate::deeds::{fen, number};
use crate::refunds::{paid, record, report};

/// A moment of a day, counted from the one that the order was paid on.
fn at(day: i64, hour: i64) -> UtcMs {
    date().plus_ms(day * UtcMs::DAY_MS + hour * 3_600_000)
}

impl Days {
    /// A refund of the order that is reserved at a moment.
    fn reserve(&self, order_id: i64, out_refund_no: &str, created_at: UtcMs) -> i64 {
        let wish = NewRefund {
            order_id,
            profile: "shop".into(),
            out_refund_no: OutRefundNo::new(out_refund_no).unwrap(),
            refund_fee: fen(10),
            refund_desc: None,
            request: "<xml/>".into(),
            created_at,
            first_query_at: created_at.plus_ms(20_000),
        };
        match self.store.reserve_refund(wish).unwrap() {
            desk_store::Reservation::New(intent) => intent.refund,
            refused => panic!("{refused:?}"),
        }
    }

    /// WeChat's word that there is no bill of the first day.
    fn no_bill(&self) -> BillKept {
        let sums = BillSums { summary_ok: true, ..BillSums::default() };
        let none = NewDayBill { columns: 0, sums, file: None, ..bill_of(date(), 0) };
        self.store.keep_bill(none).unwrap()
    }

    /// A text of the bill of the first day, or for 0 that there is none, heard at an hour of the next; from WeChat or from a file.
    fn hear(&self, digest: u8, hour: i64, fetched: bool) -> BillKept {
        let new = NewDayBill { seen_at: at(1, hour), fetched, ..bill_of(date(), digest) };
        self.store.keep_bill(NewDayBill { columns: u32::from(digest).min(1) * 27, ..new }).unwrap()
    }

    /// Whether the bill changed, since when WeChat denies it, and what the alarm says of it.
    fn told(&self) -> (bool, Option<UtcMs>, Option<BillChange>) {
        let change = self.store.changed_bills().unwrap().first().map(|changed| changed.change);
        (self.standing().bill_changed, self.standing().denied_at, change)
    }

    fn changes(&self) -> Vec<(BillChange, UtcMs)> {
        self.store.changed_bills().unwrap().iter().map(|one| (one.change, one.at)).collect()
    }

    fn marks(&self, days: i64) -> Vec<DayMark> {
        let standing = self.store.days("shop", date(), at(days, 0)).unwrap();
        standing.into_iter().map(|day| day.mark).collect()
    }
}

#[test]
fn a_day_with_refunds_alone_misses_its_bill_and_counts_them_when_wechat_accepted_them() {
    let days = open();
    let order = paid(&days.store, 1);
    let (missing, nothing) = (DayMark::MissingBill, DayMark::Nothing);
    assert_eq!(days.marks(3), [missing, nothing, nothing]);
    let accepted = |id: &str| RefundEvent::Accepted { refund_id: id.into(), refund_fee: fen(10) };
    let late = days.reserve(order, "R1", at(2, -1));
    assert_eq!(days.marks(3), [missing, nothing, nothing], "nobody knows of it yet");
    record(&days.store, late, at(2, 1), accepted("50001"));
    assert_eq!(days.marks(4), [missing, nothing, missing, nothing], "it was accepted after midnight");
    record(&days.store, late, at(3, 1), accepted("50001"));
    assert_eq!(days.marks(4), [missing, nothing, missing, nothing], "and is accepted once");
    let by_query = days.reserve(order, "R2", at(4, 1));
    record(&days.store, by_query, at(5, 1), report(RefundStatus::Processing, "50002", 10));
    assert_eq!(days.marks(6)[3..], [nothing, missing, nothing], "its acceptance was not seen");
    days.store.keep_bill(bill_of(at(4, 0), 1)).unwrap();
    assert_eq!(days.marks(6)[3..], [nothing, DayMark::NotRun, nothing]);
}

#[test]
fn a_refund_that_was_made_elsewhere_counts_on_the_day_of_its_success() {
    let days = open();
    let order = paid(&days.store, 1);
    let elsewhere = OutRefundNo::new(format!("P{}", number(1))).unwrap();
    let found = days.store.find_refund(order, &elsewhere, fen(10), at(2, 1)).unwrap();
    assert_eq!(days.marks(3), [DayMark::MissingBill, DayMark::Nothing, DayMark::Nothing]);
    record(&days.store, found, at(2, 2), succeeded(at(1, 3)));
    assert_eq!(days.marks(3), [DayMark::MissingBill, DayMark::MissingBill, DayMark::Nothing]);
}

#[test]
fn a_refund_that_was_made_elsewhere_and_succeeded_later_counts_on_the_day_in_its_number() {
    let days = open();
    let order = paid(&days.store, 1);
    let elsewhere = OutRefundNo::new(format!("P{}", number(1))).unwrap();
    let found = days.store.find_refund(order, &elsewhere, fen(10), at(2, 1)).unwrap();
    let RefundEvent::Reported(seen) = succeeded(at(2, 3)) else { panic!("a report") };
    let day = at(1, 0).day().replace('-', "");
    let refund_id = format!("5030080696{day}12345678901");
    record(&days.store, found, at(2, 4), RefundEvent::Reported(RefundSeen { refund_id, ..seen }));
    assert_eq!(days.marks(3), [DayMark::MissingBill, DayMark::MissingBill, DayMark::Nothing]);
}

#[test]
fn a_day_of_which_wechat_says_that_nothing_was_traded_is_settled_only_where_nothing_is_local() {
    let days = open();
    days.no_bill();
    assert_eq!(days.marks(1), [DayMark::NoTrade]);
    paid(&days.store, 1);
    assert_eq!(days.marks(1), [DayMark::NotRun], "the worst of all: paid here, and not traded there");
    let none = days.no_bill().bill.id;
    days.run(1, none, vec![crate::days::difference(1, 1)]);
    assert_eq!((days.marks(1), days.standing().bills), (vec![DayMark::Open], 0));
    let run = days.store.current_run("shop", date()).unwrap().unwrap();
    assert_eq!((run.bills.len(), run.compared_bills().count()), (1, 0), "no rows were compared");
}

#[test]
fn what_wechat_says_of_a_bill_after_the_run_is_an_alarm_whichever_way_it_changes() {
    let days = open();
    let none = days.no_bill().bill.id;
    days.run(1, none, Vec::new());
    assert!(!days.standing().bill_changed);
    let bill = days.bill(1).bill.id;
    assert!(days.standing().bill_changed, "there is a bill after all");
    days.run(2, bill, Vec::new());
    assert!(!days.standing().bill_changed, "and it was looked at");
}

#[test]
fn a_bill_of_which_wechat_says_later_that_there_is_none_is_an_alarm_that_no_run_takes_back() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, Vec::new());
    let none = days.hear(0, 5, true);
    assert_eq!(none.others.len(), 1, "it was there");
    let denied = (true, Some(at(1, 5)), Some(BillChange::NoBill));
    assert_eq!((days.marks(1), days.told()), (vec![DayMark::Balanced], denied));
    days.hear(1, 6, false);
    let again = crate::days::new_run(2, vec![bill, none.bill.id], 0);
    let desk_store::RunBegun::New(run) = days.store.begin_run(again).unwrap() else { panic!("a new run") };
    days.store.complete_run(run).unwrap();
    assert_eq!(days.told(), denied, "somebody has the file, and WeChat has the word");
    assert_eq!(days.store.changed_bills().unwrap()[0].at, at(1, 5), "and it is the same alarm");
    days.bill(2);
    assert_eq!(days.told(), (true, None, Some(BillChange::OtherBill)));
}

/// Nothing that needs a person.
const QUIET: (bool, Option<UtcMs>, Option<BillChange>) = (false, None, None);

#[test]
fn a_bill_that_was_denied_then_came_and_is_denied_again_is_an_alarm() {
    let days = open();
    days.hear(0, 1, true);
    days.hear(1, 2, true);
    assert_eq!(days.told(), QUIET, "it was not there yet");
    days.hear(0, 3, true);
    assert_eq!(days.told(), (true, Some(at(1, 3)), Some(BillChange::NoBill)));
}

#[test]
fn a_bill_that_was_denied_or_another_and_came_again_as_it_was_is_no_alarm_any_more() {
    for is_run in [false, true] {
        let days = open();
        let bill = days.hear(1, 1, true).bill.id;
        if is_run {
            days.run(1, bill, Vec::new());
        }
        for (other, change) in [(0, BillChange::NoBill), (2, BillChange::OtherBill), (0, BillChange::NoBill)] {
            days.hear(other, 2, true);
            assert_eq!(days.told().2, Some(change));
            days.hear(1, 3, true);
            assert_eq!(days.told(), QUIET, "after {other}");
        }
        let heard: Vec<u8> = days.store.day_bills("shop", date()).unwrap().iter().map(|bill| bill.digest[0]).collect();
        assert_eq!(heard, [2, 0, 1], "what was heard last stands at the end");
    }
}

#[test]
fn a_file_that_somebody_has_counts_as_heard_where_wechat_said_nothing_since() {
    let days = open();
    days.hear(1, 1, false);
    days.hear(2, 2, false);
    assert_eq!(days.told().2, Some(BillChange::OtherBill), "another text");
    days.hear(1, 3, false);
    assert_eq!(days.told(), QUIET);
    days.hear(2, 4, true);
    days.hear(1, 5, false);
    assert_eq!(days.told().2, Some(BillChange::OtherBill), "WeChat gave the other one");
    days.hear(0, 6, true);
    days.hear(2, 7, false);
    assert_eq!(days.told().2, Some(BillChange::NoBill));
    days.hear(3, 8, false);
    assert_eq!(days.told().2, Some(BillChange::NoBill), "nobody had that one before, and WeChat did not give it");
}

#[test]
fn a_copy_that_somebody_saved_and_compared_takes_nothing_back_that_wechat_said() {
    for (said, change) in [(0, BillChange::NoBill), (2, BillChange::OtherBill)] {
        let days = open();
        days.hear(1, 1, true);
        let last = days.hear(said, 2, true).bill;
        let copy = days.hear(3, 3, false).bill.id;
        assert_eq!(days.told().2, Some(change));
        let bills = if last.is_none() { vec![copy, last.id] } else { vec![copy] };
        let begun = days.store.begin_run(crate::days::new_run(1, bills, 0)).unwrap();
        let desk_store::RunBegun::New(run) = begun else { panic!("a new run") };
        days.store.complete_run(run).unwrap();
        let told = (days.told().2, days.store.changed_bills().unwrap()[0].at);
        assert_eq!(told, (Some(change), at(1, 2)), "and since when");
        days.hear(1, 4, true);
        days.run(2, days.store.day_bills("shop", date()).unwrap().last().unwrap().id, Vec::new());
        assert_eq!(days.told(), QUIET, "WeChat took it back");
    }
    for said in [1, 0] {
        let days = open();
        days.hear(said, 1, true);
        let copy = days.hear(3, 3, false).bill.id;
        days.run(1, copy, Vec::new());
        assert_eq!(days.told(), QUIET, "WeChat said one thing only, before the file was there");
    }
}

#[test]
fn another_kind_of_bill_that_comes_for_the_first_time_makes_no_alarm_new() {
    let days = open();
    days.hear(1, 1, true);
    days.hear(2, 2, true);
    let payments = NewDayBill { kind: "SUCCESS", seen_at: at(1, 5), ..bill_of(date(), 3) };
    days.store.keep_bill(payments).unwrap();
    assert_eq!(days.changes(), [(BillChange::OtherBill, at(1, 2))], "since the other text of the same kind");
}

#[test]
fn what_is_heard_again_and_again_is_noted_once_and_stays_noted() {
    let days = open();
    for hour in 1..4 {
        days.hear(1, hour, true);
        days.hear(1, hour, false);
        days.store.keep_flow(flow("Basic", 1, hour)).unwrap();
    }
    let stranger = rusqlite::Connection::open(days.store.path()).unwrap();
    let noted: i64 = stranger.query_row("SELECT count(*) FROM day_heard", [], |row| row.get(0)).unwrap();
    assert_eq!(noted, 2, "the bill and the fund flow");
    for sql in ["DELETE FROM day_heard", "UPDATE day_heard SET heard_at = 0"] {
        let refused = stranger.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("what was heard of a bill stays heard"), "{sql}: {refused}");
    }
}

fn flow(account: &'static str, digest: u8, hour: i64) -> NewDayFlow {
    NewDayFlow {
        profile: "shop".into(),
        date: date(),
        account,
        is_none: digest == 0,
        digest: [digest; 32],
        rows: 2,
        seen_at: at(1, hour),
        file: Some(format!("{digest}.csv")),
    }
}

#[test]
fn a_fund_flow_is_an_alarm_while_what_was_heard_last_is_not_what_was_given_first() {
    let days = open();
    let alarm = |digest: u8, hour: i64| {
        days.store.keep_flow(flow("Basic", digest, hour)).unwrap();
        days.store.changed_bills().unwrap().first().map(|changed| (changed.change, changed.at))
    };
    let told = |hour: i64| Some((BillChange::FundFlow, at(1, hour)));
    let heard = [0, 1, 0, 1, 2, 2, 1].into_iter().zip(1..).map(|(digest, hour)| alarm(digest, hour));
    assert_eq!(heard.collect::<Vec<_>>(), [None, None, told(3), None, told(5), told(5), None]);
}

#[test]
fn a_bill_that_comes_to_a_closed_day_is_an_alarm_whoever_has_it_until_a_person_reopens_the_day() {
    for fetched in [true, false] {
        let days = open();
        days.hear(1, -20, false);
        let second = days.hear(2, -19, fetched).bill.id;
        days.run(1, second, Vec::new());
        days.say(None, NoteKind::CloseDay, "").unwrap();
        assert_eq!(days.told(), (false, None, None), "what was there before was there to be looked at");
        days.hear(3, 3, false);
        let changed = days.store.changed_bills().unwrap();
        assert_eq!((changed.len(), changed[0].change, changed[0].at), (1, BillChange::OtherBill, at(1, 3)));
        assert!(days.standing().bill_changed && days.standing().mark == DayMark::Closed);
    }
}

#[test]
fn that_there_is_no_bill_any_more_stays_an_alarm_beside_what_changes_afterwards() {
    let days = open();
    let hear = |kind: &'static str, digest: u8, hour: i64| {
        let new = NewDayBill { kind, seen_at: at(1, hour), ..bill_of(date(), digest) };
        days.store.keep_bill(NewDayBill { columns: u32::from(digest).min(1) * 20, ..new }).unwrap().bill.id
    };
    let (no_bill, other_bill) = (BillChange::NoBill, BillChange::OtherBill);
    let (payments, _) = (hear("SUCCESS", 1, 1), hear("REFUND", 1, 2));
    assert_eq!(days.changes(), []);
    hear("SUCCESS", 0, 3);
    assert_eq!(days.changes(), [(no_bill, at(1, 3))], "which is no other text");
    hear("REFUND", 2, 4);
    assert_eq!(days.changes(), [(no_bill, at(1, 3)), (other_bill, at(1, 4))]);
    hear("SUCCESS", 1, 5);
    assert_eq!(days.changes(), [(other_bill, at(1, 4))], "it was given again as it was");
    hear("SUCCESS", 0, 6);
    assert_eq!(days.changes(), [(no_bill, at(1, 6)), (other_bill, at(1, 4))], "whichever of the two comes first");
    let refunds = hear("REFUND", 2, 7);
    let begun = days.store.begin_run(crate::days::new_run(1, vec![payments, refunds], 0)).unwrap();
    let desk_store::RunBegun::New(run) = begun else { panic!("a new run") };
    days.store.complete_run(run).unwrap();
    assert_eq!(days.changes(), [(no_bill, at(1, 6))], "the other one was looked at");
}

#[test]
fn another_bill_of_a_closed_day_and_that_there_is_none_hide_neither_each_other() {
    for [none_at, other_at] in [[5, 6], [6, 5]] {
        let days = open();
        let bill = days.hear(1, -20, true).bill.id;
        days.run(1, bill, Vec::new());
        days.say(None, NoteKind::CloseDay, "").unwrap();
        for hour in 5..7 {
            // Of the other one somebody has a copy, where WeChat did not give it before.
            days.hear(if hour == none_at { 0 } else { 2 }, hour, hour == none_at || other_at < none_at);
        }
        assert_eq!(days.changes(), [(BillChange::NoBill, at(1, none_at)), (BillChange::OtherBill, at(1, other_at))]);
    }
}

#[test]
fn the_bill_and_the_fund_flow_of_a_day_are_two_alarms() {
    let days = open();
    for (digest, hour) in [(1, 1), (2, 2)] {
        days.hear(digest, hour, true);
        days.store.keep_flow(flow("Basic", digest, 10 + hour)).unwrap();
    }
    assert_eq!(days.changes(), [(BillChange::OtherBill, at(1, 2)), (BillChange::FundFlow, at(1, 12))]);
}

#[test]
fn another_bill_of_recharged_money_is_an_alarm_of_its_own_and_no_change_of_the_bill_of_trades() {
    let days = open();
    let hear = |digest: u8, hour: i64| {
        let new = NewDayBill { kind: "RECHARGE_REFUND", seen_at: at(1, hour), ..bill_of(date(), digest) };
        days.store.keep_bill(NewDayBill { columns: u32::from(digest).min(1) * 20, ..new }).unwrap();
        days.store.changed_bills().unwrap().first().map(|changed| (changed.change, changed.at))
    };
    let told = |hour: i64| Some((BillChange::RechargeRefunds, at(1, hour)));
    let heard = [0, 1, 0, 1, 2, 2, 1].into_iter().zip(1..).map(|(digest, hour)| hear(digest, hour));
    assert_eq!(heard.collect::<Vec<_>>(), [None, None, told(3), None, told(5), told(5), None]);
    assert_eq!((days.standing().bill_changed, days.standing().bills), (false, 0));
    hear(2, 8);
    days.hear(1, 9, true);
    days.hear(2, 10, true);
    assert_eq!(days.changes(), [(BillChange::OtherBill, at(1, 10)), (BillChange::RechargeRefunds, at(1, 8))]);
}

#[test]
fn another_fund_flow_of_one_account_is_an_alarm_and_no_bill_of_its_day() {
    let days = open();
    let keep = |account, digest| days.store.keep_flow(flow(account, digest, digest.into())).unwrap().len();
    assert_eq!([keep("Fees", 0), keep("Basic", 1), keep("Basic", 1), keep("Operation", 2), keep("Fees", 3)], [0; 5]);
    assert!(
        days.store.changed_bills().unwrap().is_empty(),
        "each account has its own, and one that comes later is none before"
    );
    assert_eq!(keep("Basic", 4), 1);
    let changed = days.store.changed_bills().unwrap();
    assert_eq!((changed.len(), changed[0].change, changed[0].at), (1, BillChange::FundFlow, at(1, 4)));
    assert_eq!(keep("Operation", 0), 1, "one that vanishes has changed as well");
    assert_eq!(days.store.changed_bills().unwrap().len(), 1, "the day is told of once");
    assert_eq!((days.marks(1), days.standing().bill_changed), (vec![DayMark::Nothing], false));
    let stranger = rusqlite::Connection::open(days.store.path()).unwrap();
    for sql in ["DELETE FROM day_flows", "UPDATE day_flows SET digest = zeroblob(32)"] {
        assert!(stranger.execute_batch(sql).is_err(), "{sql}");
    }
}

fn succeeded(success_at: UtcMs) -> RefundEvent {
    match report(RefundStatus::Success, "50003", 10) {
        RefundEvent::Reported(seen) => {
            RefundEvent::Reported(desk_store::RefundSeen { success_at: Some(success_at), ..seen })
        }
        other => other,
    }
}

//! The one mark of a day: by what is kept of it here, and by what WeChat said of its bill.

use desk_store::{BillChange, BillKept, BillSums, DayMark, NewDayBill, NewDayFlow, NewRefund, RefundEvent, RefundSeen};
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
fn a_bill_of_which_wechat_says_later_that_there_is_none_is_an_alarm_until_that_was_looked_at() {
    let days = open();
    let bill = days.bill(1).bill.id;
    days.run(1, bill, Vec::new());
    let none = days.no_bill();
    assert_eq!(none.others.len(), 1, "it was there");
    assert_eq!((days.marks(1), days.standing().bill_changed), (vec![DayMark::Balanced], true));
    let change = |days: &Days| days.store.changed_bills().unwrap().first().map(|changed| changed.change);
    assert_eq!(change(&days), Some(BillChange::NoBill));
    let mut again = crate::days::new_run(2, vec![bill, none.bill.id], 0);
    again.found.ran_by = "wang".into();
    let desk_store::RunBegun::New(run) = days.store.begin_run(again).unwrap() else { panic!("a new run") };
    days.store.complete_run(run).unwrap();
    assert_eq!((days.standing().bill_changed, change(&days)), (false, None));
    days.bill(2);
    assert_eq!(change(&days), Some(BillChange::OtherBill));
}

#[test]
fn another_fund_flow_of_one_account_is_an_alarm_and_no_bill_of_its_day() {
    let days = open();
    let flow = |account: &'static str, digest: u8| NewDayFlow {
        profile: "shop".into(),
        date: date(),
        account,
        is_none: digest == 0,
        digest: [digest; 32],
        rows: 2,
        seen_at: at(1, digest.into()),
        file: Some(format!("{digest}.csv")),
    };
    let keep = |account, digest| days.store.keep_flow(flow(account, digest)).unwrap().len();
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

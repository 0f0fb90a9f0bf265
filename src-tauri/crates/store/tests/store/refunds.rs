//! Reserving, recording and listing refunds, and what the database itself refuses.

use crate::deeds::{after_ms, ask, fen, number, place_created};
use desk_store::{
    Asked, NewRefund, NewRefundObservation, OrderFilter, OrderSort, OrderState, PollPolicy, RecordedRefund,
    RefundEvent, RefundFilter, RefundSeen, RefundSource, RefundState, Reservation, ReserveRefusal, Signature, Store,
};
use rusqlite::Connection;
use wxpay_protocol::ids::OutRefundNo;
use wxpay_protocol::{RefundStatus, TradeState, UtcMs};

pub(crate) fn paid(store: &Store, n: usize) -> i64 {
    let id = place_created(store, n);
    let other = format!("42000000002026112000000{n:05}");
    ask(store, id, after_ms(70_000), crate::deeds::report(TradeState::Success, &other));
    id
}

fn wish(order_id: i64, number: &str, fee: i64) -> NewRefund {
    NewRefund {
        order_id,
        profile: "shop".into(),
        out_refund_no: OutRefundNo::new(number).unwrap(),
        refund_fee: fen(fee),
        refund_desc: None,
        request: "<xml/>".into(),
        created_at: after_ms(100_000),
        first_query_at: after_ms(120_000),
    }
}

fn reserve(store: &Store, order_id: i64, number: &str, fee: i64) -> Reservation {
    store.reserve_refund(wish(order_id, number, fee)).unwrap()
}

pub(crate) fn reserved(store: &Store, order_id: i64, number: &str, fee: i64) -> i64 {
    match reserve(store, order_id, number, fee) {
        Reservation::New(intent) => intent.refund,
        other => panic!("{other:?}"),
    }
}

fn refusal(reservation: Reservation) -> ReserveRefusal {
    match reservation {
        Reservation::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn record(store: &Store, refund: i64, at: UtcMs, event: RefundEvent) -> RecordedRefund {
    let seq = store.begin_asking_refund(refund, at, 20_000).unwrap();
    let verified = !matches!(event, RefundEvent::Unknown { .. });
    let query = matches!(event, RefundEvent::Reported(_) | RefundEvent::NotExist { .. });
    let observation = NewRefundObservation {
        refund,
        source: if query { RefundSource::Query } else { RefundSource::Apply },
        asked: Asked { seq, at },
        received_at: at.plus_ms(100),
        verified,
        signature: if verified { Signature::Valid } else { Signature::Unsigned },
        event,
        raw: Some("<xml/>".into()),
    };
    store.record_refund(observation, &PollPolicy::default()).unwrap()
}

pub(crate) fn report(status: RefundStatus, refund_id: &str, fee: i64) -> RefundEvent {
    RefundEvent::Reported(RefundSeen {
        status,
        refund_id: refund_id.into(),
        refund_fee: fen(fee),
        success_at: (status == RefundStatus::Success).then_some(after_ms(200_000)),
        refund_channel: Some("ORIGINAL".into()),
        recv_account: Some("支付用户的零钱".into()),
    })
}

pub(crate) fn opened() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

#[test]
fn what_is_held_and_refunded_never_exceeds_the_payment_and_a_closed_refund_gives_its_part_back() {
    let (_folder, store) = opened();
    let unpaid = place_created(&store, 1);
    assert_eq!(refusal(reserve(&store, unpaid, "R0", 1)), ReserveRefusal::NotPaid(OrderState::NotPay));
    let order = paid(&store, 2);
    assert_eq!(refusal(reserve(&store, order, "R1", 102)), ReserveRefusal::TooMuch { left: fen(101) });
    let first = reserved(&store, order, "R1", 60);
    assert_eq!(refusal(reserve(&store, order, "R2", 42)), ReserveRefusal::TooMuch { left: fen(41) });
    assert!(matches!(reserve(&store, order, "R1", 60), Reservation::Known(known) if known.id == first));
    assert_eq!(refusal(reserve(&store, order, "R1", 59)), ReserveRefusal::NumberTaken);
    record(&store, first, after_ms(130_000), report(RefundStatus::RefundClose, "50001", 60));
    let second = reserved(&store, order, "R2", 101);
    record(&store, second, after_ms(140_000), report(RefundStatus::Success, "50002", 101));
    let row = store.order_by_id(order).unwrap().unwrap();
    assert_eq!(row.refunded_fee, fen(101));
    assert_eq!(refusal(reserve(&store, order, "R3", 1)), ReserveRefusal::TooMuch { left: fen(0) });
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn an_order_with_an_unknown_refund_fifty_refunds_or_an_old_payment_is_not_refunded() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let first = reserved(&store, order, "R1", 1);
    record(&store, first, after_ms(110_000), RefundEvent::Unknown { why: "lost".into() });
    let open = OutRefundNo::new("R1").unwrap();
    assert_eq!(refusal(reserve(&store, order, "R2", 1)), ReserveRefusal::Open { out_refund_no: open });
    record(&store, first, after_ms(120_000), report(RefundStatus::Processing, "50001", 1));
    for n in 2..=50 {
        reserved(&store, order, &format!("R{n}"), 1);
    }
    assert_eq!(refusal(reserve(&store, order, "R51", 1)), ReserveRefusal::TooMany);
    let old = paid(&store, 2);
    let a_year_later = store.order_by_id(old).unwrap().unwrap().paid_at.unwrap().plus_ms(365 * 86_400_000);
    let wanted = |number, created_at| NewRefund { created_at, ..wish(old, number, 1) };
    let in_time = store.reserve_refund(wanted("Q1", a_year_later)).unwrap();
    assert!(matches!(in_time, Reservation::New(_)), "{in_time:?}");
    let late = store.reserve_refund(wanted("Q2", a_year_later.plus_ms(1))).unwrap();
    assert_eq!(refusal(late), ReserveRefusal::TooOld);
}

#[test]
fn two_that_want_the_rest_at_once_cannot_both_have_it() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let made: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let store = store.clone();
                scope.spawn(move || {
                    usize::from(matches!(reserve(&store, order, &format!("R{n}"), 60), Reservation::New(_)))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(made, 1);
}

#[test]
fn the_database_itself_keeps_the_evidence_the_record_and_the_sum() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let refund = reserved(&store, order, "R1", 60);
    record(&store, refund, after_ms(130_000), report(RefundStatus::Success, "50001", 60));
    let stranger = Connection::open(store.path()).unwrap();
    let insert = "INSERT INTO refunds (order_id, profile, mch_id, out_refund_no, origin, refund_fee, request, created_at, state, advice, changed_at) ";
    for (sql, says) in [
        ("UPDATE refund_observation SET verified = 0".to_owned(), "append-only"),
        ("DELETE FROM refund_observation".to_owned(), "append-only"),
        ("DELETE FROM refunds".to_owned(), "never deleted"),
        ("UPDATE refunds SET refund_fee = 1".to_owned(), "never changed"),
        ("UPDATE refunds SET request = ''".to_owned(), "never changed"),
        ("UPDATE refunds SET state = 6".to_owned(), "verified evidence"),
        (
            "UPDATE refunds SET last_seq = last_seq - 1; UPDATE refunds SET state = 6, last_seq = last_seq + 1"
                .to_owned(),
            "never lost",
        ),
        ("UPDATE orders SET refunded_fee = 102".to_owned(), "CHECK"),
        (insert.to_owned() + "SELECT order_id, profile, mch_id, 'R2', 0, 42, '', 0, 0, 0, 0 FROM refunds", "exceed"),
        (insert.to_owned() + "SELECT order_id, profile, mch_id, 'R2', 0, 1, '', 0, 5, 0, 0 FROM refunds", "RESERVED"),
    ] {
        let refused = stranger.execute_batch(&sql).unwrap_err().to_string();
        assert!(refused.contains(says), "{sql}: {refused}");
    }
    let fresh = reserved(&store, order, "R3", 1);
    let refused = stranger.execute_batch(&format!("UPDATE refunds SET state = 3, refund_id = 'x' WHERE id = {fresh}"));
    assert!(refused.unwrap_err().to_string().contains("verified evidence"));
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
    stranger
        .execute_batch("DROP TRIGGER refund_observation_is_never_changed; UPDATE refund_observation SET raw = 'other'")
        .unwrap();
    let faults = store.verify().unwrap();
    assert!(faults.len() == 1 && faults[0].contains("R1"), "{faults:?}");
}

#[test]
fn the_list_is_filtered_searched_and_summed_and_what_is_open_is_due() {
    let (_folder, store) = opened();
    let (one, two) = (paid(&store, 1), paid(&store, 2));
    let first = reserved(&store, one, "RA_1", 60);
    let second = reserved(&store, two, "RB_1", 30);
    record(&store, first, after_ms(130_000), report(RefundStatus::Success, "50001", 60));
    let list = |filter: RefundFilter| {
        let list = store.refunds(&filter, 0, 10).unwrap();
        let numbers: Vec<String> = list.rows.iter().map(|refund| refund.out_refund_no.to_string()).collect();
        (list.totals, numbers)
    };
    let (totals, all) = list(RefundFilter::default());
    assert_eq!((totals.count, totals.refunded_fen, totals.held_fen, all.len()), (2, 60, 30, 2));
    let search = |text: &str| list(RefundFilter { search: text.into(), ..RefundFilter::default() }).1;
    assert_eq!(search("RA"), ["RA_1"]);
    assert_eq!(search(&number(2)), ["RB_1"]);
    assert_eq!(search(" 500\n01 "), ["RA_1"]);
    assert_eq!(search("`50001"), ["RA_1"], "as a bill writes it");
    assert!(search("R%").is_empty() && search("R__1").is_empty());
    let of = RefundFilter { states: vec![RefundState::Reserved], ..RefundFilter::default() };
    assert_eq!(list(of).1, ["RB_1"]);
    let due: Vec<i64> =
        store.refunds_due("shop", after_ms(120_000), 9).unwrap().iter().map(|refund| refund.id).collect();
    assert_eq!(due, [second], "a final refund is not asked about");
    assert_eq!(store.next_refund_due("shop").unwrap(), Some(after_ms(120_000)));
    assert!(store.refunds_due("other", after_ms(120_000), 9).unwrap().is_empty());
    assert_eq!(store.next_refund_due("other").unwrap(), None);
    assert!(store.hint_refund(crate::deeds::MCH_ID, "RB_1", after_ms(110_000), 60_000).unwrap());
    assert_eq!(
        store.next_refund_due("shop").unwrap(),
        Some(after_ms(120_000)),
        "never sooner than a minute after the last"
    );
    assert!(!store.hint_refund(crate::deeds::MCH_ID, "RA_1", after_ms(110_000), 60_000).unwrap());
}

#[test]
fn whatever_a_number_belongs_to_is_found_orders_before_refunds() {
    let (_folder, store) = opened();
    let order_id = paid(&store, 1);
    let refund = reserved(&store, order_id, "R1", 10);
    record(&store, refund, after_ms(130_000), report(RefundStatus::Success, "50001", 10));
    let order = store.order_by_id(order_id).unwrap().unwrap();
    let found = |number: &str, mch_id: Option<&str>| {
        let found = store.find_number(number, mch_id).unwrap();
        found.into_iter().map(|found| (found.order_id, found.refund)).collect::<Vec<_>>()
    };
    assert_eq!(found("R2", None), []);
    assert_eq!(found("R1", None), [(order_id, Some(refund))]);
    assert_eq!(found("50001", None), [(order_id, Some(refund))]);
    assert_eq!(found(order.out_trade_no.as_str(), None), [(order_id, None)]);
    assert_eq!(found(order.transaction_id.as_ref().unwrap().as_str(), Some(order.mch_id.as_str())), [(order_id, None)]);
    assert_eq!(found(order.out_trade_no.as_str(), Some("1999999999")), [], "another merchant's");
    // A merchant may number its refunds as it numbers its orders.
    let same = reserved(&store, order_id, order.out_trade_no.as_str(), 5);
    assert_eq!(found(order.out_trade_no.as_str(), None), [(order_id, None), (order_id, Some(same))]);
    assert!(store.begin_finding().unwrap() < store.begin_finding().unwrap());
}

fn due_at(store: &Store, refund: i64) -> UtcMs {
    store.refund_by_id(refund).unwrap().unwrap().next_query_at.unwrap()
}

#[test]
fn a_clock_that_was_set_back_a_day_delays_no_question_about_a_refund() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let refund = reserved(&store, order, "R1", 60);
    record(&store, refund, after_ms(130_000), report(RefundStatus::Processing, "50001", 60));
    let planned = due_at(&store, refund);
    assert_eq!(store.pull_forward(after_ms(130_000), 3_600_000).unwrap(), 0);
    assert_eq!(due_at(&store, refund), planned);
    let yesterday = after_ms(-86_400_000);
    assert!(store.refunds_due("shop", yesterday, 10).unwrap().is_empty());
    assert_eq!(store.pull_forward(yesterday, 3_600_000).unwrap(), 1);
    assert_eq!(due_at(&store, refund), yesterday);
    assert_eq!(store.refunds_due("shop", yesterday, 10).unwrap().len(), 1);
}

#[test]
fn a_hint_waits_for_the_last_question_about_a_refund_only_where_that_was_in_the_past() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let refund = reserved(&store, order, "R1", 60);
    for minute in 0..6 {
        record(&store, refund, after_ms(200_000 + minute * 60_000), report(RefundStatus::Processing, "50001", 60));
    }
    let asked = after_ms(500_000);
    assert!(store.hint_refund("1900000001", "R1", asked.plus_ms(1_000), 60_000).unwrap());
    assert_eq!(due_at(&store, refund), asked.plus_ms(60_000), "at most once a minute");
    let yesterday = after_ms(-86_400_000);
    assert!(store.hint_refund("1900000001", "R1", yesterday, 60_000).unwrap());
    assert_eq!(due_at(&store, refund), yesterday, "the clock was set back since it was asked");
}

#[test]
fn an_order_is_searched_by_the_numbers_of_its_refunds_as_soon_as_they_are_known() {
    let (_folder, store) = opened();
    let (other, order) = (paid(&store, 1), paid(&store, 2));
    let found = |text: &str| {
        let filter = OrderFilter { search: text.into(), ..OrderFilter::default() };
        let mut ids = store.open_list(&filter, OrderSort::default()).unwrap().ids.to_vec();
        ids.sort_unstable();
        ids
    };
    assert_eq!(found("RF-20261120-7"), [0i64; 0], "read before there was one");
    let refund = reserved(&store, order, "RF-20261120-7", 60);
    reserved(&store, other, "RF-20261121-8", 60);
    assert_eq!(found("RF-20261120-7"), [order]);
    assert_eq!(found("50300012342026112000000000001"), [0i64; 0]);
    record(&store, refund, after_ms(130_000), report(RefundStatus::Processing, "50300012342026112000000000001", 60));
    assert_eq!(found("50300012342026112000000000001"), [order], "and by WeChat's");
    assert_eq!(found("202611"), [other, order], "any part of it");
}

#[test]
fn any_page_of_the_refunds_is_as_they_are_now_also_when_another_program_changed_them() {
    let (folder, store) = opened();
    let order = paid(&store, 1);
    for n in 0..5 {
        reserved(&store, order, &format!("R{n}"), 1);
    }
    let page = |start, limit| {
        let list = store.refunds(&RefundFilter::default(), start, limit).unwrap();
        (list.totals.count, list.rows.iter().map(|refund| refund.out_refund_no.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(page(0, 2), (5, vec!["R4".to_owned(), "R3".to_owned()]));
    assert_eq!(page(4, 2), (5, vec!["R0".to_owned()]));
    assert_eq!(page(5, 2), (5, vec![]));
    assert_eq!(page(usize::MAX, 2), (5, vec![]));
    let other = Store::open(folder.path()).unwrap();
    let last = reserved(&other, order, "R5", 1);
    assert_eq!(page(0, 1), (6, vec!["R5".to_owned()]));
    record(&other, last, after_ms(130_000), report(RefundStatus::Success, "50001", 1));
    let totals = store.refunds(&RefundFilter::default(), 0, 0).unwrap().totals;
    assert_eq!((totals.refunded_fen, totals.held_fen), (1, 5));
    let done = RefundFilter { states: vec![RefundState::Success], ..RefundFilter::default() };
    assert_eq!(store.refunds(&done, 0, 10).unwrap().rows[0].id, last);
    assert_eq!(page(0, 1), (6, vec!["R5".to_owned()]), "each filter has its own list");
}

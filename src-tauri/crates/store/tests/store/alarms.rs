//! What needs a person, and what of it has been seen.

use crate::deeds::{MCH_ID, OTHER_TRANSACTION, START, after_ms, ask, number, place, report, state};
use crate::refunds::{opened, paid, record, report as refund_report, reserved};
use desk_store::{
    AlarmFilter, AlarmKey, AlarmMark, AlarmPlace, AlarmRows, Flags, NewNotice, NoticeVerdict, PollPolicy, RefundEvent,
    RefundReason, RefundState, Store,
};
use wxpay_protocol::{RefundStatus, TradeState};

fn listed(store: &Store, after: Option<AlarmPlace>, limit: usize) -> AlarmRows {
    store.alarm_rows(&AlarmFilter::default(), after, limit).unwrap()
}

#[test]
fn an_order_is_named_with_the_marks_that_need_a_person_and_the_time_that_it_got_them() {
    let (_folder, store) = opened();
    assert!(listed(&store, None, 10).orders.is_empty());
    let order = place(&store, 1).order_id;
    ask(&store, order, after_ms(400_000), state(TradeState::Closed));
    let late = ask(&store, order, after_ms(900_000), report(TradeState::Success, OTHER_TRANSACTION));
    assert!(late.flags.contains(Flags::PAID_AFTER_CLOSE));
    let alarms = listed(&store, None, 10).orders;
    assert_eq!((alarms.len(), alarms[0].place.id), (1, order));
    assert!(alarms[0].of.flags.contains(Flags::CONFLICT.with(Flags::PAID_AFTER_CLOSE)));
    assert_eq!(alarms[0].place.at, after_ms(901_000));
}

fn of(store: &Store, out_refund_no: &str) -> Vec<(RefundState, Option<RefundReason>)> {
    let refunds = listed(store, None, 10).refunds.into_iter().map(|row| row.of);
    let named = refunds.filter(|alarm| alarm.out_refund_no.as_str() == out_refund_no);
    named.map(|alarm| (alarm.state, alarm.conflict)).collect()
}

#[test]
fn a_refund_is_an_alarm_while_its_outcome_is_unknown_or_wechat_pay_contradicts_what_is_known() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let lost = reserved(&store, order, "R1", 10);
    assert!(of(&store, "R1").is_empty(), "what is only reserved is on its way");
    record(&store, lost, after_ms(110_000), RefundEvent::Unknown { why: "lost".into() });
    assert_eq!(of(&store, "R1"), [(RefundState::Unknown, None)]);
    record(&store, lost, after_ms(120_000), refund_report(RefundStatus::Processing, "50001", 10));
    assert!(of(&store, "R1").is_empty(), "an answer settles it");
    record(&store, lost, after_ms(130_000), refund_report(RefundStatus::Change, "50001", 10));
    assert_eq!(of(&store, "R1"), [(RefundState::Change, None)]);
    record(&store, lost, after_ms(140_000), refund_report(RefundStatus::Success, "50001", 10));
    assert!(of(&store, "R1").is_empty());

    let other = reserved(&store, order, "R2", 20);
    record(&store, other, after_ms(150_000), refund_report(RefundStatus::Success, "50002", 21));
    assert_eq!(of(&store, "R2"), [(RefundState::Reserved, Some(RefundReason::AmountMismatch))]);
    record(&store, other, after_ms(160_000), refund_report(RefundStatus::RefundClose, "50002", 20));
    record(&store, other, after_ms(170_000), refund_report(RefundStatus::Success, "50002", 20));
    assert_eq!(of(&store, "R2"), [(RefundState::Success, Some(RefundReason::SuccessAfterEnd))]);
}

fn orphan(out_trade_no: &str, out_refund_no: Option<&str>) -> NewNotice {
    NewNotice {
        received_at: after_ms(1_000),
        kind: Some(if out_refund_no.is_some() { "refund" } else { "payment" }),
        profile: Some("shop".into()),
        mch_id: Some(MCH_ID.into()),
        out_trade_no: Some(out_trade_no.into()),
        transaction_id: None,
        out_refund_no: out_refund_no.map(str::to_owned),
        refund_status: None,
        verdict: NoticeVerdict::Orphan,
        checks: "[]".into(),
        peer: None,
        body: b"<xml/>".to_vec(),
    }
}

#[test]
fn a_notice_of_something_unknown_is_one_alarm_until_its_order_or_refund_is_known() {
    let (_folder, store) = opened();
    let keep = |notice| store.keep_notice(notice, None, &PollPolicy::default()).unwrap().notice.id;
    let payment = keep(orphan(&number(1), None));
    keep(orphan(&number(1), None));
    let refund = keep(orphan(&number(1), Some("R1")));
    let found = || listed(&store, None, 10).notices.iter().map(|orphan| orphan.place.id).collect::<Vec<_>>();
    let mut both = found();
    both.sort_unstable();
    assert_eq!(both, [payment, refund], "what is sent again is no second alarm");
    let order = paid(&store, 1);
    assert_eq!(found(), [refund]);
    reserved(&store, order, "R1", 10);
    assert!(found().is_empty());
}

#[test]
fn a_bill_that_changed_is_an_alarm_until_the_newer_text_is_compared() {
    let days = crate::days::open();
    days.bill(1);
    assert!(days.store.changed_bills().unwrap().is_empty());
    let second = days.bill(2);
    let changed = days.store.changed_bills().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].profile.as_str(), changed[0].date), ("shop", second.bill.date));
    days.run(1, second.bill.id, Vec::new());
    assert!(days.store.changed_bills().unwrap().is_empty());
}

#[test]
fn a_day_that_was_seen_stays_seen_until_it_changes() {
    let (folder, store) = opened();
    let mark = |subject: &str, ms| AlarmMark {
        kind: "bill_changed",
        profile: "shop".into(),
        subject: subject.into(),
        at: after_ms(ms),
    };
    let asked = [mark("A", 10), mark("A", 11), mark("B", 10)];
    assert_eq!(store.alarms_seen(&asked).unwrap(), [false; 3]);
    store.mark_alarms_seen(vec![mark("A", 10)]).unwrap();
    assert_eq!(store.alarms_seen(&asked).unwrap(), [true, false, false]);
    store.mark_alarms_seen(vec![mark("A", 11)]).unwrap();
    store.mark_alarms_seen(vec![mark("A", 5)]).unwrap();
    drop(store);
    let again = Store::open(folder.path()).unwrap();
    assert_eq!(again.alarms_seen(&asked).unwrap(), [true, true, false], "an older look takes nothing back");
}

/// An order that contradicts itself, a refund whose money did not arrive, and a notice of something unknown, in one millisecond.
fn one_of_each(store: &Store, n: usize) {
    let order = paid(store, n);
    let other = format!("42000000002026112000001{n:05}");
    ask(store, order, after_ms(400_000), report(TradeState::Success, &other));
    let refund = reserved(store, order, &format!("R{n}"), 10);
    record(store, refund, after_ms(400_900), refund_report(RefundStatus::Change, &format!("5000{n}"), 10));
    let notice = NewNotice { received_at: after_ms(401_000), ..orphan(&number(100 + n), None) };
    store.keep_notice(notice, None, &PollPolicy::default()).unwrap();
}

#[test]
fn pages_of_any_size_hold_everything_once_newest_first_whatever_came_at_the_same_time() {
    let (_folder, store) = opened();
    (1..=5).for_each(|n| one_of_each(&store, n));
    let whole = listed(&store, None, 100);
    let places = |rows: &AlarmRows| {
        let orders = rows.orders.iter().map(|row| row.place);
        let mut places: Vec<AlarmPlace> = orders.chain(rows.refunds.iter().map(|row| row.place)).collect();
        places.extend(rows.notices.iter().map(|row| row.place));
        places.sort_unstable_by(|one, other| other.cmp(one));
        places
    };
    let all = places(&whole);
    assert_eq!((all.len(), whole.next), (15, None));
    assert!(all.iter().all(|place| place.at == after_ms(401_000)), "{all:?}");
    for limit in 1..=16 {
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let page = listed(&store, after, limit);
            let found = places(&page);
            assert!(found.len() <= limit);
            walked.extend(found);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, all, "in pages of {limit}");
    }
}

#[test]
fn what_is_seen_is_a_place_in_the_evidence_so_that_no_clock_hides_what_comes_later() {
    let (folder, store) = opened();
    let unseen = |store: &Store| {
        let mut unseen = Vec::new();
        let note = |key: &AlarmKey<'_>| unseen.extend((!key.seen).then_some((key.place.source, key.place.id)));
        let seq = store.each_alarm(note).unwrap();
        (unseen, seq)
    };
    one_of_each(&store, 1);
    let (before, seq) = unseen(&store);
    assert_eq!(before.len(), 3);
    store.see_alarms_through(seq, Some("nobody")).unwrap();
    assert_eq!(unseen(&store).0.len(), 3, "of another merchant");
    store.see_alarms_through(seq + 1_000_000, Some("shop")).unwrap();
    assert!(unseen(&store).0.is_empty());
    // The clock was set back: what comes now is older than all that was seen.
    let order = paid(&store, 2);
    ask(&store, order, after_ms(80_000), report(TradeState::Success, "4200000000202611200000999999"));
    assert_eq!(unseen(&store).0, [(0, order)], "and nobody has seen what was yet to come");
    let only_new = AlarmFilter { profile: Some("shop".into()), unseen: true };
    assert_eq!(store.alarm_rows(&only_new, None, 10).unwrap().orders.len(), 1);
    store.see_alarms_through(unseen(&store).1, None).unwrap();
    drop(store);
    let again = Store::open(folder.path()).unwrap();
    again.see_alarms_through(1, None).unwrap();
    assert!(again.alarm_rows(&only_new, None, 10).unwrap().orders.is_empty(), "an older look takes nothing back");
}

#[test]
fn a_refused_key_is_kept_once_with_the_time_of_the_first_and_forgotten_when_it_is_believed_again() {
    let (folder, store) = opened();
    assert!(!store.note_refused_key("production", MCH_ID, START, || false).unwrap());
    assert!(store.note_refused_key("production", MCH_ID, START, || true).unwrap(), "news");
    assert!(!store.note_refused_key("production", MCH_ID, after_ms(1), || true).unwrap(), "no news");
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let kept = store.refused_keys().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].environment.as_str(), kept[0].mch_id.as_str(), kept[0].since), ("production", MCH_ID, START));
    assert!(!store.note_refused_key("sandbox", MCH_ID, START, || false).unwrap(), "another environment is another key");
    assert!(store.note_refused_key("production", MCH_ID, START, || false).unwrap());
    assert!(store.refused_keys().unwrap().is_empty());
}

//! What needs a person, and what of it has been seen.

use crate::deeds::{MCH_ID, OTHER_TRANSACTION, START, after_ms, ask, number, place, report, state};
use crate::refunds::{opened, paid, record, report as refund_report, reserved};
use desk_store::{
    AlarmMark, Flags, NewNotice, NoticeVerdict, PollPolicy, RefundAlarm, RefundEvent, RefundReason, RefundState, Store,
};
use wxpay_protocol::{RefundStatus, TradeState};

#[test]
fn orders_are_named_by_every_mark_that_needs_a_person_newest_first() {
    let (_folder, store) = opened();
    assert!(store.order_alarms(10).unwrap().is_empty());
    let order = place(&store, 1).order_id;
    ask(&store, order, after_ms(400_000), state(TradeState::Closed));
    let late = ask(&store, order, after_ms(900_000), report(TradeState::Success, OTHER_TRANSACTION));
    assert!(late.flags.contains(Flags::PAID_AFTER_CLOSE));
    let alarms = store.order_alarms(10).unwrap();
    let flags: Vec<_> = alarms.iter().map(|alarm| (alarm.order_id, alarm.flag)).collect();
    assert_eq!(flags, [(order, Flags::CONFLICT), (order, Flags::PAID_AFTER_CLOSE)]);
    assert_eq!(alarms[0].at, after_ms(901_000));
}

fn of(store: &Store, out_refund_no: &str) -> Vec<(RefundState, Option<RefundReason>)> {
    let is_of = |alarm: &RefundAlarm| alarm.out_refund_no.as_str() == out_refund_no;
    store.refund_alarms(10).unwrap().into_iter().filter(is_of).map(|alarm| (alarm.state, alarm.conflict)).collect()
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
    let found = || store.orphan_notices(10).unwrap().iter().map(|orphan| orphan.notice).collect::<Vec<_>>();
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
fn what_was_seen_stays_seen_until_it_changes() {
    let (folder, store) = opened();
    let mark = |subject: &str, ms| AlarmMark {
        kind: "conflict",
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

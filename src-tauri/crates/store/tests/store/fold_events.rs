//! Events that are not a trade_state, and evidence that is late, incomplete or about something else.

use crate::deeds::{
    TRANSACTION, after_ms, created, facts, fen, not_exist, refused, seen, state, transaction, unknown, unsigned_fail,
};
use desk_store::fold::{Arrival, Folded, arrive, fold};
use desk_store::{Advice, Effect, Event, Evidence, Flags, OrderState, Origin, Reason, Report, Signature, Source};
use wxpay_protocol::TradeState;

fn step(before: &[Evidence], newest: Evidence) -> (Folded, Arrival) {
    arrive(&facts(Origin::Test), before, &newest)
}

fn create(seq: i64, event: Event) -> Evidence {
    seen(seq, Source::Create, event)
}

/// ORDERNOTEXIST, asked `ms` after the start.
fn absent(seq: i64, ms: i64) -> Evidence {
    Evidence { asked_at: Some(after_ms(ms)), received_at: after_ms(ms + 100), ..seen(seq, Source::Query, not_exist()) }
}

#[test]
fn an_accepted_creation_makes_notpay_and_keeps_what_the_customer_pays_with() {
    let (after, arrival) = step(&[], create(1, created()));
    assert_eq!((after.state, arrival.effect, arrival.reason), (OrderState::NotPay, Effect::Applied, Reason::Created));
    assert!(after.prepay.is_some());
    assert_eq!(after.flags, Flags::NONE);
}

#[test]
fn an_answer_to_the_creation_that_comes_after_the_notice_changes_no_state() {
    let paid = seen(3, Source::Notice, state(TradeState::Success));
    let late = Evidence { asked_seq: 1, received_seq: 5, ..create(1, created()) };
    let (after, arrival) = step(&[paid], late);
    assert_eq!((after.state, arrival.effect), (OrderState::Success, Effect::Same));
    assert!(after.prepay.is_some());
}

#[test]
fn a_definite_refusal_fails_the_creation() {
    let (after, arrival) = step(&[], create(1, refused("NOAUTH", "商户无此接口权限")));
    assert_eq!(
        (after.state, arrival.reason, after.advice),
        (OrderState::CreateFailed, Reason::CreateRefused, Advice::Done)
    );
    let (after, arrival) = step(&[create(1, created())], create(2, refused("NOAUTH", "")));
    assert_eq!((after.state, arrival.effect), (OrderState::NotPay, Effect::Same), "an order that exists stays");
}

#[test]
fn orderpaid_and_orderclosed_at_creation_ask_now_and_change_nothing() {
    for code in ["ORDERPAID", "ORDERCLOSED"] {
        let (after, arrival) = step(&[], create(1, refused(code, "")));
        assert_eq!((after.state, arrival.query_now), (OrderState::Creating, true), "{code}");
    }
}

#[test]
fn a_duplicate_number_is_a_conflict() {
    let (after, arrival) = step(&[], create(1, refused("INVALID_REQUEST", "201 商户订单号重复")));
    assert_eq!((after.state, arrival.effect), (OrderState::Creating, Effect::Conflict));
    let (after, _) = step(&[], create(1, refused("INVALID_REQUEST", "body 缺失")));
    assert_eq!(after.state, OrderState::CreateFailed, "another INVALID_REQUEST is definite");
}

#[test]
fn systemerror_at_creation_is_unknown_and_never_a_failure() {
    let (after, _) = step(&[], create(1, refused("SYSTEMERROR", "系统错误")));
    assert_eq!((after.state, after.advice), (OrderState::Creating, Advice::Query));
    assert!(after.flags.contains(Flags::UNKNOWN));
}

#[test]
fn an_answer_to_closeorder_changes_nothing_and_asks_now() {
    for event in [Event::CloseAccepted, refused("ORDERCLOSED", ""), refused("ORDERPAID", "")] {
        let (after, arrival) = step(&[create(1, created())], seen(2, Source::Close, event));
        assert_eq!((after.state, arrival.effect, arrival.query_now), (OrderState::NotPay, Effect::Same, true));
    }
}

#[test]
fn an_unknown_creation_is_sent_again_only_after_two_answers_half_a_minute_apart() {
    let sent = create(1, unknown());
    let (after, _) = step(&[], sent.clone());
    assert_eq!((after.state, after.advice), (OrderState::Creating, Advice::Query));
    assert!(after.flags.contains(Flags::UNKNOWN));
    let (after, arrival) = step(&[sent.clone(), absent(2, 5_000)], absent(3, 34_999));
    assert_eq!((after.advice, arrival.reason), (Advice::Query, Reason::NotExistWaiting));
    let (after, arrival) = step(&[sent.clone(), absent(2, 5_000)], absent(3, 35_000));
    assert_eq!(
        (after.state, after.advice, arrival.reason),
        (OrderState::Creating, Advice::Resend, Reason::NotExistResend)
    );
    let again = [sent, absent(2, 5_000), absent(3, 35_000), create(4, unknown())];
    assert_eq!(fold(&facts(Origin::Test), &again).advice, Advice::Query, "the second attempt waits anew");
}

#[test]
fn an_intent_without_any_answer_is_unknown_once_it_was_asked_about() {
    let folded = fold(&facts(Origin::Test), &[absent(2, 20_000), absent(3, 50_000)]);
    assert_eq!((folded.state, folded.advice), (OrderState::Creating, Advice::Resend));
    assert!(folded.flags.contains(Flags::UNKNOWN));
    assert_eq!(fold(&facts(Origin::Test), &[]).flags, Flags::NONE, "while its answer is awaited it is not");
}

#[test]
fn return_code_fail_at_creation_is_never_sent_again_and_ends_in_create_failed() {
    let sent = create(1, unsigned_fail());
    let (after, arrival) = step(&[], sent.clone());
    assert_eq!((after.state, arrival.effect, after.advice), (OrderState::Creating, Effect::Refused, Advice::Query));
    assert!(after.flags.contains(Flags::UNKNOWN));
    let (after, _) = step(&[sent.clone(), absent(2, 5_000)], absent(3, 30_000));
    assert_eq!((after.state, after.advice), (OrderState::Creating, Advice::Query), "25 s are too few");
    let (after, arrival) = step(&[sent.clone(), absent(2, 5_000)], absent(3, 35_000));
    assert_eq!((after.state, arrival.reason), (OrderState::CreateFailed, Reason::NeverCreated));
    assert!(!after.flags.contains(Flags::UNKNOWN));
    let forged = Evidence { verified: false, signature: Signature::Invalid, ..absent(3, 35_000) };
    let (after, _) = step(&[sent, absent(2, 5_000)], forged);
    assert_eq!(after.state, OrderState::Creating, "both answers must be verified");
}

#[test]
fn return_code_fail_that_arrives_after_the_answers_fails_nothing() {
    let late = Evidence { asked_seq: 1, received_seq: 9, ..create(1, unsigned_fail()) };
    let (after, arrival) = step(&[absent(2, 5_000), absent(3, 35_000)], late.clone());
    assert_eq!((after.state, arrival.effect, after.advice), (OrderState::Creating, Effect::Refused, Advice::Query));
    let (after, _) = step(&[absent(2, 5_000), absent(3, 35_000), late], absent(10, 70_000));
    assert_eq!(after.state, OrderState::CreateFailed, "the next verified answer does");
}

#[test]
fn what_was_not_done_is_sent_again_at_once() {
    let (after, _) = step(&[], create(1, Event::NotDone { why: "connection refused".into() }));
    assert_eq!((after.state, after.advice, after.flags), (OrderState::Creating, Advice::Resend, Flags::NONE));
    let (after, _) = step(&[create(1, unknown())], create(2, Event::NotDone { why: "connection refused".into() }));
    assert_eq!(after.advice, Advice::Query, "the first attempt may have arrived");
    assert!(after.flags.contains(Flags::UNKNOWN));
}

#[test]
fn ordernotexist_within_a_minute_of_the_creation_is_stale() {
    let made = Evidence { received_at: after_ms(1_000), ..create(1, created()) };
    let (after, arrival) = step(std::slice::from_ref(&made), absent(2, 60_999));
    assert_eq!(
        (after.state, arrival.effect, arrival.reason),
        (OrderState::NotPay, Effect::Stale, Reason::NotExistTooEarly)
    );
    let (after, arrival) = step(&[made], absent(2, 61_000));
    assert_eq!((after.state, arrival.effect), (OrderState::NotPay, Effect::Conflict));
}

#[test]
fn a_late_notpay_never_undoes_a_payment() {
    let paid = Evidence { asked_seq: 4, received_seq: 4, ..seen(4, Source::Notice, state(TradeState::Success)) };
    let late = Evidence { asked_seq: 3, received_seq: 5, ..seen(3, Source::Query, state(TradeState::NotPay)) };
    let (after, arrival) = step(&[create(1, created()), paid], late);
    assert_eq!(
        (after.state, arrival.effect, arrival.reason),
        (OrderState::Success, Effect::Stale, Reason::AskedEarlier)
    );
}

#[test]
fn within_the_unpaid_states_the_later_question_wins() {
    let newer = Evidence { asked_seq: 3, received_seq: 4, ..seen(3, Source::Query, state(TradeState::UserPaying)) };
    let older = Evidence { asked_seq: 2, received_seq: 5, ..seen(2, Source::Query, state(TradeState::NotPay)) };
    let (after, arrival) = step(&[create(1, created()), newer], older);
    assert_eq!((after.state, arrival.effect), (OrderState::UserPaying, Effect::Stale));
}

#[test]
fn a_payment_without_number_or_amount_is_refused() {
    for (transaction_id, total_fee) in [(None, Some(fen(101))), (Some(transaction(TRANSACTION)), None)] {
        let bare =
            Event::TradeState(Report { trade_state: TradeState::Success, transaction_id, total_fee, paid_at: None });
        let (after, arrival) = step(&[create(1, created())], seen(2, Source::Query, bare));
        assert_eq!(
            (after.state, arrival.effect, arrival.reason),
            (OrderState::NotPay, Effect::Refused, Reason::Incomplete)
        );
    }
}

#[test]
fn another_amount_or_a_transaction_of_another_order_is_a_conflict_and_no_payment() {
    let wrong = Event::TradeState(Report {
        trade_state: TradeState::Success,
        transaction_id: Some(transaction(TRANSACTION)),
        total_fee: Some(fen(1)),
        paid_at: None,
    });
    let (after, arrival) = step(&[create(1, created())], seen(2, Source::Query, wrong));
    assert_eq!((after.state, arrival.reason, after.payment), (OrderState::NotPay, Reason::AmountMismatch, None));
    let elsewhere = Evidence { elsewhere: true, ..seen(2, Source::Query, state(TradeState::Success)) };
    let (after, arrival) = step(&[create(1, created())], elsewhere);
    assert_eq!((after.state, arrival.reason, after.payment), (OrderState::NotPay, Reason::TransactionElsewhere, None));
}

#[test]
fn of_an_import_the_amount_is_what_the_first_evidence_says_and_what_comes_later_must_agree() {
    let imported = |evidence: &[Evidence]| fold(&facts(Origin::Import), evidence);
    let says = |seq, total_fee| {
        let Event::TradeState(report) = state(TradeState::Success) else { unreachable!() };
        seen(seq, Source::Query, Event::TradeState(Report { total_fee: Some(fen(total_fee)), ..report }))
    };
    assert_eq!(imported(&[]).total_fee, fen(101), "claimed");
    let forged = Evidence { verified: false, ..says(1, 7) };
    let elsewhere = Evidence { elsewhere: true, ..says(2, 8) };
    let before = imported(&[forged.clone(), elsewhere.clone()]);
    assert_eq!((before.total_fee, before.state), (fen(101), OrderState::Unverified));
    let all = [says(4, 101), forged, elsewhere, says(3, 90)];
    let after = imported(&all);
    assert_eq!((after.total_fee, after.state), (fen(90), OrderState::Success));
    assert_eq!(after.payment.unwrap().paid_fee, fen(90));
    assert!(after.steps.iter().any(|step| step.received_seq == 4 && step.reason == Reason::AmountMismatch));
    assert_eq!(fold(&facts(Origin::Lookup), &all).total_fee, fen(101), "WeChat Pay's own word");
}

#[test]
fn a_query_that_agrees_with_a_notice_confirms_the_payment() {
    let notice = seen(2, Source::Notice, state(TradeState::Success));
    let (after, _) = step(&[create(1, created())], notice.clone());
    assert!(!after.flags.contains(Flags::CONFIRMED));
    let (after, arrival) = step(&[create(1, created()), notice], seen(3, Source::Query, state(TradeState::Success)));
    assert!(after.flags.contains(Flags::CONFIRMED));
    assert_eq!(arrival.effect, Effect::Same);
}

#[test]
fn an_unknown_closing_stays_marked_until_a_verified_query() {
    let closing = seen(2, Source::Close, unknown());
    let (after, _) = step(&[create(1, created())], closing.clone());
    assert_eq!((after.state, after.flags), (OrderState::NotPay, Flags::UNKNOWN));
    let (after, _) = step(&[create(1, created()), closing], seen(3, Source::Query, state(TradeState::Closed)));
    assert_eq!((after.state, after.flags), (OrderState::Closed, Flags::NONE));
}

#[test]
fn three_answers_in_a_row_without_a_valid_signature_are_marked() {
    let forged = |seq| Evidence {
        verified: false,
        signature: Signature::Invalid,
        ..seen(seq, Source::Query, state(TradeState::Success))
    };
    let (after, arrival) = step(&[create(1, created()), forged(2)], forged(3));
    assert_eq!((after.state, after.flags, arrival.reason), (OrderState::NotPay, Flags::NONE, Reason::BadSignature));
    let run = [create(1, created()), forged(2), forged(3)];
    assert!(step(&run, forged(4)).0.flags.contains(Flags::UNVERIFIED_ANSWER));
    let broken = [create(1, created()), forged(2), forged(3), seen(4, Source::Query, state(TradeState::NotPay))];
    assert!(
        !step(&broken, forged(5)).0.flags.contains(Flags::UNVERIFIED_ANSWER),
        "a good answer in between ends the row"
    );
}

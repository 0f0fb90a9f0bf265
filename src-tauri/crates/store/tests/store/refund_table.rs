//! Every cell of the table of refund transitions, written out as it is specified, and what holds in any order of evidence.

use crate::deeds::{START, after_ms, fen};
use desk_store::refund_fold::{RefundFacts, arrive, fold};
use desk_store::{
    Advice, Effect, RefundEvent, RefundEvidence, RefundOrigin, RefundSeen, RefundSource, RefundState, Signature,
};
use proptest::prelude::*;
use wxpay_protocol::RefundStatus;

/// `=` same, `S` stale, `C` keep the state and raise a conflict, `X` the state X, `X+C` both, `wait` nothing yet.
const TABLE: &str = "
            | accepted   | PROCESSING | SUCCESS   | CHANGE | REFUNDCLOSE | REFUNDNOTEXIST | error
RESERVED    | SUBMITTED  | PROCESSING | SUCCESS   | CHANGE | REFUNDCLOSE | wait           | REJECTED
SUBMITTED   | PROCESSING | PROCESSING | SUCCESS   | CHANGE | REFUNDCLOSE | wait           | REJECTED
UNKNOWN     | PROCESSING | PROCESSING | SUCCESS   | CHANGE | REFUNDCLOSE | wait           | REJECTED
PROCESSING  | =          | =          | SUCCESS   | CHANGE | REFUNDCLOSE | C              | C
CHANGE      | =          | C          | SUCCESS   | =      | REFUNDCLOSE | C              | C
SUCCESS     | =          | S          | =         | C      | C           | C              | C
REFUNDCLOSE | C          | C          | SUCCESS+C | C      | =           | =              | =
REJECTED    | C          | C          | SUCCESS+C | C      | =           | =              | =
";

fn facts() -> RefundFacts {
    RefundFacts { origin: RefundOrigin::Here, refund_fee: fen(50), created_at: START }
}

fn accepted() -> RefundEvent {
    RefundEvent::Accepted { refund_id: "50001".into(), refund_fee: fen(50) }
}

fn reported_as(status: RefundStatus, refund_id: &str, fee: i64) -> RefundEvent {
    RefundEvent::Reported(RefundSeen {
        status,
        refund_id: refund_id.into(),
        refund_fee: fen(fee),
        success_at: None,
        refund_channel: None,
        recv_account: None,
    })
}

fn reported(status: RefundStatus) -> RefundEvent {
    reported_as(status, "50001", 50)
}

fn refused(is_final: bool) -> RefundEvent {
    RefundEvent::Refused { err_code: "NOAUTH".into(), err_code_des: String::new(), is_final }
}

fn not_exist() -> RefundEvent {
    RefundEvent::NotExist { err_code_des: "not exist".into() }
}

fn unknown() -> RefundEvent {
    RefundEvent::Unknown { why: "no answer within 15 s".into() }
}

fn seen_at(seq: i64, at_s: i64, event: RefundEvent) -> RefundEvidence {
    let verified =
        !matches!(event, RefundEvent::NotSent { .. } | RefundEvent::UnsignedFail { .. } | RefundEvent::Unknown { .. });
    let query = matches!(event, RefundEvent::Reported(_) | RefundEvent::NotExist { .. });
    RefundEvidence {
        asked_seq: seq,
        received_seq: seq,
        asked_at: after_ms(at_s * 1000),
        received_at: after_ms(at_s * 1000),
        source: if query { RefundSource::Query } else { RefundSource::Apply },
        verified,
        signature: if verified { Signature::Valid } else { Signature::Unsigned },
        event,
    }
}

fn seen(seq: i64, event: RefundEvent) -> RefundEvidence {
    seen_at(seq, seq, event)
}

fn rows() -> Vec<Vec<&'static str>> {
    TABLE.trim().lines().map(|line| line.split('|').map(str::trim).collect()).collect()
}

fn history(wanted: RefundState) -> Vec<RefundEvidence> {
    match wanted {
        RefundState::Reserved => vec![],
        RefundState::Submitted => vec![seen(1, accepted())],
        RefundState::Unknown => vec![seen(1, unknown())],
        RefundState::Rejected => vec![seen(1, refused(true))],
        _ => vec![seen(1, reported(RefundStatus::parse(wanted.as_str()).unwrap()))],
    }
}

fn event(column: &str) -> RefundEvent {
    match column {
        "accepted" => accepted(),
        "error" => refused(true),
        "REFUNDNOTEXIST" => not_exist(),
        status => reported(RefundStatus::parse(status).unwrap()),
    }
}

#[test]
fn every_cell_of_the_table_holds() {
    let rows = rows();
    assert_eq!((rows.len(), rows[0].len()), (9, 8));
    for row in &rows[1..] {
        let state = RefundState::parse(row[0]).unwrap();
        let before = history(state);
        assert_eq!(fold(&facts(), &before).state, state, "the history of {state}");
        for (column, cell) in rows[0][1..].iter().zip(&row[1..]) {
            let (after, effect, reason) = arrive(&facts(), &before, &seen(2, event(column)));
            let (wanted, wanted_effect) = match *cell {
                "=" | "wait" => (state, Effect::Same),
                "S" => (state, Effect::Stale),
                "C" => (state, Effect::Conflict),
                cell => match cell.strip_suffix("+C") {
                    Some(word) => (RefundState::parse(word).unwrap(), Effect::Conflict),
                    None => (RefundState::parse(cell).unwrap(), Effect::Applied),
                },
            };
            let place = format!("{state} × {column}");
            assert_eq!((after.state, effect), (wanted, wanted_effect), "{place} ({reason})");
            assert_eq!(after.conflict, wanted_effect == Effect::Conflict, "{place}");
        }
    }
    for state in RefundState::ALL {
        assert!(rows.iter().any(|row| row[0] == state.as_str()), "{state} has no row");
    }
}

#[test]
fn another_amount_or_another_number_of_wechats_is_a_conflict_and_changes_nothing() {
    let before = vec![seen(1, reported(RefundStatus::Processing))];
    for other in [reported_as(RefundStatus::Success, "50001", 49), reported_as(RefundStatus::Success, "50002", 50)] {
        let (after, effect, _) = arrive(&facts(), &before, &seen(2, other));
        assert_eq!((after.state, effect), (RefundState::Processing, Effect::Conflict));
        assert_eq!(after.refund_id.as_deref(), Some("50001"));
    }
    let reused = RefundEvent::Accepted { refund_id: "50009".into(), refund_fee: fen(49) };
    let (after, effect, _) = arrive(&facts(), &[], &seen(1, reused));
    assert_eq!((after.state, effect, after.refund_id), (RefundState::Reserved, Effect::Conflict, None));
}

#[test]
fn what_never_left_frees_its_amount_unless_it_had_been_sent_before() {
    let not_sent = || RefundEvent::NotSent { why: "refused".into() };
    assert_eq!(fold(&facts(), &[seen(1, not_sent())]).state, RefundState::Rejected);
    assert_eq!(fold(&facts(), &[seen(1, unknown()), seen(2, not_sent())]).state, RefundState::Unknown);
}

#[test]
fn an_unknown_request_is_sent_again_a_minute_later_and_never_frees_its_amount_by_itself() {
    let mut evidence = vec![seen_at(1, 0, unknown()), seen_at(2, 59, not_exist())];
    assert_eq!(fold(&facts(), &evidence).advice, Advice::Query, "within a minute it says nothing");
    evidence.push(seen_at(3, 60, not_exist()));
    assert_eq!(fold(&facts(), &evidence).advice, Advice::Resend);
    evidence.push(seen_at(4, 61, unknown()));
    assert_eq!(fold(&facts(), &evidence).advice, Advice::Query, "sent again, the wait starts anew");
    evidence.extend((5..40).map(|seq| seen_at(seq, 100 + seq * 60, not_exist())));
    let folded = fold(&facts(), &evidence);
    assert_eq!((folded.state, folded.advice), (RefundState::Unknown, Advice::Resend));
    evidence.push(seen_at(40, 90_000, not_exist()));
    let folded = fold(&facts(), &evidence);
    assert_eq!(
        (folded.state, folded.advice),
        (RefundState::Rejected, Advice::Done),
        "after a day only a person sends it"
    );
}

#[test]
fn a_refusal_without_a_signature_frees_the_amount_only_after_three_answers_over_ten_minutes() {
    for refusal in [RefundEvent::UnsignedFail { return_msg: "签名错误".into() }, refused(false)] {
        let mut evidence = vec![seen_at(1, 0, refusal), seen_at(2, 70, not_exist()), seen_at(3, 300, not_exist())];
        let folded = fold(&facts(), &evidence);
        assert_eq!((folded.state, folded.advice), (RefundState::Reserved, Advice::Query), "never sent again by itself");
        evidence.push(seen_at(4, 669, not_exist()));
        assert_eq!(fold(&facts(), &evidence).state, RefundState::Reserved, "three answers in less than ten minutes");
        evidence.push(seen_at(5, 670, not_exist()));
        assert_eq!(fold(&facts(), &evidence).state, RefundState::Rejected);
    }
}

fn any_event() -> impl Strategy<Value = RefundEvent> {
    prop_oneof![
        4 => proptest::sample::select(RefundStatus::ALL.to_vec()).prop_map(reported),
        1 => Just(reported_as(RefundStatus::Success, "50002", 50)),
        2 => Just(accepted()),
        2 => Just(not_exist()),
        2 => Just(unknown()),
        1 => any::<bool>().prop_map(refused),
        1 => Just(RefundEvent::UnsignedFail { return_msg: String::new() }),
        1 => Just(RefundEvent::NotSent { why: String::new() }),
    ]
}

proptest! {
    #[test]
    fn any_order_of_the_same_evidence_gives_the_same_state_and_a_success_is_never_lost(
        events in proptest::collection::vec((any_event(), 0i64..5, any::<bool>()), 0..10),
        rotation in 0usize..10,
    ) {
        let evidence: Vec<RefundEvidence> = events
            .into_iter()
            .zip(1i64..)
            .map(|((event, back, verified), seq)| {
                let plain = seen_at(seq * 10, seq * 97, event);
                let verified = plain.verified && verified;
                let signature = if verified { plain.signature } else { Signature::Invalid };
                RefundEvidence { asked_seq: (seq * 10 - back * 7).max(1), verified, signature, ..plain }
            })
            .collect();
        let mut turned = evidence.clone();
        turned.rotate_left(rotation.min(evidence.len()));
        prop_assert_eq!(fold(&facts(), &evidence), fold(&facts(), &turned));
        let mut succeeded = false;
        for count in 0..=evidence.len() {
            let folded = fold(&facts(), &evidence[..count]);
            prop_assert!(!succeeded || folded.state == RefundState::Success, "a success was lost");
            succeeded = folded.state == RefundState::Success;
            let proven = evidence[..count].iter().any(|seen| seen.verified);
            let unproven = matches!(folded.state, RefundState::Reserved | RefundState::Unknown | RefundState::Rejected);
            prop_assert!(proven || unproven, "{} without verified evidence", folded.state);
        }
    }
}

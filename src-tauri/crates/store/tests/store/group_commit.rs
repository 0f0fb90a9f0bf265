//! What a batch costs: one commit, and with `synchronous=FULL` so one fsync, however many answers it holds.

use std::path::Path;

use crate::deeds::{after_ms, answer, created, new_order, number, state};
use desk_store::{FILE_NAME, NewObservation, PollPolicy, Source, Store};
use wxpay_protocol::TradeState;

const ORDERS: usize = 32;

/// The commits in the write-ahead log: frames that say how large the file is after them (<https://sqlite.org/walformat.html>).
fn commits(folder: &Path) -> usize {
    let log = std::fs::read(folder.join(format!("{FILE_NAME}-wal"))).unwrap();
    if log.is_empty() {
        return 0;
    }
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page_bytes, salt) = (number(8) as usize, &log[16..24]);
    let frames = log[32..].chunks_exact(24 + page_bytes);
    frames.filter(|frame| &frame[8..16] == salt && frame[4..8] != [0; 4]).count()
}

#[test]
fn intents_questions_and_answers_of_one_batch_cost_one_commit_each() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut before = commits(folder.path());
    let mut cost = || {
        let now = commits(folder.path());
        std::mem::replace(&mut before, now).abs_diff(now)
    };
    let record = |answers: Vec<NewObservation>| store.record(answers, &PollPolicy::default()).unwrap();

    let intents = store.create_intents((0..ORDERS).map(|n| new_order(&number(n))).collect()).unwrap();
    let intents: Vec<_> = intents.into_iter().map(Result::unwrap).collect();
    assert_eq!(cost(), 1, "intents");
    let of = |seq, order_id, source, event| answer(order_id, seq, after_ms(20_000), source, event);
    record(intents.iter().map(|intent| of(intent.asked_seq, intent.order_id, Source::Create, created())).collect());
    assert_eq!(cost(), 1, "their answers");

    let ids: Vec<i64> = intents.iter().map(|intent| intent.order_id).collect();
    let asked = store.begin_asking(&ids, after_ms(20_000), 60_000).unwrap();
    assert_eq!(cost(), 1, "questions");
    let answers: Vec<NewObservation> =
        std::iter::zip(&ids, &asked).map(|(id, seq)| of(*seq, *id, Source::Query, state(TradeState::NotPay))).collect();
    assert_eq!(record(answers.clone()).len(), ORDERS);
    assert_eq!(cost(), 1, "their answers");

    // One by one they cost one each, so that it is commits that are counted.
    for answer in answers {
        record(vec![answer]);
    }
    assert_eq!(cost(), ORDERS);
}

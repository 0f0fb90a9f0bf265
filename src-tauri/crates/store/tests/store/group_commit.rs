//! What a batch costs: one commit, and with `synchronous=FULL` so one fsync, however many answers it holds.

use crate::deeds::{after_ms, answer, created, new_order, number, state};
use crate::write_ahead_log::commits;
use desk_store::{NewObservation, PollPolicy, Source, Store};
use wxpay_protocol::TradeState;

const ORDERS: usize = 32;

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

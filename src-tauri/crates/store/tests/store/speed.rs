//! That group commit and batches keep recording fast, with a wide margin for a slow machine and a debug build.

use std::time::{Duration, Instant};

use crate::deeds::{after_ms, answer, new_order, number, state};
use desk_store::{NewObservation, PollPolicy, Source, Store};
use wxpay_protocol::TradeState;

const ORDERS: usize = 10_000;
const BATCH: usize = 256;

#[test]
fn ten_thousand_answers_are_recorded_in_batches_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let started = Instant::now();
    let numbers: Vec<usize> = (0..ORDERS).collect();
    for batch in numbers.chunks(BATCH) {
        let orders = batch.iter().map(|n| new_order(&number(*n))).collect();
        assert!(store.create_intents(orders).unwrap().iter().all(Result::is_ok));
    }
    let placed = started.elapsed();
    let started = Instant::now();
    let mut recorded = 0;
    while recorded < ORDERS {
        let due = store.due(None, after_ms(20_000), BATCH).unwrap();
        let ids: Vec<i64> = due.iter().map(|order| order.id).collect();
        let asked = store.begin_asking(&ids, after_ms(20_000), 60_000).unwrap();
        let answers: Vec<NewObservation> = ids
            .iter()
            .zip(asked)
            .map(|(id, seq)| answer(*id, seq, after_ms(20_000), Source::Query, state(TradeState::NotPay)))
            .collect();
        recorded += store.record(answers, &PollPolicy::default()).unwrap().len();
    }
    let asked = started.elapsed();
    println!("{ORDERS} intents in {placed:?}, {ORDERS} questions and answers in {asked:?}");
    assert!(asked < Duration::from_secs(60), "{asked:?}");
}

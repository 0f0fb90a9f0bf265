//! The second net: what the database itself refuses, and that tampering is found.

use crate::deeds::{
    START, TRANSACTION, after_ms, answer, ask, created, new_order, notice, number, place, place_created, record, state,
    unknown,
};
use desk_store::{Effect, OrderState, PollPolicy, Reason, Signature, Source, Store, StoreError};
use rusqlite::Connection;
use wxpay_protocol::TradeState;

/// Another program at the same file, without our safety switches.
fn stranger(store: &Store) -> Connection {
    Connection::open(store.path()).unwrap()
}

fn refusal(connection: &Connection, sql: &str) -> String {
    connection.execute_batch(sql).unwrap_err().to_string()
}

#[test]
fn evidence_and_orders_can_be_neither_changed_nor_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    place_created(&store, 1);
    let stranger = stranger(&store);
    for (sql, says) in [
        ("UPDATE observation SET verified = 0", "append-only"),
        ("DELETE FROM observation", "append-only"),
        ("DELETE FROM orders", "never deleted"),
        ("UPDATE order_request SET request = ''", "never changed"),
        ("UPDATE orders SET total_fee = 1", "never changed"),
        ("UPDATE orders SET claimed_total_fee = total_fee, total_fee = 1", "never changed"),
        ("UPDATE orders SET state = 6, transaction_id = '42', paid_fee = 101", "verified evidence"),
        ("UPDATE orders SET state = 8", "verified evidence"),
        ("UPDATE orders SET state = 6", "verified evidence"),
        ("UPDATE counter SET value = 0", "only grows"),
        ("UPDATE orders SET refunded_fee = 1", "CHECK"),
        ("UPDATE orders SET next_query_at = 'soon'", "INTEGER column"),
        (
            "INSERT INTO observation SELECT 99, order_id, 99, source, 0, 0, 1, 1, event, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, digest, NULL FROM observation",
            "CHECK",
        ),
    ] {
        let refused = refusal(&stranger, sql);
        assert!(refused.contains(says), "{sql}: {refused}");
    }
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn a_paid_order_cannot_lose_its_payment_even_beside_new_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = place_created(&store, 1);
    record(&store, notice(id, after_ms(60_000)));
    record(&store, notice(id, after_ms(60_001)));
    let stranger = stranger(&store);
    let newest = "UPDATE orders SET last_seq = last_seq - 1; UPDATE orders SET last_seq = last_seq + 1";
    for (set, says) in [
        ("paid_at = NULL", "never removed"),
        ("transaction_id = NULL, paid_fee = NULL, paid_at = NULL", "never removed"),
        ("transaction_id = '42'", "never removed"),
        ("state = 3", "never lost"),
        ("state = 8", "never lost"),
        ("state = 10", "never lost"),
    ] {
        let refused = refusal(&stranger, &newest.replace("last_seq + 1", &format!("last_seq + 1, {set}")));
        stranger.execute_batch("UPDATE orders SET last_seq = (SELECT max(received_seq) FROM observation)").unwrap();
        assert!(refused.contains(says), "{set}: {refused}");
    }
}

#[test]
fn a_number_is_given_once_per_merchant() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    place(&store, 1);
    let again = store.create_intent(new_order(&number(1)));
    assert!(matches!(again, Err(StoreError::DuplicateNumber { .. })), "{again:?}");
    let several =
        store.create_intents(vec![new_order(&number(2)), new_order(&number(1)), new_order(&number(3))]).unwrap();
    assert!(several[0].is_ok() && several[2].is_ok());
    assert!(matches!(several[1], Err(StoreError::DuplicateNumber { .. })));
    assert!(store.order(crate::deeds::MCH_ID, &number(3)).unwrap().is_some());
}

#[test]
fn one_transaction_id_cannot_pay_two_orders() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (first, second) = (place_created(&store, 1), place_created(&store, 2));
    assert_eq!(ask(&store, first, after_ms(60_000), state(TradeState::Success)).state, OrderState::Success);
    let recorded = ask(&store, second, after_ms(60_000), state(TradeState::Success));
    assert_eq!(
        (recorded.state, recorded.effect, recorded.reason),
        (OrderState::NotPay, Effect::Conflict, Reason::TransactionElsewhere)
    );
    assert!(store.order_by_id(second).unwrap().unwrap().transaction_id.is_none());
}

#[test]
fn a_claim_to_be_verified_without_a_valid_signature_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = place_created(&store, 1);
    let forged = desk_store::NewObservation { signature: Signature::Missing, ..notice(id, after_ms(1_000)) };
    assert!(store.record(vec![forged], &PollPolicy::default()).is_err());
    assert_eq!(store.order_by_id(id).unwrap().unwrap().state, OrderState::NotPay);
    assert_eq!(store.observations(id).unwrap().len(), 1);
}

#[test]
fn evidence_that_was_altered_behind_our_back_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = place_created(&store, 1);
    record(&store, answer(id, 2, after_ms(5_000), Source::Query, unknown()));
    record(&store, notice(id, after_ms(60_000)));
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
    for tampering in [
        "UPDATE observation SET raw = 'x' WHERE received_seq = (SELECT min(received_seq) FROM observation)",
        "UPDATE observation SET received_at = received_at + 1 WHERE verified = 0",
        "DELETE FROM observation WHERE received_seq = (SELECT max(received_seq) FROM observation)",
        "DELETE FROM observation WHERE verified = 0",
    ] {
        let copy = tempfile::tempdir().unwrap();
        let altered = copy.path().join("altered.sqlite3");
        stranger(&store).execute("VACUUM INTO ?1", [altered.to_str().unwrap()]).unwrap();
        let connection = Connection::open(&altered).unwrap();
        let triggers: Vec<(String, String)> = connection
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for (name, _) in &triggers {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        connection.execute_batch(tampering).unwrap();
        for (_, sql) in &triggers {
            connection.execute_batch(sql).unwrap();
        }
        drop(connection);
        std::fs::rename(&altered, copy.path().join(desk_store::FILE_NAME)).unwrap();
        let faults = Store::open(copy.path()).unwrap().verify().unwrap();
        assert!(faults.iter().any(|fault| fault.contains(&number(1))), "{tampering}: {faults:?}");
    }
}

#[test]
fn each_observation_can_be_read_back_with_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let intent = place(&store, 1);
    record(&store, answer(intent.order_id, intent.asked_seq, START, Source::Create, created()));
    let late_seq = store.begin_asking(&[intent.order_id], after_ms(59_000), 60_000).unwrap()[0];
    record(&store, notice(intent.order_id, after_ms(60_000)));
    record(&store, answer(intent.order_id, late_seq, after_ms(59_000), Source::Query, state(TradeState::NotPay)));
    let observations = store.observations(intent.order_id).unwrap();
    let effects: Vec<_> = observations.iter().map(|seen| (seen.evidence.source, seen.effect)).collect();
    assert_eq!(
        effects,
        [(Source::Create, Effect::Applied), (Source::Notice, Effect::Applied), (Source::Query, Effect::Stale)]
    );
    assert_eq!(observations[0].evidence.event, created());
    assert_eq!(observations[1].evidence.event, state(TradeState::Success));
    assert_eq!(observations[1].evidence.asked_seq, observations[1].evidence.received_seq, "nobody asked for a notice");
    assert!(observations.iter().all(|seen| seen.digest.len() == 64 && seen.raw.as_deref() == Some("<xml/>")));
    let order = store.order_by_id(intent.order_id).unwrap().unwrap();
    assert_eq!(order.transaction_id.unwrap().as_str(), TRANSACTION);
    assert_eq!((order.paid_fee.unwrap().get(), order.paid_at), (101, Some(after_ms(60_000))));
    assert!(order.prepay_id.is_some() && order.prepay_at.is_some());
    assert_eq!(store.request(intent.order_id).unwrap().as_deref(), Some("<xml><body>咖啡 拿铁</body></xml>"));
}

#[test]
fn an_observation_of_an_order_that_does_not_exist_records_nothing_of_its_batch() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = place_created(&store, 1);
    let batch = vec![notice(id, after_ms(1_000)), notice(id + 1, after_ms(1_000))];
    assert!(matches!(store.record(batch, &PollPolicy::default()), Err(StoreError::NotFound { .. })));
    assert_eq!(store.order_by_id(id).unwrap().unwrap().state, OrderState::NotPay);
}

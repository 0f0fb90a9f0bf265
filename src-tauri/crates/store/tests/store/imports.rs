//! Importing in bulk: the same rows as claims one by one, counted, idempotent, and stopped where the caller says.

use std::ops::ControlFlow;

use crate::deeds::{MCH_ID, TRANSACTION, after_ms, fen, new_claim, notice, number, place_created, record, transaction};
use desk_store::{
    Effect, Event, Flags, ImportCounts, MerchantRows, NewClaim, Order, OrderFilter, OrderSort, OrderState, Reason,
    RefusedImport, Scanned, Store,
};
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

/// One more than fits into one transaction.
const TWO_BATCHES: usize = 16_385;

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn claim(n: usize, state: Option<OrderState>) -> NewClaim {
    NewClaim {
        body: "拿铁 大杯".into(),
        attach: Some("table 7".into()),
        state,
        transaction_id: (state == Some(OrderState::Success)).then(|| transaction(TRANSACTION)),
        paid_at: (state == Some(OrderState::Success)).then_some(UtcMs(5)),
        next_query_at: (state == Some(OrderState::NotPay)).then(|| after_ms(2_000)),
        raw: Some(format!("line {n}")),
        ..new_claim(&number(n))
    }
}

fn import(store: &Store, claims: Vec<NewClaim>) -> (ImportCounts, Vec<RefusedImport>) {
    let mut refused = Vec::new();
    let counts = store
        .import(claims, |_, more| {
            refused.extend(more);
            ControlFlow::Continue(())
        })
        .unwrap();
    (counts, refused)
}

fn everything(store: &Store) -> Vec<Order> {
    store.first_rows(&OrderFilter::default(), OrderSort::default(), 100).unwrap()
}

#[test]
fn orders_imported_in_bulk_are_the_same_as_orders_claimed_one_by_one() {
    let claims = || {
        let states = [Some(OrderState::Success), Some(OrderState::NotPay), Some(OrderState::Refund), None];
        states.into_iter().enumerate().map(|(n, state)| claim(n, state)).collect::<Vec<_>>()
    };
    let (_one, singly) = open();
    let (_two, in_bulk) = open();
    singly.claim(claims()).unwrap();
    assert_eq!(import(&in_bulk, claims()).0, ImportCounts { inserted: 4, ..ImportCounts::default() });
    assert_eq!(everything(&in_bulk), everything(&singly));
    for order in everything(&in_bulk) {
        let (ours, theirs) = (in_bulk.observations(order.id).unwrap(), singly.observations(order.id).unwrap());
        let said =
            |seen: &desk_store::Observation| (seen.evidence.event.clone(), seen.effect, seen.reason, seen.raw.clone());
        assert_eq!(ours.iter().map(said).collect::<Vec<_>>(), theirs.iter().map(said).collect::<Vec<_>>());
    }
    assert_eq!(in_bulk.verify().unwrap(), Vec::<String>::new(), "the chains of digests hold");
}

#[test]
fn the_same_file_again_changes_nothing_and_a_new_claim_is_kept_beside_the_old_one() {
    let (_folder, store) = open();
    let file = || vec![claim(1, Some(OrderState::NotPay)), claim(2, Some(OrderState::Success))];
    import(&store, file());
    let before = everything(&store);
    assert_eq!(import(&store, file()).0, ImportCounts { same: 2, ..ImportCounts::default() });
    assert_eq!(everything(&store), before);
    let later = vec![claim(1, Some(OrderState::Closed)), claim(2, Some(OrderState::Success)), claim(3, None)];
    let counts = import(&store, later).0;
    assert_eq!(counts, ImportCounts { inserted: 1, same: 1, changed: 1, refused: 0 });
    let order = store.order(MCH_ID, &number(1)).unwrap().unwrap();
    assert_eq!(order.claimed_state, Some(OrderState::Closed));
    assert_eq!(store.observations(order.id).unwrap().len(), 2);
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn of_an_import_that_is_partly_known_every_other_order_is_written_once_with_its_claim() {
    let (_folder, store) = open();
    let states = [Some(OrderState::Success), None, Some(OrderState::NotPay)];
    let claims = |step: usize| (0..500).step_by(step).map(move |n| claim(n, states[n % 3]));
    assert_eq!(import(&store, claims(7).collect()).0.inserted, 72);
    let again = claims(1).chain([claim(450, states[0])]).collect();
    assert_eq!(import(&store, again).0, ImportCounts { inserted: 428, same: 73, ..ImportCounts::default() });
    for n in 0..500 {
        let order = store.order(MCH_ID, &number(n)).unwrap().unwrap();
        assert_eq!((&order.out_trade_no, order.claimed_state), (&claim(n, None).out_trade_no, states[n % 3]));
        assert_eq!(store.observations(order.id).unwrap().len(), 1, "{n}");
    }
    assert_eq!(store.open_list(&OrderFilter::default(), OrderSort::default()).unwrap().totals.count, 500);
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn a_number_twice_in_one_file_with_another_amount_is_kept_as_a_second_claim() {
    let (_folder, store) = open();
    let dearer = NewClaim { total_fee: fen(999), ..claim(1, None) };
    let counts = import(&store, vec![claim(1, None), dearer]).0;
    assert_eq!(counts, ImportCounts { inserted: 1, changed: 1, ..ImportCounts::default() });
    let order = store.order(MCH_ID, &number(1)).unwrap().unwrap();
    assert_eq!(order.total_fee, claim(1, None).total_fee, "the first amount stands");
    assert_eq!(store.observations(order.id).unwrap().len(), 2);
}

#[test]
fn the_first_verified_amount_corrects_a_claimed_one_which_stays_beside_it() {
    let (folder, store) = open();
    let file = || vec![NewClaim { total_fee: fen(85), ..claim(1, Some(OrderState::Success)) }];
    import(&store, file());
    let id = store.order(MCH_ID, &number(1)).unwrap().unwrap().id;
    let database = rusqlite::Connection::open(folder.path().join(desk_store::FILE_NAME)).unwrap();
    let correct = "UPDATE orders SET claimed_total_fee = total_fee, total_fee = 101";
    let refused = database.execute_batch(correct).unwrap_err().to_string();
    assert!(refused.contains("verified evidence"), "{refused}");

    let recorded = record(&store, notice(id, after_ms(60_000)));
    assert_eq!((recorded.state, recorded.effect, recorded.changed), (OrderState::Success, Effect::Applied, true));
    let order = store.order_by_id(id).unwrap().unwrap();
    assert_eq!((order.total_fee, order.paid_fee, order.flags), (fen(101), Some(fen(101)), Flags::NONE));
    assert_eq!(order.claimed_total_fee, Some(fen(85)));
    let mut local = Vec::new();
    let of = MerchantRows { mch_id: order.mch_id, environment: Environment::Production, sub_mch_id: None };
    let take = |row: Scanned<'_>| {
        if let Scanned::Order(order) = row {
            local.push(order.total_fee);
        }
        ControlFlow::Continue(())
    };
    store.scan(&of, take).unwrap();
    assert_eq!(local, [fen(85)], "a bill is compared with what the merchant's own file says");
    assert_eq!(import(&store, file()).0, ImportCounts { same: 1, ..ImportCounts::default() });
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());

    let mut other = notice(id, after_ms(120_000));
    if let Event::TradeState(report) = &mut other.event {
        report.total_fee = Some(fen(85));
    }
    let contradicts = record(&store, other);
    assert_eq!((contradicts.effect, contradicts.reason), (Effect::Conflict, Reason::AmountMismatch));
    assert_eq!(store.order_by_id(id).unwrap().unwrap().total_fee, fen(101));
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn a_number_of_another_profile_is_refused_by_name_and_the_rest_is_taken() {
    let (_folder, store) = open();
    import(&store, vec![NewClaim { profile: "other".into(), ..claim(1, None) }]);
    let (counts, refused) = import(&store, vec![claim(1, None), claim(2, None)]);
    assert_eq!(counts, ImportCounts { inserted: 1, refused: 1, ..ImportCounts::default() });
    let raw = claim(1, None).raw;
    assert_eq!(refused, [RefusedImport { out_trade_no: claim(1, None).out_trade_no, profile: "other".into(), raw }]);
}

#[test]
fn an_import_about_an_order_of_ours_moves_nothing_that_is_verified() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    record(&store, notice(id, after_ms(60_000)));
    let counts = import(&store, vec![claim(1, Some(OrderState::Closed))]).0;
    assert_eq!(counts, ImportCounts { changed: 1, ..ImportCounts::default() });
    let order = store.order_by_id(id).unwrap().unwrap();
    assert_eq!((order.state, order.flags), (OrderState::Success, Flags::NONE));
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn an_import_that_is_stopped_keeps_what_was_committed_and_goes_on_where_it_was() {
    let (_folder, store) = open();
    let claims = || (0..TWO_BATCHES).map(|n| claim(n, None));
    let first = store.import(claims(), |_, _| ControlFlow::Break(())).unwrap();
    assert!((1..TWO_BATCHES as u64).contains(&first.inserted), "{first:?}");
    let counts = store.import(claims(), |_, _| ControlFlow::Continue(())).unwrap();
    let inserted = TWO_BATCHES as u64 - first.inserted;
    assert_eq!(counts, ImportCounts { inserted, same: first.inserted, ..ImportCounts::default() });
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn others_write_while_an_import_waits_for_its_file() {
    let (_folder, store) = open();
    let id = place_created(&store, TWO_BATCHES + 1);
    // The file goes on only after somebody else's notice was committed.
    let claims = (0..TWO_BATCHES).map(|n| {
        if n == TWO_BATCHES - 1 {
            assert!(record(&store, notice(id, after_ms(60_000))).changed);
        }
        claim(n, None)
    });
    let counts = store.import(claims, |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(counts.inserted, TWO_BATCHES as u64);
}

#[test]
fn what_was_imported_is_in_the_file_afterwards_and_not_only_in_its_log() {
    let (folder, store) = open();
    import(&store, (0..12_000).map(|n| claim(n, None)).collect());
    let log = folder.path().join(format!("{}-wal", desk_store::FILE_NAME));
    let bytes = std::fs::metadata(&log).unwrap().len();
    import(&store, (12_000..12_600).map(|n| claim(n, None)).collect());
    assert!(std::fs::metadata(&log).unwrap().len() <= bytes, "the log is written from its beginning again");
}

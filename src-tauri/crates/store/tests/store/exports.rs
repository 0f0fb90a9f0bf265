//! Orders handed out for a file: all of them, in order, as they were at one moment.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::deeds::{after_ms, ask, new_claim, number, state};
use desk_store::{NewClaim, OrderFilter, OrderLine, OrderSort, OrderState, Store};
use wxpay_protocol::TradeState;

/// More than all threads have read before the first piece is taken.
const MANY: usize = 16_400;

fn shop() -> (tempfile::TempDir, Store, Vec<i64>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let claims = (0i64..).zip(0..MANY).map(|(ms, n)| NewClaim { created_at: after_ms(ms), ..new_claim(&number(n)) });
    store.import(claims, |_, _| ControlFlow::Continue(())).unwrap();
    let ids = store.list_ids(&OrderFilter::default(), OrderSort::default()).unwrap();
    (folder, store, ids.to_vec())
}

fn put(piece: &mut Vec<String>, order: &OrderLine<'_>) {
    piece.push(format!("{} {}", order.out_trade_no, order.shown_state.as_str()));
}

fn in_pieces(store: &Store, ids: &[i64]) -> Vec<String> {
    let mut all = Vec::new();
    store
        .each_piece(ids, Vec::new, put, |piece| {
            all.extend(piece);
            ControlFlow::Continue(())
        })
        .unwrap();
    all
}

#[test]
fn pieces_hold_every_order_once_and_in_the_order_of_the_list() {
    let (_folder, store, ids) = shop();
    let mut one_by_one = Vec::new();
    store
        .each_order(&ids, |order| {
            put(&mut one_by_one, order);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(one_by_one.len(), MANY);
    assert!(in_pieces(&store, &ids) == one_by_one);
    assert_eq!(in_pieces(&store, &ids[7..8]), one_by_one[7..8]);
    assert_eq!(in_pieces(&store, &[]), [""; 0]);
}

#[test]
fn every_piece_is_of_one_moment_though_orders_change_while_they_are_read() {
    let (_folder, store, ids) = shop();
    let changed = AtomicU64::new(0);
    let pay = |id: i64| {
        let at = 10_000 + changed.fetch_add(1, Ordering::Relaxed).cast_signed();
        ask(&store, id, after_ms(at), state(TradeState::NotPay));
    };
    let mut verified = 0;
    store
        .each_piece(
            &ids,
            || {
                ids.iter().rev().take(3).chain(ids.iter().take(3)).for_each(|id| pay(*id));
                0
            },
            |count, order| *count += u32::from(order.is_verified),
            |count| {
                verified += count;
                ControlFlow::Continue(())
            },
        )
        .unwrap();
    assert_eq!(verified, 0, "nothing was verified when it began");
    assert!(changed.into_inner() > 0);
    assert_eq!(store.rows(&ids[..1]).unwrap()[0].state, OrderState::NotPay);
}

#[test]
fn what_nobody_takes_any_more_is_not_read_and_an_order_that_is_not_there_is_a_fault() {
    let (_folder, store, mut ids) = shop();
    let read = AtomicU64::new(0);
    store
        .each_piece(
            &ids,
            || (),
            |(), _| {
                read.fetch_add(1, Ordering::Relaxed);
            },
            |()| ControlFlow::Break(()),
        )
        .unwrap();
    assert!(read.into_inner() < MANY as u64);
    ids[9_000] = i64::MAX;
    let mut taken = 0;
    let fault = store.each_piece(&ids, Vec::new, put, |piece| {
        taken += piece.len();
        ControlFlow::Continue(())
    });
    assert!(fault.is_err());
    assert!(taken <= 9_000, "{taken}");
}

#[test]
fn a_program_that_writes_for_long_keeps_nobody_from_reading() {
    let (_folder, store, ids) = shop();
    let writing = rusqlite::Connection::open(store.path()).unwrap();
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(in_pieces(&store, &ids).len(), MANY);
}

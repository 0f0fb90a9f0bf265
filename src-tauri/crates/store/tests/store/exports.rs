//! Orders handed out for a file: all of them, in order, as they were at one moment.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::deeds::{
    OTHER_TRANSACTION, TRANSACTION, after_ms, ask, fen, new_claim, number, place, place_created, report, state,
    transaction,
};
use desk_store::{NewClaim, Order, OrderFilter, OrderLine, OrderSort, OrderState, Origin, Store};
use wxpay_protocol::ids::OpenId;
use wxpay_protocol::{Fen, TradeState};

/// More than all threads have read before the first piece is taken.
const MANY: usize = 24_600;

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
        .each_piece(ids, Vec::new, put, |piece, places| {
            all.extend(places.iter().map(|place| piece[*place].clone()));
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

/// What the two ways of reading an order must say alike.
#[derive(Debug, PartialEq)]
struct Said {
    texts: [Option<String>; 9],
    shown_state: OrderState,
    is_verified: bool,
    fees: [Option<i64>; 4],
    times: [Option<i64>; 2],
    origin: Origin,
    marks: Vec<&'static str>,
}

fn of_line(order: &OrderLine<'_>) -> Said {
    let text = |text: &str| Some(text.to_owned());
    let if_any = |text: Option<&str>| text.map(str::to_owned);
    let OrderLine { out_trade_no, profile, mch_id, appid, body, .. } = *order;
    Said {
        texts: [
            text(out_trade_no),
            if_any(order.transaction_id),
            if_any(order.trade_type),
            text(body),
            if_any(order.attach),
            if_any(order.openid),
            text(profile),
            text(mch_id),
            text(appid),
        ],
        shown_state: order.shown_state,
        is_verified: order.is_verified,
        fees: [Some(order.total_fee), order.paid_fee, Some(order.refunded_fee), order.claimed_total_fee]
            .map(|fee| fee.map(Fen::get)),
        times: [Some(order.created_at.0), order.paid_at.map(|at| at.0)],
        origin: order.origin,
        marks: order.flags.words(),
    }
}

fn of_order(order: &Order) -> Said {
    let is_verified = order.state != OrderState::Unverified;
    Said {
        texts: [
            Some(order.out_trade_no.to_string()),
            order.transaction_id.as_ref().or(order.claimed_transaction_id.as_ref()).map(ToString::to_string),
            order.trade_type.clone(),
            Some(order.body.clone()),
            order.attach.clone(),
            order.openid.as_ref().map(ToString::to_string),
            Some(order.profile.clone()),
            Some(order.mch_id.to_string()),
            Some(order.appid.to_string()),
        ],
        shown_state: if is_verified { order.state } else { order.claimed_state.unwrap_or(order.state) },
        is_verified,
        fees: [Some(order.total_fee), order.paid_fee, Some(order.refunded_fee), order.claimed_total_fee]
            .map(|fee| fee.map(Fen::get)),
        times: [Some(order.created_at.0), order.paid_at.or(order.claimed_paid_at).map(|at| at.0)],
        origin: order.origin,
        marks: order.flags.words(),
    }
}

#[test]
fn a_file_says_of_every_order_what_a_list_says_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    place(&store, 1);
    let refunded = place_created(&store, 2);
    let disputed = place_created(&store, 3);
    ask(&store, refunded, after_ms(60_000), state(TradeState::Refund));
    ask(&store, disputed, after_ms(60_000), report(TradeState::Success, OTHER_TRANSACTION));
    ask(&store, disputed, after_ms(120_000), report(TradeState::Success, TRANSACTION));
    let claims =
        [(4, Origin::Import, Some(OrderState::Success)), (5, Origin::Lookup, None)].map(|(n, origin, state)| {
            let paid = state.is_some();
            NewClaim {
                origin,
                state,
                total_fee: fen(999_999_999_999_999),
                attach: paid.then(|| "店, 一".into()),
                openid: paid.then(|| OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap()),
                transaction_id: paid.then(|| transaction("4200000000202611200000000009")),
                paid_at: paid.then(|| after_ms(5_000)),
                ..new_claim(&number(n))
            }
        });
    store.import(claims, |_, _| ControlFlow::Continue(())).unwrap();
    let ids = store.list_ids(&OrderFilter::default(), OrderSort::default()).unwrap();
    let listed: Vec<Said> = store.rows(&ids).unwrap().iter().map(of_order).collect();
    let mut in_file = Vec::new();
    store
        .each_order(&ids, |order| {
            in_file.push(of_line(order));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(in_file, listed);
    let states: BTreeSet<&str> = listed.iter().map(|said| said.shown_state.as_str()).collect();
    assert_eq!((listed.len(), states.len()), (5, 4), "{states:?}");
    assert!(listed.iter().any(|said| said.marks.contains(&"conflict")), "{listed:?}");
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
            |count, _| {
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
            |(), _| ControlFlow::Break(()),
        )
        .unwrap();
    assert!(read.into_inner() < MANY as u64);
    ids[9_000] = i64::MAX;
    let mut taken = 0;
    let fault = store.each_piece(&ids, Vec::new, put, |piece, _| {
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

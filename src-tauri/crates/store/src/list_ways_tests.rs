//! That every way to a list gives the same list: sorted by itself, picked out of a walk, or cut off after its first rows.

use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::config::DbConfig;
use wxpay_protocol::ids::{Appid, MchId, OutTradeNo, TransactionId};
use wxpay_protocol::{Fen, SignType};

use super::condition::{Condition, ID, Way};
use super::*;
use crate::search::Terms;
use crate::{NewClaim, Origin};

const ORDERS: i64 = 700;
/// Ids go on after a gap, so that the index of amounts has several runs, one of them empty.
const BEFORE_GAP: i64 = 300;
const GAP: i64 = 2 * 65_536;

fn claim(n: i64) -> NewClaim {
    let states = [None, Some(OrderState::Success), Some(OrderState::NotPay), Some(OrderState::Refund)];
    NewClaim {
        profile: if n % 5 == 0 { "other".into() } else { "shop".into() },
        appid: Appid::new("wx0000000000000001").unwrap(),
        mch_id: MchId::new(if n % 5 == 0 { "1900000002" } else { "1900000001" }).unwrap(),
        // Both merchants have the same numbers, as far as the second goes.
        out_trade_no: OutTradeNo::new(format!("N{:06}", (n + i64::from(n % 5 == 0)) * 7_919 % 100_003)).unwrap(),
        sign_type: SignType::Md5,
        origin: Origin::Import,
        total_fee: Fen::new(n % 11).unwrap(),
        trade_type: [None, Some("JSAPI"), Some("NATIVE")][usize::try_from(n % 3).unwrap()].map(str::to_owned),
        body: if n % 2 == 0 {
            "拿铁 大杯".into()
        } else {
            format!("{} {n}", ["美式", "Mocha", "mocha", "latte"][usize::try_from(n / 2 % 4).unwrap()])
        },
        attach: None,
        openid: None,
        // Many orders of the same moment: equal keys are where two ways come apart.
        created_at: UtcMs(n / 50 * 1_000),
        claimed_at: UtcMs(0),
        state: states[usize::try_from(n % 4).unwrap()],
        // In no order of the ids, and many orders have none.
        // A few with letters, behind the first of which nothing counts.
        transaction_id: (n % 7 != 0).then(|| {
            let number = n * 7_919 % 100_003;
            let number = if n % 97 == 3 { format!("42B{number}") } else { format!("42{number:026}") };
            TransactionId::new(number).unwrap()
        }),
        paid_at: None,
        next_query_at: (n % 9 == 0).then_some(UtcMs(n)),
        raw: None,
    }
}

fn shop() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.import((0..ORDERS).map(claim), |_, _| ControlFlow::Continue(())).unwrap();
    store
        .write(|connection| {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
            connection.execute_batch(&format!(
                "PRAGMA defer_foreign_keys = ON; UPDATE orders SET id = id + {GAP} WHERE id > {BEFORE_GAP}; \
                 UPDATE observation SET order_id = order_id + {GAP} WHERE order_id > {BEFORE_GAP}"
            ))?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
            Ok(())
        })
        .unwrap();
    (folder, store)
}

fn filters() -> Vec<OrderFilter> {
    let all = OrderFilter::default;
    vec![
        all(),
        OrderFilter { states: vec![OrderState::Unverified], ..all() },
        OrderFilter { states: vec![OrderState::Success, OrderState::NotPay], amount_min_fen: Some(3), ..all() },
        OrderFilter { trade_types: vec![TradeType::Native], profile: Some("other".into()), ..all() },
        OrderFilter {
            trade_types: vec![TradeType::Native, TradeType::App],
            states: vec![OrderState::Success, OrderState::Closed],
            ..all()
        },
        OrderFilter { created_from: Some(UtcMs(2_000)), created_to: Some(UtcMs(9_000)), ..all() },
        OrderFilter { search: "拿铁".into(), ..all() },
        OrderFilter { search: "N0".into(), states: vec![OrderState::Refund], ..all() },
        OrderFilter { search: "002".into(), ..all() },
        OrderFilter { search: "0123".into(), ..all() },
        OrderFilter { search: "美式 1".into(), ..all() },
        OrderFilter { search: "nowhere".into(), ..all() },
    ]
}

fn sorts() -> Vec<OrderSort> {
    SortBy::ALL.into_iter().flat_map(|by| [true, false].map(|descending| OrderSort { by, descending })).collect()
}

/// The same list by every way that there is for its sort, and its first rows.
fn ways(making: &Making<'_>, limit: usize) -> Result<(Vec<OpenedList>, Vec<Vec<i64>>), StoreError> {
    let searched = making.searched()?;
    let set: Option<IdSet> = searched.as_ref().map(|ids| ids.iter().copied().collect());
    let opened = vec![making.open(usize::MAX)?, making.open(0)?];
    let firsts = match Way::of(making.sort.by) {
        Way::Memory(key) => [0, 1, 60, 400, usize::MAX].map(|looked_at| making.first_by(key, limit, looked_at)).into(),
        Way::Index(index) => {
            let plain = Condition::walking(making.filter, making.sort.by);
            let reading = match Terms::of(&making.filter.search) {
                Some(terms) => Condition::walking(making.filter, making.sort.by).matching(&terms),
                None => Condition::walking(making.filter, making.sort.by),
            };
            let found = making.found(searched.as_deref(), 0, ID)?;
            vec![
                making.walk_to(&index, &reading, None, limit, Duration::MAX).map(Option::unwrap),
                making.walk_to(&index, &plain, set.as_ref(), limit, Duration::MAX).map(Option::unwrap),
                making.first_found(&index, limit, usize::MAX),
                making.first_found(&index, limit, 0),
                making.in_order(&index, &found, limit, 0),
            ]
        }
    };
    Ok((opened, firsts.into_iter().collect::<Result<_, _>>()?))
}

#[test]
fn a_list_is_the_same_whichever_way_it_is_made() {
    let (_folder, store) = shop();
    for filter in filters() {
        for sort in sorts() {
            let (opened, firsts) = store
                .read_beside(|connection, beside| {
                    assert!(beside.is_some(), "nobody commits");
                    let shared = Making { connection, beside, texts: store.texts(), filter: &filter, sort };
                    assert!(shared.in_halves(|_| Ok(()))?.is_some(), "there are many moments");
                    let (mut opened, mut firsts) = ways(&Making { beside: None, ..shared }, 60)?;
                    let in_halves = ways(&shared, 60)?;
                    opened.extend(in_halves.0);
                    firsts.extend(in_halves.1);
                    Ok((opened, firsts))
                })
                .unwrap();
            let [by_itself, others @ ..] = &opened[..] else { panic!() };
            for first in firsts {
                assert_eq!(first[..], by_itself.ids[..by_itself.ids.len().min(60)], "{filter:?} {sort:?}");
            }
            for other in others {
                assert_eq!(by_itself.ids, other.ids, "{filter:?} {sort:?}");
                assert_eq!(by_itself.totals, other.totals, "{filter:?} {sort:?}");
            }
            assert_eq!(by_itself.ids, store.list_ids(&filter, sort).unwrap(), "{filter:?} {sort:?}");
            assert_eq!(by_itself.totals.count, by_itself.ids.len() as u64);
            let rows: Vec<i64> = store.first_rows(&filter, sort, 7).unwrap().iter().map(|order| order.id).collect();
            assert_eq!(rows[..], by_itself.ids[..by_itself.ids.len().min(7)], "{filter:?} {sort:?}");
            assert!(store.first_rows(&filter, sort, 0).unwrap().is_empty());
        }
    }
}

#[test]
fn the_first_by_number_come_from_memory_where_the_texts_are_there_and_wait_for_none() {
    let (_folder, store) = shop();
    let filter =
        OrderFilter { created_from: Some(UtcMs(2_000)), created_to: Some(UtcMs(9_000)), ..OrderFilter::default() };
    for descending in [true, false] {
        let sort = OrderSort { by: SortBy::OutTradeNo, descending };
        let first = || {
            store.read(|connection| {
                let making = Making { connection, beside: None, texts: store.texts(), filter: &filter, sort };
                making.first_numbers(&making.found(None, 0, ID)?.set, 60)
            })
        };
        if descending {
            assert_eq!(first().unwrap(), None, "nobody has read them yet");
            store.prepare_search().unwrap();
        }
        assert_eq!(first().unwrap().unwrap()[..], store.open_list(&filter, sort).unwrap().ids[..60]);
        assert_eq!(store.texts().while_somebody_reads(|| first().unwrap()), None);
    }
}

fn sorted_by(store: &Store, by: SortBy, key: impl Fn(&Order) -> String) {
    for descending in [false, true] {
        let ids = store.list_ids(&OrderFilter::default(), OrderSort { by, descending }).unwrap();
        assert_eq!(i64::try_from(ids.len()), Ok(ORDERS));
        let mut rows = store.rows(&ids).unwrap();
        if descending {
            rows.reverse();
        }
        let keys: Vec<(String, i64)> = rows.iter().map(|order| (key(order), order.id)).collect();
        assert!(keys.is_sorted_by(|one, other| one < other), "{by:?} {descending} {keys:?}");
    }
}

#[test]
fn a_list_sorted_in_files_is_the_one_that_is_sorted_in_memory() {
    let (_folder, store) = shop();
    let texts = sorts().into_iter().filter(|sort| matches!(Way::of(sort.by), Way::Memory(_)));
    let lists: Vec<(OrderFilter, OrderSort)> =
        texts.flat_map(|sort| filters().into_iter().map(move |filter| (filter, sort))).collect();
    let in_files: Vec<_> =
        lists.iter().map(|(filter, sort)| store.ids_sorted_in_files(filter, *sort).unwrap()).collect();
    store.prepare_search().unwrap();
    let mut sorted = 0;
    for ((filter, sort), in_files) in lists.iter().zip(in_files) {
        assert_eq!(store.ids_sorted_in_files(filter, *sort).unwrap(), None, "the texts are there now");
        if let Some(in_files) = in_files {
            sorted += in_files.len();
            assert_eq!(in_files, store.list_ids(filter, *sort).unwrap(), "{filter:?} {sort:?}");
        } else {
            assert!(!filter.search.is_empty());
        }
    }
    assert!(sorted > 3 * 700, "{sorted}");
}

fn transaction_id(order: &Order) -> String {
    let number = order.transaction_id.as_ref().or(order.claimed_transaction_id.as_ref());
    let number = number.map(TransactionId::as_str).unwrap_or_default();
    number.split_inclusive(|letter: char| letter.is_ascii_alphabetic()).next().unwrap_or_default().to_owned()
}

#[test]
fn lists_that_no_index_has_are_in_the_order_of_their_texts() {
    let (_folder, store) = shop();
    sorted_by(&store, SortBy::TransactionId, transaction_id);
    sorted_by(&store, SortBy::Body, |order| order.body.to_ascii_lowercase());
    sorted_by(&store, SortBy::Profile, |order| order.profile.clone());
}

#[test]
fn a_list_sorted_in_memory_has_no_order_that_its_connection_does_not_see_yet() {
    let (_folder, store) = shop();
    store
        .read(|connection| {
            let all = OrderFilter::default();
            let sort = OrderSort { by: SortBy::Body, descending: false };
            let making = Making { connection, beside: None, texts: store.texts(), filter: &all, sort };
            // Reading begins here, before the next order is there.
            let before = making.ids()?;
            store.import([claim(ORDERS)], |_, _| ControlFlow::Continue(()))?;
            assert_eq!(store.list_ids(&all, sort)?.len(), before.len() + 1);
            assert_eq!(making.ids()?, before);
            assert_eq!(making.first(usize::MAX)?[..], before[..]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_search_finds_as_many_as_its_connection_sees_however_many_others_have_read() {
    let (_folder, store) = shop();
    let filter = OrderFilter { search: "拿铁".into(), ..OrderFilter::default() };
    for descending in [true, false] {
        let sort = OrderSort { by: SortBy::CreatedAt, descending };
        store
            .read(|connection| {
                let making = Making { connection, beside: None, texts: store.texts(), filter: &filter, sort };
                let Way::Index(index) = Way::of(sort.by) else { panic!() };
                let firsts = || [0, 60, usize::MAX].map(|few| making.first_found(&index, 60, few).unwrap());
                let before = firsts();
                assert_eq!(before[0].len(), 60);
                let from = ORDERS + if descending { 0 } else { 200 };
                store.import((from..from + 200).map(claim), |_, _| ControlFlow::Continue(()))?;
                store.prepare_search()?;
                assert_eq!(firsts(), before);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn a_walk_that_was_cut_off_leaves_the_connection_as_it_was() {
    let (_folder, store) = shop();
    store
        .read(|connection| {
            let all = OrderFilter::default();
            let making =
                Making { connection, beside: None, texts: store.texts(), filter: &all, sort: OrderSort::default() };
            let Way::Index(index) = Way::of(making.sort.by) else { panic!() };
            assert_eq!(making.walk_to(&index, &Condition::new(&all), None, usize::MAX, Duration::ZERO)?, None);
            assert_eq!(making.open(0)?.ids.iter().max(), Some(&(GAP + ORDERS)));
            Ok(())
        })
        .unwrap();
}

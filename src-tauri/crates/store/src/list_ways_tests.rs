//! That every way to a list gives the same list: sorted by itself, picked out of a walk, or cut off after its first rows.

use std::ops::ControlFlow;

use rusqlite::config::DbConfig;
use wxpay_protocol::ids::{Appid, MchId, OutTradeNo, TransactionId};
use wxpay_protocol::{Fen, SignType};

use super::*;
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
        body: if n % 2 == 0 { "拿铁 大杯".into() } else { format!("美式 {n}") },
        attach: None,
        openid: None,
        // Many orders of the same moment: equal keys are where two ways come apart.
        created_at: UtcMs(n / 50 * 1_000),
        claimed_at: UtcMs(0),
        state: states[usize::try_from(n % 4).unwrap()],
        // In no order of the ids, and many orders have none.
        transaction_id: (n % 7 != 0).then(|| TransactionId::new(format!("42{:026}", n * 7_919 % 100_003)).unwrap()),
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
    let by = [
        SortBy::CreatedAt,
        SortBy::PaidAt,
        SortBy::TotalFee,
        SortBy::State,
        SortBy::TradeType,
        SortBy::OutTradeNo,
        SortBy::TransactionId,
        SortBy::Body,
        SortBy::Profile,
    ];
    by.into_iter().flat_map(|by| [true, false].map(|descending| OrderSort { by, descending })).collect()
}

#[test]
fn a_list_is_the_same_whichever_way_it_is_made() {
    let (_folder, store) = shop();
    for filter in filters() {
        for sort in sorts() {
            let (by_itself, walked, firsts) = store
                .read(|connection| {
                    let searched = store.searched(connection, &filter)?;
                    let set: Option<IdSet> = searched.as_ref().map(|ids| ids.iter().copied().collect());
                    let searched = searched.as_deref();
                    let plain = Condition::walking(&filter, sort.by);
                    let reading = match Terms::of(&filter.search) {
                        Some(terms) => Condition::walking(&filter, sort.by).matching(&terms),
                        None => Condition::walking(&filter, sort.by),
                    };
                    Ok((
                        open(connection, &filter, searched, sort, usize::MAX)?,
                        open(connection, &filter, searched, sort, 0)?,
                        [
                            walk_to(connection, &reading, None, sort, 60, Duration::MAX)?.unwrap(),
                            walk_to(connection, &plain, set.as_ref(), sort, 60, Duration::MAX)?.unwrap(),
                            store.first_found(connection, &filter, sort, 60, usize::MAX)?,
                            store.first_found(connection, &filter, sort, 60, 0)?,
                            Found::new(connection, &filter, searched, 0, ID, |_| Ok(()))?
                                .first(connection, &filter, sort, 60, 0)?,
                        ],
                    ))
                })
                .unwrap();
            for first in firsts {
                assert_eq!(first[..], by_itself.ids[..by_itself.ids.len().min(60)], "{filter:?} {sort:?}");
            }
            assert_eq!(by_itself.ids, walked.ids, "{filter:?} {sort:?}");
            assert_eq!(by_itself.ids, store.list_ids(&filter, sort).unwrap(), "{filter:?} {sort:?}");
            assert_eq!(by_itself.totals, walked.totals, "{filter:?} {sort:?}");
            assert_eq!(by_itself.totals.count, by_itself.ids.len() as u64);
            let rows: Vec<i64> = store.first_rows(&filter, sort, 7).unwrap().iter().map(|order| order.id).collect();
            assert_eq!(rows[..], by_itself.ids[..by_itself.ids.len().min(7)], "{filter:?} {sort:?}");
        }
    }
}

#[test]
fn a_walk_that_was_cut_off_leaves_the_connection_as_it_was() {
    let (_folder, store) = shop();
    store
        .read(|connection| {
            let all = OrderFilter::default();
            let condition = Condition::new(&all);
            assert_eq!(walk_to(connection, &condition, None, OrderSort::default(), usize::MAX, Duration::ZERO)?, None);
            assert_eq!(open(connection, &all, None, OrderSort::default(), 0)?.ids.iter().max(), Some(&(GAP + ORDERS)));
            Ok(())
        })
        .unwrap();
}

//! Lists, totals, search and the overview.

use crate::deeds::{
    START, after_ms, ask, fen, new_claim, new_order, not_exist, notice, number, place, place_created, record, state,
};
use desk_store::{
    Claimed, Event, Flags, NewClaim, NewObservation, NewOrder, OrderFilter, OrderSort, OrderState, Report, SortBy,
    Store, Totals,
};
use wxpay_protocol::ids::OpenId;
use wxpay_protocol::{TradeState, TradeType};

const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// 1 paid · 2 NOTPAY, another body and amount · 3 CREATING, APP, with an openid · 4 closed · 5 claimed to be paid.
fn shop() -> (tempfile::TempDir, Store, [i64; 5]) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let first = place_created(&store, 1);
    record(&store, notice(first, after_ms(60_000)));
    let second = NewOrder {
        body: "100%_纯茶".into(),
        total_fee: fen(2_000),
        created_at: after_ms(86_400_000),
        ..new_order(&number(2))
    };
    let second = store.create_intent(second).unwrap().order_id;
    ask(&store, second, after_ms(90_000_000), state(TradeState::NotPay));
    let openid = Some(OpenId::new(OPENID).unwrap());
    let third = NewOrder { trade_type: TradeType::App, openid, created_at: after_ms(2), ..new_order(&number(3)) };
    let third = store.create_intent(third).unwrap().order_id;
    let fourth = store.create_intent(NewOrder { created_at: after_ms(3), ..new_order(&number(4)) }).unwrap().order_id;
    ask(&store, fourth, after_ms(400_000), state(TradeState::Closed));
    let claim = NewClaim {
        profile: "other".into(),
        total_fee: fen(500),
        trade_type: None,
        body: "旧系统".into(),
        created_at: after_ms(-1),
        claimed_at: START,
        state: Some(OrderState::Success),
        transaction_id: Some(crate::deeds::transaction("4200000000202611190000000009")),
        ..new_claim("IMPORTED_0005")
    };
    let Claimed::Added(fifth) = store.claim(vec![claim]).unwrap()[0] else { panic!("the order is new") };
    (folder, store, [first, second, third, fourth, fifth])
}

fn list(store: &Store, filter: &OrderFilter) -> Vec<i64> {
    let sort = OrderSort { by: SortBy::OutTradeNo, descending: false };
    let opened = store.open_list(filter, sort).unwrap();
    let first: Vec<i64> = store.first_rows(filter, sort, 60).unwrap().iter().map(|order| order.id).collect();
    assert_eq!(opened.ids[..], first, "the first rows are the beginning of the list");
    assert_eq!(store.list_ids(filter, sort).unwrap(), opened.ids, "a file has the same rows");
    opened.ids.to_vec()
}

fn search(store: &Store, text: &str) -> Vec<i64> {
    list(store, &OrderFilter { search: text.into(), ..OrderFilter::default() })
}

#[test]
fn totals_are_exact_and_say_how_much_of_them_is_only_claimed() {
    let (_folder, store, _) = shop();
    let opened = store.open_list(&OrderFilter::default(), OrderSort::default()).unwrap();
    assert_eq!(
        opened.totals,
        Totals {
            count: 5,
            paid_count: 2,
            paid_fen: 601,
            refunded_fen: 0,
            unverified_paid_count: 1,
            unverified_paid_fen: 500,
            polling: 2,
            next_query_at: Some(after_ms(20_000)),
        }
    );
    assert_eq!(opened.totals.net_fen(), 601);
}

#[test]
fn every_sort_orders_both_ways() {
    let (_folder, store, [first, second, third, fourth, fifth]) = shop();
    let sorted = |by, descending| {
        let sort = OrderSort { by, descending };
        let ids = store.open_list(&OrderFilter::default(), sort).unwrap().ids;
        assert_eq!(store.list_ids(&OrderFilter::default(), sort).unwrap(), ids);
        ids.to_vec()
    };
    assert_eq!(sorted(SortBy::CreatedAt, true), [second, fourth, third, first, fifth]);
    assert_eq!(sorted(SortBy::CreatedAt, false), [fifth, first, third, fourth, second]);
    assert_eq!(sorted(SortBy::PaidAt, true)[0], first);
    assert_eq!(sorted(SortBy::TotalFee, true)[..2], [second, fifth]);
    assert_eq!(sorted(SortBy::State, false), [third, second, fifth, first, fourth]);
    assert_eq!(sorted(SortBy::TradeType, false)[..2], [fifth, third]);
    assert_eq!(sorted(SortBy::OutTradeNo, false), [first, second, third, fourth, fifth]);
    // One has a verified number, one a claimed one that is smaller; the rest have none and keep the order of the store.
    assert_eq!(sorted(SortBy::TransactionId, false), [second, third, fourth, fifth, first]);
    assert_eq!(sorted(SortBy::TransactionId, true), [first, fifth, fourth, third, second]);
    // By code point: "1", then "咖", then "旧".
    assert_eq!(sorted(SortBy::Body, false), [second, first, third, fourth, fifth]);
    assert_eq!(sorted(SortBy::Profile, false)[0], fifth, "\"other\" is before \"shop\"");
    assert_eq!(sorted(SortBy::Profile, true), [fourth, third, second, first, fifth]);
}

#[test]
fn filters_restrict_and_combine() {
    let (_folder, store, [first, second, third, fourth, fifth]) = shop();
    let all = OrderFilter::default;
    assert_eq!(
        list(&store, &OrderFilter { states: vec![OrderState::Success], ..all() }),
        [first, fifth],
        "a claim counts, marked"
    );
    assert_eq!(list(&store, &OrderFilter { states: vec![OrderState::Unverified], ..all() }), [fifth]);
    assert_eq!(
        list(&store, &OrderFilter { states: vec![OrderState::NotPay, OrderState::Closed], ..all() }),
        [second, fourth]
    );
    assert_eq!(list(&store, &OrderFilter { trade_types: vec![TradeType::App, TradeType::Mweb], ..all() }), [third]);
    assert_eq!(list(&store, &OrderFilter { amount_min_fen: Some(500), amount_max_fen: Some(1_999), ..all() }), [fifth]);
    assert_eq!(
        list(&store, &OrderFilter { created_from: Some(after_ms(2)), created_to: Some(after_ms(3)), ..all() }),
        [third]
    );
    assert_eq!(list(&store, &OrderFilter { profile: Some("other".into()), ..all() }), [fifth]);
    let none = OrderFilter { profile: Some("other".into()), states: vec![OrderState::Closed], ..all() };
    assert_eq!(list(&store, &none), [0i64; 0]);
    assert_eq!(store.open_list(&none, OrderSort::default()).unwrap().totals, Totals::default());
    ask(&store, third, after_ms(20_000), not_exist());
    let marked = OrderFilter { flags: vec![Flags::UNKNOWN, Flags::CONFLICT], ..all() };
    assert_eq!(list(&store, &marked), [third]);
}

#[test]
fn one_box_finds_numbers_openids_and_words() {
    let (_folder, store, [first, second, third, fourth, fifth]) = shop();
    assert_eq!(search(&store, &number(3)), [third]);
    assert_eq!(
        search(&store, " 20261120 1000\n00"),
        [first, second, third, fourth],
        "spaces and line breaks of a screenshot"
    );
    for copied in [format!("`{}", number(3)), format!("'{}", number(3)), format!("=\"{}\"", number(3))] {
        assert_eq!(search(&store, &copied), [third], "{copied} out of a bill or a spreadsheet");
    }
    assert_eq!(search(&store, "42000000002026112"), [first]);
    assert_eq!(search(&store, "4200000000202611190000000009"), [fifth], "a claimed number");
    assert_eq!(search(&store, OPENID), [third]);
    assert_eq!(search(&store, &OPENID[..20]), [0i64; 0], "an openid is searched as a whole");
    assert_eq!(search(&store, "拿铁"), [first, third, fourth], "a word of two characters");
    assert_eq!(search(&store, "纯"), [second], "and of one");
    assert_eq!(search(&store, "系统 旧"), [fifth], "words in any order");
    assert_eq!(search(&store, "9001"), [0i64; 0]);
    assert_eq!(search(&store, "0009"), [fifth], "the last four digits");
    assert_eq!(search(&store, "009"), [0i64; 0], "three digits are looked for at the beginning only");
    assert_eq!(search(&store, "202"), [first, second, third, fourth]);
    assert_eq!(
        search(&store, "１１１９\u{200b}0000"),
        [fifth],
        "digits of full width, and what a chat puts between them"
    );
    assert_eq!(search(&store, "imported"), [0i64; 0], "a number is written as it is");
    assert_eq!(search(&store, "100%_"), [second], "wildcards are letters");
    assert_eq!(search(&store, "%"), [second]);
    assert_eq!(search(&store, "' OR 1=1 --"), [0i64; 0]);
}

#[test]
fn searches_and_lists_see_what_was_paid_placed_or_imported_since_the_last_one_by_any_process() {
    let (folder, store, [first, second, ..]) = shop();
    let greatest = |by| {
        let rows = store.first_rows(&OrderFilter::default(), OrderSort { by, descending: true }, 1).unwrap();
        rows.iter().map(|order| order.id).collect::<Vec<_>>()
    };
    assert_eq!(search(&store, "4200000000202611200000000002"), [0i64; 0]);
    assert_eq!(greatest(SortBy::TransactionId), [first]);
    let elsewhere = Store::open(folder.path()).unwrap();
    let paid = NewObservation { received_at: after_ms(95_000_000), ..notice(second, after_ms(95_000_000)) };
    let Event::TradeState(report) = crate::deeds::report(TradeState::Success, crate::deeds::OTHER_TRANSACTION) else {
        panic!("a report")
    };
    let report = Report { total_fee: Some(fen(2_000)), ..report };
    record(&elsewhere, NewObservation { event: Event::TradeState(report), ..paid });
    let placed = place(&elsewhere, 77).order_id;
    assert_eq!(search(&store, "4200000000202611200000000002"), [second]);
    assert_eq!(greatest(SortBy::TransactionId), [second]);
    assert_eq!(greatest(SortBy::Profile), [placed]);
    assert_eq!(search(&store, &number(77)), [placed]);
    assert_eq!(search(&store, &number(77)), [placed], "and again");
}

#[test]
fn a_snapshot_stays_while_its_rows_follow() {
    let (_folder, store, [_, second, ..]) = shop();
    let filter = OrderFilter { states: vec![OrderState::NotPay], ..OrderFilter::default() };
    let opened = store.open_list(&filter, OrderSort::default()).unwrap();
    ask(&store, second, after_ms(99_000_000), state(TradeState::UserPaying));
    place(&store, 9);
    assert_eq!(opened.ids[..], [second]);
    assert_eq!(store.rows(&opened.ids).unwrap()[0].state, OrderState::UserPaying);
    assert!(store.rows(&[i64::MAX]).is_err());
}

#[test]
fn the_overview_counts_by_day_and_leaves_claims_out() {
    let (_folder, store, _) = shop();
    let overview = store.overview(START, after_ms(86_400_000 + 1), None).unwrap();
    assert_eq!((overview.orders, overview.orders_paid, overview.paid, overview.paid_fen), (5, 1, 1, 101));
    assert_eq!(overview.success_permille(), Some(200));
    assert_eq!(overview.net_fen(), 101);
    let days: Vec<_> =
        overview.daily.iter().map(|day| (day.starts_at.day(), day.orders, day.paid, day.paid_fen)).collect();
    assert_eq!(days, [("2026-11-20".to_owned(), 4, 1, 101), ("2026-11-21".to_owned(), 1, 0, 0)]);
    let nothing = store.overview(START, START.plus_ms(1), Some("nobody")).unwrap();
    assert_eq!((nothing.orders, nothing.success_permille(), nothing.daily.len()), (0, None, 1));
}

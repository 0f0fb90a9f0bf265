//! What a merchant's bill is compared with.

use std::ops::ControlFlow;

use desk_store::{MerchantRows, NewClaim, OrderState, Profile, RefundEvent, RefundState, Scanned, Store};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{MchId, OutRefundNo};
use wxpay_protocol::{RefundStatus, TradeState, UtcMs};

use crate::deeds::{MCH_ID, after_ms, ask, fen, new_claim, number, place_created, state, transaction};
use crate::refunds::{opened, paid, record, report, reserved};
use crate::settings::profile;

fn shop() -> MerchantRows {
    MerchantRows { mch_id: MchId::new(MCH_ID).unwrap(), environment: Environment::Production, sub_mch_id: None }
}

fn claimed(store: &Store, claim: NewClaim) {
    store.import(vec![claim], |_, _| ControlFlow::Continue(())).unwrap();
}

/// Number, WeChat's number, state and time of payment of every order; likewise of every refund.
type Seen = (Vec<(String, String, OrderState, Option<UtcMs>)>, Vec<(String, RefundState, Option<UtcMs>)>);

fn scanned(store: &Store) -> Seen {
    scanned_of(store, &shop())
}

fn scanned_of(store: &Store, of: &MerchantRows) -> Seen {
    let mut seen = Seen::default();
    let take = |row: Scanned<'_>| match row {
        Scanned::Order(order) => {
            let transaction = order.transaction_id.unwrap_or_default().to_owned();
            seen.0.push((order.out_trade_no.to_owned(), transaction, order.shown_state, order.paid_at));
        }
        Scanned::Refund(refund) => {
            assert!(refund.transaction_id.is_some_and(|transaction| !transaction.is_empty()));
            seen.1.push((refund.out_refund_no.to_owned(), refund.state, refund.accepted_at));
        }
    };
    let mut take = take;
    store
        .scan(of, |row| {
            take(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    seen
}

#[test]
fn what_is_verified_stands_before_what_is_claimed_and_other_merchants_and_gateways_are_left_out() {
    let (_folder, store) = opened();
    store.add_profile(profile("shop", Environment::Production)).unwrap();
    store.add_profile(profile("trial", Environment::Simulator)).unwrap();
    let verified = place_created(&store, 1);
    ask(&store, verified, after_ms(70_000), state(TradeState::Success));
    let claim = |n: usize| NewClaim {
        state: Some(OrderState::Success),
        transaction_id: Some(transaction("42999")),
        paid_at: Some(after_ms(5)),
        ..new_claim(&number(n))
    };
    claimed(&store, claim(2));
    claimed(&store, NewClaim { profile: "trial".into(), ..claim(3) });
    claimed(&store, NewClaim { mch_id: MchId::new("1900000002").unwrap(), ..claim(4) });
    claimed(&store, NewClaim { profile: "removed long ago".into(), state: None, transaction_id: None, ..claim(5) });
    let (orders, refunds) = scanned(&store);
    assert_eq!(
        orders,
        [
            (number(1), crate::deeds::TRANSACTION.to_owned(), OrderState::Success, Some(after_ms(60_000))),
            (number(2), "42999".to_owned(), OrderState::Success, Some(after_ms(5))),
            (number(5), String::new(), OrderState::Unverified, Some(after_ms(5))),
        ]
    );
    assert!(refunds.is_empty());
    let mut seen = 0;
    store
        .scan(&shop(), |_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(seen, 1, "it stops when it is told to");
}

#[test]
fn orders_of_a_simulator_stay_out_of_the_days_of_production_after_its_profile_was_removed() {
    let (_folder, store) = opened();
    store.add_profile(profile("shop", Environment::Production)).unwrap();
    store.add_profile(profile("trial", Environment::Simulator)).unwrap();
    claimed(&store, new_claim(&number(1)));
    claimed(&store, NewClaim { profile: "trial".into(), ..new_claim(&number(2)) });
    let numbers = || scanned(&store).0.into_iter().map(|order| order.0).collect::<Vec<_>>();
    assert_eq!(numbers(), [number(1)]);
    store.remove_profile("trial").unwrap();
    assert_eq!(numbers(), [number(1)]);
    store.remove_profile("shop").unwrap();
    assert_eq!(numbers(), [number(1)], "nor does one of production go with its profile");
    store.add_profile(profile("trial", Environment::Production)).unwrap();
    assert_eq!(numbers(), [number(1), number(2)], "whoever has the name now is who is meant by it");
}

#[test]
fn both_cities_of_production_are_one_gateway_whichever_a_profile_asks() {
    let (_folder, store) = opened();
    for (n, name, environment) in [(1, "shop", Environment::Production), (2, "shop2", Environment::Standby)] {
        store.add_profile(profile(name, environment)).unwrap();
        claimed(&store, NewClaim { profile: name.into(), ..new_claim(&number(n)) });
    }
    let numbers = |environment| {
        let seen = scanned_of(&store, &MerchantRows { environment, ..shop() });
        seen.0.into_iter().map(|order| order.0).collect::<Vec<_>>()
    };
    let told = || (numbers(Environment::Production), numbers(Environment::Standby), numbers(Environment::Sandbox));
    let both = vec![number(1), number(2)];
    assert_eq!(told(), (both.clone(), both.clone(), Vec::new()));
    store.remove_profile("shop2").unwrap();
    assert_eq!(told(), (both.clone(), both, Vec::new()));
}

#[test]
fn an_order_of_a_profile_that_was_removed_before_sub_merchants_were_noted_is_not_taken_for_anothers() {
    let (_folder, store) = opened();
    store.add_profile(profile("old", Environment::Production)).unwrap();
    claimed(&store, NewClaim { profile: "old".into(), ..new_claim(&number(1)) });
    store.remove_profile("old").unwrap();
    let of = MerchantRows { sub_mch_id: Some(MchId::new("1900000108").unwrap()), ..shop() };
    assert!(scanned_of(&store, &of).0.is_empty(), "it was for all of them");
    let before = rusqlite::Connection::open(store.path()).unwrap();
    assert_eq!(before.execute("UPDATE removed_profiles SET sub_mch_id = NULL", []).unwrap(), 1);
    assert_eq!(scanned_of(&store, &of).0.len(), 1);
}

#[test]
fn orders_of_another_sub_merchant_stay_out_after_its_profile_was_removed_too_and_without_one_all_are_seen() {
    let (_folder, store) = opened();
    let sub = |number: &str| Some(MchId::new(number).unwrap());
    let add = |name: &str, sub_mch_id: Option<MchId>| {
        store.add_profile(Profile { sub_mch_id, ..profile(name, Environment::Production) }).unwrap();
    };
    add("first", sub("1900000108"));
    add("second", sub("1900000109"));
    add("all", None);
    for (n, name) in [(1, "first"), (2, "second"), (3, "all")] {
        claimed(&store, NewClaim { profile: name.into(), ..new_claim(&number(n)) });
    }
    let numbers = |sub_mch_id: Option<MchId>| {
        let seen = scanned_of(&store, &MerchantRows { sub_mch_id, ..shop() });
        seen.0.into_iter().map(|order| order.0).collect::<Vec<_>>()
    };
    let told = || (numbers(sub("1900000108")), numbers(sub("1900000109")), numbers(None));
    let each = (vec![number(1)], vec![number(2)], vec![number(1), number(2), number(3)]);
    assert_eq!(told(), each);
    for name in ["first", "second", "all"] {
        store.remove_profile(name).unwrap();
        assert_eq!(told(), each, "after {name} was removed");
    }
}

#[test]
fn a_refund_counts_from_its_acceptance_and_not_before_anybody_knows_of_one() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let accepted = reserved(&store, order, "R1", 10);
    record(
        &store,
        accepted,
        after_ms(300_000),
        RefundEvent::Accepted { refund_id: "50001".into(), refund_fee: fen(10) },
    );
    reserved(&store, order, "R2", 10);
    let by_query = reserved(&store, order, "R3", 10);
    record(&store, by_query, after_ms(400_000), report(RefundStatus::Processing, "50003", 10));
    let (_, refunds) = scanned(&store);
    assert_eq!(
        refunds,
        [
            ("R1".to_owned(), RefundState::Submitted, Some(after_ms(300_100))),
            ("R2".to_owned(), RefundState::Reserved, None),
            ("R3".to_owned(), RefundState::Processing, Some(after_ms(100_000))),
        ]
    );
    let mut again = Vec::new();
    store
        .rescan(&[order, 99], &[by_query], |row| match row {
            Scanned::Order(order) => again.push(order.out_trade_no.to_owned()),
            Scanned::Refund(refund) => again.push(refund.out_refund_no.to_owned()),
        })
        .unwrap();
    assert_eq!(again, [number(1), "R3".to_owned()]);
    assert_eq!(store.about_orders().unwrap(), 1);
}

#[test]
fn a_refund_that_was_made_elsewhere_is_of_the_day_of_its_number_and_not_of_the_day_it_arrived() {
    let (_folder, store) = opened();
    let order = paid(&store, 1);
    let number = OutRefundNo::new("E1").unwrap();
    let found = store.find_refund(order, &number, fen(10), after_ms(100_000)).unwrap();
    record(&store, found, after_ms(300_000), report(RefundStatus::Success, "50300806962026111812345678901", 10));
    let (_, refunds) = scanned(&store);
    let noon = UtcMs::parse_dashed("2026-11-18 12:00:00").unwrap();
    assert_eq!(refunds, [("E1".to_owned(), RefundState::Success, Some(noon))]);
}

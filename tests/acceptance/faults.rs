//! A desk against a gateway with every fault of the catalogue that an order can meet, audited against the gateway's ledger.

use acceptance::ordeal::Ordeal;
use acceptance::soak::{is_lie, meets_orders, rule_of, soak};
use desk::simulator::faults::{CATALOGUE, FaultPlan, Kind, Rule};
use desk::store::OrderState;

/// The fault lasts for two minutes of asking and then ends. While it lasts nothing false may be believed; afterwards all is known.
async fn endure(kind: Kind, positions: Option<&str>) -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let ordeal = Ordeal::begin(dir.path(), 7).await.unwrap();
    let positions = positions.map(|text| serde_json::from_str(text).unwrap());
    ordeal.suffer(FaultPlan { seed: 7, rules: vec![Rule { positions, ..rule_of(kind) }] }).unwrap();
    ordeal.place(6).await.unwrap();
    ordeal.pay_every_other().unwrap();
    ordeal.drain(120).await.unwrap();
    let during = ordeal.audit().await.unwrap();
    assert!(during.false_beliefs.is_empty(), "{kind}, while it lasts: {during:#?}");
    let fired = ordeal.gateway.faults().counts[0].fired;

    ordeal.suffer(FaultPlan::default()).unwrap();
    ordeal.drain(3600).await.unwrap();
    let after = ordeal.audit().await.unwrap();
    assert!(after.false_beliefs.is_empty(), "{kind}, afterwards: {after:#?}");
    assert_eq!((after.ignorance.len(), after.open), (0, 0), "{kind}, afterwards: {after:#?}");
    fired
}

fn faults_of_orders() -> impl Iterator<Item = Kind> {
    CATALOGUE.iter().filter(|named| meets_orders(named)).map(|named| named.kind).filter(|kind| !is_lie(*kind))
}

#[tokio::test(start_paused = true)]
async fn no_fault_at_first_contact_makes_the_desk_believe_what_is_not_so() {
    for kind in faults_of_orders() {
        let fired = endure(kind, Some("[1, 2]")).await;
        assert!(fired > 0, "{kind} never happened");
    }
}

#[tokio::test(start_paused = true)]
async fn no_fault_that_lasts_makes_the_desk_believe_what_is_not_so() {
    for kind in faults_of_orders() {
        assert!(endure(kind, None).await > 0, "{kind} never happened");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_said_to_be_closed_and_is_paid_is_shown_paid_with_a_mark_once_it_is_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let ordeal = Ordeal::begin(dir.path(), 7).await.unwrap();
    ordeal.place(1).await.unwrap();
    ordeal.pay_every_other().unwrap();
    ordeal.suffer(FaultPlan { seed: 7, rules: vec![rule_of(Kind::AnsweredClosed)] }).unwrap();
    ordeal.drain(60).await.unwrap();
    ordeal.suffer(FaultPlan::default()).unwrap();
    let number = ordeal.gateway.orders_from(0, 1)[0].0.order.out_trade_no().to_owned();
    let asked = ordeal.desk.query_order("ordeal", &number).await.unwrap();
    assert_eq!(asked.state, OrderState::Success);
    let order = ordeal.desk.order_detail("ordeal", &number).await.unwrap().order;
    assert!(order.flags.words().contains(&"conflict"), "{:?}", order.flags.words());
}

/// A hundredth of what `cargo xtask soak faults` runs by itself.
#[tokio::test(start_paused = true)]
async fn a_thousand_orders_under_every_fault_at_once_are_all_known_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let soaked = Box::pin(soak(dir.path(), 2026, 1000)).await.unwrap();
    assert_eq!(soaked.false_beliefs_during, 0);
    assert!(soaked.after.false_beliefs.is_empty() && soaked.after.ignorance.is_empty(), "{:#?}", soaked.after);
    assert_eq!(soaked.after.open, 0);
    assert!(soaked.after.refunds > 5, "{} refunds", soaked.after.refunds);
    let silent: Vec<_> = soaked.fired.iter().filter(|(_, fired)| **fired == 0).collect();
    assert!(silent.len() <= 5, "never happened: {silent:?}");
}

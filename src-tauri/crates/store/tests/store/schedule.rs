//! The schedule of polling, hints, resends, reuse, claims and the lease.

use crate::deeds::{
    MCH_ID, START, TRANSACTION, after_ms, answer, ask, created, fen, new_claim, new_order, not_exist, notice, number,
    place, place_created, record, refused, state, transaction, unknown,
};
use desk_store::{Advice, Claimed, Event, Flags, NewClaim, NewOrder, OrderState, Placed, Source, Store};
use wxpay_protocol::ids::OpenId;
use wxpay_protocol::{TradeState, UtcMs};

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn due(store: &Store, now: UtcMs) -> Vec<i64> {
    store.due(None, now, 100).unwrap().into_iter().map(|order| order.id).collect()
}

#[test]
fn questions_follow_the_ladder_until_the_order_is_final() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    let mut at = store.next_due(None).unwrap().unwrap();
    assert_eq!(at, after_ms(6_000), "5 s after the creation was answered");
    for gap_s in [10, 30, 60, 180, 600, 1800, 1800] {
        assert!(due(&store, at.plus_ms(-1)).is_empty());
        assert_eq!(due(&store, at), [id]);
        let next = ask(&store, id, at, state(TradeState::NotPay)).next_query_at.unwrap();
        assert_eq!(next, at.plus_ms(1_000 + gap_s * 1_000));
        at = next;
    }
    let paid = ask(&store, id, at, state(TradeState::Success));
    assert_eq!((paid.state, paid.next_query_at), (OrderState::Success, None));
    assert_eq!((store.next_due(None).unwrap(), store.open_count(None).unwrap()), (None, 0));
}

#[test]
fn the_schedule_survives_a_restart() {
    let (folder, store) = open();
    let id = place_created(&store, 1);
    ask(&store, id, after_ms(6_000), state(TradeState::NotPay));
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.next_due(None).unwrap(), Some(after_ms(17_000)));
    assert_eq!(ask(&store, id, after_ms(17_000), state(TradeState::NotPay)).next_query_at, Some(after_ms(48_000)));
}

#[test]
fn an_order_in_flight_is_not_due_until_its_answer_is_overdue() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    store.begin_asking(&[id], after_ms(6_000), 20_000).unwrap();
    assert!(due(&store, after_ms(25_999)).is_empty());
    assert_eq!(due(&store, after_ms(26_000)), [id]);
}

#[test]
fn a_hint_asks_now_and_is_not_swallowed_by_an_older_answer() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    let seq = store.begin_asking(&[id], after_ms(6_000), 60_000).unwrap()[0];
    assert!(store.hint(MCH_ID, &number(1), after_ms(6_100)).unwrap());
    record(&store, answer(id, seq, after_ms(6_000), Source::Query, state(TradeState::NotPay)));
    assert_eq!(due(&store, after_ms(6_100)), [id], "asked before the hint, so it does not answer it");
    ask(&store, id, after_ms(6_200), state(TradeState::Success));
    assert!(!store.hint(MCH_ID, &number(1), after_ms(9_000)).unwrap(), "a final order is not asked about");
    assert!(!store.hint(MCH_ID, &number(2), after_ms(9_000)).unwrap());
}

#[test]
fn an_intent_whose_program_died_is_asked_about_and_then_sent_again_unchanged() {
    let (folder, store) = open();
    let id = place(&store, 1).order_id;
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert!(due(&store, after_ms(19_999)).is_empty(), "its own request may still be under way");
    assert_eq!(due(&store, after_ms(20_000)), [id]);
    let waiting = ask(&store, id, after_ms(20_000), not_exist());
    assert_eq!(waiting.next_query_at, Some(after_ms(51_000)), "half a minute after the answer");
    assert!(waiting.flags.contains(Flags::UNKNOWN));
    ask(&store, id, after_ms(51_000), not_exist());
    let order = store.due(None, after_ms(52_000), 1).unwrap().remove(0);
    assert_eq!((order.advice, order.state), (Advice::Resend, OrderState::Creating));
    assert_eq!(store.request(id).unwrap().unwrap(), new_order(&number(1)).request);
    let seq = store.begin_asking(&[id], after_ms(52_000), 60_000).unwrap()[0];
    let done = record(&store, answer(id, seq, after_ms(52_000), Source::Create, created()));
    assert_eq!((done.state, done.flags), (OrderState::NotPay, Flags::NONE));
}

#[test]
fn an_answer_that_only_a_query_can_explain_asks_at_once() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    let seq = store.begin_asking(&[id], after_ms(400_000), 60_000).unwrap()[0];
    let closed = record(&store, answer(id, seq, after_ms(400_000), Source::Close, Event::CloseAccepted));
    assert_eq!((closed.state, closed.next_query_at), (OrderState::NotPay, Some(after_ms(401_000))));
    let intent = place(&store, 2);
    let paid =
        record(&store, answer(intent.order_id, intent.asked_seq, START, Source::Create, refused("ORDERPAID", "")));
    assert_eq!((paid.state, paid.next_query_at), (OrderState::Creating, Some(after_ms(1_000))));
}

#[test]
fn a_question_never_waits_beyond_the_expiry() {
    let (_folder, store) = open();
    let intent = store.create_intent(NewOrder { expires_at: Some(after_ms(8_000)), ..new_order(&number(1)) }).unwrap();
    record(&store, answer(intent.order_id, intent.asked_seq, START, Source::Create, created()));
    let next = ask(&store, intent.order_id, after_ms(6_000), state(TradeState::NotPay)).next_query_at;
    assert_eq!(next, Some(after_ms(8_000)));
}

#[test]
fn one_profile_does_not_wait_for_another() {
    let (_folder, store) = open();
    place_created(&store, 1);
    let intent = store.create_intent(NewOrder { profile: "other".into(), ..new_order(&number(2)) }).unwrap();
    record(&store, answer(intent.order_id, intent.asked_seq, after_ms(1_000), Source::Create, unknown()));
    let others = store.due(Some("other"), after_ms(60_000), 10).unwrap();
    assert_eq!(others.iter().map(|order| order.id).collect::<Vec<_>>(), [intent.order_id]);
    assert_eq!(store.open_count(Some("other")).unwrap(), 1);
    assert_eq!(store.next_due(Some("nobody")).unwrap(), None);
}

#[test]
fn an_unpaid_order_is_used_again_only_by_the_same_payer_for_the_same_thing() {
    let (_folder, store) = open();
    let week_ago = after_ms(-7 * 86_400_000);
    let payer = Some(OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap());
    let first = NewOrder { openid: payer.clone(), ..new_order(&number(1)) };
    let wanted = |change: fn(&mut NewOrder)| {
        let mut order = NewOrder { out_trade_no: new_order(&number(2)).out_trade_no, ..first.clone() };
        change(&mut order);
        order
    };
    let intent = store.create_intent(first.clone()).unwrap();
    assert!(store.reusable(&wanted(|_| ()), week_ago).unwrap().is_none(), "not before its creation is known");
    record(&store, answer(intent.order_id, intent.asked_seq, START, Source::Create, created()));
    let found = store.place(wanted(|_| ()), week_ago).unwrap();
    assert!(matches!(&found, Placed::Reused(order) if order.id == intent.order_id), "{found:?}");
    for change in [
        (|order| order.openid = None) as fn(&mut NewOrder),
        |order| order.total_fee = fen(102),
        |order| order.body = "茶".into(),
        |order| order.product_id = None,
        |order| order.trade_type = wxpay_protocol::TradeType::App,
        |order| order.attach = Some("shop-7".into()),
        |order| order.profile = "other".into(),
    ] {
        assert!(store.reusable(&wanted(change), week_ago).unwrap().is_none());
    }
    assert!(store.reusable(&wanted(|_| ()), after_ms(1)).unwrap().is_none(), "older than asked for");
    let seq = store.begin_asking(&[intent.order_id], after_ms(400_000), 60_000).unwrap()[0];
    record(&store, answer(intent.order_id, seq, after_ms(400_000), Source::Close, unknown()));
    assert!(store.reusable(&wanted(|_| ()), week_ago).unwrap().is_none(), "not while something is unknown");
    let placed = store.place(wanted(|_| ()), week_ago).unwrap();
    assert!(matches!(placed, Placed::New(_)));
}

fn claim(state: OrderState) -> NewClaim {
    NewClaim {
        state: Some(state),
        transaction_id: Some(transaction(TRANSACTION)),
        next_query_at: Some(after_ms(2_000)),
        raw: Some("line 2".into()),
        ..new_claim(&number(1))
    }
}

#[test]
fn a_claim_is_shown_and_never_believed() {
    let (_folder, store) = open();
    let Claimed::Added(id) = store.claim(vec![claim(OrderState::Success)]).unwrap()[0] else {
        panic!("the order is new")
    };
    let order = store.order_by_id(id).unwrap().unwrap();
    assert_eq!((order.state, order.claimed_state), (OrderState::Unverified, Some(OrderState::Success)));
    assert_eq!((order.transaction_id, order.paid_fee), (None, None));
    assert_eq!(order.claimed_transaction_id.unwrap().as_str(), TRANSACTION);
    assert_eq!(due(&store, after_ms(2_000)), [id], "an open claim may be polled");
    assert_eq!(ask(&store, id, after_ms(2_000), not_exist()).state, OrderState::Unverified);
    assert_eq!(ask(&store, id, after_ms(90_000), state(TradeState::Success)).state, OrderState::Success);
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn the_same_claim_again_changes_nothing_and_another_is_kept_beside_it() {
    let (_folder, store) = open();
    store.claim(vec![claim(OrderState::NotPay)]).unwrap();
    let again = store.claim(vec![claim(OrderState::NotPay), claim(OrderState::Success)]).unwrap();
    assert!(matches!(again[..], [Claimed::Unchanged(id), Claimed::Known(other)] if id == other), "{again:?}");
    let order = store.order(MCH_ID, &number(1)).unwrap().unwrap();
    assert_eq!(order.claimed_state, Some(OrderState::Success));
    assert_eq!(store.observations(order.id).unwrap().len(), 2);
}

#[test]
fn a_claim_of_another_amount_is_kept_once() {
    let (_folder, store) = open();
    store.claim(vec![claim(OrderState::NotPay)]).unwrap();
    let dearer = NewClaim { total_fee: fen(999), ..claim(OrderState::NotPay) };
    let answers = store.claim(vec![dearer.clone(), dearer.clone()]).unwrap();
    assert!(matches!(answers[..], [Claimed::Known(_), Claimed::Unchanged(_)]), "{answers:?}");
    assert!(matches!(store.claim(vec![dearer]).unwrap()[..], [Claimed::Unchanged(_)]));
    let order = store.order(MCH_ID, &number(1)).unwrap().unwrap();
    assert_eq!(store.observations(order.id).unwrap().len(), 2);
}

#[test]
fn a_claim_about_an_order_of_ours_moves_nothing() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    record(&store, notice(id, after_ms(60_000)));
    assert_eq!(store.claim(vec![claim(OrderState::Closed)]).unwrap(), [Claimed::Known(id)]);
    let order = store.order_by_id(id).unwrap().unwrap();
    assert_eq!(
        (order.state, order.claimed_state, order.flags),
        (OrderState::Success, Some(OrderState::Closed), Flags::NONE)
    );
}

#[test]
fn only_one_holds_the_lease_until_it_runs_out() {
    let (folder, window) = open();
    let cli = Store::open(folder.path()).unwrap();
    assert!(window.hold_poll_lease("window", START, 30_000).unwrap());
    assert!(!cli.hold_poll_lease("cli", after_ms(29_999), 30_000).unwrap());
    assert!(!cli.hold_poll_lease("cli", after_ms(-1), 30_000).unwrap(), "read the clock first, came second");
    assert!(window.hold_poll_lease("window", after_ms(20_000), 30_000).unwrap(), "renewed");
    assert!(!cli.hold_poll_lease("cli", after_ms(30_000), 30_000).unwrap());
    assert!(cli.hold_poll_lease("cli", after_ms(50_000), 30_000).unwrap(), "a holder that hangs loses it by time");
    cli.release_poll_lease("cli").unwrap();
    assert!(window.hold_poll_lease("window", after_ms(50_002), 30_000).unwrap());
    assert!(
        cli.hold_poll_lease("cli", after_ms(-86_400_000), 30_000).unwrap(),
        "a clock set back a day does not lock polling for a day"
    );
}

#[test]
fn only_the_holder_gives_the_lease_back() {
    let (folder, window) = open();
    let cli = Store::open(folder.path()).unwrap();
    assert!(window.hold_poll_lease("window", START, 30_000).unwrap());
    cli.release_poll_lease("cli").unwrap();
    assert!(!cli.hold_poll_lease("cli", after_ms(1), 30_000).unwrap());
}

#[test]
fn the_lease_of_a_process_that_died_is_taken_over_at_once() {
    let (folder, window) = open();
    let cli = Store::open(folder.path()).unwrap();
    assert!(window.hold_poll_lease("window", START, 30_000).unwrap());
    // What the system does for a process that is killed: its files are closed, its lease stays written.
    drop(window);
    assert!(cli.hold_poll_lease("cli", after_ms(1), 30_000).unwrap());
}

#[test]
fn questions_beyond_any_schedule_are_due_now_and_the_others_stay() {
    let (_folder, store) = open();
    let id = place_created(&store, 1);
    let planned = store.order_by_id(id).unwrap().unwrap().next_query_at.unwrap();
    assert_eq!(store.pull_forward(START, 3_600_000).unwrap(), 0);
    assert_eq!(store.order_by_id(id).unwrap().unwrap().next_query_at, Some(planned));
    let yesterday = after_ms(-86_400_000);
    assert_eq!(store.pull_forward(yesterday, 3_600_000).unwrap(), 1);
    assert_eq!(due(&store, yesterday), [id]);
}

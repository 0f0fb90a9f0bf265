//! What holds for any evidence in any order.

use crate::deeds::{
    OTHER_TRANSACTION, TRANSACTION, after_ms, created, facts, new_order, not_exist, record, refused, report, seen,
    unknown, unsigned_fail,
};
use desk_store::fold::{Folded, arrive, fold};
use desk_store::{
    Asked, Event, Evidence, NewObservation, NewOrder, OrderFilter, OrderSort, OrderState, Origin, Reason, Signature,
    Source, Store,
};
use proptest::prelude::*;
use wxpay_protocol::TradeState;
use wxpay_protocol::ids::MchId;

fn event() -> impl Strategy<Value = (Source, Event)> {
    let states = proptest::sample::select(TradeState::ALL.to_vec());
    prop_oneof![
        6 => (states, any::<bool>(), any::<bool>()).prop_map(|(trade_state, notice, other)| {
            let source = if notice { Source::Notice } else { Source::Query };
            (source, report(trade_state, if other { OTHER_TRANSACTION } else { TRANSACTION }))
        }),
        2 => Just((Source::Query, not_exist())),
        1 => Just((Source::Create, created())),
        1 => Just((Source::Create, unsigned_fail())),
        1 => Just((Source::Create, unknown())),
        1 => Just((Source::Create, refused("NOAUTH", ""))),
        1 => Just((Source::Create, refused("INVALID_REQUEST", "201 商户订单号重复"))),
        1 => Just((Source::Close, Event::CloseAccepted)),
        1 => Just((Source::Close, unknown())),
    ]
}

/// Up to twelve observations as they may arrive: asked before or when received, some forged, one to a hundred seconds apart.
fn arrivals() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (event(), 0i64..8, prop::bool::weighted(0.8), 1i64..100);
    proptest::collection::vec(one, 0..12).prop_map(|list| {
        let mut clock_s = 0;
        let mut evidence = Vec::new();
        for (index, ((source, event), back, verified, gap_s)) in list.into_iter().enumerate() {
            clock_s += gap_s;
            let received_seq = (i64::try_from(index).unwrap() + 1) * 10;
            let plain = seen(received_seq, source, event);
            let verified = plain.verified && verified;
            evidence.push(Evidence {
                asked_seq: (received_seq - back * 7).max(1),
                asked_at: Some(after_ms((clock_s - back).max(0) * 1000)),
                received_at: after_ms(clock_s * 1000),
                verified,
                signature: if verified { Signature::Valid } else { Signature::Invalid },
                ..plain
            });
        }
        evidence
    })
}

/// Whether a step from one result to the next is one that is never allowed.
fn is_forbidden(before: &Folded, after: &Folded) -> bool {
    let lost = match before.state {
        OrderState::Success => !matches!(after.state, OrderState::Success | OrderState::Refund | OrderState::Revoked),
        OrderState::Refund => !matches!(after.state, OrderState::Refund | OrderState::Revoked),
        _ => false,
    };
    let removed = before.payment.as_ref().is_some_and(|payment| {
        let same = after.payment.as_ref().is_some_and(|now| {
            now.transaction_id == payment.transaction_id
                && now.paid_fee == payment.paid_fee
                && (payment.paid_at.is_none() || now.paid_at == payment.paid_at)
        });
        !same
    });
    lost || removed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_order_of_the_rows_gives_the_same_state((evidence, shuffled) in arrivals().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle()))) {
        for origin in [Origin::Test, Origin::Import] {
            prop_assert_eq!(fold(&facts(origin), &evidence), fold(&facts(origin), &shuffled));
        }
    }

    #[test]
    fn arriving_one_by_one_ends_where_the_replay_ends(evidence in arrivals()) {
        let mut before: Vec<Evidence> = Vec::new();
        let mut state = fold(&facts(Origin::Test), &before);
        for newest in &evidence {
            let (after, _) = arrive(&facts(Origin::Test), &before, newest);
            prop_assert!(!is_forbidden(&state, &after), "{:?} became {:?}", state, after);
            prop_assert!(newest.verified || after.state == state.state, "an unverified {:?} moved the state", newest.event);
            prop_assert!(newest.verified || after.payment == state.payment);
            state = after;
            before.push(newest.clone());
        }
        prop_assert_eq!(state, fold(&facts(Origin::Test), &evidence));
    }

    #[test]
    fn a_verified_payment_is_paid_whatever_else_is_seen(evidence in arrivals()) {
        let folded = fold(&facts(Origin::Test), &evidence);
        let paid = evidence.iter().any(|seen| seen.verified && matches!(&seen.event,
            Event::TradeState(report) if matches!(report.trade_state, TradeState::Success | TradeState::Refund)));
        prop_assert_eq!(folded.payment.is_some(), paid);
        if paid {
            prop_assert!(matches!(folded.state, OrderState::Success | OrderState::Refund | OrderState::Revoked), "{}", folded.state);
        }
    }

    #[test]
    fn among_unpaid_reports_the_largest_asked_seq_decides(asked in proptest::collection::vec((any::<bool>(), 1i64..1000), 1..8)) {
        let evidence: Vec<Evidence> = asked.iter().enumerate().map(|(index, (paying, asked_seq))| {
            let trade_state = if *paying { TradeState::UserPaying } else { TradeState::NotPay };
            Evidence { asked_seq: *asked_seq, received_seq: 1_000 + i64::try_from(index).unwrap(), ..seen(1, Source::Query, crate::deeds::state(trade_state)) }
        }).collect();
        let last = evidence.iter().max_by_key(|seen| (seen.asked_seq, seen.received_seq)).unwrap();
        let Event::TradeState(report) = &last.event else { unreachable!("only reports were made") };
        prop_assert_eq!(fold(&facts(Origin::Test), &evidence).state, OrderState::from(report.trade_state));
    }
}

proptest! {
    // Each case commits a dozen transactions to a disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_database_never_refuses_what_the_fold_derives(evidence in arrivals(), order in 0usize..1_000_000_000) {
        static STORE: std::sync::LazyLock<(tempfile::TempDir, Store)> = std::sync::LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).unwrap();
            (folder, store)
        });
        let store = &STORE.1;
        let number = format!("{order:09}{:09}", store.open_list(&OrderFilter::default(), OrderSort::default()).unwrap().ids.len());
        // Every case is a merchant of its own, so that its transactions belong to no other order.
        let new = NewOrder { mch_id: MchId::new(&*number).unwrap(), created_at: after_ms(0), ..new_order(&number) };
        let id = store.create_intent(new).unwrap().order_id;
        let seqs = store.begin_asking(&[id; 12], after_ms(0), 0).unwrap();
        for (index, seen) in evidence.iter().enumerate() {
            let back = usize::try_from(seen.asked_seq).unwrap() % (index + 1);
            let recorded = record(store, NewObservation {
                order_id: id,
                source: seen.source,
                asked: (seen.source != Source::Notice).then(|| Asked { seq: seqs[index - back], at: seen.asked_at.unwrap() }),
                received_at: seen.received_at,
                verified: seen.verified,
                signature: seen.signature,
                event: seen.event.clone(),
                raw: None,
            });
            let asks = seen.source != Source::Query && matches!(recorded.reason, Reason::QueryNow | Reason::PaidAfterRevoke);
            prop_assert_eq!(recorded.next_query_at.is_none(), recorded.state.is_final() && !asks);
        }
        prop_assert_eq!(store.verify().unwrap(), Vec::<String>::new());
    }
}

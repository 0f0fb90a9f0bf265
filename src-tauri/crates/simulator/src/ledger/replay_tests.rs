//! Whatever is asked for in whatever order: the money ties out, and the journal tells the same story.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use wxpay_protocol::{CouponType, Fen, RefundStatus};

use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::record::{Notice, Order};
use crate::ledger::refund::Refund;
use crate::trial::*;
use crate::{Coupon, Gateway, PasswordAnswer, Pay};

/// One thing that somebody does; the numbers choose the order, the refund and the amount.
#[derive(Clone, Debug)]
enum Step {
    Order(u8),
    Pay(u8, i64, i64),
    Scan(u8, u8),
    Answer(u8, u8),
    Close(u8),
    Reverse(u8),
    Refund(u8, u8, i64),
    End(u8, u8),
    Cancel(u8),
    Advance(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let number = || 0u8..4;
    prop_oneof![
        number().prop_map(Step::Order),
        (number(), 0i64..60, 0i64..60).prop_map(|(number, funded, borne)| Step::Pay(number, funded, borne)),
        (number(), 0u8..20).prop_map(|(number, code)| Step::Scan(number, code)),
        (number(), 0u8..3).prop_map(|(number, answer)| Step::Answer(number, answer)),
        number().prop_map(Step::Close),
        number().prop_map(Step::Reverse),
        (number(), 0u8..6, 1i64..110).prop_map(|(number, refund, fee)| Step::Refund(number, refund, fee)),
        (0u8..6, 0u8..3).prop_map(|(refund, end)| Step::End(refund, end)),
        number().prop_map(Step::Cancel),
        (0u32..40).prop_map(Step::Advance),
    ]
}

fn take(gateway: &Gateway, count: usize, step: &Step) {
    let number = |index: u8| format!("T20240102{index}");
    let send = |path, message: Message| {
        let answer = ask(gateway, path, &message.signed());
        assert!(!String::from_utf8_lossy(&answer.body).contains("system error"), "{answer:?}");
        assert_eq!(answer.status, 200);
    };
    match *step {
        Step::Order(index) => send(UNIFIED, order(&number(index))),
        Step::Pay(index, funded, borne) => {
            let coupon = |(coupon_type, fee)| Coupon { id: String::new(), coupon_type, fee: Fen::new(fee).unwrap() };
            let parts = [(CouponType::Cash, funded), (CouponType::NoCash, borne)].into_iter().filter(|part| part.1 > 0);
            let coupons = parts.map(coupon).collect();
            // What cannot be paid is refused, which is what the ledger is asked about afterwards.
            drop(gateway.pay(None, &number(index), &Pay { coupons, ..Pay::default() }));
        }
        Step::Scan(index, code) => send(MICROPAY, micropay(&number(index), &format!("13{count:010}9000{code:02}"))),
        Step::Answer(index, answer) => {
            let answers = [PasswordAnswer::Entered, PasswordAnswer::Refused, PasswordAnswer::Cancelled];
            drop(gateway.answer_password(None, &number(index), answers[usize::from(answer)]));
        }
        Step::Close(index) => send(CLOSE, query(&number(index))),
        Step::Reverse(index) => send(REVERSE, query(&number(index))),
        Step::Refund(index, number_of_refund, fee) => {
            let asked = refund(&number(index), &format!("R{number_of_refund}")).with("refund_fee", &fee.to_string());
            send(REFUND, asked.with("notify_url", "http://127.0.0.1:9/refund"));
        }
        Step::End(number_of_refund, end) => {
            let ends = [RefundStatus::Success, RefundStatus::Change, RefundStatus::RefundClose];
            drop(gateway.end_refund(None, &format!("R{number_of_refund}"), ends[usize::from(end)]));
        }
        Step::Cancel(index) => drop(gateway.cancel(None, &number(index))),
        Step::Advance(seconds) => drop(gateway.advance_s(seconds)),
    }
}

fn writing_to(lines: &Arc<Mutex<Vec<u8>>>) -> Gateway {
    let lines = Arc::clone(lines);
    let sink = move |batch: &[u8]| {
        lines.lock().unwrap().extend_from_slice(batch);
        Ok(())
    };
    over(sink)
}

/// Everything in a ledger, without the places of lines in the journal of a run.
fn told(ledger: &Ledger) -> (Vec<Order>, Vec<Refund>, Vec<Notice>) {
    let orders = ledger.orders().iter().map(|order| Order { changed: 0, ..order.clone() });
    let refunds = ledger.refunds().iter().map(|refund| Refund { changed: 0, ..refund.clone() });
    (orders.collect(), refunds.collect(), ledger.notices().to_vec())
}

fn check_money(ledger: &Ledger) {
    let mut transactions = HashSet::new();
    for order in ledger.orders() {
        let Some(payment) = &order.payment else {
            assert!(!order.has_refunds(), "an order that was not paid was refunded");
            continue;
        };
        assert!(transactions.insert(&payment.transaction_id), "a transaction_id was given twice");
        assert!(order.closed_at.is_none(), "a closed order was paid");
        let counting: Vec<&Refund> = ledger.refunds_of(order).filter(|refund| refund.counts()).collect();
        let back: i64 = counting.iter().map(|refund| refund.refund_fee.get()).sum();
        let cash: i64 = counting.iter().map(|refund| refund.cash_refund_fee.get()).sum();
        assert!(back <= order.total_fee.get(), "more was refunded than paid");
        assert!(cash <= payment.cash_fee(order.total_fee).get(), "more money went back than came");
        for (index, coupon) in payment.coupons.iter().enumerate() {
            let part: i64 = counting.iter().map(|refund| refund.coupon_refund_fees[index].get()).sum();
            assert!(part <= coupon.fee.get(), "a coupon got more back than it gave");
        }
        assert!(order.reversed_at.is_none() || counting.is_empty(), "an order was taken back and refunded");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_day_ties_out_and_is_told_again_by_its_journal(steps in proptest::collection::vec(step(), 1..60)) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let gateway = writing_to(&lines);
        for (count, step) in steps.iter().enumerate() {
            take(&gateway, count, step);
            check_money(&gateway.ledger());
        }
        gateway.close();
        let mut replayed = Ledger::default();
        for line in lines.lock().unwrap().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            replayed.apply(serde_json::from_slice::<Entry>(line).unwrap(), 0).unwrap();
        }
        prop_assert_eq!(told(&replayed), told(&gateway.ledger()));
        prop_assert_eq!(replayed.first_waiting(), gateway.ledger().first_waiting());
        prop_assert_eq!(replayed.pending_notices(), gateway.ledger().pending_notices());
        prop_assert_eq!(replayed.refunded(MCH_ID), gateway.ledger().refunded(MCH_ID));
    }
}

//! Hostile days, written by hand: each row lands where the definitions of the classes put it.

use desk_reconcile::{Basis, BillSide, Class, Day, Difference, Edge, LocalOrder, LocalSide, Reason, Scope, Share};
use wxpay_protocol::bill::{Bill, BillLine, BillType};
use wxpay_protocol::{Fen, TradeState};

use super::{Back, Both, Judged, MIDNIGHT, Ours, Paid, back, one, ours, paid, refunds};

fn revoked(number: u8, transaction: u8, fen: i64) -> Paid {
    Paid { state: "REVOKED", ..paid(number, transaction, fen) }
}

#[test]
fn a_number_that_was_paid_twice_has_one_payment_and_the_other_is_the_duplicate() {
    let late = |transaction: u8, at_s: i64| Paid { at_s, ..paid(1, transaction, 100) };
    let twice = (Class::DuplicatePayment, Reason::PaidTwice);
    let later = (Class::DuplicatePayment, Reason::PaidTwiceLater);
    for (bill, local, listed) in [
        // The local order says which of them it is, though it was the later one, and whatever the other was worth.
        (vec![late(1, 10), late(2, 20)], vec![ours(1, 2, 100)], vec![twice]),
        (vec![late(2, 20), late(1, 10)], vec![ours(1, 2, 100)], vec![twice]),
        (vec![paid(1, 1, 7), paid(1, 2, 100)], vec![ours(1, 2, 100)], vec![twice]),
        // It says neither: the earlier one by its time stands, else by its line.
        (vec![late(2, 20), late(1, 10)], vec![ours(1, 0, 100)], vec![later]),
        (vec![late(2, 10), late(1, 10)], vec![ours(1, 0, 100)], vec![later]),
        (vec![late(2, 20), late(1, 10), late(3, 5)], vec![ours(1, 0, 100)], vec![later, later]),
        // Another one than both of them.
        (
            vec![late(1, 10), late(2, 20)],
            vec![ours(1, 3, 100)],
            vec![(Class::StateDiff, Reason::AnotherTransaction), later],
        ),
        // The same row again is a duplicate by itself, and a third time as well.
        (
            vec![paid(1, 1, 100), paid(1, 1, 100), paid(1, 1, 100)],
            vec![ours(1, 1, 100)],
            vec![(Class::DuplicatePayment, Reason::RowAgain); 2],
        ),
        // Paid twice in the bill and twice in the file: one pair, and one row more on either side.
        (
            vec![paid(1, 1, 100), paid(1, 2, 100)],
            vec![ours(1, 1, 100), ours(1, 2, 100)],
            vec![twice, (Class::DuplicateLocal, Reason::LocalAgain)],
        ),
    ] {
        assert_eq!(one(&bill, &local), listed, "{bill:?} {local:?}");
    }
    let stays = Both { paid: vec![late(2, 10), late(1, 10)], ..Both::default() }.judged();
    let lines: Vec<_> = stays.differences.iter().map(|row| (row.class, row.bill.unwrap().line)).collect();
    assert_eq!(lines, [(Class::BillOnly, 2), (Class::DuplicatePayment, 3)], "of two at one time the first line");
}

#[test]
fn a_reverse_is_one_with_its_payment_wherever_it_stands() {
    let state = |state| Ours { state: Some(state), ..ours(1, 1, 100) };
    let reversed = state(TradeState::Revoked);
    for (bill, local, listed) in [
        (vec![revoked(1, 1, 100), paid(1, 1, 100)], vec![reversed.clone()], vec![]),
        (vec![revoked(1, 1, 100)], vec![reversed.clone()], vec![]),
        (vec![paid(1, 1, 100)], vec![reversed.clone()], vec![(Class::StateDiff, Reason::State)]),
        (vec![revoked(1, 1, 100)], vec![state(TradeState::Refund)], vec![(Class::StateDiff, Reason::State)]),
        (vec![revoked(1, 1, 100)], vec![state(TradeState::NotPay)], vec![(Class::StateDiff, Reason::State)]),
        (vec![revoked(1, 1, 99)], vec![reversed.clone()], vec![(Class::AmountDiff, Reason::Amount)]),
        // States come before amounts.
        (vec![revoked(1, 1, 99)], vec![ours(1, 1, 100)], vec![(Class::StateDiff, Reason::State)]),
        (
            vec![paid(1, 1, 100), revoked(1, 1, 100), revoked(1, 1, 100)],
            vec![reversed],
            vec![(Class::DuplicatePayment, Reason::RowAgain)],
        ),
        (vec![paid(1, 1, 100), revoked(1, 1, 100)], vec![], vec![(Class::BillOnly, Reason::NotLocal)]),
    ] {
        assert_eq!(one(&bill, &local), listed, "{bill:?} {local:?}");
    }
    let both = Both { paid: vec![paid(1, 1, 100), revoked(1, 1, 100)], ..Both::default() }.judged();
    let tally = both.tally(Class::BillOnly);
    assert_eq!((tally.count, tally.bill_rows, tally.bill_fen), (1, 2, 100), "both rows are one payment");
}

#[test]
fn refunds_with_one_number_are_told_apart_by_the_other_one() {
    let named = |refund: u8, out_refund: u8| Back { refund, out_refund, ..back(refund, 7) };
    let [alone, again, reused] = [Reason::RefundNotLocal, Reason::RefundAgain, Reason::RefundNumberAgain]
        .map(|reason| (Class::RefundBillOnly, reason));
    for (bill, local, listed) in [
        // One out_refund_no from two environments: WeChat's numbers tell them apart.
        (vec![named(1, 5), named(2, 5)], vec![named(2, 5), named(1, 5)], vec![]),
        (vec![named(1, 5), named(2, 5)], vec![named(2, 5)], vec![reused]),
        // Without WeChat's numbers the first of them is the one, and the other is a refund of its own, not the same row again.
        (vec![named(1, 5), named(2, 5)], vec![named(0, 5)], vec![reused]),
        (vec![named(1, 5), named(2, 5)], vec![], vec![alone, reused]),
        (vec![named(1, 5), named(1, 5)], vec![named(0, 5)], vec![again]),
        (vec![named(1, 5)], vec![named(0, 5), named(0, 5)], vec![(Class::DuplicateLocal, Reason::LocalAgain)]),
        // A number of WeChat is believed before one of the merchant.
        (vec![named(1, 5), named(2, 6)], vec![named(2, 5)], vec![alone]),
        (vec![named(1, 5)], vec![named(2, 5), named(1, 6)], vec![(Class::RefundLocalOnly, Reason::RefundNotInBill)]),
        // What is worth nothing is still a refund, and one fen is a difference.
        (vec![back(1, 0)], vec![back(1, 0)], vec![]),
        (vec![back(1, 1)], vec![back(1, 2)], vec![(Class::RefundAmountDiff, Reason::Amount)]),
    ] {
        assert_eq!(refunds(&bill, &local), listed, "{bill:?} {local:?}");
    }
}

#[test]
fn a_refund_number_that_was_used_twice_is_said_of_the_refund_that_is_not_local_however_often_the_day_is_read() {
    let named = |refund: u8, out_refund: u8| Back { refund, out_refund, ..back(refund, 7) };
    // So many others that the day does not fit into little memory, some of which stand in the bill again.
    let others = (100..=250).map(|number| named(number, number));
    let mut bill_backs = vec![named(1, 5), named(2, 5), named(3, 6), named(3, 6), named(3, 7), named(4, 7)];
    bill_backs.extend(others.clone());
    let mut our_backs = vec![named(2, 5)];
    our_backs.extend(others);
    let both = Both { bill_backs, our_backs, ..Both::default() };
    let (once, shares) = both.judged_within(usize::MAX);
    let reasons: Vec<Reason> = once.differences.iter().map(|row| row.reason).collect();
    let [alone, again, reused] = [Reason::RefundNotLocal, Reason::RefundAgain, Reason::RefundNumberAgain];
    // The fourth refund has the number of a row that is there again under another one.
    assert_eq!((reasons, shares), (vec![reused, alone, again, again, reused], 1));
    let tally = once.tally(Class::RefundBillOnly);
    assert_eq!((tally.count, tally.bill_rows, once.tally(Class::RefundMatched).count), (5, 5, 152));
    let (again, shares) = both.judged_within(100_000);
    assert!(shares > 2 && again == once, "{shares} shares");
    assert!(reused.chinese().contains("同一商户退款单号") && reused.english().contains("one out_refund_no"));
}

#[test]
fn a_refund_before_its_payment_or_without_it_is_judged_by_itself() {
    let early = Back { at_s: 10, ..back(1, 100) };
    let paid_later = Paid { at_s: 80_000, ..paid(1, 1, 100) };
    let both = Both {
        paid: vec![paid_later],
        ours: vec![Ours { state: Some(TradeState::Refund), ..ours(1, 1, 100) }],
        bill_backs: vec![early.clone()],
        our_backs: vec![early.clone()],
    };
    let found = both.judged();
    assert!(found.differences.is_empty(), "{:?}", found.differences);
    assert_eq!((found.tally(Class::Matched).count, found.tally(Class::RefundMatched).count), (1, 1));
    let alone = Both { bill_backs: vec![early.clone()], our_backs: vec![early], ..Both::default() }.judged();
    assert!(alone.differences.is_empty() && alone.out_of_scope == 0);
}

#[test]
fn fees_of_a_fen_are_rounding_and_missing_fees_of_more_are_marked() {
    // 0.60 % of one fen is 6 thousandths of a fen; charged or not, nobody misses it.
    let off = |fen: i64, off_milli: i64| Paid { off_milli, ..paid(1, 1, fen) };
    let back_off = |fen: i64, off_milli: i64| Back { off_milli, ..back(1, fen) };
    let marks = |paid: Vec<Paid>, bill_backs: Vec<Back>| {
        let fees = Both { paid, bill_backs, ..Both::default() }.judged().fees.clone();
        (fees.count, fees.difference.milli_fen())
    };
    for (fen, off_milli, marked) in
        [(1, -6, (0, 0)), (1, 1000, (0, 0)), (1, 1001, (1, 1001)), (166, -996, (0, 0)), (167, -1002, (1, -1002))]
    {
        assert_eq!(marks(vec![off(fen, off_milli)], vec![]), marked, "{fen} fen");
        // What a refund's fee gives back counts the other way: none given back is as much too much.
        assert_eq!(marks(vec![], vec![back_off(fen, off_milli)]), marked, "a refund of {fen} fen");
    }
    let nothing_given_back = back_off(100_000, 600_000);
    assert_eq!(marks(vec![], vec![nothing_given_back]), (1, 600_000));
}

#[test]
fn an_order_that_waited_on_the_day_beside_stands_for_a_payment_that_nobody_else_has() {
    let judged_on = |day: Day, bill_rows: &[Paid], own: &[Ours], carried: &[(u8, u8, i64, Edge)]| {
        let both = Both { paid: bill_rows.to_vec(), ours: own.to_vec(), ..Both::default() };
        let share = Share::first(usize::MAX);
        let mut side = BillSide::new(day, Basis::Order, share.clone(), Scope { payments: true, refunds: true });
        let text = both.bill();
        let Ok(Bill::Trades(mut bill)) = Bill::open(text.as_bytes()) else { panic!("no bill") };
        while let Some(BillLine::Row(row)) = bill.next_line().unwrap() {
            side.push(0, &row);
        }
        let mut local: LocalSide = both.local(day, share);
        for (number, transaction, fen, edge) in carried {
            local.push_carried(&LocalOrder {
                line: 77,
                out_trade_no: format!("T{number}").as_bytes(),
                transaction_id: format!("42{transaction}").as_bytes(),
                amount: Fen::new(*fen).unwrap(),
                state: None,
                paid_at: Some(edge.nearest(day)),
            });
        }
        Judged::of(side, local)
    };
    let judged = |bill_rows: &[Paid], own: &[Ours], carried: &[(u8, u8, i64, Edge)]| {
        judged_on(Day::of(MIDNIGHT, 300), bill_rows, own, carried)
    };
    let listed = |found: &Judged| {
        found.differences.iter().map(|row| (row.class, row.reason, row.local_line)).collect::<Vec<_>>()
    };
    let bill = [paid(1, 1, 100)];
    let before = judged(&bill, &[], &[(1, 1, 100, Edge::Before)]);
    assert_eq!(listed(&before), [(Class::DayCutBill, Reason::PaidDayBefore, Some(0))]);
    let tally = before.tally(Class::DayCutBill);
    // Its own day counts it; here it is only shown.
    assert_eq!((tally.local_rows, tally.local_fen, tally.bill_fen), (0, 0, 100));
    assert_eq!((before.differences[0].local_fen, before.differences[0].gap_fen()), (100, -100));
    let without_edges = judged_on(Day::of(MIDNIGHT, 0), &bill, &[], &[(1, 1, 100, Edge::Before)]);
    assert_eq!(listed(&without_edges), listed(&before), "however wide the edges are now");
    let after = judged(&bill, &[], &[(1, 1, 100, Edge::After)]);
    assert_eq!(listed(&after), [(Class::DayCutBill, Reason::PaidDayAfter, Some(0))]);
    let cheaper = judged(&bill, &[], &[(1, 1, 99, Edge::Before)]);
    assert_eq!(listed(&cheaper), [(Class::AmountDiff, Reason::Amount, Some(0))]);
    assert_eq!(cheaper.tally(Class::AmountDiff).local_fen, 0);
    let another = judged(&bill, &[], &[(1, 9, 100, Edge::Before)]);
    assert_eq!(listed(&another), [(Class::StateDiff, Reason::AnotherTransaction, Some(0))]);
    // The day's own order comes first, and what no bill names is none of this day's.
    let own = judged(&bill, &[ours(1, 1, 100)], &[(1, 1, 99, Edge::Before), (2, 2, 5, Edge::Before)]);
    assert!(listed(&own).is_empty() && own.out_of_scope == 0 && own.tally(Class::Matched).local_rows == 1);
    let unnamed = judged(&[], &[ours(1, 1, 100)], &[(1, 1, 100, Edge::Before)]);
    assert_eq!(listed(&unnamed), [(Class::LocalOnly, Reason::NotInBill, Some(2))]);
}

#[test]
fn the_money_of_an_order_that_was_paid_around_midnight_counts_once_over_both_days() {
    let gap = |paid_rows: Vec<Paid>, paid_s: i64| -> i128 {
        let order = Ours { paid_s: Some(paid_s), ..ours(1, 1, 100) };
        let found = Both { paid: paid_rows, ours: vec![order], ..Both::default() }.judged();
        let sums = Class::ALL.map(|class| found.tally(class).local_fen - found.tally(class).bill_fen);
        let differences: i128 = found.differences.iter().map(Difference::gap_fen).sum();
        assert_eq!(sums.iter().sum::<i128>(), differences);
        differences
    };
    // The order is on the own side of both days, as it is in the store.
    for (on_its_day_s, on_the_bills_day_s) in [(86_390, -10), (10, 86_410)] {
        assert_eq!(gap(vec![], on_its_day_s) + gap(vec![paid(1, 1, 100)], on_the_bills_day_s), 0);
        assert_eq!(gap(vec![], on_its_day_s) + gap(vec![paid(1, 1, 90)], on_the_bills_day_s), 10);
    }
}

/// A row of every class, and fees that are off in payments and refunds.
fn a_day_of_everything() -> Both {
    let cut = |number: u8, paid_s: i64| Ours { paid_s: Some(paid_s), ..ours(number, number, 100) };
    let slow = |row: Back| Back { is_success: false, ..row };
    Both {
        paid: vec![
            paid(1, 1, 100),
            paid(2, 2, 100),
            Paid { off_milli: 5000, ..paid(4, 4, 100) },
            paid(5, 5, 100),
            paid(6, 6, 100),
            paid(6, 66, 100),
            paid(7, 7, 100),
            paid(8, 8, 100),
            paid(10, 10, 300),
            Paid { state: "REVOKED", ..paid(10, 10, 300) },
        ],
        ours: vec![
            ours(1, 1, 100),
            ours(3, 3, 100),
            ours(4, 4, 90),
            Ours { state: Some(TradeState::Closed), ..ours(5, 5, 100) },
            ours(6, 6, 100),
            ours(7, 7, 100),
            ours(7, 7, 100),
            cut(8, -10),
            cut(9, 86_390),
            Ours { state: Some(TradeState::Revoked), ..ours(10, 10, 300) },
        ],
        bill_backs: vec![back(1, 10), back(2, 20), back(3, 30), Back { off_milli: -3000, ..back(4, 40) }],
        our_backs: vec![back(1, 10), back(2, 21), slow(back(3, 30)), back(5, 50), back(5, 50)],
    }
}

#[test]
fn every_class_of_a_day_comes_out_of_the_bills_success_and_refund_as_out_of_all() {
    let both = a_day_of_everything();
    let whole = both.judged();
    for class in Class::ALL {
        assert!(whole.tally(class).count > 0, "no row is {class:?}");
    }
    let bills = [both.bill_of(BillType::Success), both.bill_of(BillType::Refund)];
    let (parts, _) = both.judged_by(&bills, usize::MAX);
    let (payments, backs) = (
        Both { paid: both.paid.clone(), ..Both::default() },
        Both { bill_backs: both.bill_backs.clone(), ..Both::default() },
    );
    for class in Class::ALL {
        assert_eq!(parts.tally(class), whole.tally(class), "{class:?}");
        let rows = |found: &Judged, files: &[&Both]| {
            let mut some = found.clone();
            some.differences.retain(|row| row.class == class);
            both.told(files, &some)
        };
        assert_eq!(rows(&parts, &[&payments, &backs]), rows(&whole, &[&both]), "{class:?}");
    }
    assert_eq!((parts.out_of_scope, parts.time_marked), (whole.out_of_scope, whole.time_marked));
    assert_eq!(
        (parts.fees.count, parts.fees.difference, parts.fees.places.len()),
        (whole.fees.count, whole.fees.difference, whole.fees.places.len())
    );
    assert_eq!((whole.fees.count, whole.fees.places.len()), (2, 2));
    // Whichever comes first, and in as many shares as it takes.
    let turned = [bills[1].clone(), bills[0].clone()];
    let (turned, shares) = both.judged_by(&turned, 60_000);
    assert!(shares > 2 && Class::ALL.into_iter().all(|class| turned.tally(class) == whole.tally(class)));
    assert_eq!(both.told(&[&backs, &payments], &turned), both.told(&[&both], &whole));
}

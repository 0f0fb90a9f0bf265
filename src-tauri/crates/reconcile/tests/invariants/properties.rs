//! The invariants C1, C2, C4 and C6 for any day.

use std::collections::{BTreeSet, HashSet};

use desk_reconcile::{Class, Day, Difference};
use proptest::prelude::*;
use proptest::sample::Index;
use wxpay_protocol::TradeState;

use super::{Back, Both, Judged, Ours, Paid, at, back, ours, paid};

/// Mostly nothing; a fee is marked that is off by more than a fen.
fn any_off() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(0i64), 1 => Just(1000), 1 => Just(-1000), 1 => 1001i64..3000, 1 => -3000i64..-1000]
}

fn any_paid() -> impl Strategy<Value = Paid> {
    let state = prop_oneof![9 => Just("SUCCESS"), 1 => Just("REVOKED")];
    (state, 0u8..20, 1u8..40, 1i64..5, 0i64..86_400, any_off()).prop_map(
        |(state, number, transaction, fen, at_s, off_milli)| Paid { state, number, transaction, fen, at_s, off_milli },
    )
}

fn any_ours() -> impl Strategy<Value = Ours> {
    let state = prop_oneof![
        6 => Just(Some(TradeState::Success)),
        1 => Just(Some(TradeState::Revoked)),
        1 => Just(Some(TradeState::NotPay)),
        1 => Just(None)
    ];
    (0u8..20, 0u8..40, 1i64..5, state, proptest::option::weighted(0.9, -1000i64..87_400))
        .prop_map(|(number, transaction, fen, state, paid_s)| Ours { number, transaction, fen, state, paid_s })
}

fn any_back() -> impl Strategy<Value = Back> {
    (0u8..12, 0u8..12, 1i64..5, any::<bool>(), 0i64..86_400, any_off()).prop_map(
        |(refund, out_refund, fen, is_success, at_s, off_milli)| Back {
            refund,
            out_refund,
            fen,
            is_success,
            at_s,
            off_milli,
        },
    )
}

prop_compose! {
    fn any_day()(
        paid in proptest::collection::vec(any_paid(), 0..40),
        ours in proptest::collection::vec(any_ours(), 0..40),
        bill_backs in proptest::collection::vec(any_back(), 0..15),
        our_backs in proptest::collection::vec(any_back(), 0..15),
    ) -> Both {
        Both { paid, ours, bill_backs, our_backs }
    }
}

fn shuffled<T: Clone>(rows: &[T], order: &[Index]) -> Vec<T> {
    let mut rows = rows.to_vec();
    for (place, other) in (0..rows.len()).zip(order) {
        let other = other.index(rows.len());
        rows.swap(place, other);
    }
    rows
}

fn chosen<T: Clone>(rows: &[T], marks: &[bool], mark: bool) -> Vec<T> {
    rows.iter().zip(marks).filter(|(_, marked)| **marked == mark).map(|(row, _)| row.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn c1_every_row_of_either_side_lands_in_exactly_one_class(both in any_day()) {
        let found = both.judged();
        let bill: u64 = Class::ALL.iter().map(|class| found.tally(*class).bill_rows).sum();
        let local: u64 = Class::ALL.iter().map(|class| found.tally(*class).local_rows).sum();
        prop_assert_eq!(bill, (both.paid.len() + both.bill_backs.len()) as u64);
        prop_assert_eq!(local + found.out_of_scope, (both.ours.len() + both.our_backs.len()) as u64);
        let listed: u64 = Class::ALL.iter().filter(|class| class.is_listed()).map(|class| found.tally(*class).count).sum();
        prop_assert_eq!(listed, found.differences.len() as u64);
    }

    #[test]
    fn no_two_differences_are_about_the_same(both in any_day()) {
        let found = both.judged();
        let about = |row: &Difference| {
            let paid = row.bill.filter(|_| row.class == Class::DuplicatePayment);
            let transaction = paid.map(|at| both.paid[usize::try_from(at.line).unwrap() - 2].transaction);
            (row.class, row.is_refund, row.number, transaction, row.nth)
        };
        let (mut seen, mut firsts) = (HashSet::new(), 0);
        for row in &found.differences {
            prop_assert!(row.nth >= 1 && seen.insert(about(row)), "{:?}", row);
            firsts += usize::from(row.nth == 1);
        }
        prop_assert!(firsts * 4 >= found.differences.len(), "most are the first about something");
    }

    #[test]
    fn c2_the_differences_explain_the_sums_of_the_rows_of_both_sides_to_the_fen(both in any_day()) {
        let found = both.judged();
        let sums = |is_refund: bool| {
            let of_kind = |class: &Class| class.name().starts_with("refund_") == is_refund;
            let (mut bill, mut local) = (0, 0);
            for tally in Class::ALL.into_iter().filter(of_kind).map(|class| found.tally(class)) {
                bill += tally.bill_fen;
                local += tally.local_fen;
            }
            (bill, local)
        };
        let explained = |is_refund: bool| -> i128 {
            found.differences.iter().filter(|row| row.is_refund == is_refund).map(Difference::gap_fen).sum()
        };
        // What a second line of a refund is: it counts with the refunds, under the class that orders have as well.
        let again: i128 = found.differences.iter().filter(|row| row.is_refund && row.class == Class::DuplicateLocal)
            .map(|row| i128::from(row.local_fen)).sum();
        let ((bill_paid, local_paid), (bill_back, local_back)) = (sums(false), sums(true));
        let (local_paid, local_back) = (local_paid - again, local_back + again);
        prop_assert_eq!(found.gaps_fen, [explained(false), explained(true)]);
        prop_assert_eq!(local_paid - bill_paid, explained(false));
        prop_assert_eq!(local_back - bill_back, explained(true));
        prop_assert_eq!(bill_paid, i128::from(both.paid_fen()));
        prop_assert_eq!(local_paid, i128::from(both.ours_of_the_day_fen()));
        let raw = |backs: &[Back]| backs.iter().map(|row| i128::from(row.fen)).sum::<i128>();
        prop_assert_eq!((bill_back, local_back), (raw(&both.bill_backs), raw(&both.our_backs)));
    }

    #[test]
    fn c2_the_marks_of_fees_add_up_to_what_the_rows_are_off(both in any_day()) {
        let offs = both.paid.iter().map(|row| row.off_milli).chain(both.bill_backs.iter().map(|row| row.off_milli));
        let marked: Vec<i64> = offs.filter(|off| off.abs() > 1000).collect();
        let fees = both.judged().fees.clone();
        prop_assert_eq!(fees.count, marked.len() as u64);
        prop_assert_eq!(fees.difference.milli_fen(), i128::from(marked.iter().sum::<i64>()));
    }

    #[test]
    fn c4_shares_and_running_twice_change_nothing(both in any_day()) {
        let found = both.judged();
        prop_assert_eq!(&found, &both.judged());
        let numbers = both.paid.iter().map(|row| row.number).collect::<BTreeSet<_>>().len();
        for most_bytes in [100_000, 200_000] {
            let (again, shares) = both.judged_within(most_bytes);
            prop_assert_eq!(&found, &again, "{} shares", shares);
            prop_assert!(shares > 1 || numbers < 12, "nothing was shared");
        }
    }

    #[test]
    fn c4_the_order_of_rows_and_their_files_change_nothing(
        both in any_day().prop_map(Both::without_ties),
        order in proptest::collection::vec(any::<Index>(), 40),
        in_first in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let found = both.judged();
        let other = Both {
            paid: shuffled(&both.paid, &order),
            ours: shuffled(&both.ours, &order),
            bill_backs: shuffled(&both.bill_backs, &order),
            our_backs: shuffled(&both.our_backs, &order),
        };
        let file = |is_first: bool| Both {
            paid: chosen(&other.paid, &in_first, is_first),
            bill_backs: chosen(&other.bill_backs, &in_first, is_first),
            ..Both::default()
        };
        let (first, second) = (file(true), file(false));
        let (again, _) = other.judged_by(&[first.bill(), second.bill()], usize::MAX);
        prop_assert_eq!(both.told(&[&both], &found), other.told(&[&first, &second], &again));
        let tallies = |found: &Judged| Class::ALL.map(|class| found.tally(class));
        prop_assert_eq!(tallies(&found), tallies(&again));
        prop_assert_eq!((found.out_of_scope, found.time_marked), (again.out_of_scope, again.time_marked));
        let fees = |found: &Judged| (found.fees.count, found.fees.difference, found.fees.places.len());
        prop_assert_eq!(fees(&found), fees(&again));
    }

    #[test]
    fn c4_a_side_against_itself_only_matches(numbers in proptest::collection::btree_set(0u8..=255, 0..60), fen in 1i64..1_000_000) {
        let both = Both {
            paid: numbers.iter().map(|number| paid(*number, *number, fen)).collect(),
            ours: numbers.iter().rev().map(|number| ours(*number, *number, fen)).collect(),
            bill_backs: numbers.iter().map(|number| back(*number, fen)).collect(),
            our_backs: numbers.iter().rev().map(|number| back(*number, fen)).collect(),
        };
        let found = both.judged();
        prop_assert!(found.is_balanced() && found.differences.is_empty() && found.out_of_scope == 0);
        prop_assert_eq!(found.tally(Class::Matched).count, numbers.len() as u64);
        prop_assert_eq!(found.tally(Class::RefundMatched).count, numbers.len() as u64);
    }

    #[test]
    fn c6_the_day_is_that_of_beijing(seconds in -200_000i64..200_000) {
        let day = Day::of(at(seconds), 300);
        prop_assert!(day.midnight().dashed().ends_with(" 00:00:00"));
        prop_assert!(day.holds(at(seconds)) && !day.holds(day.midnight().plus_ms(-1)) && !day.holds(day.midnight().plus_ms(86_400_000)));
    }
}

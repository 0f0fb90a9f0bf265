//! Refunds against refunds: by refund_id, else by out_refund_no.

use std::sync::PoisonError;

use crate::found::Found;
use crate::heap::Heap;
use crate::kept::Heaps;
use crate::record::{BillRefund, Refund};
use crate::share::{HEAPS, Round, Share};
use crate::{Class, Difference, Fingerprint, Reason};

type BillHeaps = Heaps<BillRefund>;
type LocalHeaps = Heaps<Refund>;

/// Brings the refunds of one share together: where it has all of them by both numbers, else by the one of its round.
pub(crate) fn judge(share: &Share, (bills, locals): (&mut BillHeaps, &mut LocalHeaps), found: &mut Found<'_>) {
    let heaps =
        bills.of(&share.refunds).zip(locals.of(&share.refunds)).map(|(bill, local)| (bill.take(), local.take()));
    match &share.round {
        Round::RefundIds(_) if share.refunds.is_whole() => {
            // Heap by heap again, so that nothing is ever there twice.
            let (mut bills_left, mut locals_left) = (vec![Heap::new(); HEAPS], vec![Heap::new(); HEAPS]);
            for (bills, locals) in heaps {
                let (bills, locals) = by_refund_id(bills, locals, found);
                for row in bills {
                    spread(&mut bills_left, row.out_number.or(row.id), row);
                }
                for refund in locals {
                    spread(&mut locals_left, refund.out_number.or(refund.id), refund);
                }
            }
            for (bills, locals) in bills_left.iter_mut().zip(&mut locals_left) {
                by_out_refund_no(bills.take(), locals.take(), found);
            }
        }
        Round::RefundIds(paired) => {
            let mut paired = paired.lock().unwrap_or_else(PoisonError::into_inner);
            for (bills, locals) in heaps {
                paired.bill.mark(bills.iter().map(|row| row.row));
                paired.local.mark(locals.iter().map(|refund| refund.line));
                let (bills, locals) = by_refund_id(bills, locals, found);
                paired.bill.unmark(bills.iter().filter(|row| !row.is_judged()).map(|row| row.row));
                paired.local.unmark(locals.iter().map(|refund| refund.line));
            }
        }
        Round::OutRefundNos(_) => heaps.for_each(|(bills, locals)| by_out_refund_no(bills, locals, found)),
    }
}

fn spread<T>(heaps: &mut [Heap<T>], number: Fingerprint, record: T) {
    if let Some(heap) = heaps.get_mut(usize::from(number.upper())) {
        heap.push(record);
    }
}

/// What no refund_id brings together comes back, and what one does of the bill as judged.
fn by_refund_id(bills: Vec<BillRefund>, locals: Vec<Refund>, found: &mut Found<'_>) -> (Vec<BillRefund>, Vec<Refund>) {
    pair_by(bills, locals, |row| row.id, |row| row.id, found)
}

fn by_out_refund_no(bills: Vec<BillRefund>, locals: Vec<Refund>, found: &mut Found<'_>) {
    let (bills, locals) = pair_by(bills, locals, |row| row.out_number, |row| row.out_number, found);
    for row in bills.into_iter().filter(|row| !row.is_judged()) {
        // Those without any number are told apart by where they stand.
        let nth = if row.id.or(row.out_number).is_some() { 1 } else { row.order().1 };
        bill_only(&row, nth, Reason::RefundNotLocal, found);
    }
    for refund in locals {
        if refund.in_day {
            local_alone(Class::RefundLocalOnly, Reason::RefundNotInBill, (&refund, 1), found);
        } else {
            found.verdict.out_of_scope += 1;
        }
    }
}

/// Pairs what has one number; what is left over comes back, and what was judged of the bill as such. Further rows under a number
/// are judged at once.
fn pair_by(
    mut bills: Vec<BillRefund>,
    mut locals: Vec<Refund>,
    of_bill: impl Fn(&BillRefund) -> Fingerprint,
    of_local: impl Fn(&Refund) -> Fingerprint,
    found: &mut Found<'_>,
) -> (Vec<BillRefund>, Vec<Refund>) {
    // Under a number what was judged stands first.
    bills.sort_unstable_by_key(|row| (of_bill(row), !row.is_judged(), row.order()));
    locals.sort_unstable_by_key(|refund| (of_local(refund), refund.line));
    let (mut bills_left, mut locals_left) = (Vec::new(), Vec::new());
    let mut groups = locals.chunk_by(|one, next| of_local(one) == of_local(next)).peekable();
    for rows in bills.chunk_by(|one, next| of_bill(one) == of_bill(next)) {
        let number = rows.first().map(&of_bill).unwrap_or_default();
        let is_before = |group: &&[Refund]| group.first().is_some_and(|refund| of_local(refund) < number);
        while let Some(group) = groups.next_if(is_before) {
            leave(group, &of_local, &mut locals_left, found);
        }
        if !number.is_some() {
            bills_left.extend_from_slice(rows);
            continue;
        }
        let (judged, rows) = rows.split_at(rows.partition_point(BillRefund::is_judged));
        let Some((first, again)) = rows.split_first() else { continue };
        // One number of the merchant may stand for several refunds of WeChat's.
        let is_reused = |row: &BillRefund| judged.iter().chain([first]).any(|other| is_another(other, row));
        let is_same = |group: &&[Refund]| group.first().is_some_and(|refund| of_local(refund) == number);
        let same = groups.next_if(is_same).unwrap_or_default();
        match same.split_first() {
            Some((refund, later)) => {
                judge_pair(first, refund, found);
                bills_left.push(first.judged());
                for (later, place) in later.iter().zip(2..) {
                    let nth = nth(later.id, refund.id, place);
                    local_alone(Class::DuplicateLocal, Reason::LocalAgain, (later, nth), found);
                }
            }
            None if is_reused(first) => bill_only(first, 1, Reason::RefundNumberAgain, found),
            None => bills_left.push(*first),
        }
        for (row, place) in again.iter().zip(2..) {
            let is_again = row.id.is_some() && row.id == first.id;
            let reason = match (is_again, is_reused(row)) {
                (true, _) => Reason::RefundAgain,
                (false, true) => Reason::RefundNumberAgain,
                (false, false) => Reason::RefundNotLocal,
            };
            bill_only(row, nth(row.id, first.id, place), reason, found);
            bills_left.push(row.judged());
        }
    }
    for group in groups {
        leave(group, &of_local, &mut locals_left, found);
    }
    (bills_left, locals_left)
}

/// Whether WeChat knows two rows as two refunds.
fn is_another(one: &BillRefund, other: &BillRefund) -> bool {
    one.id.is_some() && other.id.is_some() && one.id != other.id
}

/// Local refunds that no row of the bill names by this number: the first may be named by the other one.
fn leave(group: &[Refund], number: impl Fn(&Refund) -> Fingerprint, left: &mut Vec<Refund>, found: &mut Found<'_>) {
    let Some((first, later)) = group.split_first() else { return };
    left.push(*first);
    for (refund, place) in later.iter().zip(2..) {
        if !number(refund).is_some() {
            left.push(*refund);
        } else if refund.in_day {
            let nth = nth(refund.id, first.id, place);
            local_alone(Class::DuplicateLocal, Reason::LocalAgain, (refund, nth), found);
        } else {
            found.verdict.out_of_scope += 1;
        }
    }
}

/// Which refund at a place under one number is, among those about its own: where WeChat numbers it otherwise than the first there,
/// it is the first about that.
fn nth(id: Fingerprint, first: Fingerprint, place: u32) -> u32 {
    if id.is_some() && id != first { 1 } else { place }
}

fn judge_pair(row: &BillRefund, refund: &Refund, found: &mut Found<'_>) {
    let both_named = row.id.is_some() && refund.id.is_some();
    let (class, reason) = if both_named && row.id != refund.id {
        (Class::RefundStateDiff, Reason::AnotherTransaction)
    } else if row.is_success() && refund.is_success == Some(false) {
        (Class::RefundStateDiff, Reason::RefundState)
    } else if row.amount_fen != refund.amount_fen {
        (Class::RefundAmountDiff, Reason::Amount)
    } else {
        found.count(Class::RefundMatched, (1, 1), (row.amount_fen, refund.amount_fen));
        return;
    };
    found.count(class, (1, 1), (row.amount_fen, refund.amount_fen));
    found.list(Difference {
        class,
        reason,
        number: row.id.or(row.out_number),
        nth: 1,
        bill: Some(row.place()),
        is_refund: true,
        local_line: Some(u64::from(refund.line)),
        bill_fen: row.amount_fen,
        local_fen: refund.amount_fen,
        is_counted_beside: false,
    });
}

fn bill_only(row: &BillRefund, nth: u32, reason: Reason, found: &mut Found<'_>) {
    let class = Class::RefundBillOnly;
    found.count(class, (1, 0), (row.amount_fen, 0));
    let bill = Some(row.place());
    found.list(Difference {
        class,
        reason,
        number: row.id.or(row.out_number),
        nth,
        bill,
        is_refund: true,
        local_line: None,
        bill_fen: row.amount_fen,
        local_fen: 0,
        is_counted_beside: false,
    });
}

fn local_alone(class: Class, reason: Reason, (refund, nth): (&Refund, u32), found: &mut Found<'_>) {
    found.count(class, (0, 1), (0, refund.amount_fen));
    let local_line = Some(u64::from(refund.line));
    found.list(Difference {
        class,
        reason,
        number: refund.id.or(refund.out_number),
        nth,
        bill: None,
        is_refund: true,
        local_line,
        bill_fen: 0,
        local_fen: refund.amount_fen,
        is_counted_beside: false,
    });
}

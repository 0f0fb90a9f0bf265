//! Payments against orders: one heap at a time, one number at a time.

use crate::day::in_day;
use crate::found::Found;
use crate::record::{BillPayment, Order, OrderWord};
use crate::{Class, Day, Difference, Reason};

/// Brings the payments and orders of a heap together.
pub(crate) fn judge(bills: &mut [BillPayment], orders: &mut [Order], day: Day, found: &mut Found<'_>) {
    // By transaction too, so that the rows of one stand together; the payment before its reverse.
    bills.sort_unstable_by_key(|row| (row.number, row.transaction(), row.is_revoked(), row.order()));
    orders.sort_unstable_by_key(|order| (order.number, order.line));
    let (mut bills, mut orders) = (&*bills, &*orders);
    loop {
        let number = match (bills.first(), orders.first()) {
            (None, None) => return,
            (Some(row), None) => row.number,
            (None, Some(order)) => order.number,
            (Some(row), Some(order)) => row.number.min(order.number),
        };
        let of_bill = bills.iter().take_while(|row| row.number == number).count();
        let of_local = orders.iter().take_while(|order| order.number == number).count();
        let (these, rest) = bills.split_at(of_bill);
        bills = rest;
        let (ours, rest) = orders.split_at(of_local);
        orders = rest;
        judge_number(these, ours, day, found);
    }
}

/// The rows of one transaction_id: a payment, what a reverse gave back of it, or both.
#[derive(Clone, Copy)]
struct Unit<'b> {
    row: &'b BillPayment,
    is_revoked: bool,
    rows: u64,
}

impl Unit<'_> {
    fn agrees_with(&self, word: OrderWord) -> bool {
        match word {
            OrderWord::Silent => true,
            OrderWord::Paid => !self.is_revoked,
            OrderWord::Revoked => self.is_revoked,
            OrderWord::Unpaid => false,
        }
    }
}

/// All rows of one out_trade_no.
fn judge_number(bills: &[BillPayment], orders: &[Order], day: Day, found: &mut Found<'_>) {
    let orders = without_carried(orders, !bills.is_empty());
    let Some((order, again)) = orders.split_first() else {
        if let Some(kept) = the_payment(bills, None, found) {
            let row = kept.row;
            found.count(Class::BillOnly, (kept.rows, 0), (row.amount_fen(), 0));
            found.list(of_bill(Class::BillOnly, Reason::NotLocal, row));
        }
        return;
    };
    let is_named = !bills.is_empty();
    for (later, nth) in again.iter().zip(1..) {
        if is_named || in_day(later.seconds) {
            let (rows, fen) = counted(later, day);
            found.count(Class::DuplicateLocal, (0, rows), (0, fen));
            found.list(Difference { nth, ..of_order(Class::DuplicateLocal, Reason::LocalAgain, later, day) });
        } else {
            found.verdict.out_of_scope += 1;
        }
    }
    match the_payment(bills, Some(order), found) {
        Some(kept) => judge_pair(&kept, order, day, found),
        None if in_day(order.seconds) => {
            let (class, reason) = match (day.is_late(order.seconds), day.is_early(order.seconds)) {
                (true, _) => (Class::DayCutLocal, Reason::InNextBill),
                (false, true) => (Class::DayCutLocal, Reason::InBillBefore),
                (false, false) => (Class::LocalOnly, Reason::NotInBill),
            };
            found.count(class, (0, 1), (0, order.amount_fen()));
            found.list(of_order(class, reason, order, day));
        }
        None => found.verdict.out_of_scope += 1,
    }
}

/// The day's own orders, or where it has none, the last one that was carried over for its bill.
fn without_carried(orders: &[Order], is_named: bool) -> &[Order] {
    let (carried, own) = orders.split_at(orders.iter().take_while(|order| order.line == Order::CARRIED).count());
    match carried.split_last() {
        Some((last, _)) if own.is_empty() && is_named => std::slice::from_ref(last),
        _ => own,
    }
}

/// The payment that stands for the number; the others are duplicates. It is the one that the local order has, else the first.
fn the_payment<'b>(bills: &'b [BillPayment], order: Option<&Order>, found: &mut Found<'_>) -> Option<Unit<'b>> {
    let mut kept: Option<Unit<'b>> = None;
    for rows in bills.chunk_by(|one, next| one.transaction() == next.transaction()) {
        let unit = unit(rows, found)?;
        let is_ours = |unit: &Unit<'_>| order.is_some_and(|order| order.transaction() == unit.row.transaction());
        let is_first = |unit: &Unit<'_>, other: &Unit<'_>| {
            (unit.row.second(), unit.row.order()) < (other.row.second(), other.row.order())
        };
        kept = Some(match kept {
            None => unit,
            Some(before) => {
                let takes = is_ours(&unit) || (!is_ours(&before) && is_first(&unit, &before));
                let (stays, second) = if takes { (unit, before) } else { (before, unit) };
                let reason = if is_ours(&stays) { Reason::PaidTwice } else { Reason::PaidTwiceLater };
                found.count(Class::DuplicatePayment, (second.rows, 0), (second.row.amount_fen(), 0));
                found.list(of_bill(Class::DuplicatePayment, reason, second.row));
                stays
            }
        });
    }
    kept
}

/// One row of each state makes a unit; a row that stands there again is a duplicate by itself.
fn unit<'b>(rows: &'b [BillPayment], found: &mut Found<'_>) -> Option<Unit<'b>> {
    let states = rows.chunk_by(|one, next| one.is_revoked() == next.is_revoked());
    // The first is the unit's own, if that turns out to be a second payment.
    let (mut unit, mut nth) = (None::<Unit<'b>>, 1);
    for same in states {
        let (first, again) = same.split_first()?;
        for row in again {
            found.count(Class::DuplicatePayment, (1, 0), (row.amount_fen(), 0));
            nth += 1;
            found.list(Difference { nth, ..of_bill(Class::DuplicatePayment, Reason::RowAgain, row) });
        }
        unit = Some(match unit {
            None => Unit { row: first, is_revoked: first.is_revoked(), rows: 1 },
            Some(payment) => Unit { is_revoked: true, rows: payment.rows + 1, ..payment },
        });
    }
    unit
}

fn judge_pair(kept: &Unit<'_>, order: &Order, day: Day, found: &mut Found<'_>) {
    let row = kept.row;
    let another = order.transaction() != 0 && order.transaction() != row.transaction();
    let outside = order.seconds != Order::UNPAID && !in_day(order.seconds);
    let (class, reason) = if another {
        (Class::StateDiff, Reason::AnotherTransaction)
    } else if !kept.agrees_with(order.word()) {
        (Class::StateDiff, Reason::State)
    } else if row.amount_fen() != order.amount_fen() {
        (Class::AmountDiff, Reason::Amount)
    } else if is_beside(order, day) {
        (Class::DayCutBill, if order.seconds < 0 { Reason::PaidDayBefore } else { Reason::PaidDayAfter })
    } else {
        found.verdict.time_marked += u64::from(outside);
        found.count(Class::Matched, (kept.rows, 1), (row.amount_fen(), order.amount_fen()));
        return;
    };
    let (local_rows, local_fen) = counted(order, day);
    found.count(class, (kept.rows, local_rows), (row.amount_fen(), local_fen));
    let difference = of_bill(class, reason, row);
    found.list(Difference {
        local_line: Some(u64::from(order.line)),
        local_fen: order.amount_fen(),
        is_counted_beside: is_beside(order, day),
        ..difference
    });
}

/// Whether an order was paid so near to the day that the day beside it has it as waiting for this day's bill.
fn is_beside(order: &Order, day: Day) -> bool {
    order.line == Order::CARRIED || day.is_just_outside(order.seconds)
}

/// The rows of this side and the fen that an order counts with: its money counts once, on the day that it was paid.
fn counted(order: &Order, day: Day) -> (u64, i64) {
    (u64::from(order.line != Order::CARRIED), if is_beside(order, day) { 0 } else { order.amount_fen() })
}

fn of_bill(class: Class, reason: Reason, row: &BillPayment) -> Difference {
    Difference {
        class,
        reason,
        number: row.number,
        nth: 1,
        bill: Some(row.place()),
        is_refund: false,
        local_line: None,
        bill_fen: row.amount_fen(),
        local_fen: 0,
        is_counted_beside: false,
    }
}

fn of_order(class: Class, reason: Reason, order: &Order, day: Day) -> Difference {
    let local_line = Some(u64::from(order.line));
    Difference {
        class,
        reason,
        number: order.number,
        nth: 1,
        bill: None,
        is_refund: false,
        local_line,
        bill_fen: 0,
        local_fen: order.amount_fen(),
        is_counted_beside: is_beside(order, day),
    }
}

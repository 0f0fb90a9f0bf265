//! What came of a day: counts and sums by class, and every row that does not agree.

use std::num::NonZero;
use std::thread;

use wxpay_protocol::bill::FeeDifference;

use crate::{BillPlace, BillSide, Class, Fingerprint, LocalSide, Reason, payments, refunds};

/// What a class adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pairs, and rows of one side alone. The rows of one transaction_id count once.
    pub count: u64,
    /// Rows of the bill.
    pub bill_rows: u64,
    /// Rows of the local side.
    pub local_rows: u64,
    /// The bill's amounts, in fen.
    pub bill_fen: i128,
    /// The local amounts, in fen.
    pub local_fen: i128,
}

/// Fees that are off by more than a fen: a mark beside the class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeMarks {
    /// Rows.
    pub count: u64,
    /// Fees less base × rate, all together.
    pub difference: FeeDifference,
}

impl FeeMarks {
    pub(crate) fn add(&mut self, difference: FeeDifference) {
        self.count += 1;
        self.difference = self.difference.plus(difference);
    }
}

/// A row that does not agree, or a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub class: Class,
    /// Why.
    pub reason: Reason,
    /// The merchant's number of the order; of a refund none.
    pub number: Fingerprint,
    /// The bill's row. Of a payment and its reverse, the payment.
    pub bill: Option<BillPlace>,
    /// Whether it is about a refund, so that the local line is one of the refunds.
    pub is_refund: bool,
    /// The line of the local side.
    pub local_line: Option<u64>,
    /// The bill's amount, in fen.
    pub bill_fen: i64,
    /// The local amount, in fen.
    pub local_fen: i64,
}

/// What came of a day, or of a share of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    tallies: [Tally; Class::ALL.len()],
    /// What does not agree: by class, then by the bill's files and lines, then by orders and refunds and their
    /// lines.
    pub differences: Vec<Difference>,
    /// Rows of the bill that were left out because there is nothing to compare them with.
    pub not_compared: u64,
    /// Local rows of other days that no row of the bill names.
    pub out_of_scope: u64,
    /// Matched orders whose local time of payment lies farther outside of the day than its edges.
    pub time_marked: u64,
    /// Fees that are off.
    pub fees: FeeMarks,
}

impl Verdict {
    /// What a class adds up to.
    pub fn tally(&self, class: Class) -> Tally {
        self.tallies.get(class.place()).copied().unwrap_or_default()
    }

    /// Whether nothing differs. Rows that could not be read are the caller's to count.
    pub fn is_balanced(&self) -> bool {
        Class::ALL.into_iter().all(|class| !class.is_difference() || self.tally(class).count == 0)
    }

    /// Takes over what came of another share of the day.
    pub fn add(&mut self, other: Self) {
        for (tally, more) in self.tallies.iter_mut().zip(other.tallies) {
            tally.count += more.count;
            tally.bill_rows += more.bill_rows;
            tally.local_rows += more.local_rows;
            tally.bill_fen += more.bill_fen;
            tally.local_fen += more.local_fen;
        }
        self.differences.extend(other.differences);
        self.not_compared += other.not_compared;
        self.out_of_scope += other.out_of_scope;
        self.time_marked += other.time_marked;
        self.fees.count += other.fees.count;
        self.fees.difference = self.fees.difference.plus(other.fees.difference);
    }

    /// Puts the differences in their order, once everything is added.
    pub fn sort(&mut self) {
        self.differences.sort_unstable_by_key(|row| {
            let bill = row.bill.map_or((usize::MAX, u64::MAX), |bill| (bill.file, bill.line));
            (row.class, bill, row.is_refund, row.local_line)
        });
    }

    /// Moves an order that only the local side has from one class to another.
    pub(crate) fn recount(&mut self, from: Class, to: Class, local_fen: i64) {
        if let Some(tally) = self.tallies.get_mut(from.place()) {
            tally.count -= 1;
            tally.local_rows -= 1;
            tally.local_fen -= i128::from(local_fen);
        }
        self.count(to, (0, 1), (0, local_fen));
    }

    pub(crate) fn count(
        &mut self,
        class: Class,
        (bill_rows, local_rows): (u64, u64),
        (bill_fen, local_fen): (i64, i64),
    ) {
        if let Some(tally) = self.tallies.get_mut(class.place()) {
            tally.count += 1;
            tally.bill_rows += bill_rows;
            tally.local_rows += local_rows;
            tally.bill_fen += i128::from(bill_fen);
            tally.local_fen += i128::from(local_fen);
        }
    }
}

/// Brings both sides of one share together, over all cores; nothing where `is_stopped` said so before the end.
pub fn verdict(bill: BillSide, local: LocalSide, is_stopped: &(dyn Fn() -> bool + Sync)) -> Option<Verdict> {
    let (day, share) = (bill.day, bill.kept.share);
    let (mut bill_payments, mut orders) = (bill.kept.payments, local.kept.payments);
    let mut refunds = (bill.kept.refunds, local.kept.refunds);
    let mut whole = Verdict { not_compared: bill.not_compared, fees: bill.fees, ..Verdict::default() };
    let mut heaps: Vec<_> = bill_payments.of(&share.payments).zip(orders.of(&share.payments)).collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let each = heaps.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = heaps
            .chunks_mut(each)
            .map(|part| {
                scope.spawn(move || {
                    let mut found = Verdict::default();
                    for (bills, orders) in part {
                        if is_stopped() {
                            break;
                        }
                        payments::judge(&mut bills.take(), &mut orders.take(), day, &mut found);
                    }
                    found
                })
            })
            .collect();
        refunds::judge(&share, (&mut refunds.0, &mut refunds.1), &mut whole);
        for part in parts {
            match part.join() {
                Ok(found) => whole.add(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    if is_stopped() {
        return None;
    }
    whole.sort();
    Some(whole)
}

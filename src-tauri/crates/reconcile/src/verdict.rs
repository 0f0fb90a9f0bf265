//! What came of a day: counts and sums by class, and every row that does not agree.

use std::num::NonZero;
use std::thread;

use wxpay_protocol::bill::FeeDifference;

use crate::{BillPlace, BillSide, Class, Fingerprint, LocalSide, Reason, Settled, Tallies, Tally, payments, refunds};

/// Fees that are off by more than a fen: a mark beside the class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeMarks {
    /// Rows.
    pub count: u64,
    /// Fees less base × rate, all together.
    pub difference: FeeDifference,
    /// Where the first [`FeeMarks::MOST_LISTED`] of them stand, in the order of the bills.
    pub places: Vec<BillPlace>,
}

impl FeeMarks {
    /// More than anybody reads one by one; those beyond are counted and added up.
    pub const MOST_LISTED: usize = 10_000;

    pub(crate) fn add(&mut self, difference: FeeDifference, at: BillPlace) {
        self.count += 1;
        self.difference = self.difference.plus(difference);
        if self.places.len() < Self::MOST_LISTED {
            self.places.push(at);
        }
    }
}

/// A row that does not agree, or a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub class: Class,
    /// Why.
    pub reason: Reason,
    /// The merchant's number of the order; of a refund WeChat's of the refund, or where it has none the merchant's. Of a pair the
    /// bill's.
    pub number: Fingerprint,
    /// The bill's row. Of a payment and its reverse, the payment.
    pub bill: Option<BillPlace>,
    /// Whether it is about a refund, so that the local line is one of the refunds.
    pub is_refund: bool,
    /// The line of the local side; 0 of an order that was carried over from the day beside.
    pub local_line: Option<u64>,
    /// The bill's amount, in fen.
    pub bill_fen: i64,
    /// The local amount, in fen.
    pub local_fen: i64,
    /// The order was paid on the day beside, which counts its amount, so that the sums of this day have nothing of it.
    pub is_counted_beside: bool,
}

impl Difference {
    /// The local amount less the bill's, in fen, as the sums of the day have it.
    pub fn gap_fen(&self) -> i128 {
        let local_fen = if self.is_counted_beside { 0 } else { self.local_fen };
        i128::from(local_fen) - i128::from(self.bill_fen)
    }
}

/// What came of a day, or of a share of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    tallies: Tallies,
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
        self.tallies.of(class)
    }

    /// What every class adds up to.
    pub const fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// Whether nothing differs. Rows that could not be read are the caller's to count.
    pub fn is_balanced(&self) -> bool {
        Class::ALL.into_iter().all(|class| !class.is_difference() || self.tally(class).count == 0)
    }

    /// Takes over what came of another share of the day.
    pub fn add(&mut self, other: Self) {
        self.tallies.add_all(&other.tallies);
        self.differences.extend(other.differences);
        self.not_compared += other.not_compared;
        self.out_of_scope += other.out_of_scope;
        self.time_marked += other.time_marked;
        self.fees.count += other.fees.count;
        self.fees.difference = self.fees.difference.plus(other.fees.difference);
        self.fees.places.extend(other.fees.places);
    }

    /// Puts the differences in their order, once everything is added.
    pub fn sort(&mut self) {
        self.differences.sort_unstable_by_key(|row| {
            let bill = row.bill.map_or((usize::MAX, u64::MAX), |bill| (bill.file, bill.line));
            (row.class, bill, row.is_refund, row.local_line)
        });
    }

    /// Says of each row anew what it is, where `settle` knows: an order that only the local side has, in another class.
    pub(crate) fn settle(&mut self, settle: impl Fn(&Difference) -> Option<Settled>) {
        for row in &mut self.differences {
            let Some(settled) = settle(row) else { continue };
            self.tallies.recount(row.class, settled.class, row.local_fen);
            (row.class, row.reason) = (settled.class, settled.reason);
        }
        self.sort();
    }

    pub(crate) fn count(
        &mut self,
        class: Class,
        (bill_rows, local_rows): (u64, u64),
        (bill_fen, local_fen): (i64, i64),
    ) {
        let (bill_fen, local_fen) = (bill_fen.into(), local_fen.into());
        self.tallies.add(class, Tally { count: 1, bill_rows, local_rows, bill_fen, local_fen });
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

//! What came of a day: counts and sums by class; every row that does not agree is handed on while it is found.

use std::num::NonZero;
use std::thread;

use wxpay_protocol::bill::FeeDifference;

use crate::found::{Found, TakeRows};
use crate::{BillPlace, BillSide, Class, Difference, LocalSide, Settled, Tallies, Tally, payments, refunds};

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
    /// More than anybody reads one by one; those beyond are counted and added up, and read from the bills where they are listed.
    pub const MOST_LISTED: usize = 10_000;

    pub(crate) fn add(&mut self, difference: FeeDifference, at: BillPlace) {
        self.count += 1;
        self.difference = self.difference.plus(difference);
        if self.places.len() < Self::MOST_LISTED {
            self.places.push(at);
        }
    }
}

/// What came of a day, or of a share of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub(crate) tallies: Tallies,
    /// The local amounts less those of the bill, of payments and of refunds, in fen: what the differences explain.
    pub gaps_fen: [i128; 2],
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
        for (gap_fen, more) in self.gaps_fen.iter_mut().zip(other.gaps_fen) {
            *gap_fen += more;
        }
        self.not_compared += other.not_compared;
        self.out_of_scope += other.out_of_scope;
        self.time_marked += other.time_marked;
        self.fees.count += other.fees.count;
        self.fees.difference = self.fees.difference.plus(other.fees.difference);
        self.fees.places.extend(other.fees.places);
    }

    /// Says of a row anew what it is: an order that only the local side has, in another class.
    pub fn settle(&mut self, row: &mut Difference, settled: Settled) {
        self.tallies.recount(row.class, settled.class, row.local_fen);
        (row.class, row.reason) = (settled.class, settled.reason);
    }
}

/// Brings both sides of one share together, over all cores; `take` gets what does not agree, a few thousand rows at a time and
/// in no order, so that no more of it is kept than it keeps. Nothing where `is_stopped` said so before the end.
pub fn verdict(
    bill: BillSide,
    local: LocalSide,
    take: &TakeRows<'_>,
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Option<Verdict> {
    let (day, share) = (bill.day, bill.kept.share);
    let (mut bill_payments, mut orders) = (bill.kept.payments, local.kept.payments);
    let mut refunds = (bill.kept.refunds, local.kept.refunds);
    let of_bill = Verdict { not_compared: bill.not_compared, fees: bill.fees, ..Verdict::default() };
    let mut heaps: Vec<_> = bill_payments.of(&share.payments).zip(orders.of(&share.payments)).collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let each = heaps.len().div_ceil(workers).max(1);
    let whole = thread::scope(|scope| {
        let parts: Vec<_> = heaps
            .chunks_mut(each)
            .map(|part| {
                scope.spawn(move || {
                    let mut found = Found::new(Verdict::default(), take);
                    for (bills, orders) in part {
                        if is_stopped() {
                            break;
                        }
                        payments::judge(&mut bills.take(), &mut orders.take(), day, &mut found);
                    }
                    found.finish()
                })
            })
            .collect();
        let mut found = Found::new(of_bill, take);
        refunds::judge(&share, (&mut refunds.0, &mut refunds.1), &mut found);
        let mut whole = found.finish();
        for part in parts {
            match part.join() {
                Ok(found) => whole.add(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        whole
    });
    (!is_stopped()).then_some(whole)
}

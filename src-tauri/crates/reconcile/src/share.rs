//! A day that does not fit into the memory: brought together share by share of all numbers, reading the files again.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::paired::Paired;

/// Rows are spread over so many heaps by their numbers, so that each heap can be brought together within a near memory.
pub(crate) const HEAPS: usize = 256;
/// What goes at once where the memory ends: so little that no share becomes much smaller than it could be.
const STEPS: usize = 16;

/// A part of all numbers, of payments and of refunds. It begins as wide as can be and narrows while the rows are read, so that
/// what is kept of them never grows beyond its bound; nobody has to know before how many rows there are. Both sides of one
/// reading hold the same share.
#[derive(Debug)]
pub struct Share {
    is_first: bool,
    pub(crate) payments: Part,
    pub(crate) refunds: Part,
    pub(crate) round: Round,
    pub(crate) most_bytes_of_side: usize,
}

/// By which number refunds are brought together. They match by WeChat's number, else by the merchant's, so that where they do
/// not fit they are gone through by the one and then by the other.
#[derive(Debug)]
pub(crate) enum Round {
    /// WeChat's; what is judged by it is marked.
    RefundIds(Mutex<Paired>),
    /// The merchant's; what was judged only says that its number is taken.
    OutRefundNos(Arc<Paired>),
}

impl Share {
    /// All numbers, as far as the rows of both sides fit into so many bytes.
    pub fn first(most_bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            is_first: true,
            payments: Part::new(0, HEAPS),
            refunds: Part::new(0, HEAPS),
            round: Round::RefundIds(Mutex::default()),
            most_bytes_of_side: most_bytes / 2,
        })
    }

    /// What did not fit, once this share was read and judged: as wide as this one became.
    pub fn next(&self) -> Option<Arc<Self>> {
        let payments = self.payments.next();
        let (refunds, round) = self.next_refunds();
        if payments.is_none() && refunds.is_none() {
            return None;
        }
        let nothing = || Part::new(HEAPS, 0);
        Some(Arc::new(Self {
            is_first: false,
            payments: payments.unwrap_or_else(nothing),
            refunds: refunds.unwrap_or_else(nothing),
            round,
            most_bytes_of_side: self.most_bytes_of_side,
        }))
    }

    fn next_refunds(&self) -> (Option<Part>, Round) {
        match &self.round {
            Round::RefundIds(paired) => {
                let paired = paired.lock().unwrap_or_else(PoisonError::into_inner).clone();
                match self.refunds.next() {
                    Some(next) => (Some(next), Round::RefundIds(Mutex::new(paired))),
                    None if self.refunds.heaps().is_empty() || self.refunds.is_whole() => {
                        (None, Round::RefundIds(Mutex::default()))
                    }
                    None => (Some(Part::new(0, self.refunds.width())), Round::OutRefundNos(Arc::new(paired))),
                }
            }
            Round::OutRefundNos(paired) => (self.refunds.next(), Round::OutRefundNos(paired.clone())),
        }
    }

    /// Whether it is the first one, which also takes what is counted once.
    pub const fn is_first(&self) -> bool {
        self.is_first
    }

    /// The refunds that were judged by WeChat's number in earlier shares; nothing while that goes on.
    pub(crate) fn judged_refunds(&self) -> Option<Arc<Paired>> {
        match &self.round {
            Round::RefundIds(_) => None,
            Round::OutRefundNos(paired) => Some(paired.clone()),
        }
    }
}

/// Neighbouring heaps.
#[derive(Debug)]
pub(crate) struct Part {
    first: usize,
    /// Only ever falls: a heap below it has every row that was read.
    end: AtomicUsize,
    /// So many more it could have had, were there more of them.
    beyond: usize,
}

impl Part {
    /// From this heap on so many, as far as there are any.
    fn new(first: usize, width: usize) -> Self {
        let end = HEAPS.min(first + width);
        Self { first, end: AtomicUsize::new(end), beyond: first + width - end }
    }

    fn next(&self) -> Option<Self> {
        let heaps = self.heaps();
        (heaps.end < HEAPS).then(|| Self::new(heaps.end, self.width()))
    }

    /// The heaps that it has in the end.
    #[inline]
    pub(crate) fn heaps(&self) -> Range<usize> {
        self.first..self.end.load(Ordering::Relaxed)
    }

    /// How many heaps fit: those that it has, and of the last part, which ends where they end, also those it could have had.
    fn width(&self) -> usize {
        let heaps = self.heaps();
        heaps.len() + if heaps.end == HEAPS { self.beyond } else { 0 }
    }

    /// Whether it has every number.
    pub(crate) fn is_whole(&self) -> bool {
        self.heaps() == (0..HEAPS)
    }

    /// Narrows it, unless a single heap is left.
    pub(crate) fn narrow(&self) -> bool {
        let heaps = self.heaps();
        let (end, width) = (heaps.end, heaps.len());
        self.end.fetch_min(end - (width / STEPS).max(1).min(width.saturating_sub(1)), Ordering::Relaxed);
        width > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_no_oftener_by_the_merchants_numbers_than_by_wechats() {
        for width in [256, 255, 85, 63, 51, 23, 2] {
            let mut next = Some(Arc::new(Share {
                is_first: true,
                payments: Part::new(HEAPS, 0),
                refunds: Part::new(0, width),
                round: Round::RefundIds(Mutex::default()),
                most_bytes_of_side: 0,
            }));
            let (mut first, mut second, mut covered) = (0, 0, 0);
            while let Some(share) = next {
                if share.judged_refunds().is_some() {
                    second += 1;
                } else {
                    first += 1;
                }
                covered += share.refunds.heaps().len();
                next = share.next();
            }
            let is_whole = width == HEAPS;
            assert_eq!(first, HEAPS.div_ceil(width), "of {width} heaps");
            assert_eq!(second, if is_whole { 0 } else { first }, "of {width} heaps");
            assert_eq!(covered, if is_whole { HEAPS } else { 2 * HEAPS });
        }
    }
}

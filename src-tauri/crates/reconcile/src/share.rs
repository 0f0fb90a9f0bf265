//! A day that does not fit into the memory: brought together share by share of all numbers, reading the files again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Fingerprint;
use crate::heap::Heap;

/// Rows are spread over so many heaps by their numbers, so that each heap can be brought together within a near memory.
pub(crate) const HEAPS: usize = 256;
/// What goes at once where the memory ends: so little that no share becomes much smaller than it could be.
const STEPS: usize = 16;

/// A part of all numbers, from one heap up to another. It begins as wide as can be and narrows while the rows are read, so that
/// what is kept of them never grows beyond its bound; nobody has to know before how many rows there are. Both sides of one
/// reading hold the same share.
#[derive(Debug)]
pub struct Share {
    first: usize,
    /// Only ever falls: a heap below it has every row that was read.
    end: AtomicUsize,
    most_bytes_of_side: usize,
}

impl Share {
    /// All numbers, as far as the payments and orders of both sides fit into so many bytes. Refunds come on top: they match by
    /// two numbers and cannot be told apart by one.
    pub fn first(most_bytes: usize) -> Arc<Self> {
        Arc::new(Self { first: 0, end: AtomicUsize::new(HEAPS), most_bytes_of_side: most_bytes / 2 })
    }

    /// What did not fit, once this share was read: as wide as this one became.
    pub fn next(&self) -> Option<Arc<Self>> {
        let (first, width) = (self.end(), self.end().saturating_sub(self.first));
        let end = AtomicUsize::new(HEAPS.min(first + width));
        let most_bytes_of_side = self.most_bytes_of_side;
        (first < HEAPS).then(|| Arc::new(Self { first, end, most_bytes_of_side }))
    }

    /// Whether it is the first one, which also takes what is counted once.
    pub const fn is_first(&self) -> bool {
        self.first == 0
    }

    /// The heaps that it has in the end.
    pub(crate) fn heaps(&self) -> std::ops::Range<usize> {
        self.first..self.end()
    }

    #[inline]
    fn end(&self) -> usize {
        self.end.load(Ordering::Relaxed)
    }

    /// Narrows it, unless a single heap is left.
    fn narrow(&self) -> bool {
        let end = self.end();
        let width = end.saturating_sub(self.first);
        self.end.fetch_min(end - (width / STEPS).max(1).min(width.saturating_sub(1)), Ordering::Relaxed);
        width > 1
    }
}

/// The rows of one side, in the heaps of its share.
#[derive(Debug)]
pub(crate) struct Heaps<T> {
    pub(crate) share: Arc<Share>,
    pub(crate) rows: Vec<Heap<T>>,
    /// Heaps from here on are empty.
    end: usize,
    kept_bytes: usize,
}

impl<T: Clone> Heaps<T> {
    pub(crate) fn new(share: Arc<Share>) -> Self {
        let end = share.end();
        Self { share, rows: vec![Heap::new(); HEAPS], end, kept_bytes: 0 }
    }

    /// Keeps what is made of a row, if its number is one of the share's.
    #[inline]
    pub(crate) fn push(&mut self, number: Fingerprint, record: impl FnOnce() -> T) {
        let place = usize::from(number.upper());
        if self.share.heaps().contains(&place)
            && let Some(heap) = self.rows.get_mut(place)
            && heap.push(record())
        {
            self.kept_bytes += Heap::<T>::PIECE_BYTES;
            self.stay_within();
        }
    }

    /// Gives up heaps until what is kept fits again; the other side lets go of the same ones.
    fn stay_within(&mut self) {
        loop {
            let end = self.share.end();
            for heap in self.rows.iter_mut().take(self.end).skip(end) {
                self.kept_bytes -= heap.forget();
            }
            self.end = end;
            if self.kept_bytes <= self.share.most_bytes_of_side || !self.share.narrow() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(of: usize) -> Fingerprint {
        Fingerprint::of(of.to_string().as_bytes())
    }

    #[test]
    fn every_number_is_in_exactly_one_share_and_no_share_keeps_more_than_its_bound() {
        const ROWS: usize = 20_000;
        let most_bytes = 2 * 40 * Heap::<usize>::PIECE_BYTES;
        let mut next = Some(Share::first(most_bytes));
        let (mut seen, mut shares) = (vec![0u8; ROWS], 0);
        while let Some(share) = next {
            let mut side = Heaps::new(share.clone());
            for row in 0..ROWS {
                side.push(number(row), || row);
                let is_one_heap = share.heaps().len() == 1;
                assert!(side.kept_bytes <= most_bytes / 2 || is_one_heap, "{} in share {shares}", side.kept_bytes);
            }
            let heaps = share.heaps();
            for heap in side.rows.iter_mut().take(heaps.end).skip(heaps.start) {
                heap.take().into_iter().for_each(|row| seen[row] += 1);
            }
            shares += 1;
            next = share.next();
        }
        assert!(seen.iter().all(|times| *times == 1));
        assert!((6..30).contains(&shares), "{shares} shares");
    }

    #[test]
    fn a_share_that_one_side_narrows_is_narrow_for_the_other_too() {
        let share = Share::first(2 * 64 * Heap::<u32>::PIECE_BYTES);
        let (mut one, mut other) = (Heaps::new(share.clone()), Heaps::new(share.clone()));
        other.push(number(1), || 1u32);
        (0..20_000).for_each(|row| one.push(number(row), || 0u32));
        assert!(share.heaps().end < HEAPS && share.next().is_some_and(|next| next.heaps().start == share.heaps().end));
        for row in 0..20_000 {
            let before = other.kept_bytes;
            other.push(number(row), || 1u32);
            let is_in = share.heaps().contains(&usize::from(number(row).upper()));
            assert!(is_in || other.kept_bytes == before, "a row of a later share was kept");
        }
    }

    #[test]
    fn everything_is_one_share_where_it_fits_and_nothing_is_lost_where_nothing_does() {
        let whole = Share::first(usize::MAX);
        let mut side = Heaps::new(whole.clone());
        (0..10_000).for_each(|row| side.push(number(row), || row));
        assert!(whole.is_first() && whole.next().is_none());
        let mut next = Some(Share::first(0));
        let mut count = 0;
        while let Some(share) = next {
            let mut side = Heaps::new(share.clone());
            (0..200).for_each(|row| side.push(number(row), || row));
            count += side.rows.iter_mut().take(share.heaps().end).map(|heap| heap.take().len()).sum::<usize>();
            next = share.next();
        }
        assert_eq!(count, 200);
    }
}

//! What one side keeps of its rows while both are read: no more than its half of the memory.

use std::sync::Arc;

use crate::Fingerprint;
use crate::heap::Heap;
use crate::share::{HEAPS, Part, Share};

/// The payments (or orders) and refunds of one side, as far as they belong to its share.
#[derive(Debug)]
pub(crate) struct Kept<P, R> {
    pub(crate) share: Arc<Share>,
    pub(crate) payments: Heaps<P>,
    pub(crate) refunds: Heaps<R>,
}

impl<P: Clone, R: Clone> Kept<P, R> {
    pub(crate) fn new(share: Arc<Share>) -> Self {
        let (payments, refunds) = (Heaps::new(&share.payments), Heaps::new(&share.refunds));
        Self { share, payments, refunds }
    }

    /// Keeps a payment or an order, if its number is one of the share's.
    #[inline]
    pub(crate) fn push_payment(&mut self, number: Fingerprint, record: P) {
        if self.payments.push(&self.share.payments, number, record) {
            self.stay_within();
        }
    }

    /// Keeps a refund, if its number is one of the share's.
    #[inline]
    pub(crate) fn push_refund(&mut self, number: Fingerprint, record: R) {
        if self.refunds.push(&self.share.refunds, number, record) {
            self.stay_within();
        }
    }

    /// Gives up heaps, of whatever takes more, until what is kept fits again; the other side lets go of the same ones.
    fn stay_within(&mut self) {
        loop {
            self.payments.let_go(&self.share.payments);
            self.refunds.let_go(&self.share.refunds);
            if self.payments.bytes + self.refunds.bytes <= self.share.most_bytes_of_side {
                return;
            }
            let parts = [&self.share.payments, &self.share.refunds];
            let larger = usize::from(self.refunds.bytes > self.payments.bytes);
            if ![parts[larger], parts[1 - larger]].into_iter().any(Part::narrow) {
                return;
            }
        }
    }
}

/// Rows in heaps by their numbers.
#[derive(Debug)]
pub(crate) struct Heaps<T> {
    pub(crate) rows: Vec<Heap<T>>,
    /// Heaps from here on are empty.
    end: usize,
    bytes: usize,
}

impl<T: Clone> Heaps<T> {
    fn new(part: &Part) -> Self {
        Self { rows: vec![Heap::new(); HEAPS], end: part.heaps().end, bytes: 0 }
    }

    /// Keeps a row of this part, and says whether that took memory.
    #[inline]
    fn push(&mut self, part: &Part, number: Fingerprint, record: T) -> bool {
        let place = usize::from(number.upper());
        let took = part.heaps().contains(&place) && self.rows.get_mut(place).is_some_and(|heap| heap.push(record));
        self.bytes += if took { Heap::<T>::PIECE_BYTES } else { 0 };
        took
    }

    fn let_go(&mut self, part: &Part) {
        let end = part.heaps().end;
        for heap in self.rows.iter_mut().take(self.end).skip(end) {
            self.bytes -= heap.forget();
        }
        self.end = end;
    }

    /// The heaps of this part, each once.
    pub(crate) fn of(&mut self, part: &Part) -> impl Iterator<Item = &mut Heap<T>> {
        let heaps = part.heaps();
        self.rows.iter_mut().take(heaps.end).skip(heaps.start)
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
        let (mut payments, mut refunds, mut shares) = (vec![0u8; ROWS], vec![0u8; ROWS], 0);
        while let Some(share) = next {
            let mut side = Kept::new(share.clone());
            for row in 0..ROWS {
                side.push_payment(number(row), row);
                side.push_refund(number(row + ROWS), row);
                let are_single = share.payments.heaps().len() <= 1 && share.refunds.heaps().len() <= 1;
                let bytes = side.payments.bytes + side.refunds.bytes;
                assert!(bytes <= most_bytes / 2 || are_single, "{bytes} in share {shares}");
            }
            side.payments.of(&share.payments).flat_map(Heap::take).for_each(|row| payments[row] += 1);
            side.refunds.of(&share.refunds).flat_map(Heap::take).for_each(|row| refunds[row] += 1);
            shares += 1;
            next = share.next();
        }
        assert!(payments.iter().all(|times| *times == 1));
        // Once by WeChat's number and once by the merchant's.
        assert!(refunds.iter().all(|times| *times == 2));
        assert!((20..150).contains(&shares), "{shares} shares");
    }

    #[test]
    fn a_share_that_one_side_narrows_is_narrow_for_the_other_too() {
        let share = Share::first(2 * 64 * Heap::<u32>::PIECE_BYTES);
        let (mut one, mut other) = (Kept::<u32, ()>::new(share.clone()), Kept::<u32, ()>::new(share.clone()));
        other.push_payment(number(1), 1);
        (0..20_000).for_each(|row| one.push_payment(number(row), 0));
        let (heaps, next) = (share.payments.heaps(), share.next().unwrap());
        assert!(heaps.end < HEAPS && next.payments.heaps().start == heaps.end);
        for row in 0..20_000 {
            let before = other.payments.bytes;
            other.push_payment(number(row), 1);
            let is_in = heaps.contains(&usize::from(number(row).upper()));
            assert!(is_in || other.payments.bytes == before, "a row of a later share was kept");
        }
    }

    #[test]
    fn what_takes_more_gives_way_first() {
        let share = Share::first(2 * 300 * Heap::<u64>::PIECE_BYTES);
        let mut side = Kept::<u64, u64>::new(share.clone());
        (0..10).for_each(|row| side.push_payment(number(row), 0));
        (0..100_000).for_each(|row| side.push_refund(number(row), 0));
        assert!(share.payments.is_whole() && !share.refunds.is_whole());
    }

    #[test]
    fn everything_is_one_share_where_it_fits_and_nothing_is_lost_where_nothing_does() {
        let whole = Share::first(usize::MAX);
        let mut side = Kept::<usize, usize>::new(whole.clone());
        (0..10_000).for_each(|row| side.push_payment(number(row), row));
        (0..10_000).for_each(|row| side.push_refund(number(row), row));
        assert!(whole.is_first() && whole.next().is_none());
        let mut next = Some(Share::first(0));
        let mut count = 0;
        while let Some(share) = next {
            let mut side = Kept::<usize, usize>::new(share.clone());
            (0..200).for_each(|row| side.push_payment(number(row), row));
            count += side.payments.of(&share.payments).map(|heap| heap.take().len()).sum::<usize>();
            next = share.next();
        }
        assert_eq!(count, 200);
    }
}

//! Rows of one part of all numbers, kept while both sides are read.

use std::mem;

/// Rows of a piece: a few pages, so that what is reserved and not used never adds up.
const PIECE_ROWS: usize = 256;

/// A growing heap of records that are never copied while it grows and never take much more than they are.
#[derive(Clone, Debug)]
pub(crate) struct Heap<T> {
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

impl<T> Heap<T> {
    /// What a piece takes.
    pub(crate) const PIECE_BYTES: usize = PIECE_ROWS * size_of::<T>();

    pub(crate) const fn new() -> Self {
        Self { full: Vec::new(), last: Vec::new() }
    }

    /// Keeps a record, and says whether a piece was begun for it.
    #[inline]
    pub(crate) fn push(&mut self, record: T) -> bool {
        let is_full = self.last.len() == self.last.capacity();
        if is_full {
            let piece = mem::replace(&mut self.last, Vec::with_capacity(PIECE_ROWS));
            if !piece.is_empty() {
                self.full.push(piece);
            }
        }
        self.last.push(record);
        is_full
    }

    /// Forgets everything, and says how many bytes that frees.
    pub(crate) fn forget(&mut self) -> usize {
        let pieces = self.full.len() + usize::from(self.last.capacity() > 0);
        *self = Self::new();
        pieces * Self::PIECE_BYTES
    }

    /// All of it in one piece; the heap is empty afterwards.
    pub(crate) fn take(&mut self) -> Vec<T> {
        let last = mem::take(&mut self.last);
        let count = self.full.iter().map(Vec::len).sum::<usize>() + last.len();
        let mut whole = Vec::with_capacity(count);
        for piece in mem::take(&mut self.full) {
            whole.extend(piece);
        }
        whole.extend(last);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_comes_back_in_its_order_however_many_there_are() {
        for count in [0, 1, PIECE_ROWS - 1, PIECE_ROWS, PIECE_ROWS + 1, 3 * PIECE_ROWS + 7] {
            let mut heap = Heap::new();
            let begun = (0..count).filter(|record| heap.push(*record)).count();
            assert_eq!(begun, count.div_ceil(PIECE_ROWS));
            assert_eq!(heap.take(), (0..count).collect::<Vec<_>>());
            assert!(heap.take().is_empty());
        }
    }
}

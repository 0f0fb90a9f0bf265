//! What was read of a side, so that reading it again is told from reading something else.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

/// A digest of every row of a side that a verdict is made of, those outside of its share as well. Two readings of one text agree;
/// readings of different texts do so with a probability of 2⁻⁶⁴.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    rows: u64,
    sum: u64,
}

impl Seen {
    /// Takes a row. Each carries the place where it stands, so that a sum is enough.
    #[inline]
    pub(crate) fn add<const N: usize>(&mut self, row: [u64; N]) {
        let mut hasher = FixedState::with_seed(0x1405_7B7E).build_hasher();
        for part in row {
            hasher.write_u64(part);
        }
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_less_or_a_row_more_is_something_else() {
        let of = |rows: &[[u64; 5]]| {
            let mut seen = Seen::default();
            for row in rows {
                seen.add(*row);
            }
            seen
        };
        let row = [1, 2, 3, 4, 5];
        assert_eq!(of(&[row, [0; 5]]), of(&[row, [0; 5]]));
        assert_ne!(of(&[row]), of(&[row, row]));
        for part in 0..row.len() {
            for bit in 0..64 {
                let mut other = row;
                other[part] ^= 1 << bit;
                assert_ne!(of(&[row]), of(&[other]), "bit {bit} of {part}");
            }
        }
    }
}

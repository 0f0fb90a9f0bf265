//! A row cut into its values: at every comma that a back-tick follows, and nowhere else.

use wide::u8x16;

/// More columns than any bill has; a row with more values is malformed anyway.
pub(super) const MAX_VALUES: usize = 48;
/// The place of a column that a bill does not have: a value that is always empty.
pub(super) const ABSENT: usize = SLOTS - 2;
/// Bytes that are looked at together; a line's window is readable so far beyond its end.
pub(super) const STRIDE: usize = 64;
const SLOTS: usize = 64;
/// Positions are written so many at once, without asking whether there are so many.
const AT_ONCE: usize = 8;
const COMMAS: u8x16 = u8x16::new([b','; 16]);
const TICKS: u8x16 = u8x16::new([b'`'; 16]);

/// Where each value of a row begins, and where the one after the last would.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    starts: [u32; SLOTS],
}

impl Cells {
    pub(super) const fn new() -> Self {
        Self { starts: [0; SLOTS] }
    }

    /// Cuts the row that begins a window. The window goes at least [`STRIDE`] bytes beyond `length`, whatever they are;
    /// the row begins with a back-tick. Returns how many values there are; with more than [`MAX_VALUES`] none is kept.
    #[inline]
    pub(super) fn cut(&mut self, window: &[u8], length: usize) -> usize {
        let Ok(row) = u32::try_from(length) else { return usize::MAX };
        let mut count = 1usize;
        let mut base = 0u32;
        while base + 1 < row {
            let at = base as usize;
            let both = (window.get(at..at + STRIDE), window.get(at + 1..at + 1 + STRIDE));
            let (Some(Ok(before)), Some(Ok(here))) = (both.0.map(TryFrom::try_from), both.1.map(TryFrom::try_from))
            else {
                return usize::MAX;
            };
            let mut cuts = cuts(before, here);
            let left = row - base - 1;
            if left < 64 {
                cuts &= (1u64 << left) - 1;
            }
            let found = cuts.count_ones() as usize;
            let mut written = 0;
            while written < found {
                let Some(slots) = self.starts.get_mut(count + written..count + written + AT_ONCE) else {
                    return usize::MAX;
                };
                for slot in slots {
                    *slot = base + cuts.trailing_zeros() + 2;
                    cuts &= cuts.wrapping_sub(1);
                }
                written += AT_ONCE;
            }
            count += found;
            base += 64;
        }
        if count > MAX_VALUES {
            return count;
        }
        self.starts[0] = 1;
        self.starts[count & (SLOTS - 1)] = row + 2;
        // Two slots that no row reaches: an empty value.
        self.starts[ABSENT] = 0;
        self.starts[ABSENT + 1] = 2;
        count
    }

    /// A value without the blanks around it; `number` is below what `cut` returned, or [`ABSENT`].
    #[inline]
    pub(super) fn value<'w>(&self, window: &'w [u8], number: usize) -> &'w [u8] {
        let start = self.starts[number & (SLOTS - 1)] as usize;
        let end = self.starts[(number + 1) & (SLOTS - 1)] as usize;
        window.get(start..end.wrapping_sub(2)).map(trimmed).unwrap_or_default()
    }
}

/// Without the blanks around it, which spreadsheets and hands leave behind.
#[inline]
fn trimmed(value: &[u8]) -> &[u8] {
    match value {
        [first, .., last] if *first <= b' ' || *last <= b' ' => value.trim_ascii(),
        [b' ' | b'\t'] => b"",
        _ => value,
    }
}

/// One bit for each byte of `here` that is a back-tick with a comma `before` it.
#[inline]
fn cuts(before: &[u8; STRIDE], here: &[u8; STRIDE]) -> u64 {
    let (before, here) = (before.as_chunks::<16>().0, here.as_chunks::<16>().0);
    before.iter().zip(here).rev().fold(0, |cuts, (before, here)| {
        let are_both = u8x16::new(*before).simd_eq(COMMAS) & u8x16::new(*here).simd_eq(TICKS);
        cuts << 16 | u64::from(are_both.to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The values of a row; none with more of them than are kept.
    fn cut(row: &str) -> Option<Vec<String>> {
        let mut window = row.as_bytes().to_vec();
        window.extend([b'`'; 2 * STRIDE]);
        let mut cells = Cells::new();
        let count = cells.cut(&window, row.len());
        let value = |number| String::from_utf8(cells.value(&window, number).to_vec()).unwrap();
        (count <= MAX_VALUES).then(|| (0..count).map(value).collect())
    }

    #[test]
    fn commas_quotes_and_back_ticks_inside_of_a_value_do_not_cut_it() {
        for (row, values) in [
            ("`a,b,`\"c,`d`e,`", vec!["a,b", "\"c", "d`e", ""]),
            ("`", vec![""]),
            ("`总,`总 ,` 总", vec!["总", "总", "总"]),
        ] {
            assert_eq!(cut(row).unwrap(), values);
        }
    }

    #[test]
    fn more_values_than_any_bill_has_are_counted_and_not_kept() {
        for more in [MAX_VALUES, 55, 99, 9999] {
            assert_eq!(cut(&format!("`{}", ",`".repeat(more))), None);
        }
        assert_eq!(cut(&format!("`{}", ",`".repeat(MAX_VALUES - 1))).unwrap(), vec![""; MAX_VALUES]);
    }

    #[test]
    fn a_column_that_is_absent_is_empty_in_every_row() {
        let mut window = b"`a,`b".to_vec();
        window.extend([b'`'; 2 * STRIDE]);
        let mut cells = Cells::new();
        assert_eq!(cells.cut(&window, 5), 2);
        assert_eq!(cells.value(&window, ABSENT), b"");
    }

    proptest! {
        #[test]
        fn a_row_is_cut_as_the_plain_split_cuts_it(values in proptest::collection::vec("[a-z,`\"总 ]{0,40}", 1..40)) {
            let row = format!("`{}", values.join(",`"));
            let plain: Vec<&str> = row[1..].split(",`").map(|value| value.trim_matches([' ', '\t'])).collect();
            match cut(&row) {
                Some(values) => prop_assert_eq!(values, plain),
                None => prop_assert!(plain.len() > MAX_VALUES),
            }
        }

        #[test]
        fn every_cut_is_found_where_it_is(bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'`'), any::<u8>()], STRIDE + 1)) {
            let (before, here) = (bytes.first_chunk::<STRIDE>().unwrap(), bytes.last_chunk::<STRIDE>().unwrap());
            let plain = bytes.windows(2).enumerate().fold(0u64, |bits, (place, two)| bits | (u64::from(two == b",`") << place));
            prop_assert_eq!(cuts(before, here), plain);
        }
    }
}

//! A row cut into its values: at every comma that a back-tick follows, and nowhere else.

/// More columns than any bill has; a row with more values is malformed anyway.
pub(super) const MAX_VALUES: usize = 48;
/// Bytes that are looked at together; a line's window is readable so far beyond its end.
pub(super) const STRIDE: usize = 64;

const TICK: u8 = b'`';
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
/// Gathers the lowest bit of each of eight bytes into one byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// Where each value of a row begins.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    starts: [usize; MAX_VALUES],
    count: usize,
    length: usize,
}

impl Cells {
    pub(super) const fn new() -> Self {
        Self { starts: [0; MAX_VALUES], count: 0, length: 0 }
    }

    /// Cuts the row that begins a window. The window goes at least [`STRIDE`] bytes beyond `length`, whatever they are;
    /// the row begins with a back-tick. Returns how many values there are.
    pub(super) fn cut(&mut self, window: &[u8], length: usize) -> usize {
        self.length = length;
        self.put(0, 1);
        let mut count = 1;
        let mut base = 0;
        for stride in window.as_chunks::<STRIDE>().0 {
            let mut hits = positions(stride, TICK);
            if base + STRIDE > length {
                hits &= (1u64 << (length - base)) - 1;
            }
            while hits != 0 {
                let place = base + hits.trailing_zeros() as usize;
                if place > 0 && window.get(place - 1) == Some(&b',') {
                    self.put(count, place + 1);
                    count += 1;
                }
                hits &= hits - 1;
            }
            base += STRIDE;
            if base >= length {
                break;
            }
        }
        self.count = count.min(MAX_VALUES);
        count
    }

    #[inline]
    fn put(&mut self, number: usize, start: usize) {
        if let Some(slot) = self.starts.get_mut(number) {
            *slot = start;
        }
    }

    /// A value without the blanks around it; nothing where the row has no such value.
    #[inline]
    pub(super) fn value<'w>(&self, window: &'w [u8], number: usize) -> Option<&'w [u8]> {
        if number >= self.count {
            return None;
        }
        let start = *self.starts.get(number)?;
        let end = if number + 1 < self.count { self.starts.get(number + 1)?.saturating_sub(2) } else { self.length };
        window.get(start..end).map(trimmed)
    }
}

/// Without the blanks around it, which spreadsheets and hands leave behind.
#[inline]
fn trimmed(value: &[u8]) -> &[u8] {
    match (value.first(), value.last()) {
        (Some(first), Some(last)) if *first <= b' ' || *last <= b' ' => value.trim_ascii(),
        _ => value,
    }
}

/// One bit for each byte that is `wanted`, eight bytes at a time in whole-number arithmetic.
#[inline]
fn positions(stride: &[u8; STRIDE], wanted: u8) -> u64 {
    let pattern = u64::from(wanted) * EVERY_BYTE;
    let mut bits = 0;
    for (number, eight) in stride.as_chunks::<8>().0.iter().enumerate() {
        let difference = u64::from_le_bytes(*eight) ^ pattern;
        let equal = !(((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS);
        bits |= ((equal >> 7).wrapping_mul(GATHER) >> 56) << (8 * number);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(row: &str) -> Vec<String> {
        let mut window = row.as_bytes().to_vec();
        window.extend([b'`'; 2 * STRIDE]);
        let mut cells = Cells::new();
        let count = cells.cut(&window, row.len());
        (0..count.min(MAX_VALUES))
            .map(|number| String::from_utf8(cells.value(&window, number).unwrap().to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn commas_quotes_and_back_ticks_inside_of_a_value_do_not_cut_it() {
        assert_eq!(cut("`a,b,`\"c,`d`e,`"), ["a,b", "\"c", "d`e", ""]);
        assert_eq!(cut("`"), [""]);
        assert_eq!(cut("`总,`总 ,` 总"), ["总", "总", "总"]);
    }

    #[test]
    fn more_values_than_any_bill_has_are_counted_and_not_kept() {
        let row = format!("`{}", ",`x".repeat(99));
        let mut window = row.clone().into_bytes();
        window.extend([0; 2 * STRIDE]);
        let mut cells = Cells::new();
        assert_eq!(cells.cut(&window, row.len()), 100);
        assert_eq!(cells.value(&window, MAX_VALUES), None);
    }

    proptest! {
        #[test]
        fn a_row_is_cut_as_the_plain_split_cuts_it(values in proptest::collection::vec("[a-z,`\"总 ]{0,40}", 1..40)) {
            let row = format!("`{}", values.join(",`"));
            let plain: Vec<&str> = row[1..].split(",`").map(|value| value.trim_matches([' ', '\t'])).collect();
            prop_assert_eq!(cut(&row), plain);
        }

        #[test]
        fn every_byte_is_found_where_it_is(bytes in proptest::collection::vec(any::<u8>(), STRIDE), wanted in any::<u8>()) {
            let stride: &[u8; STRIDE] = bytes.as_slice().try_into().unwrap();
            let plain = bytes.iter().enumerate().fold(0u64, |bits, (place, byte)| bits | (u64::from(*byte == wanted) << place));
            prop_assert_eq!(positions(stride, wanted), plain);
        }
    }
}

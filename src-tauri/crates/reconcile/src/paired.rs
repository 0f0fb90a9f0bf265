//! Which refunds were judged by WeChat's number already, while the merchant's numbers are still to be looked at.

/// One bit for each row of a side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows(Vec<u64>);

impl Rows {
    pub(crate) fn mark(&mut self, rows: impl Iterator<Item = u32>) {
        for (word, bit) in rows.map(place) {
            if self.0.len() <= word {
                self.0.resize(word + 1, 0);
            }
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    pub(crate) fn unmark(&mut self, rows: impl Iterator<Item = u32>) {
        for (word, bit) in rows.map(place) {
            if let Some(word) = self.0.get_mut(word) {
                *word &= !bit;
            }
        }
    }

    pub(crate) fn has(&self, row: u32) -> bool {
        let (word, bit) = place(row);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

fn place(row: u32) -> (usize, u64) {
    (usize::try_from(row / 64).unwrap_or(usize::MAX), 1 << (row % 64))
}

/// The refunds of both sides that are judged: of the bill by their places among its refunds, of the merchant by their lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paired {
    pub(crate) bill: Rows,
    pub(crate) local: Rows,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_marked_by_itself() {
        let mut rows = Rows::default();
        rows.mark([0, 63, 64, 1000].into_iter());
        rows.unmark([64, 5000].into_iter());
        let marked: Vec<u32> = (0..2000).filter(|row| rows.has(*row)).collect();
        assert_eq!(marked, [0, 63, 1000]);
    }
}

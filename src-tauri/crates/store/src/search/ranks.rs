//! The order of many texts by code point, in which only those that are new are looked for.

#[derive(Default)]
pub(super) struct Ranks {
    /// The texts, in order.
    sorted: Vec<u32>,
    /// Where each text stands in `sorted`.
    ranks: Vec<u32>,
}

impl Ranks {
    /// There are so many different texts now, of which those that were there before are what they were. Costs a look at every
    /// rank where there is a new text, and a sort of the new ones.
    pub(super) fn follow<'t>(&mut self, count: usize, text: impl Fn(usize) -> &'t str) {
        let known = self.sorted.len();
        if known == count {
            return;
        }
        let text = |index: u32| text(index as usize);
        let mut new: Vec<u32> = (known..count).filter_map(|index| u32::try_from(index).ok()).collect();
        new.sort_unstable_by(|one, other| text(*one).cmp(text(*other)));
        let mut merged = Vec::with_capacity(count);
        let mut rest = self.sorted.as_slice();
        for index in new {
            let (before, after) = rest.split_at(rest.partition_point(|known| text(*known) < text(index)));
            merged.extend_from_slice(before);
            merged.push(index);
            rest = after;
        }
        merged.extend_from_slice(rest);
        self.sorted = merged;
        self.ranks.resize(count, 0);
        for (rank, index) in (0..).zip(&self.sorted) {
            if let Some(place) = self.ranks.get_mut(*index as usize) {
                *place = rank;
            }
        }
    }

    pub(super) fn of(&self, index: usize) -> Option<u32> {
        self.ranks.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_a_sort_however_the_texts_came() {
        let texts: Vec<String> = (0..500).map(|n: u32| format!("{:03}", n * 7_919 % 1_009)).collect();
        let mut ranks = Ranks::default();
        for count in [0, 1, 1, 2, 40, 41, 499, 500] {
            ranks.follow(count, |index| &texts[index]);
            let mut sorted = texts[..count].to_vec();
            sorted.sort();
            for (index, text) in texts[..count].iter().enumerate() {
                let rank = ranks.of(index).unwrap() as usize;
                assert_eq!(&sorted[rank], text, "{count}");
            }
            assert_eq!(ranks.of(count), None);
        }
    }
}

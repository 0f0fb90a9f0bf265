//! Finding a record by its number without a second copy of the number: a million orders then cost 24 bytes each per index.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

/// Places of records by the hash of a number within a scope (a merchant number).
#[derive(Default)]
pub(crate) struct Index {
    hasher: RandomState,
    places: HashMap<u64, u32>,
    // Two numbers of one hash: as good as never, and still no number may be lost.
    collided: HashMap<(String, String), u32>,
}

impl Index {
    /// The place of a number; `is_it` says whether the record there has it.
    pub(crate) fn find(&self, scope: &str, number: &str, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let place = *self.places.get(&self.hasher.hash_one((scope, number)))?;
        if is_it(place) {
            return Some(place);
        }
        self.collided.get(&(scope.to_owned(), number.to_owned())).copied()
    }

    /// Remembers a number that is not known yet.
    pub(crate) fn add(&mut self, scope: &str, number: &str, place: u32) {
        match self.places.entry(self.hasher.hash_one((scope, number))) {
            Entry::Vacant(free) => {
                free.insert(place);
            }
            Entry::Occupied(_) => {
                self.collided.insert((scope.to_owned(), number.to_owned()), place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_its_scope_and_in_no_other() {
        let mut index = Index::default();
        let records = [("1900000001", "A"), ("1900000001", "B"), ("1900000002", "A")];
        for (place, (scope, number)) in (0..).zip(records) {
            index.add(scope, number, place);
        }
        let find = |scope, number| {
            index.find(scope, number, |place| records[usize::try_from(place).unwrap()] == (scope, number))
        };
        for (place, (scope, number)) in (0..).zip(records) {
            assert_eq!(find(scope, number), Some(place));
        }
        assert_eq!(find("1900000002", "B"), None);
    }

    #[test]
    fn two_numbers_of_one_hash_are_both_found() {
        let mut index = Index::default();
        index.add("m", "A", 0);
        let taken = index.hasher.hash_one(("m", "B"));
        index.places.insert(taken, 0);
        index.add("m", "B", 1);
        assert_eq!(index.find("m", "B", |place| place == 1), Some(1));
        assert_eq!(index.find("m", "A", |place| place == 0), Some(0));
    }
}

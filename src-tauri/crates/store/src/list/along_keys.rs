//! Lists in the order of keys in memory, put in order only as far as somebody asks.

use std::cmp::Ordering;

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::IdSet;
use super::condition::{Condition, ID};
use super::making::{FEW_AT_FIRST, Making};
use crate::StoreError;
use crate::search::Key;

/// So many orders are looked at one by one; then it is faster to find all matches.
pub(super) const LOOKED_AT: usize = 4_096;

impl Making<'_> {
    /// The first matches: looked for among the first `looked_at` orders, and then among all.
    pub(super) fn first_by(&self, key: Key, limit: usize, looked_at: usize) -> Result<Vec<i64>, StoreError> {
        let searched = self.searched()?;
        let set: Option<IdSet> = searched.as_ref().map(|ids| ids.iter().copied().collect());
        let condition = Condition::new(self.filter);
        if condition.is_empty() {
            return self.sorted_by(key, set.as_ref(), limit);
        }
        let likely = self.sorted_by(key, set.as_ref(), looked_at)?;
        let mut statement = self.connection.prepare_cached(&condition.is_met_sql())?;
        let mut first = Vec::new();
        for id in &likely {
            if first.len() == limit {
                break;
            }
            if statement.exists(params_from_iter(condition.values.iter().chain([&Value::Integer(*id)])))? {
                first.push(*id);
            }
        }
        if first.len() == limit || likely.len() < looked_at {
            return Ok(first);
        }
        let found = self.found(searched.as_deref(), FEW_AT_FIRST, ID)?;
        self.sorted_by(key, Some(&found.set), limit)
    }

    /// The first of all orders, or of those of a set, in the order of the key.
    pub(super) fn sorted_by(&self, key: Key, among: Option<&IdSet>, limit: usize) -> Result<Vec<i64>, StoreError> {
        let mut first = First::new(limit, self.sort.descending);
        self.texts.each_key(self.connection, key, among, |key, id| first.push((key, id)))?;
        Ok(first.in_order())
    }
}

/// The first of many orders by their keys, found in one pass; equal keys go by id.
pub(super) struct First<K> {
    limit: usize,
    descending: bool,
    /// The first of those that came so far, and some more.
    kept: Vec<(K, i64)>,
    /// None behind this one is among the first.
    last: Option<(K, i64)>,
}

impl<K: Ord + Copy> First<K> {
    pub(super) fn new(limit: usize, descending: bool) -> Self {
        Self { limit, descending, kept: Vec::new(), last: None }
    }

    pub(super) fn push(&mut self, order: (K, i64)) {
        let is_behind = |last| by_key(self.descending)(&order, &last).is_gt();
        if self.last.is_some_and(is_behind) {
            return;
        }
        self.kept.push(order);
        if self.kept.len() >= self.limit.saturating_mul(2).max(512) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.kept.len() > self.limit {
            if let Some(last) = self.limit.checked_sub(1) {
                self.last = Some(*self.kept.select_nth_unstable_by(last, by_key(self.descending)).1);
            }
            self.kept.truncate(self.limit);
        }
    }

    pub(super) fn in_order(mut self) -> Vec<i64> {
        self.cut();
        self.kept.sort_unstable_by(by_key(self.descending));
        self.kept.into_iter().map(|(_, id)| id).collect()
    }
}

fn by_key<K: Ord>(descending: bool) -> impl Fn(&(K, i64), &(K, i64)) -> Ordering {
    move |one, other| if descending { other.cmp(one) } else { one.cmp(other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_many_are_those_of_a_sort_however_they_come_and_however_few_are_wanted() {
        let orders: Vec<(u128, i64)> =
            (0..5_000).map(|id: u32| (u128::from(id * 7_919 % 613), i64::from(id))).collect();
        for descending in [false, true] {
            let mut sorted = orders.clone();
            sorted.sort_unstable_by(by_key(descending));
            let ids: Vec<i64> = sorted.iter().map(|(_, id)| *id).collect();
            let mut backwards = sorted.clone();
            backwards.reverse();
            for come in [&orders, &sorted, &backwards] {
                for limit in [0, 1, 60, 700, 4_999, 5_000, usize::MAX] {
                    let mut first = First::new(limit, descending);
                    for order in come {
                        first.push(*order);
                    }
                    assert!(first.kept.len() <= limit.saturating_mul(2).max(512));
                    assert_eq!(first.in_order(), ids[..ids.len().min(limit)], "{limit} {descending}");
                }
            }
        }
    }
}

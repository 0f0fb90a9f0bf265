//! Lists in the order of an index of the store.

use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::params_from_iter;

use super::along_keys::First;
use super::condition::{Condition, ID, Index, Runs};
use super::making::{FEW, FEW_AT_FIRST, Found, Making, WALK};
use super::walk::walk;
use super::{IdSet, OrderFilter, SortBy};
use crate::search::Terms;
use crate::{OrderState, StoreError};

/// So long a search's first rows are looked for by reading each order: where little is found there is a faster way.
const WALK_FOR_A_SEARCH: Duration = Duration::from_millis(2);

impl Making<'_> {
    pub(super) fn first_along(&self, index: &Index, limit: usize) -> Result<Vec<i64>, StoreError> {
        let mut condition = Condition::walking(self.filter, self.sort.by);
        let mut within = WALK;
        if let Some(terms) = Terms::of(&self.filter.search) {
            condition = condition.matching(&terms);
            within = WALK_FOR_A_SEARCH;
        }
        match self.walk_to(index, &condition, None, limit, within)? {
            Some(first) => Ok(first),
            None => self.first_found(index, limit, FEW_AT_FIRST),
        }
    }

    /// What a walk does not meet soon is found first and then put in order, as far as that is needed.
    pub(super) fn first_found(&self, index: &Index, limit: usize, few: usize) -> Result<Vec<i64>, StoreError> {
        let searches_only =
            *self.filter == OrderFilter { search: self.filter.search.clone(), ..OrderFilter::default() };
        let by_time = searches_only && self.sort.by == SortBy::CreatedAt;
        if by_time
            && let Some(terms) = Terms::of(&self.filter.search)
            && let Some(newest) = self.texts.find_newest(self.connection, &terms, limit, self.sort.descending)?
            && newest.len() <= FEW
        {
            return self.sorted_among(index, self.filter, &newest, limit);
        }
        let searched = self.searched()?;
        if searched.is_none() && self.sort.by == SortBy::CreatedAt {
            return self.all_along(index, limit);
        }
        if let Some(searched) = searched.as_deref() {
            if searched.len() <= few {
                return self.sorted_among(index, self.filter, searched, limit);
            }
            if by_time
                && let Some(newest) = self.texts.newest(searched, limit, self.sort.descending)
                && newest.len() <= FEW
            {
                return self.sorted_among(index, self.filter, &newest, limit);
            }
            let condition = Condition::walking(&self.narrowed(searched), self.sort.by);
            let set = searched.iter().copied().collect();
            if let Some(first) = self.walk_to(index, &condition, Some(&set), limit, WALK)? {
                return Ok(first);
            }
        }
        let found = self.found(searched.as_deref(), few, ID)?;
        self.in_order(index, &found, limit, few)
    }

    /// The first of what was found: a few are sorted by themselves, many picked out of a walk that reads nothing but the index.
    pub(super) fn in_order(
        &self,
        index: &Index,
        found: &Found,
        limit: usize,
        few: usize,
    ) -> Result<Vec<i64>, StoreError> {
        if found.ids.len() <= few {
            return self.sorted_among(index, &OrderFilter::default(), &found.ids, limit);
        }
        if self.sort.by == SortBy::OutTradeNo
            && limit < found.ids.len()
            && let Some(first) = self.first_numbers(&found.set, limit)?
        {
            return Ok(first);
        }
        let mut condition = Condition::walking(&self.within_index(), self.sort.by);
        // A run in which nothing is would be read to its end before the others are looked at.
        if index.runs == Runs::One {
            condition = condition.between_ids(&found.ids);
        }
        Ok(self.walk_to(index, &condition, Some(&found.set), limit, Duration::MAX)?.unwrap_or_default())
    }

    /// The first of what was found by the merchant's number, of which a walk would pass all the others before it; nothing where
    /// the texts are not there to look at.
    pub(super) fn first_numbers(&self, among: &IdSet, limit: usize) -> Result<Option<Vec<i64>>, StoreError> {
        self.texts.by_out_trade_no(self.connection, among, |orders| {
            let mut first = First::new(limit, self.sort.descending);
            orders.for_each(|order| first.push(order));
            first.in_order()
        })
    }

    /// The first matches along the index, however long it takes.
    pub(super) fn all_along(&self, index: &Index, limit: usize) -> Result<Vec<i64>, StoreError> {
        let walk = |making: &Making<'_>| {
            let condition = Condition::walking(making.filter, making.sort.by);
            Ok(making.walk_to(index, &condition, None, limit, Duration::MAX)?.unwrap_or_default())
        };
        if self.sort.by != SortBy::CreatedAt {
            return walk(self);
        }
        let mut first = self.by_time(walk)?;
        first.truncate(limit);
        Ok(first)
    }

    /// The first matches along the index; nothing if they were not met within so much time.
    pub(super) fn walk_to(
        &self,
        index: &Index,
        condition: &Condition,
        among: Option<&IdSet>,
        limit: usize,
        within: Duration,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let mut first = Vec::new();
        let meet = |id| {
            if first.len() < limit {
                first.push(id);
            }
            if first.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let walked = self
            .interrupted_after(within, || walk(self.connection, condition, among, index, self.sort.descending, meet))?;
        Ok(walked.map(|()| first))
    }

    /// The first matches among a few orders.
    fn sorted_among(
        &self,
        index: &Index,
        filter: &OrderFilter,
        few: &[i64],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let condition = Condition::new(filter).among(few);
        let mut statement = self.connection.prepare_cached(&condition.sorted_among_sql(index, self.sort.descending))?;
        let ids = statement.query_map(params_from_iter(&condition.values), |row| row.get(0))?;
        Ok(ids.take(limit).collect::<Result<_, _>>()?)
    }

    /// A walk along the times begins with the first of what was found, however much was created before.
    fn narrowed(&self, searched: &[i64]) -> OrderFilter {
        let mut narrowed = self.filter.clone();
        if self.sort.by == SortBy::CreatedAt
            && let Some((first, last)) = self.texts.created_between(searched)
        {
            let (from, to) = (first, last.plus_ms(1));
            narrowed.created_from = Some(narrowed.created_from.map_or(from, |wanted| wanted.max(from)));
            narrowed.created_to = Some(narrowed.created_to.map_or(to, |wanted| wanted.min(to)));
        }
        narrowed
    }

    /// What of the filter the sort's index holds, so that a walk along it need not look at the orders.
    pub(super) fn within_index(&self) -> OrderFilter {
        let (filter, all) = (self.filter, OrderFilter::default());
        match self.sort.by {
            SortBy::CreatedAt => OrderFilter { search: String::new(), ..filter.clone() },
            SortBy::PaidAt => OrderFilter { profile: filter.profile.clone(), ..all },
            SortBy::TotalFee => {
                OrderFilter { amount_min_fen: filter.amount_min_fen, amount_max_fen: filter.amount_max_fen, ..all }
            }
            SortBy::State if filter.states.contains(&OrderState::Unverified) => all,
            SortBy::State => OrderFilter {
                states: filter.states.clone(),
                created_from: filter.created_from,
                created_to: filter.created_to,
                ..all
            },
            SortBy::TradeType => OrderFilter {
                trade_types: filter.trade_types.clone(),
                created_from: filter.created_from,
                created_to: filter.created_to,
                ..all
            },
            _ => all,
        }
    }
}

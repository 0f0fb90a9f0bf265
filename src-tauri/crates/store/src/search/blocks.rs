//! Orders in blocks, as they were read, each with the span of their times: the newest of many matches stand in few of them.

use std::ops::Range;

use memchr::memmem::Finder;

use super::{State, Terms};

/// Orders of a block, and numbers that were added to older orders between them.
const BLOCK: usize = 4_096;
/// Where more than this part of all orders would have to be looked through, all of them are, which several threads do.
const PART_AT_MOST: usize = 8;
/// After so many blocks it is known how rare the matches are.
const TRIED_BLOCKS: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    orders: Range<usize>,
    numbers: Range<usize>,
    /// When the first and the last of its orders were created, and those that its numbers belong to.
    first: i64,
    last: i64,
}

impl Block {
    fn widen(&mut self, created_at: i64) {
        self.first = self.first.min(created_at);
        self.last = self.last.max(created_at);
    }

    /// No order of the block comes before this one.
    fn edge(&self, descending: bool) -> i64 {
        if descending { -self.last } else { self.first }
    }
}

#[derive(Debug, Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// The next order was read: so many orders and numbers there are now.
    pub(super) fn add_order(&mut self, orders: usize, numbers: usize, created_at: i64) {
        self.with_room(created_at, |block| {
            block.orders.end = orders;
            block.numbers.end = numbers;
        });
    }

    /// An order that was read before got a number: so many numbers there are now.
    pub(super) fn add_numbers(&mut self, numbers: usize, created_at: i64) {
        self.with_room(created_at, |block| block.numbers.end = numbers);
    }

    fn with_room(&mut self, created_at: i64, grow: impl FnOnce(&mut Block)) {
        let (orders, numbers) = self.0.last().map_or((0, 0), |last| (last.orders.end, last.numbers.end));
        let is_full = |block: &Block| block.orders.len() >= BLOCK || block.numbers.len() >= 4 * BLOCK;
        if self.0.last().is_none_or(is_full) {
            let (orders, numbers) = (orders..orders, numbers..numbers);
            self.0.push(Block { orders, numbers, first: created_at, last: created_at });
        }
        if let Some(block) = self.0.last_mut() {
            grow(block);
            block.widen(created_at);
        }
    }

    fn sorted(&self, descending: bool) -> Vec<&Block> {
        let mut blocks: Vec<&Block> = self.0.iter().collect();
        blocks.sort_by_key(|block| block.edge(descending));
        blocks
    }
}

impl State {
    /// What [`super::Texts::find_newest`] says, block by block from the end that is asked for.
    pub(super) fn find_newest(&self, terms: &Terms, seen: i64, count: usize, descending: bool) -> Option<Vec<i64>> {
        let looking = Looking::new(self, terms);
        let blocks = self.blocks.sorted(descending);
        let (mut found, mut looked) = (Vec::new(), 0);
        for (place, block) in blocks.iter().enumerate() {
            looking.through(block, |id| {
                if id > seen {
                    return;
                }
                let at = self.place(id).and_then(|place| self.created_at.get(place)).copied().unwrap_or_default();
                found.push((if descending { -at } else { at }, id));
            });
            looked += block.orders.len();
            found.sort_unstable();
            found.dedup();
            if let Some((bound, _)) = count.checked_sub(1).and_then(|last| found.get(last)).copied()
                && blocks.get(place + 1).is_none_or(|next| next.edge(descending) > bound)
            {
                found.retain(|(key, _)| *key <= bound);
                break;
            }
            let is_rare = looked * count > found.len().max(1) * (self.ids.len() / PART_AT_MOST);
            if is_rare && place + 1 >= TRIED_BLOCKS {
                return None;
            }
        }
        let mut ids: Vec<i64> = found.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        Some(ids)
    }
}

/// A search of one block after the other.
struct Looking<'s> {
    state: &'s State,
    terms: &'s Terms,
    words: Vec<Finder<'s>>,
    /// Whether the number may be an openid.
    by_openid: bool,
}

impl<'s> Looking<'s> {
    fn new(state: &'s State, terms: &'s Terms) -> Self {
        let words = terms.words.iter().map(|word| Finder::new(word.as_bytes())).collect();
        let by_openid = terms.number.as_deref().is_some_and(|number| state.openids.may_have(number));
        Self { state, terms, words, by_openid }
    }

    fn through(&self, block: &Block, mut found: impl FnMut(i64)) {
        let state = self.state;
        if let Some(part) = self.terms.part() {
            state.numbers.containing_within(&part, block.numbers.clone()).for_each(&mut found);
        }
        let openid = self.terms.number.as_deref();
        for place in block.orders.clone() {
            let is_found = self.by_openid && state.openids.get(place) == openid
                || !self.words.is_empty() && state.bodies.get(place).is_some_and(|body| self.is_in(body));
            if is_found && let Some(id) = state.ids.get(place) {
                found(*id);
            }
        }
    }

    fn is_in(&self, body: &str) -> bool {
        self.words.iter().all(|word| word.find(body.as_bytes()).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: i64 = 60_000;

    /// Orders whose times go up and down, three of each moment; every thousandth got a number when all were there.
    fn state() -> State {
        let mut state = State::default();
        for id in 1..=ORDERS {
            state.numbers.add(id, &format!("{:08}", id * 7_919 % 100_000_007));
            state.bodies.add(if id % 500 == 0 { "拿铁 大杯" } else { "美式" });
            state.openids.add(&format!("openid-{}", id % 300));
            state.ids.push(id);
            state.created_at.push(id * 37 % 20_000);
            state.blocks.add_order(state.ids.len(), state.numbers.len(), id * 37 % 20_000);
        }
        for id in (1..=ORDERS).filter(|id| id % 1_000 == 1) {
            state.numbers.add_if_new(id, &format!("later{id:08}"));
            state.blocks.add_numbers(state.numbers.len(), id * 37 % 20_000);
        }
        state
    }

    fn sorted(state: &State, mut ids: Vec<i64>, count: usize, descending: bool) -> Vec<i64> {
        let key = |id: &i64| {
            let at = state.created_at[state.place(*id).unwrap()];
            if descending { -at } else { at }
        };
        let mut keys: Vec<i64> = ids.iter().map(key).collect();
        keys.sort_unstable();
        if let Some(bound) = keys.get(count - 1) {
            ids.retain(|id| key(id) <= *bound);
        }
        ids
    }

    #[test]
    fn the_newest_found_block_by_block_are_the_newest_of_all_that_is_found() {
        let state = state();
        let mut by_blocks = 0;
        for search in ["7919", "791", "00", "later", "openid-7", "拿铁", "美式", "大杯 拿", "000012", "nowhere"]
        {
            let terms = Terms::of(search).unwrap();
            for (count, descending) in [(1, true), (60, true), (60, false), (100_000, false)] {
                if let Some(found) = state.find_newest(&terms, i64::MAX, count, descending) {
                    by_blocks += 1;
                    assert_eq!(found, sorted(&state, state.find(&terms), count, descending), "{search} {count}");
                }
            }
        }
        assert!(by_blocks >= 10, "{by_blocks}");
    }

    #[test]
    fn what_is_rare_is_left_to_a_search_of_everything() {
        let terms = Terms::of("later00000001").unwrap();
        assert_eq!(state().find_newest(&terms, i64::MAX, 60, true), None);
    }

    #[test]
    fn blocks_follow_one_another_and_numbers_of_older_orders_widen_the_times_of_theirs() {
        let mut blocks = Blocks::default();
        for order in 1..=BLOCK + 1 {
            blocks.add_order(order, 2 * order, 1_000 + i64::try_from(order).unwrap());
        }
        blocks.add_numbers(2 * BLOCK + 3, 5);
        let [one, two] = &blocks.0[..] else { panic!("{blocks:?}") };
        assert_eq!((&one.orders, &one.numbers, one.first), (&(0..BLOCK), &(0..2 * BLOCK), 1_001));
        assert_eq!((&two.orders, &two.numbers), (&(BLOCK..BLOCK + 1), &(2 * BLOCK..2 * BLOCK + 3)));
        assert_eq!((two.first, two.last), (5, 1_001 + i64::try_from(BLOCK).unwrap()));
    }
}

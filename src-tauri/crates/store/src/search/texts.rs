//! Many short texts in one piece of memory, so that looking through all of them is one pass.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use memchr::memmem;

use super::ranks::Ranks;

/// Stands before and after each text; no number, openid or body contains it.
pub(crate) const BETWEEN: char = '\0';
/// From so many bytes on, a pile is worth the start of threads.
const SHARED_FROM_BYTES: usize = 4 << 20;
/// How many look through a large pile; more would only wait for the memory.
static THREADS: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, usize::from).min(4));

/// Texts, each between two [`BETWEEN`]s.
#[derive(Default)]
struct Pile {
    text: String,
    /// Where each text ends, ascending.
    ends: Vec<usize>,
}

impl Pile {
    fn push(&mut self, text: &str) {
        if self.text.is_empty() {
            self.text.push(BETWEEN);
        }
        if text.contains(BETWEEN) {
            self.text.extend(text.chars().map(|letter| if letter == BETWEEN { ' ' } else { letter }));
        } else {
            self.text.push_str(text);
        }
        self.text.push(BETWEEN);
        self.ends.push(self.text.len());
    }

    fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(1), |before| self.ends.get(before).copied())?;
        self.text.get(start..self.ends.get(index)?.checked_sub(1)?)
    }

    /// The places of the texts that a needle occurs in, each once, ascending. A large pile is looked through by several
    /// threads at once.
    fn containing(&self, needle: &str) -> Vec<usize> {
        let threads = if self.text.len() < SHARED_FROM_BYTES { 1 } else { *THREADS };
        self.containing_by(needle, threads)
    }

    fn containing_by(&self, needle: &str, threads: usize) -> Vec<usize> {
        let all = self.ends.len();
        let share = all.div_ceil(threads.max(1)).max(1);
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|part| (part * share).min(all)..((part + 1) * share).min(all))
                .map(|part| scope.spawn(move || self.containing_within(needle, part)))
                .collect();
            let mut found = self.containing_within(needle, 0..share.min(all));
            for other in others {
                found.extend(other.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)));
            }
            found
        })
    }

    fn containing_within(&self, needle: &str, places: Range<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let end_of = |place: usize| self.ends.get(place).copied().unwrap_or_default();
        // Each text is looked at with the marks on both of its sides.
        let mut from = places.start.checked_sub(1).map_or(0, |before| end_of(before).saturating_sub(1));
        let Some(last) = places.end.checked_sub(1).filter(|last| *last >= places.start) else { return found };
        let text = self.text.as_bytes().get(..end_of(last)).unwrap_or_default();
        let finder = memmem::Finder::new(needle.as_bytes());
        let mut index = places.start;
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
            // A needle that begins with the mark before a text is found one byte before it.
            let inside = from + at + usize::from(needle.starts_with(BETWEEN));
            index += gallop(self.ends.get(index..).unwrap_or_default(), inside);
            found.push(index);
            let Some(end) = self.ends.get(index) else { break };
            from = end.saturating_sub(1);
            index += 1;
        }
        found
    }
}

/// How many ends lie at or before a place: doubling steps, because the next hit is mostly near.
fn gallop(ends: &[usize], place: usize) -> usize {
    let mut reach = 1;
    while ends.get(reach - 1).is_some_and(|end| *end <= place) {
        reach *= 2;
    }
    let from = reach / 2;
    let within = ends.get(from..reach.min(ends.len())).unwrap_or_default();
    from + within.partition_point(|end| *end <= place)
}

/// The numbers of orders: several for one order.
#[derive(Default)]
pub(crate) struct Numbers {
    pile: Pile,
    ids: Vec<i64>,
    /// What was added to orders after they were first seen.
    later: HashSet<(i64, Box<str>)>,
}

impl Numbers {
    pub(crate) fn add(&mut self, id: i64, number: &str) {
        self.pile.push(number);
        self.ids.push(id);
    }

    /// Adds a number that the order may have had already.
    pub(crate) fn add_if_new(&mut self, id: i64, number: &str) {
        if self.later.insert((id, number.into())) {
            self.add(id, number);
        }
    }

    /// The number at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        self.pile.get(place)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The orders of the numbers that contain a part, which begins with [`BETWEEN`] where it is wanted at the start only.
    pub(crate) fn containing(&self, part: &str) -> impl Iterator<Item = i64> + '_ {
        self.pile.containing(part).into_iter().filter_map(|place| self.ids.get(place).copied())
    }

    /// The same of the numbers at these places alone.
    pub(crate) fn containing_within(&self, part: &str, places: Range<usize>) -> impl Iterator<Item = i64> + '_ {
        self.pile.containing_within(part, places).into_iter().filter_map(|place| self.ids.get(place).copied())
    }
}

/// One text for each order, each different text kept once.
#[derive(Default)]
pub(crate) struct Words {
    different: Pile,
    by_hash: HashMap<u64, u32>,
    hasher: RandomState,
    of_orders: Vec<u32>,
    ranks: Ranks,
}

impl Words {
    /// The text of the next order.
    pub(crate) fn add(&mut self, text: &str) {
        let hash = self.hasher.hash_one(text);
        let known = self.by_hash.get(&hash).copied().filter(|index| self.is(*index, text));
        let index = known.unwrap_or_else(|| {
            let index = u32::try_from(self.different.ends.len()).unwrap_or(u32::MAX);
            self.different.push(text);
            // The first text of a hash keeps it, so that one that is found by its hash is found whole.
            self.by_hash.entry(hash).or_insert(index);
            index
        });
        self.of_orders.push(index);
    }

    fn is(&self, index: u32, text: &str) -> bool {
        self.different.get(index as usize) == Some(text)
    }

    /// Whether any order may have this text; mostly it is known at once that none has.
    pub(crate) fn may_have(&self, text: &str) -> bool {
        self.by_hash.contains_key(&self.hasher.hash_one(text))
    }

    /// The text of the order at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        self.different.get(*self.of_orders.get(place)? as usize)
    }

    /// Puts texts that are new in order among the others.
    pub(crate) fn rank(&mut self) {
        let different = &self.different;
        self.ranks.follow(different.ends.len(), |index| different.get(index).unwrap_or_default());
    }

    /// Where the text of the order at a place stands among all texts by code point; it was [ranked](Self::rank).
    pub(crate) fn rank_of(&self, place: usize) -> Option<u32> {
        self.ranks.of(*self.of_orders.get(place)? as usize)
    }

    /// The places of the orders whose text contains every one of these words.
    pub(crate) fn containing(&self, words: &[String]) -> impl Iterator<Item = usize> + '_ {
        let mut matching = vec![!words.is_empty(); self.different.ends.len()];
        for word in words {
            let mut with_word = vec![false; matching.len()];
            for index in self.different.containing(word) {
                if let Some(place) = with_word.get_mut(index) {
                    *place = true;
                }
            }
            matching.iter_mut().zip(with_word).for_each(|(all, this)| *all &= this);
        }
        self.places(matching)
    }

    /// The places of the orders whose text is this one.
    pub(crate) fn equal_to(&self, text: &str) -> impl Iterator<Item = usize> + '_ {
        let alike = match self.by_hash.get(&self.hasher.hash_one(text)) {
            None => Vec::new(),
            Some(index) if self.is(*index, text) => vec![*index as usize],
            Some(_) => self.different.containing(&format!("{BETWEEN}{text}{BETWEEN}")),
        };
        let mut matching = vec![false; self.different.ends.len()];
        for index in alike {
            if let Some(place) = matching.get_mut(index) {
                *place = true;
            }
        }
        self.places(matching)
    }

    fn places(&self, matching: Vec<bool>) -> impl Iterator<Item = usize> + '_ {
        let any = matching.contains(&true);
        let orders = if any { self.of_orders.as_slice() } else { &[] };
        orders
            .iter()
            .enumerate()
            .filter(move |(_, index)| matching.get(**index as usize).is_some_and(|matches| *matches))
            .map(|(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pile(texts: &[&str]) -> Pile {
        let mut pile = Pile::default();
        for text in texts {
            pile.push(text);
        }
        pile
    }

    #[test]
    fn a_part_is_found_in_each_text_once_and_never_across_two() {
        let pile = pile(&["1212", "", "拿铁", "112", "21", "铁拿铁拿铁"]);
        assert_eq!(pile.containing("12"), [0, 3]);
        assert_eq!(pile.containing("21"), [0, 4]);
        assert_eq!(pile.containing("铁"), [2, 5]);
        assert_eq!(pile.containing("铁拿"), [5]);
        assert_eq!(pile.containing("\u{0}1"), [0, 3]);
        assert_eq!(pile.containing("\u{0}21\u{0}"), [4]);
        assert_eq!(pile.containing("1221"), [0usize; 0]);
        let texts: Vec<_> = (0..7).map(|index| pile.get(index)).collect();
        assert_eq!(texts, [Some("1212"), Some(""), Some("拿铁"), Some("112"), Some("21"), Some("铁拿铁拿铁"), None]);
    }

    #[test]
    fn several_threads_find_what_one_finds_wherever_their_shares_begin() {
        let texts: Vec<String> = (0..100).map(|n| format!("{}", n * 7 % 23)).collect();
        let pile = pile(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for needle in ["1", "\u{0}1", "\u{0}2\u{0}", "22", "none"] {
            let alone = pile.containing_by(needle, 1);
            for threads in [2, 3, 7, 100, 128] {
                assert_eq!(pile.containing_by(needle, threads), alone, "{needle:?} by {threads}");
            }
        }
        assert_eq!(super::Pile::default().containing_by("1", 3), [0usize; 0]);
    }

    #[test]
    fn texts_are_found_however_far_apart_they_lie() {
        let texts: Vec<String> =
            (0..5_000).map(|n| if n % 1_250 == 7 { "x".to_owned() } else { n.to_string() }).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(pile(&texts).containing("x"), [7, 1_257, 2_507, 3_757]);
    }

    #[test]
    fn equal_texts_are_kept_once_and_a_separator_inside_one_is_a_space() {
        let mut words = Words::default();
        for text in ["拿铁 大杯", "美式", "拿铁 大杯", "拿\0铁"] {
            words.add(text);
        }
        let found = |of: &[&str]| {
            let of: Vec<String> = of.iter().map(|word| (*word).to_owned()).collect();
            words.containing(&of).collect::<Vec<_>>()
        };
        assert_eq!(found(&["拿铁"]), [0, 2]);
        assert_eq!(found(&["大杯", "拿"]), [0, 2]);
        assert_eq!(found(&["拿"]), [0, 2, 3]);
        assert_eq!(found(&[]), [0usize; 0]);
        assert_eq!(words.equal_to("美式").collect::<Vec<_>>(), [1]);
        assert_eq!(words.equal_to("美").count(), 0);
        assert_eq!(words.different.ends.len(), 3);
    }
}

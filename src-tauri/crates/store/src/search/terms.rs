//! What a search asks for.

use std::borrow::Cow;

use super::pasted::{joined, unwrapped};
use super::texts::BETWEEN;

/// So many characters are looked for anywhere in a number, fewer only at its beginning.
const PART_LEN: usize = 4;
/// From so many digits on, a search is for numbers only.
const NUMBER_DIGITS: usize = 8;

/// The number and the words of a search, of which an order needs to have one: the number, or all words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Part of a number, or a whole openid; without what a bill puts before it and a screenshot in between.
    pub(crate) number: Option<String>,
    /// Words of the body, all of them, in small letters.
    pub(crate) words: Vec<String>,
}

impl Terms {
    /// Nothing for a search that asks for nothing.
    pub(crate) fn of(search: &str) -> Option<Self> {
        let search = unwrapped(search);
        if search.is_empty() {
            return None;
        }
        let number = joined(search);
        // So many digits are a number of the protocol, never a word.
        let is_word = number.len() < NUMBER_DIGITS || !number.bytes().all(|byte| byte.is_ascii_digit());
        let words = if is_word { search.split_whitespace().map(str::to_ascii_lowercase).collect() } else { Vec::new() };
        let number = number.bytes().all(|byte| byte.is_ascii_graphic()).then_some(number);
        Some(Self { number, words })
    }

    /// Whether the number is looked for anywhere, not at the beginning only.
    pub(crate) fn is_part(&self) -> bool {
        self.number.as_ref().is_some_and(|number| number.len() >= PART_LEN)
    }

    /// What is looked for among the numbers.
    pub(crate) fn part(&self) -> Option<Cow<'_, str>> {
        let number = self.number.as_deref()?;
        Some(if self.is_part() { Cow::Borrowed(number) } else { Cow::Owned(format!("{BETWEEN}{number}")) })
    }
}

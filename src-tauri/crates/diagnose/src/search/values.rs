//! What code does to values before it signs them: a table of functions, each with its cause and its words.

mod charsets;
mod encodings;
mod escapes;
mod json_forms;
mod numbers;
mod spaces;
mod table;
mod triggers;

use crate::knowledge::CauseId;

pub(crate) use encodings::{ENCODINGS_IN_PAIRS, Encoding, WHOLE_ENCODINGS};
pub(crate) use escapes::html_entities_without_semicolon;
pub(crate) use table::TABLE;
pub(crate) use triggers::triggers;

/// How a value is changed.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// Into another text.
    Text(fn(&str) -> String),
    /// Into bytes of another charset.
    Bytes(fn(&str) -> Vec<u8>),
}

/// Which fields a change is tried on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All fields at once, and each alone.
    Everywhere,
    /// Each field alone; on all at once nobody does it.
    Each,
    /// Amounts: all at once, and each alone.
    Amounts,
    /// Values of seven digits and more, and amounts; each alone, and all at once.
    Digits,
    /// All fields but whole numbers, and nothing else.
    NotNumbers,
    /// The time stamp of a client call.
    TimeStamp,
}

impl Scope {
    /// Whether a change of this scope is made on such a field.
    pub(crate) fn takes(self, name: &str, value: &[u8]) -> bool {
        match self {
            Self::Everywhere | Self::Each => true,
            Self::Amounts => is_amount(name, value),
            Self::Digits => is_amount(name, value) || (value.len() >= 7 && value.iter().all(u8::is_ascii_digit)),
            Self::NotNumbers => !is_whole_number(value),
            Self::TimeStamp => name.eq_ignore_ascii_case("timestamp") || name == "time_stamp",
        }
    }
}

/// One thing that code does to values.
pub(crate) struct Change {
    /// The cause of the catalogue.
    pub(crate) cause: CauseId,
    /// Where it is tried.
    pub(crate) scope: Scope,
    /// Whether it is among the usual ones, which are tried in pairs first.
    pub(crate) usual: bool,
    /// What it does, in Chinese: `{field}` + 的值 + this.
    pub(crate) chinese: &'static str,
    /// What it does, in English: the value of {field} + this.
    pub(crate) english: &'static str,
    /// The function.
    pub(crate) how: How,
}

impl Change {
    /// The changed value; nothing where it stays as it is.
    pub(crate) fn of(&self, value: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(value).ok()?;
        let changed = match self.how {
            How::Text(change) => change(text).into_bytes(),
            How::Bytes(change) => change(text),
        };
        (changed != value).then_some(changed)
    }
}

/// Whether a field holds an amount or a count.
fn is_amount(name: &str, value: &[u8]) -> bool {
    let is_number = !value.is_empty()
        && value.len() <= 24
        && value.first().is_some_and(u8::is_ascii_digit)
        && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let name = name.to_ascii_lowercase();
    is_number
        && !name.contains("fee_type")
        && ["fee", "amount", "price", "num", "count", "quantity"].iter().any(|part| name.contains(part))
}

/// Whether a value is a whole number that somebody may keep as one.
fn is_whole_number(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 20 && value.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;

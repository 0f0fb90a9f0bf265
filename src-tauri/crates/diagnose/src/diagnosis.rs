//! The one question: why is this sign not the right one? Answered by hash where a hash can answer it.

pub(crate) mod differences;
mod hiding;
mod next;
mod outcome;

use std::ops::ControlFlow;

use wxpay_protocol::{Secret, SignType};

pub use crate::rules::Context;
pub use differences::{Difference, FieldDifference};
pub(crate) use hiding::key_ranges;
pub use hiding::without_keys;
pub use next::Next;
pub use outcome::{Change, Diagnosis, Excluded, Explanation, Limit, Outcome, Proof, StageCount};

use crate::report::ReportError;
use crate::{Input, search};

/// What is to be diagnosed.
pub struct Case<'c> {
    /// The fields in the order of the input, and the sign that stands in it.
    pub input: &'c Input,
    /// Takes the place of the sign in the input.
    pub given_sign: Option<&'c str>,
    /// The algorithm that should have been used; without it the message, then the length of its sign decide.
    pub sign_type: Option<SignType>,
    /// What the message is; without it the names of its fields decide.
    pub context: Option<Context>,
    /// The appId that a client call signs and does not carry.
    pub appid: Option<&'c str>,
    /// The keys at hand, the one in use first; may be empty, then only lints answer.
    pub keys: &'c [KeySlot<'c>],
    /// What was sent, where `input` is what was signed; beside a client call also the order that it pays for, or its answer.
    pub sent: Option<&'c Input>,
    /// The text with which the gateway refused.
    pub return_msg: Option<&'c str>,
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// The API key that should be the right one.
    InUse,
    /// The API key of another merchant.
    OtherMerchant,
    /// The AppSecret.
    AppSecret,
    /// The APIv3 key.
    V3,
    /// The key that the sandbox gave out.
    Sandbox,
    /// The key before the last reset.
    Previous,
}

/// A key with its name.
pub struct KeySlot<'c> {
    /// What it is.
    pub role: KeyRole,
    /// How the user calls it; shown in place of the key.
    pub name: &'c str,
    /// The key itself.
    pub secret: &'c Secret,
}

/// How far the search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Whether two changes at once are tried.
    pub pairs: bool,
    /// All subsets are tried of messages with up to this many fields; at most 20.
    pub subsets_of: usize,
    /// Whether three changes at once are tried, which takes seconds.
    pub triples: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self { pairs: true, subsets_of: 16, triples: false }
    }
}

impl Effort {
    /// Everything: subsets of 20 fields and three changes at once.
    pub const fn deep() -> Self {
        Self { pairs: true, subsets_of: 20, triples: true }
    }
}

/// A part of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// One change, under the key in use.
    Singles,
    /// One change, under every other key.
    KeySlots,
    /// Some of the fields only.
    Subsets,
    /// Two of the usual changes at once.
    Pairs,
    /// Two changes at once, of every field.
    FieldPairs,
    /// Three changes at once.
    Triples,
}

/// Where the search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Candidates that were hashed and compared.
    pub tried: u64,
    /// What is under way.
    pub stage: Stage,
    /// Percent of what is known to come in this stage, 0 to 100.
    pub share: Option<u8>,
}

/// Finds out what was done to get the given sign. Pure: the same case gives the same answer.
///
/// `watch` is called every few thousand candidates; breaking ends the search with what is known by then.
///
/// # Errors
///
/// [`ReportError::NothingToSign`] where every field is empty.
pub fn diagnose(
    case: &Case<'_>,
    effort: Effort,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Diagnosis, ReportError> {
    search::run(case, effort, watch)
}

#[cfg(test)]
#[path = "diagnosis_tests.rs"]
mod tests;

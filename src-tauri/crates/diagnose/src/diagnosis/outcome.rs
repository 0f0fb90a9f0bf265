//! The answer. It serialises as the command line prints it.

use serde::Serialize;
use serde::ser::SerializeStruct;
use wxpay_protocol::SignType;

use super::{FieldDifference, Next, Stage};
use crate::knowledge::{CauseId, Words};
use crate::lint::Warning;

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The sign is the right one.
    Valid,
    /// It is not, and what was hashed instead is proven.
    Explained,
    /// It is not the right one, or nothing could be compared, and nothing that was tried gives it.
    Unexplained,
    /// There is no sign, or it has the shape of no digest, and nothing that was tried gives it.
    Malformed,
}

/// Why an explanation is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The given sign was computed again, to the last bit.
    Hash,
    /// The given sign is a copy of another sign that stands in the message, and nothing that this one signs is at hand: no
    /// digest could be computed again. With the order or its answer beside it the same cause is proven by [`Proof::Hash`].
    Copy,
}

/// One thing that was done differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The cause of the catalogue.
    pub cause: CauseId,
    /// The field that it is about, where it is about one.
    pub field: Option<String>,
    /// What was done.
    pub detail: Words,
}

/// A way to get the given sign, proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Why it is certain.
    pub proof: Proof,
    /// Every cause of the changes, the best first; those of the alternatives at the end.
    pub causes: Vec<CauseId>,
    /// What was done: one change, or two, or three.
    pub changes: Vec<Change>,
    /// Other changes with the very same bytes and key; hashing cannot tell them apart.
    pub alternatives: Vec<Vec<Change>>,
    /// The name of the key, where it was not the one in use.
    pub key: Option<String>,
    /// What was hashed, the key masked; bytes that are no UTF-8 as `\xNN`.
    pub string_to_sign: String,
}

/// How many candidates of one part of the search were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StageCount {
    /// The part.
    pub stage: Stage,
    /// Candidates hashed and compared.
    pub tried: u64,
}

/// What a message was too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The string to sign has more bytes than this: two changes at once were not tried.
    PairsBelow(usize),
    /// The message has more fields than all subsets are tried of: only so many left out, or so many kept.
    SubsetsLeavingOut(usize, usize),
}

impl Limit {
    /// What was not tried, in both languages.
    pub fn words(self) -> Words {
        match self {
            Self::PairsBelow(bytes) => Words::new(
                format!("待签名串超过 {} KiB：没有尝试同时两处改动", bytes / 1024),
                format!("the string to sign is longer than {} KiB: two changes at once were not tried", bytes / 1024),
            ),
            Self::SubsetsLeavingOut(left_out, kept) => Words::new(
                format!("字段太多，没有尝试所有子集：只试了缺 1 至 {left_out} 个、或只签 1 至 {kept} 个字段"),
                format!(
                    "too many fields for every subset: only those were tried that leave out up to {left_out} fields or keep up to {kept}"
                ),
            ),
        }
    }
}

/// In English.
impl Serialize for Limit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.words().english)
    }
}

/// What was tried, so that a search without a result says what it excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// All candidates.
    pub tried: u64,
    /// Per part of the search.
    pub stages: Vec<StageCount>,
    /// The names of the keys that were tried.
    pub keys: Vec<String>,
    /// How many fields the subsets were taken of; nothing where there were too many for all of them.
    pub subsets_of: Option<usize>,
    /// What was not tried although it was asked for, because the message is too long.
    pub limits: Vec<Limit>,
    /// Whether the search was stopped before its end.
    pub stopped: bool,
}

/// Everything that is known about a sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// In one word.
    pub verdict: Outcome,
    /// The algorithm that should have been used.
    pub sign_type: SignType,
    /// The sign that was given.
    pub given_sign: Option<String>,
    /// The right sign; nothing without a key.
    pub expected_sign: Option<String>,
    /// The right string, the key masked.
    pub string_to_sign: String,
    /// What was done instead, best first.
    pub explanations: Vec<Explanation>,
    /// What looks wrong without being proven.
    pub warnings: Vec<Warning>,
    /// How what was sent differs from what was signed.
    pub differences: Vec<FieldDifference>,
    /// What was tried.
    pub excluded: Excluded,
    /// What to do now.
    pub next: Next,
}

/// The document of `wxpay diagnose --json`.
impl Serialize for Diagnosis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Diagnosis", 10)?;
        document.serialize_field("verdict", &self.verdict)?;
        document.serialize_field("sign_type", self.sign_type.as_str())?;
        document.serialize_field("given_sign", &self.given_sign)?;
        document.serialize_field("expected_sign", &self.expected_sign)?;
        document.serialize_field("string_to_sign", &self.string_to_sign)?;
        document.serialize_field("explanations", &self.explanations)?;
        document.serialize_field("warnings", &self.warnings)?;
        document.serialize_field("differences", &self.differences)?;
        document.serialize_field("excluded", &self.excluded)?;
        document.serialize_field("next", &self.next.english())?;
        document.end()
    }
}

//! The catalogue of causes, as it was collected; embedded and parsed once.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{CauseId, Words, texts};

/// The words of `detect` that say that hashing finds the cause.
const DIGEST_WORDS: [&str; 8] = ["set:", "name:", "order:", "join", "value:", "charset:", "key:", "digest:"];

/// One family of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `A` … `H`.
    pub letter: char,
    /// What the family is about.
    pub title: Words,
}

/// How sure the catalogue is that a cause exists in the wild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// A thread or a pull request confirms it.
    #[serde(rename = "C")]
    Confirmed,
    /// An official document says it.
    #[serde(rename = "D")]
    Documented,
    /// Only seen with a neighbouring gateway.
    #[serde(rename = "A")]
    Analogous,
    /// Derived; there is no public thread.
    #[serde(rename = "X")]
    Derived,
}

/// One entry of the catalogue.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Its stable id.
    pub id: CauseId,
    /// Its family.
    pub group: Group,
    /// What went wrong, in a few words.
    pub title: Words,
    /// How sure it is.
    pub level: Level,
    /// How it can be found, as the catalogue notes it.
    pub detect: &'static str,
    /// Distinct threads that name the cause's family, where they were counted.
    pub prior: Option<u32>,
    /// Public threads and documents, at most four.
    pub sources: Vec<&'static str>,
}

impl Cause {
    /// Whether a digest can prove it: whether `detect` names a change of set, name, order, join, value, charset, key or
    /// digest.
    pub fn is_digest_detectable(&self) -> bool {
        DIGEST_WORDS.iter().any(|word| self.detect.contains(word))
    }

    /// The prior, or the number of sources where there is none.
    pub fn weight(&self) -> u32 {
        self.prior.unwrap_or_else(|| u32::try_from(self.sources.len()).unwrap_or(u32::MAX))
    }
}

/// All causes in the order of their ids.
pub fn catalogue() -> &'static [Cause] {
    static CATALOGUE: OnceLock<Vec<Cause>> = OnceLock::new();
    CATALOGUE.get_or_init(|| parse(include_str!("../../causes.json")))
}

#[derive(Deserialize)]
struct File {
    causes: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    group: String,
    title: String,
    level: Level,
    detect: String,
    prior: Option<u32>,
    #[serde(default)]
    sources: Vec<String>,
}

// The embedded file is part of the program; that it parses completely is what the tests below are for.
fn parse(text: &str) -> Vec<Cause> {
    let entries = serde_json::from_str::<File>(text).map(|file| file.causes).unwrap_or_default();
    entries.into_iter().filter_map(cause_of).collect()
}

fn cause_of(entry: Entry) -> Option<Cause> {
    let id = CauseId::parse(&entry.id)?;
    let (chinese, english) = entry.group.split_once(" / ")?;
    Some(Cause {
        id,
        group: Group { letter: id.as_str().chars().next()?, title: Words::new(chinese, english) },
        title: Words::new(entry.title.replace('`', ""), texts::english_title_of(id)),
        level: entry.level,
        detect: entry.detect.leak(),
        prior: entry.prior,
        sources: entry.sources.into_iter().map(|source| &*source.leak()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the figures of the search are measured over.
    const DIGEST_DETECTABLE: &str = "\
        A1 A2 A3 A4 A5 A9 A10 A11 A13 B1 B2 B3 B4 B6 C1 C2 C3 C5 C6 C7 D1 D2 D3 D4 D5 D6 D7 D8 D9 \
        D10 D11 D13 D14 D16 D17 D18 D19 D20 D22 D23 E2 E3 E4 E5 E6 E7 E10 F1 F6 F7 F8 F9 F10 G2 G5 \
        H1 ";

    #[test]
    fn every_cause_of_the_file_is_there_and_in_order() {
        let ids: Vec<CauseId> = catalogue().iter().map(|cause| cause.id).collect();
        assert_eq!(ids, CauseId::ALL);
        assert_eq!(ids.len(), 91);
        let in_the_file = include_str!("../../causes.json").matches("\"id\":").count();
        assert_eq!(ids.len(), in_the_file, "an entry of the file was not understood");
    }

    #[test]
    fn the_committed_list_of_digest_detectable_causes_is_the_one_that_the_catalogue_gives() {
        let found: Vec<&str> =
            catalogue().iter().filter(|cause| cause.is_digest_detectable()).map(|cause| cause.id.as_str()).collect();
        assert_eq!(found, DIGEST_DETECTABLE.split_whitespace().collect::<Vec<_>>());
        assert_eq!(found.len(), 56);
    }

    #[test]
    fn every_cause_has_a_title_in_both_languages_and_a_group() {
        for cause in catalogue() {
            assert!(!cause.title.chinese.is_empty() && !cause.title.english.is_empty(), "{}", cause.id);
            assert!(cause.title.english.is_ascii(), "{}: {}", cause.id, cause.title.english);
            assert!(!cause.title.chinese.contains('`'), "{}", cause.id);
            assert!(cause.group.title.english.is_ascii() && cause.id.as_str().starts_with(cause.group.letter));
        }
    }

    #[test]
    fn a_cause_without_a_counted_prior_weighs_as_much_as_its_sources() {
        assert_eq!((CauseId::A1.prior(), CauseId::A2.prior(), CauseId::C5.prior()), (9, 2, 0));
        assert_eq!(CauseId::E1.prior(), 45);
    }
}

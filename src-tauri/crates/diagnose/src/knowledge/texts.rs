//! For every cause one sentence in both languages, and where code helps the line to change, in six languages.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{CauseId, Words};

/// The files, one for each group of the catalogue.
const FILES: [&str; 8] = [
    include_str!("texts/a.json"),
    include_str!("texts/b.json"),
    include_str!("texts/c.json"),
    include_str!("texts/d.json"),
    include_str!("texts/e.json"),
    include_str!("texts/f.json"),
    include_str!("texts/g.json"),
    include_str!("texts/h.json"),
];

/// The languages that merchants' back ends are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// PHP.
    Php,
    /// Java.
    Java,
    /// Go.
    Go,
    /// Node.js.
    Node,
    /// Python.
    Python,
    /// C#.
    CSharp,
}

impl Language {
    /// All six, in the order in which they are shown.
    pub const ALL: [Self; 6] = [Self::Php, Self::Java, Self::Go, Self::Node, Self::Python, Self::CSharp];

    /// A stable word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::Java => "java",
            Self::Go => "go",
            Self::Node => "node",
            Self::Python => "python",
            Self::CSharp => "csharp",
        }
    }

    /// Its own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Php => "PHP",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::Node => "Node.js",
            Self::Python => "Python",
            Self::CSharp => "C#",
        }
    }
}

/// What is said about a cause.
#[derive(Clone, Debug)]
pub struct CauseText {
    /// What the code did and what is right.
    pub sentence: Words,
    fixes: BTreeMap<Language, String>,
}

impl CauseText {
    /// The line to change, where a line of code helps; it may span several lines.
    pub fn fix(&self, language: Language) -> Option<&str> {
        self.fixes.get(&language).map(String::as_str)
    }

    /// Every line to change, in the order of [`Language::ALL`].
    pub fn fixes(&self) -> impl Iterator<Item = (Language, &str)> {
        self.fixes.iter().map(|(language, line)| (*language, line.as_str()))
    }
}

struct Entry {
    title: String,
    text: CauseText,
}

#[derive(Deserialize)]
struct File {
    causes: BTreeMap<String, Written>,
    /// Lines that several causes of the file share, by a name.
    fixes: BTreeMap<String, BTreeMap<Language, String>>,
}

#[derive(Deserialize)]
struct Written {
    title: String,
    chinese: String,
    english: String,
    fix: Option<String>,
}

pub(super) fn text_of(id: CauseId) -> Option<&'static CauseText> {
    texts().get(&id).map(|entry| &entry.text)
}

pub(super) fn english_title_of(id: CauseId) -> &'static str {
    texts().get(&id).map_or("", |entry| entry.title.as_str())
}

fn texts() -> &'static BTreeMap<CauseId, Entry> {
    static TEXTS: OnceLock<BTreeMap<CauseId, Entry>> = OnceLock::new();
    TEXTS.get_or_init(|| FILES.iter().flat_map(|file| parse(file)).collect())
}

// The files are part of the program; the tests show that each one parses and that nothing in it is left over.
fn parse(text: &str) -> Vec<(CauseId, Entry)> {
    let Ok(file) = serde_json::from_str::<File>(text) else { return Vec::new() };
    let File { causes, fixes } = file;
    let entries = causes.into_iter().filter_map(|(id, written)| {
        let fixes = written.fix.and_then(|name| fixes.get(&name).cloned()).unwrap_or_default();
        let sentence = Words::new(written.chinese, written.english);
        Some((CauseId::parse(&id)?, Entry { title: written.title, text: CauseText { sentence, fixes } }))
    });
    entries.collect()
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;

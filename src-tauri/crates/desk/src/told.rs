//! What is told to a person, in Chinese and in English.

use wxpay_protocol::error_code::Meaning;
use wxpay_protocol::{Fen, UtcMs};

/// A sentence, or a part of one, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Told {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The parts one after another.
    pub(crate) fn joined(parts: &[Self], zh: &str, en: &str) -> Self {
        let chinese: Vec<&str> = parts.iter().map(|part| part.zh.as_str()).collect();
        let english: Vec<&str> = parts.iter().map(|part| part.en.as_str()).collect();
        Self::new(chinese.join(zh), english.join(en))
    }
}

impl From<(&str, &str)> for Told {
    fn from((zh, en): (&str, &str)) -> Self {
        Self::new(zh, en)
    }
}

/// What an error code means and what to do about it.
pub(crate) fn of_code(meaning: &Meaning) -> Told {
    Told::new(
        format!("{}：{}；{}", meaning.code, meaning.zh, meaning.action_zh),
        format!("{}: {}; {}", meaning.code, meaning.en, meaning.action_en),
    )
}

/// `¥19.90`.
pub(crate) fn yuan(amount: Fen) -> String {
    format!("¥{}", amount.yuan_text())
}

/// `2026-11-20 15:04`: to the minute, as one reads it out.
pub(crate) fn minute(at: UtcMs) -> String {
    at.dashed().chars().take(16).collect()
}

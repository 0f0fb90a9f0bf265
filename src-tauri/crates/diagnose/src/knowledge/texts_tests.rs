use std::collections::BTreeSet;

use super::*;
use crate::knowledge::catalogue;

fn files() -> Vec<File> {
    FILES.iter().map(|text| serde_json::from_str(text).expect("a text file parses")).collect()
}

#[test]
fn every_cause_says_in_both_languages_what_the_code_did_and_what_is_right() {
    for cause in catalogue() {
        let text = text_of(cause.id).unwrap_or_else(|| panic!("{} has no text", cause.id));
        let Words { chinese, english } = &text.sentence;
        assert!(
            chinese.chars().filter(|letter| ('\u{4E00}'..='\u{9FFF}').contains(letter)).count() > 5,
            "{}",
            cause.id
        );
        assert!(!english.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter)), "{}", cause.id);
        assert!(english.split_whitespace().count() > 6, "{}", cause.id);
        assert!(chinese.chars().count() < 160 && english.chars().count() < 360, "{} is too long", cause.id);
        assert!(!chinese.ends_with('\u{3002}') && !english.ends_with('.'), "{} ends like a paragraph", cause.id);
    }
}

#[test]
fn every_cause_that_a_digest_proves_has_the_line_to_change_in_six_languages() {
    for cause in catalogue().iter().filter(|cause| cause.is_digest_detectable()) {
        let text = text_of(cause.id).unwrap_or_else(|| panic!("{} has no text", cause.id));
        for language in Language::ALL {
            let line = text.fix(language).unwrap_or_else(|| panic!("{} has no line in {}", cause.id, language.name()));
            assert!(line.len() > 10 && line.lines().count() <= 6, "{} {}", cause.id, language.name());
        }
    }
}

#[test]
fn nothing_in_the_files_is_left_over_or_missing() {
    let mut seen = BTreeSet::new();
    for file in files() {
        let used: BTreeSet<&String> = file.causes.values().filter_map(|written| written.fix.as_ref()).collect();
        let there: BTreeSet<&String> = file.fixes.keys().collect();
        assert_eq!(used, there);
        for (name, lines) in &file.fixes {
            assert_eq!(lines.len(), Language::ALL.len(), "{name} lacks a language");
        }
        for id in file.causes.keys() {
            assert!(CauseId::parse(id).is_some() && seen.insert(id.clone()), "{id}");
        }
    }
    assert_eq!(seen.len(), CauseId::ALL.len());
}

#[test]
fn a_file_holds_its_own_group_only() {
    for (file, letter) in files().iter().zip(["A", "B", "C", "D", "E", "F", "G", "H"]) {
        assert!(file.causes.keys().all(|id| id.starts_with(letter)), "{letter}");
    }
}

use wxpay_protocol::params::ParamError;
use wxpay_protocol::xml::{XmlError, XmlFault};

use super::super::{FaultKind, read};
use super::*;

fn every_error() -> Vec<InputError> {
    vec![
        InputError::Empty,
        InputError::TooLarge,
        InputError::Gbk { line: 31 },
        InputError::Utf16,
        InputError::Encoding { line: 32 },
        InputError::Unrecognised,
        InputError::Xml(XmlError { line: 33, kind: XmlFault::Doctype }),
        InputError::Json { line: 34, column: 35, what: "a text is not closed" },
        InputError::Nested { name: "f36".into(), what: "a list" },
        InputError::Nested { name: "f36".into(), what: "an object" },
        InputError::Pair { position: 37 },
        InputError::PercentEncoding { name: "f38".into() },
        InputError::Field(ParamError::TooManyFields),
        InputError::ControlCharacter { name: "f39".into(), code: 7, at: 40 },
        InputError::CurlQuote { quote: '\'' },
        InputError::CurlElsewhere { what: "a file (@…)" },
        InputError::CurlElsewhere { what: "a form (-F)" },
        InputError::CurlElsewhere { what: "a file (-T)" },
        InputError::NoParameters { what: "curl command" },
        InputError::NoParameters { what: "URL" },
        InputError::NoMessage,
        InputError::SeveralMessages { count: 41 },
        InputError::NoFields,
    ]
}

/// A match without a wildcard: a new variant does not compile until it stands in the list above.
const fn variant(error: &InputError) -> u8 {
    match error {
        InputError::Empty => 0,
        InputError::TooLarge => 1,
        InputError::Gbk { .. } => 2,
        InputError::Utf16 => 3,
        InputError::Encoding { .. } => 4,
        InputError::Unrecognised => 5,
        InputError::Xml(_) => 6,
        InputError::Json { .. } => 7,
        InputError::Nested { .. } => 8,
        InputError::Pair { .. } => 9,
        InputError::PercentEncoding { .. } => 10,
        InputError::Field(_) => 11,
        InputError::ControlCharacter { .. } => 12,
        InputError::CurlQuote { .. } => 13,
        InputError::CurlElsewhere { .. } => 14,
        InputError::NoParameters { .. } => 15,
        InputError::NoMessage => 16,
        InputError::SeveralMessages { .. } => 17,
        InputError::NoFields => 18,
    }
}

fn numbers(text: &str) -> std::collections::BTreeSet<String> {
    text.split(|found: char| !found.is_ascii_digit()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn is_chinese(found: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&found)
}

#[test]
fn every_error_has_a_chinese_sentence_with_the_numbers_of_the_english_one() {
    let variants: std::collections::BTreeSet<u8> = every_error().iter().map(variant).collect();
    assert_eq!(variants, (0..=18).collect());
    for error in every_error() {
        let (chinese, english) = (error.chinese(), error.to_string());
        assert!(chinese.chars().filter(|found| is_chinese(*found)).count() > 6, "{chinese}");
        // What is wrong, and behind the semicolon or colon what to do.
        assert!(chinese.contains('；') || chinese.contains("请"), "{chinese}");
        assert_eq!(numbers(&chinese), numbers(&english), "{chinese} / {english}");
    }
}

#[test]
fn every_fault_of_json_is_said_in_chinese() {
    let texts = [
        "{\"a\":1",
        "{\"a\":01}",
        "{\"a\":\"x}",
        "{\n\"a\":\"x\ny\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\q\"}",
        "{\"a\":\"\\u12\"}",
        "{a:1}",
        "{\"a\":1} x",
        "[{\"a\":1}]",
        "{\"a\" 1}",
        "{\"a\":NaN}",
    ];
    let mut said = std::collections::BTreeSet::new();
    for text in texts {
        let Err(InputError::Json { what, .. }) = read(text.as_bytes(), None) else { panic!("{text}") };
        assert_ne!(json_fault(what), json_fault("something else"), "{what}");
        said.insert(what);
    }
    assert_eq!(said.len(), texts.len());
}

#[test]
fn every_fault_and_repair_of_lenient_reading_is_said_in_both_languages_with_the_same_numbers() {
    let name = || "f36".to_owned();
    let kinds = [
        FaultKind::Refused(InputError::Empty),
        FaultKind::MismatchedTag { opened: "a1".into(), closed: "b2".into(), taken: "b2".into() },
        FaultKind::NotClosed(name()),
        FaultKind::BrokenTag(name()),
        FaultKind::CutOff(name()),
        FaultKind::Incomplete,
        FaultKind::StrayEnd(name()),
        FaultKind::StrayText,
        FaultKind::Root(name()),
        FaultKind::Nested(name()),
        FaultKind::Doctype,
        FaultKind::Markup,
        FaultKind::Attributes(name()),
        FaultKind::Charset("gb18030".into()),
        FaultKind::NotEscaped(name()),
        FaultKind::Entity(name()),
        FaultKind::Duplicate(name()),
        FaultKind::ControlCharacter { name: name(), code: 7 },
        FaultKind::NoName,
        FaultKind::TooMuch,
        FaultKind::NotAPair,
        FaultKind::Quote,
        FaultKind::PrintedLength(name()),
        FaultKind::PercentEncoding(name()),
        FaultKind::Truncated { promised: 99, present: 50 },
        FaultKind::SeveralMessages { count: 3 },
        FaultKind::More { count: 7 },
    ];
    let codes: std::collections::BTreeSet<_> = kinds.iter().map(FaultKind::code).collect();
    assert_eq!(codes.len(), kinds.len());
    for kind in kinds {
        let place = Some(super::super::Place { range: 0..1, line: 21, column: 22 });
        let fault = super::super::Fault { place, kind };
        let (chinese, english) = (fault.chinese(), fault.to_string());
        assert!(chinese.contains('；') && chinese.chars().any(is_chinese), "{chinese}");
        assert_eq!(numbers(&chinese), numbers(&english), "{chinese} / {english}");
        assert!(!english.chars().any(is_chinese), "{english}");
    }
    for repair in [
        crate::Repair::HtmlEntityDamage { found: '¬', name: "notify_url".into() },
        crate::Repair::SmartQuotes,
        crate::Repair::FullWidthSigns,
        crate::Repair::SpacesDropped,
        crate::Repair::NullRead(name()),
        crate::Repair::GuessedField(name()),
        crate::Repair::GuessedValue(name()),
        crate::Repair::ToLineEnd(name()),
        crate::Repair::HeadersSetAside,
        crate::Repair::CharsetMissing,
    ] {
        assert!(repair.chinese().chars().any(is_chinese) && !repair.to_string().chars().any(is_chinese), "{repair}");
    }
}

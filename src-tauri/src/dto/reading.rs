//! What reading a pasted text left out, changed or guessed, and where.

use serde::Serialize;
use wxpay_diagnose::Repair;
use wxpay_diagnose::input::{Place, Read};

use crate::dto::number::Count;
use crate::dto::start::Language;

/// Where in the pasted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct TextPlace {
    /// The first unit in UTF-16, as JavaScript counts, from 0.
    pub(crate) start: Count,
    /// The unit after the last one.
    pub(crate) end: Count,
    /// From 1.
    pub(crate) line: Count,
    /// In characters, from 1.
    pub(crate) column: Count,
}

/// One remark about reading.
#[derive(Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct ReadingNote {
    /// Whether something could not be read; otherwise it was only changed or decided.
    pub(crate) fault: bool,
    /// In the language of the window.
    pub(crate) sentence: String,
    /// Null where it is about the whole text.
    pub(crate) place: Option<TextPlace>,
}

impl TextPlace {
    fn of(place: &Place, text: &str) -> Self {
        let units = |byte: usize| Count::from(text.get(..byte).map_or(0, |before| before.encode_utf16().count()));
        Self {
            start: units(place.range.start),
            end: units(place.range.end),
            line: place.line.into(),
            column: place.column.into(),
        }
    }
}

/// Every remark about a text: what could not be read first.
pub(crate) fn notes_of(read: &Read, text: &str, language: Language) -> Vec<ReadingNote> {
    let chinese = language == Language::Chinese;
    let faults = read.faults.iter().map(|fault| {
        let bare = wxpay_diagnose::input::Fault { place: None, kind: fault.kind.clone() };
        ReadingNote {
            fault: true,
            sentence: if chinese { bare.chinese() } else { bare.to_string() },
            place: fault.place.as_ref().map(|place| TextPlace::of(place, text)),
        }
    });
    let repairs = read.repairs.iter().map(|placed| ReadingNote {
        fault: false,
        sentence: repaired(&placed.repair, language),
        place: placed.place.as_ref().map(|place| TextPlace::of(place, text)),
    });
    faults.chain(repairs).collect()
}

/// A remark about a repair that was made after reading and stands at no place.
pub(crate) fn note_of(repair: &Repair, language: Language) -> ReadingNote {
    ReadingNote { fault: false, sentence: repaired(repair, language), place: None }
}

fn repaired(repair: &Repair, language: Language) -> String {
    if language == Language::Chinese { repair.chinese() } else { repair.to_string() }
}

#[cfg(test)]
mod tests {
    use wxpay_diagnose::input::read_leniently;

    use super::*;

    fn marked(text: &str) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let read = read_leniently(text.as_bytes(), None);
        let notes = notes_of(&read, text, Language::Chinese);
        let places = notes.iter().filter_map(|note| note.place);
        let at = |count: Count| usize::try_from(count.get()).unwrap();
        places.map(|place| String::from_utf16(&units[at(place.start)..at(place.end)]).unwrap()).collect()
    }

    #[test]
    fn a_place_is_counted_as_the_window_counts_also_behind_a_smile() {
        let text = "body=😀帽子&total_fee=1¬ify_url=https://a.example/n&appid=wx1&mch_id=1&nonce_str=a";
        assert!(marked(text).iter().any(|part| part.starts_with('¬')), "{:?}", marked(text));
    }

    #[test]
    fn what_could_not_be_read_comes_first_and_names_no_value() {
        let text = "<xml><appid>wx1</appid><mch_id>1900</mch_id><body>secret-text</xml>";
        let notes = notes_of(&read_leniently(text.as_bytes(), None), text, Language::English);
        assert!(notes.first().is_some_and(|note| note.fault), "{notes:?}");
        assert!(notes.iter().all(|note| !note.sentence.contains("secret-text")), "{notes:?}");
    }
}

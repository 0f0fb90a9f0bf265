//! What people search for as they paste it: out of a bill, a spreadsheet, a screenshot or a chat.

/// The longest number of the protocol, in characters.
const LENGTH_MAX: usize = 64;

/// The text without what bills and spreadsheets put around a cell: blanks, `="…"`, and the tick or apostrophe before a number.
pub(super) fn unwrapped(text: &str) -> &str {
    let text = text.trim_matches(is_blank);
    let bare = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let bare = bare.strip_prefix(['`', '\'']).unwrap_or(bare).trim_matches(is_blank);
    // A mark that stands alone is what is looked for.
    if bare.is_empty() { text } else { bare }
}

/// The text as a number, without what stands between its digits.
pub(super) fn joined(text: &str) -> String {
    unwrapped(text).chars().filter(|letter| !is_blank(*letter)).map(ascii_digit).collect()
}

/// A number that is looked for by its beginning; empty where nothing is asked for.
pub(crate) fn pasted_number(text: &str) -> String {
    joined(text).chars().take(LENGTH_MAX).collect()
}

/// What a screenshot or a chat puts between the digits of a number.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Digits of full width, as Chinese input methods write them, stand for the plain ones.
fn ascii_digit(letter: char) -> char {
    match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_a_bill_a_spreadsheet_or_a_chat_writes_it() {
        let marked = ["`T2026_1", "'T2026_1", "=\"T2026_1\"", " =\"`T2026_1 \"\n", "\u{FEFF}`T２02６ _1", "T2026_1"];
        let broken = ["T20\n26_1", "T20\r\n  26_1", "T20\u{200B}26_1", "T2026\u{3000}_1"];
        for written in marked.into_iter().chain(broken) {
            assert_eq!(pasted_number(written), "T2026_1", "{written:?}");
        }
        for (written, number) in [("`", "`"), ("=\"\"", "=\"\""), ("T`1", "T`1"), (" \u{200B}", "")] {
            assert_eq!(pasted_number(written), number, "{written:?}");
        }
    }
}

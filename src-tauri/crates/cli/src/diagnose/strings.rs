//! Two strings to sign, pair by pair, with what differs underlined.

use wxpay_diagnose::invisible;

/// Strings of more pairs than any message has are not aligned.
const MOST_PAIRS: usize = 300;

/// A text in which nothing is hidden: line ends, tabs and invisible characters as escapes.
pub(crate) fn visible(text: &str) -> String {
    let hidden: Vec<usize> = invisible::scan(text).iter().map(|one| one.at).collect();
    let mut shown = String::with_capacity(text.len());
    for (at, found) in text.char_indices() {
        match found {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if hidden.binary_search(&at).is_ok() => shown.extend(found.escape_unicode()),
            _ => shown.push(found),
        }
    }
    shown
}

/// Said in the place of a comparison that would call every field missing.
const CHANGED_AS_A_WHOLE: &str = "整串都变了，不能逐项对照 changed as a whole: it cannot be compared pair by pair";

/// The pairs that differ: `-` what belongs there, `+` what was signed, each with marks below. Pairs that are the same are
/// left out. A string whose separators were changed too has no pairs.
pub(crate) fn compare(right: &str, signed: &str) -> Vec<String> {
    let (right, signed) = (pairs(right), pairs(signed));
    if right.len() > MOST_PAIRS || signed.len() > MOST_PAIRS {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let (mut at_right, mut at_signed) = (0, 0);
    let common = common(&right, &signed);
    if is_changed_as_a_whole(&right, &signed, &common) {
        return vec![CHANGED_AS_A_WHOLE.to_owned()];
    }
    for (next_right, next_signed) in common.into_iter().chain([(right.len(), signed.len())]) {
        let gone = right.get(at_right..next_right).unwrap_or_default();
        let come = signed.get(at_signed..next_signed).unwrap_or_default();
        gap(gone, come, &right, &signed, &mut lines);
        (at_right, at_signed) = (next_right + 1, next_signed + 1);
    }
    lines
}

/// Whether nothing but the key at the end is a pair of the right string, not even by its name.
fn is_changed_as_a_whole(right: &[&str], signed: &[&str], common: &[(usize, usize)]) -> bool {
    let is_key = |pair: &str| pair.starts_with("key=");
    // Where only the separators changed, the first pair holds all the others.
    let is_in = |pair: &str, other: &str| {
        pair.split_once('=').is_some_and(|(name, _)| !same_name(pair, other) && other.contains(&format!("{name}=")))
    };
    let is_one_pair = |other: &str| right.iter().filter(|pair| is_in(pair, other)).count() < 2;
    let has_twin = |other: &&str| is_one_pair(other) && right.iter().any(|pair| same_name(pair, other));
    let others = signed.iter().filter(|pair| !is_key(pair));
    right.len() > 2
        && common.iter().all(|(place, _)| right.get(*place).is_some_and(|pair| is_key(pair)))
        && others.clone().count() > 0
        && !others.clone().any(has_twin)
}

/// The pairs of a string: an `&` without `name=` behind it belongs to the value before it.
fn pairs(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices('&') {
        let name = text.get(at + 1..).and_then(|rest| rest.split_once('=')).map_or("", |(name, _)| name);
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')) {
            found.extend(text.get(start..at));
            start = at + 1;
        }
    }
    found.extend(text.get(start..));
    found
}

/// Two values of one field.
pub(crate) fn pair(right: &str, signed: &str) -> Vec<String> {
    let (right, signed) = (edged(right), edged(signed));
    let (left, other): (Vec<char>, Vec<char>) = (right.chars().collect(), signed.chars().collect());
    let front = left.iter().zip(&other).take_while(|(one, two)| one == two).count();
    let most = left.len().min(other.len()) - front;
    let tail = left.iter().rev().zip(other.iter().rev()).take(most).take_while(|(one, two)| one == two).count();
    let mut lines = Vec::new();
    for (sign, text, letters) in [('-', &right, &left), ('+', &signed, &other)] {
        lines.push(format!("{sign} {text}"));
        let width = |letters: &[char]| letters.iter().map(|letter| columns(*letter)).sum::<usize>();
        let marked = letters.get(front..letters.len() - tail).map_or(0, width);
        if marked > 0 {
            let before = letters.get(..front).map_or(0, width);
            lines.push(format!("  {}{}", " ".repeat(before), "^".repeat(marked)));
        }
    }
    lines
}

/// What stands between two pairs that are the same in both.
fn gap(gone: &[&str], come: &[&str], right: &[&str], signed: &[&str], lines: &mut Vec<String>) {
    let mut come: Vec<&str> = come.to_vec();
    for pair_right in gone {
        let twin = come
            .iter()
            .position(|other| same_name(pair_right, other))
            .or_else(|| (gone.len() == 1 && come.len() == 1).then_some(0));
        match twin {
            Some(place) => lines.extend(pair(pair_right, come.remove(place))),
            None if signed.contains(pair_right) => lines.push(format!("- {}   位置不同 elsewhere", edged(pair_right))),
            None => lines.push(format!("- {}   没有签 not signed", edged(pair_right))),
        }
    }
    for extra in come {
        let why = if right.contains(&extra) { "位置不同 elsewhere" } else { "多签了 signed in addition" };
        lines.push(format!("+ {}   {why}", edged(extra)));
    }
}

fn same_name(one: &str, other: &str) -> bool {
    let name = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect::<String>()
    };
    name(one) == name(other)
}

/// Spaces at the edges of a value as dots, everything invisible as an escape.
fn edged(text: &str) -> String {
    let (name, value) = text.split_once('=').map_or(("", text), |(name, value)| (name, value));
    let bare = value.trim_matches(' ');
    let front = value.len() - value.trim_start_matches(' ').len();
    let behind = value.len() - front - bare.len();
    let glue = if text.contains('=') { "=" } else { "" };
    format!("{}{glue}{}{}{}", visible(name), "·".repeat(front), visible(bare), "·".repeat(behind))
}

/// Columns of a terminal that a character takes.
fn columns(letter: char) -> usize {
    match u32::from(letter) {
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// The longest run of pairs that both have in the same order, as places in both.
fn common(right: &[&str], signed: &[&str]) -> Vec<(usize, usize)> {
    let width = signed.len() + 1;
    let mut longest = vec![0_usize; (right.len() + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    let of = |table: &[usize], row, column| table.get(at(row, column)).copied().unwrap_or(0);
    for (row, one) in right.iter().enumerate().rev() {
        for (column, other) in signed.iter().enumerate().rev() {
            let best = if one == other {
                of(&longest, row + 1, column + 1) + 1
            } else {
                of(&longest, row + 1, column).max(of(&longest, row, column + 1))
            };
            if let Some(cell) = longest.get_mut(at(row, column)) {
                *cell = best;
            }
        }
    }
    let mut found = Vec::new();
    let (mut row, mut column) = (0, 0);
    while let (Some(one), Some(other)) = (right.get(row), signed.get(column)) {
        if one == other {
            found.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if of(&longest, row + 1, column) >= of(&longest, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_in_addition_is_the_only_line() {
        assert_eq!(compare("a=1&c=3&key=k", "a=1&b=&c=3&key=k"), ["+ b=   多签了 signed in addition"]);
        assert_eq!(compare("a=1&b=2", "b=2"), ["- a=1   没有签 not signed"]);
        assert!(compare("a=1&b=2", "a=1&b=2").is_empty());
    }

    #[test]
    fn a_string_that_was_encoded_as_a_whole_does_not_lack_all_its_fields() {
        let right = "a=1&b=2&c=https://s.cn/n&key=k";
        for signed in [
            "a%3D1%26b%3D2%26c%3Dhttps%3A//s.cn/n%26key%3Dk",
            "a%3D1%26b%3D2%26c%3Dhttps%3A%2F%2Fs.cn%2Fn&key=k",
            "a=1&amp;b=2&amp;c=https://s.cn/n&amp;key=k",
            "k=yek&n/nc.s//:sptth=c&2=b&1=a",
        ] {
            let lines = compare(right, signed);
            assert!(!lines.iter().any(|line| line.contains("没有签")), "{signed}: {lines:?}");
        }
        assert_eq!(compare(right, "a%3D1%26b%3D2%26key%3Dk"), [CHANGED_AS_A_WHOLE]);
    }

    #[test]
    fn a_changed_value_is_marked_below_both_also_behind_wide_characters() {
        assert_eq!(
            compare("a=1&body=测试 x&z=1", "a=1&body=测试 xy&z=1"),
            ["- body=测试 x", "+ body=测试 xy", "            ^".replacen(' ', "  ", 1).as_str(),]
        );
        assert_eq!(pair("101", "1.01"), ["- 101", "+ 1.01", "   ^"]);
    }

    #[test]
    fn an_ampersand_in_a_value_does_not_end_it() {
        assert_eq!(pairs("body=T恤 & 帽子&b=2&key=k"), ["body=T恤 & 帽子", "b=2", "key=k"]);
    }

    #[test]
    fn a_name_in_another_spelling_is_the_same_pair() {
        assert_eq!(compare("appId=w&b=2", "appid=w&b=2"), ["- appId=w", "     ^", "+ appid=w", "     ^"]);
    }

    #[test]
    fn a_pair_that_stands_elsewhere_is_told_from_one_that_is_missing() {
        assert_eq!(compare("a=1&b=2&c=3", "b=2&c=3&a=1"), ["- a=1   位置不同 elsewhere", "+ a=1   位置不同 elsewhere"]);
    }

    #[test]
    fn spaces_at_the_edge_and_what_is_invisible_are_shown() {
        assert_eq!(compare("a= 1&b=2", "a=1&b=2"), ["- a=·1", "    ^", "+ a=1"]);
        assert_eq!(visible("a\u{200B}b\nc"), "a\\u{200b}b\\nc");
    }
}

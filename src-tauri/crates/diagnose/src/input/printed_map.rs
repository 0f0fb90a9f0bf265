//! Maps as Java, Go and PHP's print_r print them, without quotation marks: where a value ends is told by the name behind it.

use std::ops::Range;

use super::fault::FaultKind;
use super::gathered::{Gathered, Item};
use super::names::{is_known, name_at, name_before};
use super::object::{balanced, is_null};
use super::traced::Traced;
use crate::Repair;

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Print {
    /// `{appid=wx, body=x}`, `Order{appid='wx'}`, `Order(appid=wx)`, `Order [appid=wx]`.
    Java,
    /// `map[appid:wx body:x]`, `{Appid:wx Body:x}`.
    Go,
    /// `[appid] => wx` after `Array (`.
    Php,
}

/// A place where a field may begin.
struct Start {
    /// Where the value before it ends.
    before: usize,
    name: Range<usize>,
    value: usize,
    /// Not inside of brackets.
    flat: bool,
}

/// Reads the map whose bracket opens at `open`. Answers where it ends.
pub(super) fn read(source: &Traced, open: usize, print: Print, gathered: &mut Gathered) -> (Vec<Item>, usize) {
    read_at_depth(source, open, print, gathered, 0)
}

fn read_at_depth(
    source: &Traced,
    open: usize,
    print: Print,
    gathered: &mut Gathered,
    depth: usize,
) -> (Vec<Item>, usize) {
    let text = source.text();
    let inside = text.get(open..).unwrap_or_default();
    let len = match print {
        // Values of print_r may hold any bracket; its own stands on a line by itself, or last.
        Print::Php => inside.rfind(')').map(|at| at + 1),
        Print::Java | Print::Go => unquoted_end(inside),
    };
    if len.is_none() {
        gathered.fault(FaultKind::Incomplete, source.origin(text.len()..text.len()));
    }
    let (close, end) = len.map_or((text.len(), text.len()), |len| (open + len - 1, open + len));
    let starts = starts(text, open + 1..close, print);
    let chosen = choose(source, &starts, print, gathered);
    let mut items: Vec<Item> = Vec::new();
    for (index, start) in chosen.iter().enumerate() {
        let until = chosen.get(index + 1).map_or(close, |next| next.before);
        let until =
            if print == Print::Php { line_end(text, start.value, until, index + 1 == chosen.len()) } else { until };
        let range = start.value..until.max(start.value);
        let name = text.get(start.name.clone()).unwrap_or_default().to_owned();
        let origin = source.origin(start.name.start..range.end);
        if name == "XMLName" && print == Print::Go {
            continue;
        }
        if name == "super" && print == Print::Java && depth == 0 {
            // Lombok prints the fields of the parent class in brackets of their own.
            if let Some(at) = text.get(range.clone()).and_then(|value| value.find('(')) {
                items.extend(read_at_depth(&source.slice(0..range.end), range.start + at, print, gathered, 1).0);
                continue;
            }
        }
        items.push(item(source, name, range, origin, print, gathered));
    }
    (items, end)
}

/// Where a bracket closes when quotation marks mean nothing.
fn unquoted_end(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// A value of print_r ends with its line, which is indented for the next one.
fn line_end(text: &str, start: usize, close: usize, last: bool) -> usize {
    let value = text.get(start..close).unwrap_or_default();
    let bare = value.trim_end_matches([' ', '\t']);
    match bare.strip_suffix('\n') {
        Some(line) => start + line.strip_suffix('\r').unwrap_or(line).len(),
        // On one line a space stands before the bracket.
        None if last => start + value.strip_suffix(' ').unwrap_or(value).len(),
        None => close,
    }
}

fn starts(text: &str, range: Range<usize>, print: Print) -> Vec<Start> {
    let mut starts = Vec::new();
    let mut depth = 0usize;
    let mut at = range.start;
    let mut first = true;
    while at < range.end {
        let rest = text.get(at..range.end).unwrap_or_default();
        let found = match print {
            Print::Java => java_start(rest, first),
            Print::Go => go_start(rest, first),
            Print::Php => php_start(rest, first),
        };
        if let Some((name, value)) = found {
            starts.push(Start {
                before: at,
                name: at + name.start..at + name.end,
                value: at + value,
                flat: depth == 0,
            });
            at += value;
            first = false;
            continue;
        }
        let Some(found) = rest.chars().next() else { break };
        match found {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // The first field follows the bracket, after white space at most.
        first = first && found.is_whitespace();
        at += found.len_utf8();
    }
    if depth > 0 {
        // A bracket that nothing closes is part of a text.
        for start in &mut starts {
            start.flat = true;
        }
    }
    starts
}

/// `, name=`, or `name=` at the beginning.
fn java_start(rest: &str, first: bool) -> Option<(Range<usize>, usize)> {
    let skipped = if first { 0 } else { rest.strip_prefix(',').map(|_| 1)? };
    let tail = rest.get(skipped..)?;
    let trimmed = if first { tail } else { tail.trim_start() };
    let start = skipped + tail.len() - trimmed.len();
    let name = name_at(trimmed);
    let behind = trimmed.get(name.len()..)?;
    // A space behind `=` belongs to the value, unless one stands before it too.
    let len = if behind.starts_with('=') { 1 } else { behind.strip_prefix(" = ").map(|_| 3)? };
    (!name.is_empty()).then(|| (start..start + name.len(), start + name.len() + len))
}

/// ` name:`, or `name:` at the beginning.
fn go_start(rest: &str, first: bool) -> Option<(Range<usize>, usize)> {
    let start = if first { 0 } else { rest.strip_prefix(' ').map(|_| 1)? };
    let tail = rest.get(start..)?;
    let name = name_at(tail);
    let behind = tail.get(name.len()..)?;
    (!name.is_empty() && behind.starts_with(':') && !behind.starts_with("://"))
        .then(|| (start..start + name.len(), start + name.len() + 1))
}

/// `[name] => ` behind white space.
fn php_start(rest: &str, first: bool) -> Option<(Range<usize>, usize)> {
    let skipped = if first { 0 } else { rest.strip_prefix([' ', '\t', '\n']).map(|_| 1)? };
    let trimmed = rest.get(skipped..)?;
    let start = skipped + 1;
    let name = name_at(trimmed.strip_prefix('[')?);
    let behind = trimmed.get(name.len() + 1..)?;
    let close = [":protected]", ":private]", "]"].iter().find(|close| behind.starts_with(**close))?.len();
    let arrow = behind.get(close..)?;
    let len = if arrow.starts_with(" => ") { 4 } else { arrow.strip_prefix(" =>").map(|_| 3)? };
    (!name.is_empty()).then(|| (start..start + name.len(), start + name.len() + close + len))
}

/// Which starts are fields. A name of the protocol is one; another name is one too where nothing speaks against it, and
/// that is said to be a guess.
fn choose<'s>(source: &Traced, starts: &'s [Start], print: Print, gathered: &mut Gathered) -> Vec<&'s Start> {
    let text = source.text();
    let name_of = |start: &Start| text.get(start.name.clone()).unwrap_or_default();
    let any_known = starts.iter().any(|start| is_known(name_of(start)));
    let in_order = in_order(starts, text, print);
    let sorted = print == Print::Go && is_sorted(starts, text);
    let mut chosen: Vec<&Start> = Vec::new();
    let mut seen: std::collections::HashSet<&str> = std::collections::HashSet::new();
    for (place, start) in starts.iter().enumerate() {
        let name = name_of(start);
        let Some(last) = chosen.last() else {
            chosen.push(start);
            seen.insert(name);
            continue;
        };
        let known = is_known(name);
        // Go prints a map in the order of its names, so one that is out of order stands inside of a value.
        let fits = match &in_order {
            Some(chain) => chain.contains(&place),
            None => known || !sorted || name_of(last) < name,
        };
        let origin = source.origin(start.name.clone());
        if print == Print::Php || (start.flat && fits && !seen.contains(name)) {
            if print != Print::Php && !known && any_known {
                gathered.repair(Repair::GuessedField(name.chars().take(64).collect()), Some(origin));
            }
            chosen.push(start);
            seen.insert(name);
        } else if start.flat {
            gathered.repair(Repair::GuessedValue(name_of(last).chars().take(64).collect()), Some(origin));
        }
    }
    chosen
}

/// The places of the fields of a map that its program printed in the order of the names, where all but a few stand in it:
/// those few stand inside of values. Nothing where the order tells nothing.
fn in_order(starts: &[Start], text: &str, print: Print) -> Option<Vec<usize>> {
    if print == Print::Php || starts.len() > MOST_ORDERED {
        return None;
    }
    let flat: Vec<(usize, &str)> = starts
        .iter()
        .enumerate()
        .filter(|(_, start)| start.flat)
        .map(|(place, start)| (place, text.get(start.name.clone()).unwrap_or_default()))
        .collect();
    // The longest chain of ascending names that ends at each of them, and the one before in it.
    let mut chains: Vec<(usize, Option<usize>)> = Vec::new();
    for (at, (_, name)) in flat.iter().enumerate() {
        let before = (0..at).filter(|other| flat.get(*other).is_some_and(|(_, held)| held < name));
        let best = before.max_by_key(|other| chains.get(*other).map_or(0, |(length, _)| *length));
        let length = best.and_then(|other| chains.get(other)).map_or(1, |(length, _)| length + 1);
        chains.push((length, best));
    }
    let last = (0..flat.len()).max_by_key(|at| chains.get(*at).map_or(0, |(length, _)| *length))?;
    let mut chain: Vec<usize> = Vec::new();
    let mut at = Some(last);
    while let Some((place, _)) = at.and_then(|at| flat.get(at)) {
        chain.push(*place);
        at = at.and_then(|at| chains.get(at)).and_then(|(_, before)| *before);
    }
    let strays = flat.len() - chain.len();
    let begins_it = chain.last().copied() == flat.first().map(|(place, _)| *place);
    (begins_it && (1..=MOST_STRAYS).contains(&strays) && chain.len() >= LEAST_ORDERED).then_some(chain)
}

/// Longer maps are not looked through for an order.
const MOST_ORDERED: usize = 256;
/// So many names in order are no accident …
const LEAST_ORDERED: usize = 5;
/// … and with more out of it there is none.
const MOST_STRAYS: usize = 2;

/// Whether the names of the protocol stand in order.
fn is_sorted(starts: &[Start], text: &str) -> bool {
    starts.iter().filter_map(|start| text.get(start.name.clone())).filter(|name| is_known(name)).is_sorted()
}

fn item(
    source: &Traced,
    name: String,
    range: Range<usize>,
    origin: Range<usize>,
    print: Print,
    gathered: &mut Gathered,
) -> Item {
    let text = source.text().get(range.clone()).unwrap_or_default();
    let mut range = range;
    let opened = PHP_WORDS.iter().find_map(|word| text.trim_start().strip_prefix(word)?.trim_start().strip_prefix('('));
    if let Some(members) = opened.filter(|_| print == Print::Php) {
        if members.trim_matches(|found: char| found.is_ascii_whitespace() || found == ')').is_empty() {
            // An empty element, as SimpleXML shows it.
            range = range.start..range.start;
        } else {
            gathered.fault(FaultKind::Nested(name.chars().take(64).collect()), origin.clone());
        }
    } else if is_null(text) {
        gathered.repair(Repair::NullRead(name.chars().take(64).collect()), Some(origin.clone()));
        range = range.start..range.start;
    } else if quoted(text) {
        range = range.start + 1..range.end - 1;
    } else if print == Print::Go
        && text.starts_with('[')
        && balanced(text) == Some(text.len())
        && !text.starts_with("[{")
    {
        // url.Values and http.Header print each value as a list.
        range = range.start + 1..range.end - 1;
    }
    Item { name, value: source.slice(range), origin }
}

/// `'wx'` as generated toString methods print it.
fn quoted(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('\'') && text.ends_with('\'')
}

/// What print_r writes in front of a bracket.
const PHP_WORDS: [&str; 3] = ["Array", "stdClass Object", "SimpleXMLElement Object"];

/// `appid=wx, body=x` on one line without brackets.
pub(super) fn is_bare_list(text: &str) -> bool {
    let name = name_at(text);
    let assigned = text.get(name.len()..).is_some_and(|behind| behind.starts_with('=') || behind.starts_with(" ="));
    assigned
        && is_known(name)
        && !text.contains(['&', '\n'])
        && text.match_indices(',').take(64).any(|(at, _)| {
            java_start(text.get(at..).unwrap_or_default(), false)
                .is_some_and(|(name, _)| text.get(at + name.start..at + name.end).is_some_and(is_known))
        })
}

/// Where a map without quotation marks opens, and which one it is.
pub(super) fn find(text: &str) -> Option<(usize, Print)> {
    let php = PHP_WORDS
        .iter()
        .filter_map(|word| {
            let at = text.find(word)? + word.len();
            let behind = text.get(at..)?;
            let trimmed = behind.trim_start();
            let open = at + behind.len() - trimmed.len();
            let inside = trimmed.strip_prefix('(')?.trim_start();
            (inside.starts_with('[') && text.contains("] =>")).then_some((open, Print::Php))
        })
        .min_by_key(|(at, _)| *at);
    if php.is_some() {
        return php;
    }
    if let Some(at) = text.match_indices("map[").map(|(at, _)| at + 3).take(16).find(|at| {
        let inside = text.get(*at + 1..).unwrap_or_default();
        go_start(inside, true).is_some()
    }) {
        return Some((at, Print::Go));
    }
    text.match_indices(['{', '(', '[']).take(64).find_map(|(at, bracket)| {
        let inside = text.get(at + 1..)?.trim_start_matches([' ', '\n']);
        let name = name_at(inside);
        let behind = inside.get(name.len()..)?;
        if name.is_empty() {
            return None;
        }
        let called = !name_before(text.get(..at)?.trim_end_matches(' ')).is_empty();
        let inherited = name == "super" && called;
        if behind.starts_with('=') && !behind.starts_with("=>") && (bracket == "{" || called) {
            // `(sign=x)` in a sentence is no map unless more follows.
            let more = inside.contains(", ") || bracket == "{";
            return (more && (bracket == "{" || inherited || is_known(name))).then_some((at, Print::Java));
        }
        let go = bracket == "{" && behind.starts_with(':') && !behind.starts_with(": ");
        let plain = name == "XMLName"
            || behind.get(1..).is_some_and(|value| !value.starts_with(['"', '\'', '{', '[', '“', '\n']));
        (go && plain && !inside.contains(',') && !inside.contains('"')).then_some((at, Print::Go))
    })
}

#[cfg(test)]
mod tests {
    use crate::input::read_leniently;

    fn value_of(text: &str, name: &str) -> Option<String> {
        read_leniently(text.as_bytes(), None).input?.params.get(name).map(str::to_owned)
    }

    #[test]
    fn a_value_of_a_sorted_map_may_hold_what_looks_like_the_next_field() {
        let java = "{appid=wx1, attach=uid=7, name=张三, body=T恤, mch_id=1900, nonce_str=abc, total_fee=1}";
        assert_eq!(value_of(java, "attach").as_deref(), Some("uid=7, name=张三"));
        assert_eq!(value_of(java, "name"), None);
        assert_eq!(value_of(java, "body").as_deref(), Some("T恤"));
        let go = "map[appid:wx1 attach:uid:7 url:x body:T mch_id:1900 nonce_str:abc total_fee:1]";
        assert_eq!(value_of(go, "attach").as_deref(), Some("uid:7 url:x"));
        // A HashMap has no order of which a name could be out.
        let unsorted = "{body=T恤, total_fee=1, appid=wx1, nonce_str=abc, attach=a, mch_id=1900}";
        for (name, value) in [("body", "T恤"), ("appid", "wx1"), ("attach", "a"), ("mch_id", "1900")] {
            assert_eq!(value_of(unsorted, name).as_deref(), Some(value));
        }
    }
}

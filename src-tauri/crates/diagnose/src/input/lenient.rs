//! Reading for diagnosis: as many fields as can be had, and every fault and repair with its place.

use std::ops::Range;

use super::fault::{Fault, FaultKind};
use super::gathered::{Gathered, Item, Placed};
use super::http::{self, Capture};
use super::lenient_pairs::{literal, query};
use super::lenient_xml::{holds_tags, peel, xml_message};
use super::names::{is_known, name_at, offset_in};
use super::object::Names;
use super::pasted_key::role_of;
use super::printed_map::{self, Print};
use super::text_of::text_of;
use super::traced::{Traced, backslash, resolve};
use super::{Format, Input, Kind, MAX_BYTES, damage, is_url, lines, object, transcript};
use crate::{InputError, Repair, curl, json, log_line, pairs};

/// Messages inside of texts inside of messages: a log record in a log record.
const MAX_DEPTH: usize = 3;

/// What could be read of a text.
pub struct Read {
    /// Every field that could be had; nothing where there is none.
    pub input: Option<Input>,
    /// What is wrong with the text, in its order; empty where nothing was left out or read with a doubt.
    pub faults: Vec<Fault>,
    /// What was changed or decided, with its place. [`Input::repairs`] holds the same without places.
    pub repairs: Vec<Placed>,
    /// What an HTTP capture says around the body.
    pub capture: Option<Capture>,
}

/// Reads an input for diagnosis; without a format its kind is detected. It never refuses what can be read in part, except
/// more than [`MAX_BYTES`] bytes and XML with a document type. What [`super::read`] accepts is read alike, unless it is one
/// of the kinds or faults that only this function knows.
pub fn read_leniently(bytes: &[u8], format: Option<Format>) -> Read {
    let mut gathered = Gathered::default();
    if bytes.len() > MAX_BYTES {
        gathered.fault_of_all(FaultKind::Refused(InputError::TooLarge));
        return finish(gathered, "", Kind::Log, None);
    }
    let (pasted, source) = text_of(bytes, &mut gathered);
    if source.text().trim().is_empty() {
        gathered.fault_of_all(FaultKind::Refused(InputError::Empty));
        return finish(gathered, &pasted, Kind::Log, None);
    }
    let mut capture = None;
    let kind = match format {
        None => capture_or_message(&source, &mut gathered, &mut capture),
        Some(format) => read_as(&source, format, &mut gathered),
    };
    finish(gathered, &pasted, kind, capture)
}

fn finish(mut gathered: Gathered, pasted: &str, kind: Kind, capture: Option<Capture>) -> Read {
    if gathered.is_empty() && gathered.is_faultless() {
        gathered.fault_of_all(FaultKind::Refused(InputError::NoFields));
    }
    let (fields, faults, repairs) = gathered.finish(pasted);
    let kind = if kind == Kind::Pairs && fields.pasted_keys.iter().any(|key| key.position.is_some()) {
        Kind::StringToSign
    } else {
        kind
    };
    Read { input: fields.into_input(kind).ok(), faults, repairs, capture }
}

fn read_as(source: &Traced, format: Format, gathered: &mut Gathered) -> Kind {
    match format {
        Format::Xml => xml_message(&peel(source, gathered), gathered),
        Format::Json => object_message(source, 0, gathered, 0),
        Format::Pairs => literal(&repaired(source, gathered), gathered),
        Format::Query => query(&repaired(source, gathered), gathered),
        Format::Curl => command(source, gathered, 0),
        Format::Log => {
            message(source, gathered, 0);
            Kind::Log
        }
    }
}

fn repaired(source: &Traced, gathered: &mut Gathered) -> Traced {
    damage::repair(source, gathered).unwrap_or_else(|| source.clone())
}

fn capture_or_message(source: &Traced, gathered: &mut Gathered, capture: &mut Option<Capture>) -> Kind {
    let transcript = transcript::unmarked(source);
    if transcript.is_some() {
        gathered.repair(Repair::TextAround, None);
    }
    let source = transcript.as_ref().unwrap_or(source);
    let Some(split) = http::split(source.text()) else { return message(source, gathered, 0) };
    gathered.repair(Repair::HeadersSetAside, Some(source.origin(split.headers)));
    let found = split.capture;
    let body = whole_body(&source.slice(split.body), &found, gathered);
    let kind = if found.status.is_some() { Kind::HttpResponse } else { Kind::HttpRequest };
    if body.text().trim().is_empty() {
        match split.query {
            Some(range) => _ = query(&source.slice(range), gathered),
            None => gathered.fault_of_all(FaultKind::Refused(InputError::NoMessage)),
        }
    } else {
        check_headers(&found, &body, gathered);
        let form = found.content_type.as_ref().is_some_and(|named| named.contains("x-www-form-urlencoded"));
        let plain = !body.text().trim_start().starts_with(['<', '{']);
        if form && plain {
            query(&body, gathered)
        } else {
            message(&body, gathered, 0)
        };
    }
    *capture = Some(found);
    kind
}

/// The body without the sizes of the chunks in which it was sent.
fn whole_body(body: &Traced, capture: &Capture, gathered: &mut Gathered) -> Traced {
    let Some(joined) = Some(body).filter(|_| capture.chunked).and_then(transcript::without_chunk_sizes) else {
        return body.clone();
    };
    gathered.repair(Repair::ChunksJoined, Some(body.origin(0..body.len())));
    joined
}

/// A charset that is not UTF-8 or is missing, and a body shorter than it should be.
fn check_headers(capture: &Capture, body: &Traced, gathered: &mut Gathered) {
    match &capture.charset {
        Some(named) if named != "utf-8" && named != "utf8" => {
            gathered.fault_of_all(FaultKind::Charset(named.chars().take(32).collect()));
        }
        None if !body.text().is_ascii() => gathered.repair(Repair::CharsetMissing, None),
        _ => {}
    }
    // A capture may have lost the carriage returns of its lines.
    let lines = body.text().matches('\n').count();
    if let Some(promised) = capture.content_length.filter(|promised| *promised > body.len() + lines) {
        gathered.fault(FaultKind::Truncated { promised, present: body.len() }, body.origin(body.len()..body.len()));
    }
}

/// Detects what a text is and reads it.
fn message(source: &Traced, gathered: &mut Gathered, depth: usize) -> Kind {
    let trimmed = source.text().trim();
    if curl::is_command(trimmed) {
        return command(source, gathered, depth);
    }
    if trimmed.starts_with('{') && !log_line::is_wrapper(trimmed) && json::read(trimmed, json::Grammar::Json).is_ok() {
        return object_message(source, 0, gathered, depth);
    }
    let source = &peel(source, gathered);
    let text = source.text();
    if text.contains("<xml") || holds_tags(text) {
        return xml_message(source, gathered);
    }
    let trimmed = text.trim();
    if is_url(trimmed) || trimmed.starts_with('?') {
        return query(&repaired(source, gathered), gathered);
    }
    let fixed = &repaired(source, gathered);
    let trimmed = fixed.text().trim();
    if let Some(range) = assigned_pairs(fixed.text()) {
        gathered.repair(Repair::TextAround, None);
        return literal(&fixed.slice(range), gathered);
    }
    if printed_map::is_bare_list(trimmed) {
        let mut braced = Traced::made("{", fixed.origin(0..0));
        braced.push_copy(fixed, 0..fixed.len());
        braced.push_instead("}", fixed, fixed.len()..fixed.len());
        return printed_message(&braced, 0, Print::Java, gathered);
    }
    if pairs::starts_with_name(trimmed) {
        return literal(fixed, gathered);
    }
    let structured = trimmed.starts_with(['{', '[', '(']);
    if !structured && one_field_a_line(trimmed) {
        return field_lines(fixed, gathered);
    }
    let printed = printed_map::find(source.text());
    let braces = object_start(source.text());
    match (printed, braces) {
        (Some((at, print)), braces) if braces.is_none_or(|other| at <= other) => {
            printed_message(source, at, print, gathered)
        }
        (_, Some(at)) => object_message(source, at, gathered, depth),
        _ => loose(fixed, gathered),
    }
}

/// The pairs in `stringA="appid=wx…&body=…"`: a variable of a program, not a field.
fn assigned_pairs(text: &str) -> Option<Range<usize>> {
    let (variable, rest) = text.split_once('=')?;
    let variable = variable.trim_start().trim_start_matches("var ").trim_start_matches("let ").trim();
    if !pairs::is_name(variable) || is_known(variable) {
        return None;
    }
    let bare = rest.trim_start_matches([' ', '"', '\'']);
    let name = name_at(bare);
    if !is_known(name) || !bare.get(name.len()..)?.starts_with('=') {
        return None;
    }
    let start = offset_in(text, bare);
    let quote = text.get(..start)?.chars().next_back().filter(|last| matches!(last, '"' | '\''));
    let part = quote.map_or_else(|| pairs::without_line_end(bare), |quote| quoted_part(bare, quote));
    Some(start..start + part.len())
}

/// Pairs somewhere in a line, fields on lines, or nothing that is known.
fn loose(source: &Traced, gathered: &mut Gathered) -> Kind {
    let text = source.text();
    if let Some(found) = log_line::pairs_in(text) {
        let start = offset_in(text, found);
        let before = text.get(..start).unwrap_or_default();
        let found = match before.chars().next_back().filter(|last| matches!(last, '"' | '\'')) {
            Some(quote) => quoted_part(found, quote),
            None => found,
        };
        let part = source.slice(start..start + found.len());
        let part =
            if found.len() < text.len() - start && found.contains('\\') { unescaped(&part, gathered) } else { part };
        literal(&part, gathered);
        gathered.repair(Repair::TextAround, None);
        // Nothing tells where the last value of a log line ends.
        let last = part.text().rsplit_once('=').map_or("", |(_, value)| value);
        if let Some(at) = last.find([' ', ',', '，', ';', '；', '。', '"', ')', ']']) {
            let name = part.text().rsplit('&').next().and_then(|piece| piece.split('=').next()).unwrap_or_default();
            let start = part.len() - last.len() + at;
            if role_of(name).is_none() {
                gathered
                    .repair(Repair::ToLineEnd(name.chars().take(64).collect()), Some(part.origin(start..part.len())));
            }
        }
        return Kind::Log;
    }
    if lines::are_fields(text) {
        return field_lines(source, gathered);
    }
    gathered.fault_of_all(FaultKind::Refused(InputError::Unrecognised));
    Kind::Log
}

/// Up to the quotation mark that closes it; everything where none does.
fn quoted_part(text: &str, quote: char) -> &str {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, found)| {
        let closes = *found == quote && !escaped;
        escaped = *found == '\\' && !escaped;
        closes
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

fn unescaped(source: &Traced, gathered: &mut Gathered) -> Traced {
    let Some((text, place)) = resolve(source, &['\\'], backslash) else { return source.clone() };
    gathered.repair(Repair::BackslashesResolved, Some(place));
    text
}

fn command(source: &Traced, gathered: &mut Gathered, depth: usize) -> Kind {
    let text = source.text();
    gathered.repair(Repair::TextAround, None);
    let sent = match curl::sent(text) {
        Err(fault @ InputError::CurlQuote { quote }) => {
            // A command that was cut off: its last word reaches to the end.
            gathered.fault_of_all(FaultKind::Refused(fault));
            curl::sent(&format!("{text}{quote}"))
        }
        sent => sent,
    };
    match sent {
        Ok(curl::Sent::Body(body)) => {
            let part = part_of(source, &body);
            let markup = body.trim_start().starts_with(['<', '{', '[']);
            if markup && depth < MAX_DEPTH {
                message(&part, gathered, depth + 1)
            } else {
                query(&part, gathered)
            };
        }
        Ok(curl::Sent::Query(found)) => _ = query(&part_of(source, &found), gathered),
        Err(fault) => gathered.fault_of_all(FaultKind::Refused(fault)),
    }
    Kind::Curl
}

/// A word of a command with its place, which is exact where the word stands there as it is.
fn part_of(source: &Traced, word: &str) -> Traced {
    match source.text().find(word) {
        Some(at) => source.slice(at..at + word.len()),
        None => Traced::made(word, source.origin(0..source.len())),
    }
}

/// The brace or bracket of an object with names in quotation marks or with `name: value`.
fn object_start(text: &str) -> Option<usize> {
    let opens = |at: usize| {
        let inside = text.get(at + 1..).unwrap_or_default().trim_start_matches([' ', '\t', '\n', '\r', '▼']);
        let bare = inside.strip_prefix(['[', 'u', 'b']).unwrap_or(inside);
        let bare = if bare.starts_with(['"', '\'']) { bare } else { inside };
        let named = name_at(inside);
        bare.starts_with(['"', '\'', '“', '‘', '＂'])
            || (!named.is_empty() && {
                let behind = inside.get(named.len()..).unwrap_or_default().trim_start();
                behind.starts_with(':') || behind.starts_with("=>")
            })
    };
    text.match_indices(['{', '[', '(']).map(|(at, _)| at).take(256).find(|at| opens(*at))
}

fn object_message(source: &Traced, at: usize, gathered: &mut Gathered, depth: usize) -> Kind {
    let text = source.text();
    let whole = text.get(..at).unwrap_or_default().trim().is_empty();
    let go = text.get(..at).is_some_and(|before| before.contains("map["));
    if !go && let Some(kind) = strict_object(source, whole, gathered, depth) {
        return kind;
    }
    let mut own = Gathered::default();
    let (items, style, end) = object::read(source, at, &mut own);
    let before = text.get(..at).unwrap_or_default();
    let word = before.trim_end();
    let php = ["array", "Array", "Object", "object"].iter().any(|name| word.contains(name)) && style.arrow;
    let kind = if style.arrow && (php || whole) {
        Kind::Php
    } else if go {
        Kind::GoMap
    } else if !whole {
        Kind::Log
    } else if style.python_word || style.names == Names::Single {
        Kind::Python
    } else if style.names == Names::Bare {
        Kind::Script
    } else {
        Kind::Json
    };
    let tail = !text.get(end..).unwrap_or_default().trim_matches([' ', '\n', '\r', '\t', ';', ')']).is_empty();
    let kind = if tail && !matches!(kind, Kind::Php | Kind::GoMap) { Kind::Log } else { kind };
    if tail || kind == Kind::Log {
        own.repair(Repair::TextAround, None);
    }
    if kind == Kind::Script {
        own.repair(Repair::ScriptObject, None);
    }
    choose_depth(items, own, kind, gathered, depth)
}

/// What the strict reader accepts is taken from it.
fn strict_object(source: &Traced, whole: bool, gathered: &mut Gathered, depth: usize) -> Option<Kind> {
    let text = source.text();
    let (fields, kind) = if whole {
        (json::read(text, json::Grammar::Json).ok()?, Kind::Json)
    } else {
        (log_line::read(text).ok()?, Kind::Log)
    };
    let mut own = Gathered::default();
    let all = source.origin(0..source.len());
    let items = fields
        .params
        .iter()
        .map(|(name, value)| Item { name: name.to_owned(), value: part_of(source, value), origin: all.clone() })
        .collect();
    own.take_strict(fields, &all);
    if kind == Kind::Log && own.telling() == 0 {
        return None;
    }
    Some(deeper(items, own, kind, gathered, depth))
}

/// Adds the fields of an object, or of a message inside of one of its values.
fn choose_depth(items: Vec<Item>, mut own: Gathered, kind: Kind, gathered: &mut Gathered, depth: usize) -> Kind {
    for item in &items {
        own.add(&item.name, item.value.text(), item.origin.clone());
    }
    deeper(items, own, kind, gathered, depth)
}

/// A log record or a wrapper has fewer names of the protocol than the message in one of its values.
fn deeper(items: Vec<Item>, own: Gathered, kind: Kind, gathered: &mut Gathered, depth: usize) -> Kind {
    let outer = own.telling();
    if depth < MAX_DEPTH {
        for item in items {
            let text = item.value.text();
            let holds = text.contains("</")
                || text.contains("&lt;")
                || text.contains(['{', '['])
                || (text.contains('&') && text.contains('='));
            if text.len() < 16 || !holds {
                continue;
            }
            let mut inner = Gathered::default();
            message(&item.value, &mut inner, depth + 1);
            if inner.telling() > outer {
                inner.repair(Repair::TextAround, None);
                gathered.absorb(inner);
                return Kind::Log;
            }
        }
    }
    gathered.absorb(own);
    kind
}

fn printed_message(source: &Traced, at: usize, print: Print, gathered: &mut Gathered) -> Kind {
    let text = source.text();
    let (items, end) = printed_map::read(source, at, print, gathered);
    for item in &items {
        gathered.add(&item.name, item.value.text(), item.origin.clone());
    }
    let before = text.get(..at).unwrap_or_default().trim();
    let behind = text.get(end..).unwrap_or_default().trim();
    let plain =
        before.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'_' | b'.' | b'&' | b' '));
    if !behind.is_empty() || !plain || before.len() > 48 {
        gathered.repair(Repair::TextAround, None);
    }
    match print {
        Print::Java => Kind::JavaMap,
        Print::Go => Kind::GoMap,
        Print::Php => Kind::Php,
    }
}

/// Whether a text is one field on each line from its first line on.
fn one_field_a_line(text: &str) -> bool {
    let one = text.lines().filter(|line| !line.trim().is_empty()).count() == 1;
    // One line with more than a name and a value is a log line.
    !(one && text.contains(['&', '{', '=', '<']))
        && text
            .lines()
            .next()
            .is_some_and(|line| lines::are_fields_or_unknown(line) && !line.trim_end().ends_with(['[', '{', '(', '▼']))
        && lines::are_fields(text)
        && log_line::pairs_in(text).is_none()
}

fn field_lines(source: &Traced, gathered: &mut Gathered) -> Kind {
    for item in lines::read(source, gathered) {
        gathered.add(&item.name, item.value.text(), item.origin);
    }
    Kind::Lines
}

#[cfg(test)]
#[path = "lenient_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "lenient_limits_tests.rs"]
mod limits_tests;

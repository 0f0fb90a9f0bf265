//! JSON: escapes of a value, and a JSON document written another way.

use std::fmt::Write;

use serde_json::Value;

/// A text as a JSON string writes it, without the quotes around it.
fn escape(text: &str, special: fn(char, &mut String) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for found in text.chars() {
        if special(found, &mut escaped) {
            continue;
        }
        match found {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            found if found < ' ' => {
                push_units(found, &mut escaped, false);
            }
            found => escaped.push(found),
        }
    }
    escaped
}

fn nothing_special(_: char, _: &mut String) -> bool {
    false
}

fn slash(found: char, out: &mut String) -> bool {
    if found == '/' {
        out.push_str("\\/");
    }
    found == '/'
}

fn beyond_ascii(found: char, out: &mut String) -> bool {
    if !found.is_ascii() {
        push_units(found, out, false);
    }
    !found.is_ascii()
}

fn slash_and_beyond_ascii(found: char, out: &mut String) -> bool {
    slash(found, out) || beyond_ascii(found, out)
}

fn html_safe(found: char, out: &mut String) -> bool {
    let is_special = matches!(found, '&' | '<' | '>' | '\u{2028}' | '\u{2029}');
    if is_special {
        push_units(found, out, false);
    }
    is_special
}

fn gson(found: char, out: &mut String) -> bool {
    let is_special = matches!(found, '=' | '\'');
    if is_special {
        push_units(found, out, false);
    }
    is_special || html_safe(found, out)
}

fn push_units(found: char, out: &mut String, upper: bool) {
    let mut units = [0; 2];
    for unit in found.encode_utf16(&mut units) {
        if upper { write!(out, "\\u{unit:04X}") } else { write!(out, "\\u{unit:04x}") }.ok();
    }
}

pub(super) fn escaped(text: &str) -> String {
    escape(text, nothing_special)
}

pub(super) fn escaped_ascii(text: &str) -> String {
    escape(text, beyond_ascii)
}

pub(super) fn escaped_php(text: &str) -> String {
    escape(text, slash_and_beyond_ascii)
}

pub(super) fn escaped_slashes(text: &str) -> String {
    escape(text, slash)
}

pub(super) fn escaped_go(text: &str) -> String {
    escape(text, html_safe)
}

pub(super) fn escaped_gson(text: &str) -> String {
    escape(text, gson)
}

pub(super) fn only_beyond_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for found in text.chars() {
        if !beyond_ascii(found, &mut out) {
            out.push(found);
        }
    }
    out
}

pub(super) fn only_beyond_ascii_upper(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for found in text.chars() {
        if found.is_ascii() {
            out.push(found);
        } else {
            push_units(found, &mut out, true);
        }
    }
    out
}

pub(super) fn only_slashes(text: &str) -> String {
    text.replace('/', "\\/")
}

pub(super) fn slashes_and_beyond_ascii(text: &str) -> String {
    only_slashes(&only_beyond_ascii(text))
}

pub(super) fn only_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for found in text.chars() {
        if !html_safe(found, &mut out) {
            out.push(found);
        }
    }
    out
}

pub(super) fn only_ampersand(text: &str) -> String {
    text.replace('&', "\\u0026")
}

pub(super) fn only_gson(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for found in text.chars() {
        if !gson(found, &mut out) {
            out.push(found);
        }
    }
    out
}

pub(super) fn only_quotes(text: &str) -> String {
    text.replace('"', "\\\"")
}

pub(super) fn add_slashes(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")
}

pub(super) fn strip_slashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(found) = characters.next() {
        plain.extend(if found == '\\' { characters.next() } else { Some(found) });
    }
    plain
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

pub(super) fn unquoted(text: &str) -> String {
    serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned())
}

/// `\u0026`, `\/`, `\"` resolved; a text that is no JSON string stays.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    serde_json::from_str::<String>(&format!("\"{text}\""))
        .or_else(|_| serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\""))))
        .unwrap_or_else(|_| text.to_owned())
}

pub(super) fn unescaped_units(text: &str) -> String {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let code = rest.strip_prefix("\\u").and_then(|tail| u16::from_str_radix(tail.get(..4)?, 16).ok());
        if let Some(code) = code {
            units.push(code);
            rest = &rest[6..];
        } else {
            units.extend(first.encode_utf16(&mut [0; 2]).iter());
            rest = &rest[first.len_utf8()..];
        }
    }
    String::from_utf16(&units).unwrap_or_else(|_| text.to_owned())
}

pub(super) fn unescaped_slashes(text: &str) -> String {
    text.replace("\\/", "/")
}

/// How a library writes a document.
struct Style {
    comma: &'static str,
    colon: &'static str,
    special: fn(char, &mut String) -> bool,
    sorted: bool,
}

fn rewritten(text: &str, style: &Style) -> String {
    if !text.trim_start().starts_with(['{', '[']) {
        return text.to_owned();
    }
    let Ok(document) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len() * 2);
    write_value(&document, style, &mut out);
    out
}

fn write_value(value: &Value, style: &Style, out: &mut String) {
    match value {
        Value::String(text) => write_string(text, style, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(style.comma);
                }
                write_value(item, style, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            if style.sorted {
                members.sort_by_key(|(name, _)| *name);
            }
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push_str(style.comma);
                }
                write_string(name, style, out);
                out.push_str(style.colon);
                write_value(member, style, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn write_string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    out.push_str(&escape(text, style.special));
    out.push('"');
}

const COMPACT: Style = Style { comma: ",", colon: ":", special: nothing_special, sorted: false };
const SPACED: Style = Style { comma: ", ", colon: ": ", special: nothing_special, sorted: false };

pub(super) fn compact(text: &str) -> String {
    rewritten(text, &COMPACT)
}

pub(super) fn spaced(text: &str) -> String {
    rewritten(text, &SPACED)
}

pub(super) fn half_spaced(text: &str) -> String {
    rewritten(text, &Style { colon: ": ", ..COMPACT })
}

pub(super) fn compact_sorted(text: &str) -> String {
    rewritten(text, &Style { sorted: true, ..COMPACT })
}

pub(super) fn spaced_sorted(text: &str) -> String {
    rewritten(text, &Style { sorted: true, ..SPACED })
}

pub(super) fn compact_php(text: &str) -> String {
    rewritten(text, &Style { special: slash_and_beyond_ascii, ..COMPACT })
}

pub(super) fn compact_ascii(text: &str) -> String {
    rewritten(text, &Style { special: beyond_ascii, ..COMPACT })
}

pub(super) fn compact_slashes(text: &str) -> String {
    rewritten(text, &Style { special: slash, ..COMPACT })
}

pub(super) fn spaced_ascii(text: &str) -> String {
    rewritten(text, &Style { special: beyond_ascii, ..SPACED })
}

pub(super) fn compact_go(text: &str) -> String {
    rewritten(text, &Style { special: html_safe, ..COMPACT })
}

pub(super) fn sorted_go(text: &str) -> String {
    rewritten(text, &Style { special: html_safe, sorted: true, ..COMPACT })
}

pub(super) fn compact_gson(text: &str) -> String {
    rewritten(text, &Style { special: gson, ..COMPACT })
}

pub(super) fn sorted_ascii(text: &str) -> String {
    rewritten(text, &Style { special: beyond_ascii, sorted: true, ..SPACED })
}

pub(super) fn pretty(text: &str) -> String {
    if !text.trim_start().starts_with(['{', '[']) {
        return text.to_owned();
    }
    serde_json::from_str::<Value>(text)
        .and_then(|document| serde_json::to_string_pretty(&document))
        .unwrap_or_else(|_| text.to_owned())
}

pub(super) fn pretty_four(text: &str) -> String {
    let two = pretty(text);
    if two == text {
        return two;
    }
    let lines: Vec<String> = two
        .lines()
        .map(|line| {
            let indent = line.len() - line.trim_start().len();
            format!("{}{line}", " ".repeat(indent))
        })
        .collect();
    lines.join("\n")
}

//! A message inside of other text: a log line, a capture, a chat, a call in a script.

use crate::input::pasted_key::role_of;
use crate::input::{Fields, read_xml};
use crate::{InputError, Repair, json, pairs};

/// Braces tried in one text; a log line has a handful.
const MAX_OBJECTS: usize = 64;

/// Whether a JSON document is a log record that wraps a message in XML.
pub(crate) fn is_wrapper(text: &str) -> bool {
    text.starts_with('{') && (text.contains("\"<xml>") || text.contains(":\"<xml") || text.contains(": \"<xml"))
}

/// Whether there is XML in the text, plain or escaped.
pub(crate) fn holds_xml(text: &str) -> bool {
    text.contains("<xml") || text.contains("&lt;xml") || text.contains("\\x3Cxml") || text.contains("\\u003cxml")
}

/// Whether there is anything else that may be a message.
pub(crate) fn holds_more(text: &str) -> bool {
    text.contains('{') || pairs_in(text).is_some()
}

/// Finds the one message of a text.
pub(crate) fn read(text: &str) -> Result<Fields, InputError> {
    let mut fields = if holds_xml(text) {
        xml_in(text)?
    } else if text.contains('{') {
        match object_in(text) {
            Err(InputError::NoMessage) => literal_in(text)?,
            answer => answer?,
        }
    } else {
        literal_in(text)?
    };
    fields.repairs.push(Repair::TextAround);
    Ok(fields)
}

fn literal_in(text: &str) -> Result<Fields, InputError> {
    pairs::read_literal(pairs_in(text).ok_or(InputError::NoMessage)?)
}

fn xml_in(text: &str) -> Result<Fields, InputError> {
    let plain = one_xml(text).and_then(read_xml);
    if plain.is_ok() {
        return plain;
    }
    let resolved = resolve_backslashes(text);
    if resolved != text
        && let Ok(mut fields) = one_xml(&resolved).and_then(read_xml)
    {
        fields.repairs.push(Repair::BackslashesResolved);
        return Ok(fields);
    }
    let unescaped = resolve_entities(&resolved);
    if unescaped != resolved
        && let Ok(mut fields) = one_xml(&unescaped).and_then(read_xml)
    {
        fields.repairs.push(Repair::EntitiesResolved);
        return Ok(fields);
    }
    plain
}

/// The one `<xml>…</xml>`; where the end is missing, everything, so that the reader can name what is wrong.
fn one_xml(text: &str) -> Result<&str, InputError> {
    let count = text.matches("<xml>").count();
    if count > 1 {
        return Err(InputError::SeveralMessages { count });
    }
    let start = text.find("<xml").ok_or(InputError::NoMessage)?;
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find("</xml>").map_or(rest.len(), |at| at + "</xml>".len());
    Ok(rest.get(..end).unwrap_or(rest))
}

/// The one object that is a message. A wrapper that is not flat is passed over for what it holds.
fn object_in(text: &str) -> Result<Fields, InputError> {
    let mut found: Vec<Fields> = Vec::new();
    let mut first_fault = None;
    let mut behind = 0;
    for (at, _) in text.match_indices('{').take(MAX_OBJECTS) {
        if at < behind {
            continue;
        }
        let Some(object) = balanced(text.get(at..).unwrap_or_default()) else {
            first_fault.get_or_insert(InputError::NoMessage);
            continue;
        };
        match json::read(object, json::Grammar::Script) {
            Ok(fields) => {
                behind = at + object.len();
                found.push(fields);
            }
            Err(fault) => {
                first_fault.get_or_insert(fault);
            }
        }
    }
    if found.len() > 1 {
        found.retain(|fields| {
            ["sign", "paySign", "nonce_str", "nonceStr", "noncestr", "appid", "appId"]
                .iter()
                .any(|name| fields.params.get(name).is_some())
        });
    }
    match found.len() {
        0 => Err(first_fault.unwrap_or(InputError::NoMessage)),
        1 => found.pop().ok_or(InputError::NoMessage),
        count => Err(InputError::SeveralMessages { count }),
    }
}

/// The text from an opening brace to the one that closes it.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    let mut rest = text.char_indices();
    while let Some((at, found)) = rest.next() {
        match (quote, found) {
            (Some(_), '\\') => {
                rest.next();
            }
            (Some(open), _) if open == found => quote = None,
            (None, '"' | '\'') => quote = Some(found),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The rest of the line from the first `name=` after which at least one `&name=` follows.
pub(crate) fn pairs_in(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        // Found once per line: looking again from every `=` would take seconds for a line of nothing else.
        let mut end = 0;
        let last_more = line
            .split('&')
            .filter_map(|piece| {
                let at = end;
                end += piece.len() + 1;
                pairs::starts_with_name(piece).then_some(at)
            })
            .last()?;
        line.match_indices('=').take_while(|(equals, _)| *equals < last_more).find_map(|(equals, _)| {
            let before = line.get(..equals)?;
            let start = before
                .rfind(|found: char| !(found.is_ascii_alphanumeric() || found == '_'))
                .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
            let candidate = line.get(start..)?;
            let name = before.get(start..).filter(|name| pairs::is_name(name))?;
            // A key with more of the line behind it stands in front of the message, not in it.
            let value = candidate.split('&').next().unwrap_or_default().trim_end();
            let apart = role_of(name).is_some() && value.contains(' ');
            (!apart).then(|| candidate.trim_end())
        })
    })
}

/// Resolves `\n \r \t \" \' \\ \/ \xHH \uXXXX`; anything else stays as it is.
pub(crate) fn resolve_backslashes(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let hex = |from: usize, to: usize| {
            after
                .get(from..to)
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        };
        let used = match after.as_bytes().get(1) {
            Some(b'n') => push(&mut bytes, b"\n"),
            Some(b'r') => push(&mut bytes, b"\r"),
            Some(b't') => push(&mut bytes, b"\t"),
            Some(plain @ (b'"' | b'\'' | b'\\' | b'/')) => push(&mut bytes, &[*plain]),
            Some(b'x') => match hex(2, 4).and_then(|code| u8::try_from(code).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    4
                }
                None => push(&mut bytes, b"\\") - 1,
            },
            Some(b'u') => match hex(2, 6).and_then(char::from_u32) {
                Some(found) => {
                    bytes.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
                    6
                }
                None => push(&mut bytes, b"\\") - 1,
            },
            _ => push(&mut bytes, b"\\") - 1,
        };
        rest = after.get(used..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    // A log that writes each byte as \xHH gives UTF-8 back; one that does not is left as it was.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Adds the bytes and answers how long an escape of one letter is.
fn push(bytes: &mut Vec<u8>, resolved: &[u8]) -> usize {
    bytes.extend_from_slice(resolved);
    2
}

fn resolve_entities(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

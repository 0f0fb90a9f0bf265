//! A request or an answer as a capture shows it: its first line, its headers, its body.

use std::ops::Range;

use super::names::{name_at, offset_in};

/// What an HTTP capture says around the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// `POST`; nothing in an answer.
    pub method: Option<String>,
    /// The path without its query.
    pub path: Option<String>,
    /// The Host header, or the host of the URL.
    pub host: Option<String>,
    /// The status of an answer.
    pub status: Option<u16>,
    /// The Content-Type header as it is written.
    pub content_type: Option<String>,
    /// The charset in it, in lower case. Without one, servers take the body for ISO-8859-1 (D15).
    pub charset: Option<String>,
    /// The Content-Length header, in bytes.
    pub content_length: Option<usize>,
    /// Whether the body was sent in chunks.
    pub chunked: bool,
}

/// A capture and where its body and the query of its URL stand.
pub(super) struct Split {
    pub(super) capture: Capture,
    pub(super) headers: Range<usize>,
    pub(super) body: Range<usize>,
    pub(super) query: Option<Range<usize>>,
}

/// Takes a capture apart; nothing where the text does not begin as one.
pub(super) fn split(text: &str) -> Option<Split> {
    let start = text.len() - text.trim_start().len();
    let message = text.get(start..)?;
    let first = message.lines().next()?;
    let mut words = first.split_ascii_whitespace();
    let (one, two) = (words.next()?, words.next()?);
    let mut capture = Capture::default();
    let mut query = None;
    let behind_first = message.get(first.len()..)?;
    if one.starts_with("HTTP/") {
        capture.status = Some(two.parse().ok()?);
    } else if ["POST", "GET", "PUT"].contains(&one) {
        let versioned = words.next().is_some_and(|word| word.starts_with("HTTP/"));
        let headed = behind_first.lines().nth(1).is_some_and(|line| header(line).is_some());
        if !versioned && !headed {
            return None;
        }
        capture.method = Some(one.to_owned());
        let target = two.split_once("://").map_or(two, |(_, rest)| rest);
        if target.len() < two.len() {
            capture.host = target.split(['/', '?']).next().map(str::to_owned);
        }
        let path = target.find('/').and_then(|at| target.get(at..)).unwrap_or("/");
        capture.path = path.split('?').next().map(str::to_owned);
        query = path.split_once('?').map(|(_, query)| offset_in(text, query)..offset_in(text, query) + query.len());
    } else {
        return None;
    }
    let mut end = first.len();
    for line in message.get(first.len()..)?.split_inclusive('\n').skip(1) {
        let (at, bare) = (offset_in(message, line), line.trim_end());
        end = at;
        let Some((name, value)) = header(bare) else {
            if bare.is_empty() {
                end = at + line.len();
            }
            break;
        };
        end = at + line.len();
        note(&mut capture, name, value);
    }
    Some(Split { capture, headers: start..start + end, body: start + end..text.len(), query })
}

fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (named && !name_at(name).is_empty()).then(|| (name, value.trim()))
}

fn note(capture: &mut Capture, name: &str, value: &str) {
    if name.eq_ignore_ascii_case("host") {
        capture.host = Some(value.to_owned());
    } else if name.eq_ignore_ascii_case("transfer-encoding") {
        capture.chunked = value.to_ascii_lowercase().contains("chunked");
    } else if name.eq_ignore_ascii_case("content-length") {
        capture.content_length = value.parse().ok();
    } else if name.eq_ignore_ascii_case("content-type") {
        capture.content_type = Some(value.to_owned());
        let lower = value.to_ascii_lowercase();
        capture.charset = lower
            .split_once("charset=")
            .and_then(|(_, named)| named.split(';').next())
            .map(|named| named.trim().trim_matches('"').to_owned())
            .filter(|named| !named.is_empty());
    }
}

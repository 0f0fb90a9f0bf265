//! Pairs, literal or percent-encoded, with what is wrong in them.

use std::ops::Range;

use super::fault::FaultKind;
use super::gathered::Gathered;
use super::names::offset_in;
use super::pasted_key::{pair_in, role_of};
use super::traced::Traced;
use super::{Kind, is_url};
use crate::{Repair, pairs};

/// Literal pairs, as [`pairs::read_literal`] reads them, and with what is wrong.
pub(super) fn literal(source: &Traced, gathered: &mut Gathered) -> Kind {
    let text = source.text();
    let text = pairs::without_line_end(text).trim_start();
    let whole = source.text();
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    for piece in pairs::separated(text) {
        let at = offset_in(whole, piece);
        if let Some((name, value)) = pair_in(piece) {
            found.push((name, range_in(whole, value)));
            continue;
        }
        match (piece.split_once('='), found.last_mut()) {
            (Some((name, _)), _) if pairs::is_name(name) => found.push((name, at + name.len() + 1..at + piece.len())),
            (_, Some((name, value))) => {
                value.end = at + piece.len();
                if role_of(name).is_none() {
                    gathered.repair(
                        Repair::AmpersandInValue((*name).chars().take(64).collect()),
                        Some(source.origin(at.saturating_sub(1)..value.end)),
                    );
                }
            }
            _ if piece.is_empty() => {}
            _ => gathered.fault(FaultKind::NotAPair, source.origin(at..at + piece.len())),
        }
    }
    let mut encoded = None;
    for (name, value) in found {
        let text = whole.get(value.clone()).unwrap_or_default();
        if role_of(name).is_none() && pairs::looks_encoded(text) {
            encoded.get_or_insert(source.origin(value.clone()));
        }
        let start = offset_in(whole, name);
        gathered.add(name, text, source.origin(start..value.end));
    }
    if encoded.is_some() {
        gathered.repair(Repair::LooksEncoded, encoded);
    }
    Kind::Pairs
}

fn range_in(whole: &str, part: &str) -> Range<usize> {
    let at = offset_in(whole, part);
    at..at + part.len()
}

/// Percent-encoded pairs of a URL or a body; a value that cannot be decoded stays as it is.
pub(super) fn query(source: &Traced, gathered: &mut Gathered) -> Kind {
    let whole = source.text();
    let trimmed = whole.trim();
    let kind = if is_url(trimmed) { Kind::Url } else { Kind::Query };
    let text = match pairs::query_of(trimmed, "URL") {
        Ok(text) => text.trim(),
        Err(fault) => {
            gathered.fault_of_all(FaultKind::Refused(fault));
            return kind;
        }
    };
    let mut decoded: Option<Range<usize>> = None;
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        let at = offset_in(whole, piece);
        let range = at..at + piece.len();
        let Some((name, value)) = piece.split_once('=') else {
            gathered.fault(FaultKind::NotAPair, source.origin(range));
            continue;
        };
        let resolved = pairs::decode(name).zip(pairs::decode(value));
        if resolved.is_none() {
            gathered.fault(FaultKind::PercentEncoding(name.chars().take(64).collect()), source.origin(range.clone()));
        }
        let (plain_name, plain) = resolved.unwrap_or_else(|| (name.to_owned(), value.to_owned()));
        if plain_name != name || plain != value {
            decoded = Some(decoded.map_or(range.start, |before| before.start)..range.end);
        }
        gathered.add(&plain_name, &plain, source.origin(range));
    }
    if let Some(range) = decoded {
        gathered.repair(Repair::Decoded, Some(source.origin(range)));
    }
    kind
}

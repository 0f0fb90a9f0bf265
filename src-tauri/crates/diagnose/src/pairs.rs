//! `name=value&name=value`, literal or percent-encoded.

use crate::input::Fields;
use crate::input::pasted_key::{pair_in, role_of};
use crate::{InputError, Repair};

/// Whether a text begins with something like `appid=`.
pub(crate) fn starts_with_name(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// A name as WeChat's fields have it.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$'))
}

/// A text file ends in a line end that is not part of the last value.
pub(crate) fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

/// Reads literal pairs. Values may hold `=`; a piece without any `=` belongs to the value before it, because strings to
/// sign carry `&` literally (§3.1 rule 3).
pub(crate) fn read_literal(text: &str) -> Result<Fields, InputError> {
    let text = text.trim_start();
    let mut joined: Vec<(&str, String)> = Vec::new();
    let mut fields = Fields::default();
    let mut split_in_value = Vec::new();
    for (index, piece) in separated(text).enumerate() {
        if let Some((name, value)) = pair_in(piece) {
            joined.push((name, value.to_owned()));
            continue;
        }
        match (piece.split_once('='), joined.last_mut()) {
            (Some((name, value)), _) if is_name(name) => joined.push((name, value.to_owned())),
            (_, Some((name, value))) => {
                value.push('&');
                value.push_str(piece);
                split_in_value.push((*name).to_owned());
            }
            _ => return Err(InputError::Pair { position: index + 1 }),
        }
    }
    for (name, value) in &joined {
        fields.push(name, value)?;
    }
    split_in_value.dedup();
    // A key must not be described, not even by what it seems to hold.
    split_in_value.retain(|name| role_of(name).is_none());
    fields.repairs.extend(split_in_value.into_iter().map(Repair::AmpersandInValue));
    if joined.iter().any(|(name, value)| role_of(name).is_none() && looks_encoded(value)) {
        fields.repairs.push(Repair::LooksEncoded);
    }
    Ok(fields)
}

/// A key on a line of its own below the string, as people write it down, ends the value before it.
fn split_before_key(piece: &str) -> impl Iterator<Item = &str> {
    let below = piece.match_indices('\n').map(|(at, _)| at).find(|at| {
        piece.get(at + 1..).and_then(|rest| rest.lines().next()).is_some_and(|line| pair_in(line).is_some())
    });
    let (value, key) = match below.and_then(|at| piece.split_at_checked(at)) {
        Some((value, key)) => (value.trim_end_matches('\r'), Some(key)),
        None => (piece, None),
    };
    std::iter::once(value).filter(move |value| key.is_none() || !value.is_empty()).chain(key)
}

/// Pieces between `&`; one pair on each line is the other way in which people write them down.
pub(crate) fn separated(text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let one_a_line = lines.len() > 1 && lines.iter().all(|line| !line.contains('&') && starts_with_name(line));
    if one_a_line { Box::new(lines.into_iter()) } else { Box::new(text.split('&').flat_map(split_before_key)) }
}

pub(crate) fn looks_encoded(value: &str) -> bool {
    // Three bytes in a row are a Chinese character; a single %20 may well be meant literally.
    let bytes = value.as_bytes();
    bytes.windows(9).any(|window| {
        window.chunks(3).all(|chunk| chunk.first() == Some(&b'%') && chunk.iter().skip(1).all(u8::is_ascii_hexdigit))
    }) || ["%3A%2F%2F", "%3a%2f%2f"].iter().any(|scheme| value.contains(scheme))
}

/// The parameters of a URL, or the text itself where it is none.
pub(crate) fn query_of<'t>(text: &'t str, what: &'static str) -> Result<&'t str, InputError> {
    let without_fragment = |query: &'t str| query.split('#').next().unwrap_or_default();
    match text.split_once('?') {
        Some((before, query)) if before.is_empty() || before.contains("://") => {
            let query = without_fragment(query);
            if query.is_empty() { Err(InputError::NoParameters { what }) } else { Ok(query) }
        }
        _ if text.contains("://") && !text.contains('=') => Err(InputError::NoParameters { what }),
        _ => Ok(text),
    }
}

/// Reads percent-encoded pairs, `+` being a space.
pub(crate) fn read_query(text: &str) -> Result<Fields, InputError> {
    let mut fields = Fields::default();
    let mut decoded_any = false;
    for (index, piece) in text.trim().split('&').enumerate() {
        if piece.is_empty() {
            continue;
        }
        let (name, value) = piece.split_once('=').ok_or(InputError::Pair { position: index + 1 })?;
        let fault = || InputError::PercentEncoding { name: name.chars().take(64).collect() };
        let name_text = decode(name).ok_or_else(fault)?;
        let value_text = decode(value).ok_or_else(fault)?;
        decoded_any |= name_text != name || value_text != value;
        if name_text.is_empty() {
            return Err(InputError::Pair { position: index + 1 });
        }
        fields.push(&name_text, &value_text)?;
    }
    if decoded_any {
        fields.repairs.push(Repair::Decoded);
    }
    Ok(fields)
}

pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes everything that is not a letter, a digit or one of `-_.~`.
pub(crate) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&wxpay_protocol::sign::upper_hex(&[byte]));
        }
    }
}

//! Charsets that are not UTF-8, text that was decoded wrongly once, and characters that take four bytes.

use std::fmt::Write;

use encoding_rs::{BIG5, Encoding, GB18030, GBK, WINDOWS_1252};

/// Each character in the charset, or what the function gives for one that it lacks.
fn encode(text: &str, encoding: &'static Encoding, lacking: fn(char, &mut Vec<u8>)) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    let mut utf8 = [0; 4];
    for found in text.chars() {
        let (bytes, _, failed) = encoding.encode(found.encode_utf8(&mut utf8));
        if failed {
            lacking(found, &mut encoded);
        } else {
            encoded.extend_from_slice(&bytes);
        }
    }
    encoded
}

fn question_mark(_: char, out: &mut Vec<u8>) {
    out.push(b'?');
}

/// Java replaces each half of a character of four bytes.
fn question_mark_per_unit(found: char, out: &mut Vec<u8>) {
    out.extend(std::iter::repeat_n(b'?', found.len_utf16()));
}

fn nothing(_: char, _: &mut Vec<u8>) {}

pub(super) fn gbk(text: &str) -> Vec<u8> {
    encode(text, GBK, question_mark)
}

pub(super) fn gbk_per_unit(text: &str) -> Vec<u8> {
    encode(text, GBK, question_mark_per_unit)
}

pub(super) fn gbk_ignoring(text: &str) -> Vec<u8> {
    encode(text, GBK, nothing)
}

pub(super) fn gb18030(text: &str) -> Vec<u8> {
    encode(text, GB18030, question_mark)
}

pub(super) fn big5(text: &str) -> Vec<u8> {
    encode(text, BIG5, question_mark)
}

pub(super) fn cp1252(text: &str) -> Vec<u8> {
    encode(text, WINDOWS_1252, question_mark)
}

fn latin(text: &str, last: u32, lacking: fn(char, &mut Vec<u8>)) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    for found in text.chars() {
        match u8::try_from(u32::from(found)) {
            Ok(byte) if u32::from(byte) <= last => encoded.push(byte),
            _ => lacking(found, &mut encoded),
        }
    }
    encoded
}

pub(super) fn latin1(text: &str) -> Vec<u8> {
    latin(text, 0xFF, question_mark)
}

pub(super) fn latin1_per_unit(text: &str) -> Vec<u8> {
    latin(text, 0xFF, question_mark_per_unit)
}

pub(super) fn latin1_ignoring(text: &str) -> Vec<u8> {
    latin(text, 0xFF, nothing)
}

pub(super) fn ascii(text: &str) -> Vec<u8> {
    latin(text, 0x7F, question_mark)
}

pub(super) fn ascii_per_unit(text: &str) -> Vec<u8> {
    latin(text, 0x7F, question_mark_per_unit)
}

pub(super) fn ascii_ignoring(text: &str) -> Vec<u8> {
    latin(text, 0x7F, nothing)
}

/// Every byte beyond ASCII as one question mark.
pub(super) fn question_mark_per_byte(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect()
}

/// Hashing code of JavaScript that takes the low byte of each `charCodeAt`.
pub(super) fn low_bytes(text: &str) -> Vec<u8> {
    text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect()
}

fn bytes_as_latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

pub(super) fn utf8_as_latin1(text: &str) -> String {
    bytes_as_latin1(text.as_bytes())
}

pub(super) fn utf8_as_latin1_twice(text: &str) -> String {
    utf8_as_latin1(&utf8_as_latin1(text))
}

pub(super) fn utf8_as_cp1252(text: &str) -> String {
    WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

pub(super) fn utf8_as_cp1252_twice(text: &str) -> String {
    utf8_as_cp1252(&utf8_as_cp1252(text))
}

pub(super) fn utf8_as_gbk(text: &str) -> String {
    GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

pub(super) fn utf8_as_gb18030(text: &str) -> String {
    GB18030.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

/// There and back: what does not survive is a question mark.
pub(super) fn utf8_as_gbk_and_back(text: &str) -> Vec<u8> {
    gbk(&utf8_as_gbk(text))
}

pub(super) fn gbk_as_utf8(text: &str) -> String {
    String::from_utf8_lossy(&gbk(text)).into_owned()
}

/// 锟斤拷: the replacement characters of a wrong decoding, read as GBK.
pub(super) fn gbk_as_utf8_as_gbk(text: &str) -> String {
    utf8_as_gbk(&gbk_as_utf8(text))
}

pub(super) fn gbk_as_latin1(text: &str) -> String {
    bytes_as_latin1(&gbk(text))
}

pub(super) fn gbk_as_cp1252(text: &str) -> String {
    WINDOWS_1252.decode_without_bom_handling(&gbk(text)).0.into_owned()
}

pub(super) fn utf8_as_ascii(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' }).collect()
}

/// The reverse of [`utf8_as_latin1`]; a text that is no such thing stays.
pub(super) fn repaired_latin1(text: &str) -> String {
    if text.is_ascii() || text.chars().any(|found| u32::from(found) > 0xFF) {
        return text.to_owned();
    }
    String::from_utf8(latin1(text)).unwrap_or_else(|_| text.to_owned())
}

pub(super) fn repaired_cp1252(text: &str) -> String {
    repaired(text, WINDOWS_1252)
}

pub(super) fn repaired_gbk(text: &str) -> String {
    repaired(text, GBK)
}

pub(super) fn repaired_latin1_to_gbk(text: &str) -> String {
    if text.is_ascii() || text.chars().any(|found| u32::from(found) > 0xFF) {
        return text.to_owned();
    }
    let bytes = latin1(text);
    let (decoded, _, failed) = GBK.decode(&bytes);
    if failed { text.to_owned() } else { decoded.into_owned() }
}

fn repaired(text: &str, encoding: &'static Encoding) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let (bytes, _, failed) = encoding.encode(text);
    if failed {
        return text.to_owned();
    }
    String::from_utf8(bytes.into_owned()).unwrap_or_else(|_| text.to_owned())
}

fn beyond_plane_zero(text: &str, replacement: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    for found in text.chars() {
        if found.len_utf8() == 4 {
            replacement(found, &mut out);
        } else {
            out.push(found);
        }
    }
    out
}

pub(super) fn without_astral(text: &str) -> String {
    beyond_plane_zero(text, |_, _| {})
}

pub(super) fn without_emoji(text: &str) -> String {
    let is_emoji = |found: char| {
        found.len_utf8() == 4 || matches!(found, '\u{FE0F}' | '\u{200D}' | '\u{2600}'..='\u{27BF}' | '\u{20E3}')
    };
    text.chars().filter(|found| !is_emoji(*found)).collect()
}

pub(super) fn astral_to_question_mark(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push('?'))
}

pub(super) fn astral_to_two_question_marks(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push_str("??"))
}

pub(super) fn astral_to_four_question_marks(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push_str("????"))
}

pub(super) fn astral_to_replacement(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push('\u{FFFD}'))
}

pub(super) fn astral_to_two_replacements(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push_str("\u{FFFD}\u{FFFD}"))
}

pub(super) fn astral_to_asterisk(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push('*'))
}

pub(super) fn astral_to_space(text: &str) -> String {
    beyond_plane_zero(text, |_, out| out.push(' '))
}

fn units(text: &str, form: fn(u16) -> String) -> String {
    beyond_plane_zero(text, |found, out| {
        for unit in found.encode_utf16(&mut [0; 2]) {
            out.push_str(&form(*unit));
        }
    })
}

pub(super) fn astral_to_escapes(text: &str) -> String {
    units(text, |unit| format!("\\u{unit:04x}"))
}

pub(super) fn astral_to_upper_escapes(text: &str) -> String {
    units(text, |unit| format!("\\u{unit:04X}"))
}

pub(super) fn astral_to_references(text: &str) -> String {
    beyond_plane_zero(text, |found, out| {
        write!(out, "&#{};", u32::from(found)).ok();
    })
}

pub(super) fn astral_to_hexadecimal_references(text: &str) -> String {
    beyond_plane_zero(text, |found, out| {
        write!(out, "&#x{:x};", u32::from(found)).ok();
    })
}

pub(super) fn astral_to_percent(text: &str) -> String {
    beyond_plane_zero(text, |found, out| {
        for byte in found.encode_utf8(&mut [0; 4]).bytes() {
            write!(out, "%{byte:02X}").ok();
        }
    })
}

/// A text up to its first character of four bytes, as MySQL's utf8 stores it.
pub(super) fn up_to_astral(text: &str) -> String {
    text.chars().take_while(|found| found.len_utf8() < 4).collect()
}

/// Each half of a surrogate pair in three bytes.
pub(super) fn cesu8(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for found in text.chars() {
        if found.len_utf8() < 4 {
            out.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        for unit in found.encode_utf16(&mut [0; 2]) {
            let [high, low] = unit.to_be_bytes();
            out.extend([0xE0 | high >> 4, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | low & 0x3F]);
        }
    }
    out
}

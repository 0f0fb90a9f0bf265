//! D14, D16, D17: bytes of another charset, text converted twice, characters beyond the basic plane.

use encoding_rs::{GB18030, GBK, WINDOWS_1252};

use crate::orders::Order;
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

/// GBK as Java and C# write it: what it does not have becomes a question mark.
fn gbk(text: &str) -> Vec<u8> {
    let mut written = Vec::new();
    for letter in text.chars() {
        let one = letter.to_string();
        let (bytes, _, unmappable) = GBK.encode(&one);
        written.extend_from_slice(if unmappable { b"?" } else { &bytes });
    }
    written
}

fn gb18030(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

/// `getBytes("ISO-8859-1")`, `Encoding.ASCII`.
fn question_marks(text: &str) -> Vec<u8> {
    text.chars().map(|letter| if letter.is_ascii() { letter as u8 } else { b'?' }).collect()
}

/// `Encoding.Unicode.GetBytes`.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The digest is taken of `getBytes()` without a charset.
pub(crate) fn d14_platform_charset(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let encode: fn(&str) -> Vec<u8> = if order.rich {
        rng.pick(&[gbk as fn(&str) -> Vec<u8>, gbk, gbk, gb18030, question_marks, utf16])
    } else {
        utf16
    };
    Some(Box::new(move |signing: &mut Signing| signing.encode = encode))
}

/// UTF-8 that was taken for something else and made UTF-8 again.
pub(crate) fn d16_converted_twice(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    if !order.rich {
        return None;
    }
    let convert: fn(&str) -> String =
        rng.pick(&[latin1_as_utf8 as fn(&str) -> String, latin1_as_utf8, cp1252_as_utf8, utf8_as_gbk, gbk_as_utf8]);
    if rng.chance(25) {
        return Some(Box::new(move |signing: &mut Signing| signing.one(name, convert)));
    }
    Some(Box::new(move |signing: &mut Signing| signing.each(|_, value| convert(value))))
}

/// PHP's `utf8_encode` of what is UTF-8 already.
fn latin1_as_utf8(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

/// The same with the code page of Windows.
fn cp1252_as_utf8(text: &str) -> String {
    WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

/// `new String(utf8, "GBK")`.
fn utf8_as_gbk(text: &str) -> String {
    GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

/// `new String(gbk, "UTF-8")`.
fn gbk_as_utf8(text: &str) -> String {
    String::from_utf8_lossy(&gbk(text)).into_owned()
}

/// The database or the language knows no characters of four bytes.
pub(crate) fn d17_emoji(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if !order.fields.iter().any(|(_, value)| value.chars().any(|letter| letter as u32 > 0xFFFF)) {
        if !order.rich {
            return None;
        }
        let name = order.text_field()?;
        let text = format!("{}😀", order.get(name)?);
        order.put(name, text);
    }
    if rng.chance(20) {
        return Some(Box::new(|signing: &mut Signing| signing.encode = cesu8));
    }
    let replace: fn(&mut [u16; 2], char) -> String = rng.pick(&[
        (|_, _| String::new()) as fn(&mut [u16; 2], char) -> String,
        |_, _| "?".to_owned(),
        |_, _| "??".to_owned(),
        |units, letter| letter.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
        |units, letter| letter.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    ]);
    Some(Box::new(move |signing: &mut Signing| {
        signing.each(|_, value| {
            let written = value
                .chars()
                .map(|letter| if letter as u32 > 0xFFFF { replace(&mut [0; 2], letter) } else { letter.to_string() });
            written.collect()
        });
    }))
}

/// Each half of the pair as three bytes, as Java's DataOutputStream and old Oracle have it.
fn cesu8(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for unit in text.encode_utf16() {
        match unit {
            0..0x80 => bytes.push(unit as u8),
            0x80..0x800 => bytes.extend([0xC0 | (unit >> 6) as u8, 0x80 | (unit & 63) as u8]),
            _ => bytes.extend([0xE0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 63) as u8, 0x80 | (unit & 63) as u8]),
        }
    }
    bytes
}

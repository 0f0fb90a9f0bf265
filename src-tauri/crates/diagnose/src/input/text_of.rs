//! From bytes to text, whatever their encoding.

use super::decode;
use super::fault::FaultKind;
use super::gathered::Gathered;
use super::traced::Traced;
use crate::{InputError, Repair};

/// The text as it is shown, and what of it is to be read. Bytes of another encoding become U+FFFD, with a fault that names it.
pub(super) fn text_of(bytes: &[u8], gathered: &mut Gathered) -> (String, Traced) {
    let fault = match decode(bytes) {
        Ok((text, false)) => return (text.to_owned(), Traced::pasted(text, 0)),
        Ok((text, true)) => {
            gathered.repair(Repair::ByteOrderMark, Some(0..3));
            return (format!("\u{FEFF}{text}"), Traced::pasted(text, 3));
        }
        Err(fault) => fault,
    };
    let text = if fault == InputError::Utf16 { utf16(bytes) } else { String::from_utf8_lossy(bytes).into_owned() };
    gathered.fault_of_all(FaultKind::Refused(fault));
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let traced = Traced::pasted(body, text.len() - body.len());
    (text, traced)
}

fn utf16(bytes: &[u8]) -> String {
    let big = bytes.starts_with(b"\xFE\xFF") || bytes.first() == Some(&0);
    let units = bytes.chunks_exact(2).filter_map(|pair| {
        let pair = [*pair.first()?, *pair.get(1)?];
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

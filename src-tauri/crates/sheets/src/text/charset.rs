//! The encoding of a file: by its mark, else by whether it is valid UTF-8, else GB18030, which includes GBK.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// How the bytes of a row are to be read. All of these keep ASCII as it is, so rows and cells are split before decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// Nothing but ASCII so far; the first other byte decides.
    Undecided,
    Utf8,
    Gb18030,
}

/// UTF-16 in one of its orders, which is turned into UTF-8 on the way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Utf16 {
    Little,
    Big,
}

impl Utf16 {
    pub(crate) fn encoding(self) -> &'static Encoding {
        match self {
            Self::Little => UTF_16LE,
            Self::Big => UTF_16BE,
        }
    }
}

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// The bytes of the mark, to be passed over.
    pub(crate) mark: usize,
    pub(crate) utf16: Option<Utf16>,
    pub(crate) charset: Charset,
}

/// Reads the mark; without one, sees UTF-16 by the zeros that ASCII has in it. Nothing for bytes that are no text.
pub(crate) fn opening(head: &[u8]) -> Option<Opening> {
    let marked = |mark, utf16, charset| Some(Opening { mark, utf16, charset });
    match head {
        [0xEF, 0xBB, 0xBF, ..] => return marked(3, None, Charset::Utf8),
        [0xFF, 0xFE, ..] => return marked(2, Some(Utf16::Little), Charset::Utf8),
        [0xFE, 0xFF, ..] => return marked(2, Some(Utf16::Big), Charset::Utf8),
        [0x84, 0x31, 0x95, 0x33, ..] => return marked(4, None, Charset::Gb18030),
        _ => {}
    }
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => marked(0, None, Charset::Undecided),
        (0, _) => marked(0, Some(Utf16::Little), Charset::Utf8),
        (_, 0) => marked(0, Some(Utf16::Big), Charset::Utf8),
        _ => None,
    }
}

impl Charset {
    /// Decides by a block of the file that begins at the start of a character, if it has anything but ASCII.
    pub(crate) fn decide(&mut self, block: &[u8]) {
        if *self != Self::Undecided || block.is_ascii() {
            return;
        }
        *self = match std::str::from_utf8(block) {
            Err(fault) if fault.error_len().is_none() => Self::Utf8,
            // A line end is never a part of a character of GB18030, so the block is whole up to there.
            Err(_) if is_gb18030(whole_lines(block)) => Self::Gb18030,
            // If it is neither, it is UTF-8 with a broken character here and there, whose rows are refused one by one.
            Ok(_) | Err(_) => Self::Utf8,
        };
    }

    /// The text of these bytes, if they are text.
    pub(crate) fn text(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Undecided | Self::Utf8 => Cow::Borrowed(std::str::from_utf8(bytes).ok()?),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes)?,
        };
        (!text.contains('\0')).then_some(text)
    }
}

fn is_gb18030(bytes: &[u8]) -> bool {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

/// The lines of a block that are whole, or all of it when it has none.
fn whole_lines(block: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', block).and_then(|end| block.get(..end)).unwrap_or(block)
}

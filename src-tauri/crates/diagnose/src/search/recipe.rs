//! A candidate in full: which fields, in which order, joined how, under which key. The slow and plain way to its bytes;
//! the fast ways are tested against it.

use std::fmt::Write;

use zeroize::Zeroizing;

use super::base::{Base, Field};
use super::edit::Edit;
use super::join::{Join, RIGHT};
use super::order::Order;
use super::values::html_entities_without_semicolon;
use crate::knowledge::CauseId;

/// What happens to the whole string before it is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Plain,
    Utf16Le,
    Utf16Be,
    Utf16LeMarked,
    MarkInFront,
    /// Shown as HTML, but for the escapes of XML in it.
    HtmlNames,
    Html,
    LowerCase,
    UpperCase,
    Reversed,
}

/// Every change of the whole string.
pub(crate) const WHOLES: &[(CauseId, Whole, bool)] = &[
    (CauseId::D8, Whole::HtmlNames, true),
    (CauseId::D8, Whole::Html, false),
    (CauseId::D14, Whole::Utf16Le, true),
    (CauseId::D14, Whole::Utf16Be, false),
    (CauseId::D14, Whole::Utf16LeMarked, false),
    (CauseId::D18, Whole::MarkInFront, true),
    (CauseId::F5, Whole::LowerCase, false),
    (CauseId::F5, Whole::UpperCase, false),
    (CauseId::C1, Whole::Reversed, false),
];

impl Whole {
    /// Changes the string; the key in it too.
    pub(crate) fn apply(self, text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
        let units = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            // Room for all at once, because the key is in it.
            let mut units = Vec::with_capacity(text.len() * 2 + 2);
            units.extend(String::from_utf8_lossy(&text).encode_utf16().flat_map(to_bytes));
            units
        };
        Zeroizing::new(match self {
            Self::Plain => return text,
            Self::Utf16Le => units(u16::to_le_bytes),
            Self::Utf16Be => units(u16::to_be_bytes),
            Self::Utf16LeMarked => [vec![0xFF, 0xFE], units(u16::to_le_bytes)].concat(),
            Self::MarkInFront => [b"\xEF\xBB\xBF", text.as_slice()].concat(),
            Self::HtmlNames => html_entities_without_semicolon(&text, false),
            Self::Html => html_entities_without_semicolon(&text, true),
            Self::LowerCase => String::from_utf8_lossy(&text).to_lowercase().into_bytes(),
            Self::UpperCase => String::from_utf8_lossy(&text).to_uppercase().into_bytes(),
            Self::Reversed => String::from_utf8_lossy(&text).chars().rev().collect::<String>().into_bytes(),
        })
    }

    /// In Chinese.
    pub(crate) const fn chinese(self) -> &'static str {
        match self {
            Self::Plain => "原样",
            Self::Utf16Le => "摘要时用了 UTF-16LE",
            Self::Utf16Be => "摘要时用了 UTF-16BE",
            Self::Utf16LeMarked => "摘要时用了带 BOM 的 UTF-16LE",
            Self::MarkInFront => "待签名串开头带了 BOM",
            Self::Html | Self::HtmlNames => "待签名串经过 HTML，&notify_url 成了 ¬ify_url 一类",
            Self::LowerCase => "摘要前把整个待签名串转成了小写",
            Self::UpperCase => "摘要前把整个待签名串转成了大写",
            Self::Reversed => "待签名串被反转",
        }
    }

    /// In English.
    pub(crate) const fn english(self) -> &'static str {
        match self {
            Self::Plain => "as it is",
            Self::Utf16Le => "the string was hashed in UTF-16LE",
            Self::Utf16Be => "the string was hashed in UTF-16BE",
            Self::Utf16LeMarked => "the string was hashed in UTF-16LE with a byte order mark",
            Self::MarkInFront => "the string had a byte order mark in front",
            Self::Html | Self::HtmlNames => "the string passed through HTML: &notify_url became ¬ify_url and the like",
            Self::LowerCase => "the whole string was turned to lower case before it was hashed",
            Self::UpperCase => "the whole string was turned to upper case before it was hashed",
            Self::Reversed => "the string was reversed",
        }
    }
}

/// What is hashed with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    /// As the family of the sign does it.
    Usual,
    /// SHA-256 without a key of its own.
    PlainSha256,
    /// HMAC under the empty key.
    EmptyMacKey,
    /// HMAC of the key under the string.
    Swapped,
    /// HMAC of the key under the string that ends in the key.
    SwappedWithKey,
    /// HMAC under the key's bytes, which its hexadecimal digits say.
    HexMacKey,
}

/// The ways in which an HMAC goes wrong.
pub(crate) const DIGESTS: &[Digest] =
    &[Digest::PlainSha256, Digest::EmptyMacKey, Digest::Swapped, Digest::SwappedWithKey, Digest::HexMacKey];

impl Digest {
    /// In Chinese.
    pub(crate) const fn chinese(self) -> &'static str {
        match self {
            Self::Usual => "按签名类型摘要",
            Self::PlainSha256 => "用的是普通 SHA-256，不是 HMAC",
            Self::EmptyMacKey => "HMAC 的密钥是空的",
            Self::Swapped | Self::SwappedWithKey => "HMAC 的密钥与消息对调了",
            Self::HexMacKey => "HMAC 的密钥被当作十六进制解码",
        }
    }

    /// In English.
    pub(crate) const fn english(self) -> &'static str {
        match self {
            Self::Usual => "hashed as the sign type says",
            Self::PlainSha256 => "plain SHA-256 was used and not HMAC",
            Self::EmptyMacKey => "the HMAC key was empty",
            Self::Swapped | Self::SwappedWithKey => "key and message of the HMAC were swapped",
            Self::HexMacKey => "the HMAC key was decoded as hexadecimal",
        }
    }
}

/// A candidate: edits of the right string, and how the rest is done.
#[derive(Clone)]
pub(crate) struct Recipe<'s> {
    pub(crate) edits: Vec<&'s Edit>,
    pub(crate) order: Order,
    pub(crate) join: &'s Join,
    pub(crate) whole: Whole,
    pub(crate) key: usize,
    pub(crate) digest: Digest,
}

impl Recipe<'_> {
    /// The right string under the key in use.
    pub(crate) const fn right() -> Self {
        Self { edits: Vec::new(), order: Order::Name, join: &RIGHT, whole: Whole::Plain, key: 0, digest: Digest::Usual }
    }

    /// The fields that it signs, in its order.
    pub(crate) fn fields(&self, base: &Base) -> Vec<Field> {
        let mut fields = base.fields.clone();
        for edit in &self.edits {
            edit.apply(&mut fields);
        }
        self.order.sort(&mut fields);
        fields
    }

    /// What it hashes, with these bytes for the key.
    pub(crate) fn message(&self, base: &Base, key: &[u8]) -> Zeroizing<Vec<u8>> {
        self.whole.apply(self.joined(base, key))
    }

    /// The same for people: what happens to the whole string is left out where it would not be readable.
    pub(crate) fn readable(&self, base: &Base, mask: &str) -> String {
        let text = self.joined(base, mask.as_bytes());
        let text = match self.whole {
            Whole::Utf16Le | Whole::Utf16Be | Whole::Utf16LeMarked => text,
            whole => whole.apply(text),
        };
        let mut shown = String::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            shown.push_str(chunk.valid());
            for byte in chunk.invalid() {
                write!(shown, "\\x{byte:02X}").ok();
            }
        }
        shown
    }

    fn joined(&self, base: &Base, key: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::default();
        write(&self.fields(base), self.join, key, &mut text);
        text
    }
}

/// Joins fields that stand in their order; what was in `text` is gone. Room is made at once: a buffer that grows would
/// leave copies of the key behind.
pub(crate) fn write(fields: &[Field], join: &Join, key: &[u8], text: &mut Zeroizing<Vec<u8>>) {
    let length: usize = fields.iter().map(|field| field.name.len() + field.value.len() + 24).sum();
    let room = length + 2 * key.len() + 64;
    text.clear();
    if text.capacity() < room {
        *text = Zeroizing::new(Vec::with_capacity(room * 2));
    }
    join.front(key, text);
    let sorted_key = join.sorts_key.then(|| fields.partition_point(|field| &*field.name < "key"));
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(join.glue.as_bytes());
        }
        if sorted_key == Some(index) {
            text.extend_from_slice(b"key=");
            text.extend_from_slice(key);
            text.push(b'&');
        }
        if join.names {
            text.extend_from_slice(field.name.as_bytes());
            text.extend_from_slice(join.equals.as_bytes());
        }
        text.extend_from_slice(&field.value);
    }
    if sorted_key == Some(fields.len()) {
        text.extend_from_slice(b"&key=");
        text.extend_from_slice(key);
    }
    join.tail(key, text);
}

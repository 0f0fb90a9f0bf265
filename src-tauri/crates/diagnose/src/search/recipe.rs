//! A candidate in full: which fields, in which order, joined how, under which key. The slow and plain way to its bytes;
//! the fast ways are tested against it.

use std::fmt::Write;

use zeroize::Zeroizing;

use super::base::{Base, Field};
use super::edit::Edit;
use super::join::{Join, RIGHT};
use super::order::Order;
use super::stages::charset_of;
use super::values::Change;
use super::whole::{KEY_TO_READ, Whole, with_mask};

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
    /// What happens to the whole string after that.
    pub(crate) then: Whole,
    pub(crate) key: usize,
    pub(crate) digest: Digest,
}

impl Recipe<'_> {
    /// The right string under the key in use.
    pub(crate) const fn right() -> Self {
        Self {
            edits: Vec::new(),
            order: Order::Name,
            join: &RIGHT,
            whole: Whole::Plain,
            then: Whole::Plain,
            key: 0,
            digest: Digest::Usual,
        }
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
        let text = self.whole.apply(self.joined(base, key), key, self.charset());
        self.then.apply(text, key, self.charset())
    }

    /// The same for people, with a mask for the key: what happens to the whole string is left out where it would not be
    /// readable.
    pub(crate) fn readable(&self, base: &Base, mask: &str) -> String {
        let (key, charset) = (KEY_TO_READ.as_bytes(), self.charset());
        let text = self.whole.for_people(self.joined(base, key), charset);
        let text = with_mask(&self.then.for_people(text, charset), mask);
        let mut shown = String::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            shown.push_str(chunk.valid());
            for byte in chunk.invalid() {
                write!(shown, "\\x{byte:02X}").ok();
            }
        }
        shown
    }

    fn charset(&self) -> Option<&'static Change> {
        self.edits.iter().find_map(|edit| charset_of(edit))
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

//! Signing and verifying (protocol page §3.1).

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Params, Secret};

/// How a message is signed. A message never chooses this by itself where we have a record of our own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SignType {
    /// MD5 over the string with the key; the default where nothing is said.
    #[default]
    Md5,
    /// HMAC-SHA256 under the key, over the same string, which still ends in the key.
    HmacSha256,
}

impl SignType {
    /// The wire's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    /// Exactly `MD5` or `HMAC-SHA256`; nothing else is allowed.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "MD5" => Some(Self::Md5),
            "HMAC-SHA256" => Some(Self::HmacSha256),
            _ => None,
        }
    }

    /// Length of a sign in hexadecimal digits: 32 or 64.
    pub const fn hex_len(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::HmacSha256 => 64,
        }
    }

    /// The type that a sign of this length can have.
    pub const fn from_hex_len(len: usize) -> Option<Self> {
        match len {
            32 => Some(Self::Md5),
            64 => Some(Self::HmacSha256),
            _ => None,
        }
    }
}

/// Why a message's sign does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignFault {
    /// No `sign` element, or an empty one.
    #[error("the message carries no sign")]
    Missing,
    /// Not upper-case hexadecimal of the right length.
    #[error("the sign is not {expected} upper-case hexadecimal digits")]
    Malformed {
        /// 32 or 64.
        expected: usize,
    },
    /// The message names another algorithm than the one that our record says.
    #[error("the message names another sign_type than the order was made with")]
    OtherSignType,
    /// The digest differs.
    #[error("the sign does not match the content under this key")]
    Mismatch,
}

/// The string to sign without its key: non-empty fields except `sign`, sorted by name, joined with `&`.
pub fn string_to_sign(params: &Params) -> String {
    let mut joined = String::new();
    params.join_signed(&mut joined);
    joined.pop();
    joined
}

/// The sign of a message: 32 or 64 upper-case hexadecimal digits.
pub fn sign(params: &Params, key: &Secret, sign_type: SignType) -> String {
    let mut joined = String::new();
    params.join_signed(&mut joined);
    if joined.is_empty() {
        joined.push('&');
    }
    // The key goes to the hash directly, so that no heap buffer ever holds it.
    digest(&[joined.as_bytes(), b"key=", key.expose()], key.expose(), sign_type)
}

/// The sign over a string to sign that is at hand already; empty where there is no field.
pub fn sign_text(string_to_sign: &str, key: &Secret, sign_type: SignType) -> String {
    digest(&[string_to_sign.as_bytes(), b"&key=", key.expose()], key.expose(), sign_type)
}

/// The digest of the parts one after the other, as upper-case hexadecimal digits; `key` is what HMAC-SHA256 is keyed with
/// and is not joined to them.
pub fn digest(parts: &[&[u8]], key: &[u8], sign_type: SignType) -> String {
    match sign_type {
        SignType::Md5 => {
            let mut hash = Md5::new();
            for part in parts {
                hash.update(part);
            }
            upper_hex(&hash.finalize())
        }
        SignType::HmacSha256 => match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mut mac) => {
                for part in parts {
                    mac.update(part);
                }
                upper_hex(&mac.finalize().into_bytes())
            }
            // HMAC takes keys of any length; an empty text verifies nothing.
            Err(_) => String::new(),
        },
    }
}

/// Checks the `sign` of a message with the algorithm of our own record. The message's `sign_type` may agree or be
/// absent (answers and most notices carry none); one that names another algorithm is refused (downgrade).
pub fn verify(params: &Params, key: &Secret, sign_type: SignType) -> Result<(), SignFault> {
    if params.filled("sign_type").is_some_and(|named| named != sign_type.as_str()) {
        return Err(SignFault::OtherSignType);
    }
    let given = params.filled("sign").ok_or(SignFault::Missing)?;
    if given.len() != sign_type.hex_len() || !given.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
        return Err(SignFault::Malformed { expected: sign_type.hex_len() });
    }
    if given.as_bytes().ct_eq(sign(params, key, sign_type).as_bytes()).into() {
        Ok(())
    } else {
        Err(SignFault::Mismatch)
    }
}

/// Bytes as upper-case hexadecimal digits.
pub fn upper_hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|nibble| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default()));
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;

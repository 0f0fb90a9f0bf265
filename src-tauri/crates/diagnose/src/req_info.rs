//! The offline proof of a key: a refund notification's `req_info` opens under the right key and under no other.
//!
//! base64 → AES-256-ECB with PKCS#7 padding; the AES key is the text of md5(API key) in lower-case hexadecimal. That the
//! plaintext is a document with the root element `root` makes it a proof and not a coincidence of the padding.

use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes256};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::{Digest, Md5};
use serde::Serialize;
use wxpay_protocol::{Params, Secret, xml};
use zeroize::Zeroizing;

use crate::Input;
use crate::knowledge::Words;

/// Longest text that is looked at; a real one has about 1100 characters.
const MAX_CHARS: usize = 64 * 1024;
const BLOCK_BYTES: usize = 16;

/// How the AES key was made from the API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AesKeyForm {
    /// The 32 characters of md5 in lower-case hexadecimal: the right way, and the only one of WeChat.
    LowerHex,
    /// The same in upper case.
    UpperHex,
    /// The sixteen bytes of md5, that is AES-128.
    RawBytes,
}

/// What a `req_info` says about a key.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyProof {
    /// It opened: this is the key of the merchant that the refund belongs to.
    Proven(Opened),
    /// It is well-formed and does not open under this key.
    NotThisKey,
    /// It says nothing about any key.
    Malformed(ReqInfoFault),
}

/// What was inside.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// The fields of the refund in the order of the document.
    pub fields: Params,
    /// How the key was made; anything but [`AesKeyForm::LowerHex`] was not encrypted by WeChat.
    pub form: AesKeyForm,
    /// Whether `+` had become a space on the way, as a form decoder does.
    pub plus_restored: bool,
}

/// Why a `req_info` says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReqInfoFault {
    /// The message has none, or an empty one.
    #[error("there is no req_info; give the whole refund notification as it came in")]
    Missing,
    /// Other characters than base64 has.
    #[error("req_info is not base64; it was cut or changed in copying, give the body as it came in")]
    NotBase64,
    /// No multiple of a block.
    #[error("req_info holds {0} bytes, which is no multiple of 16; it was cut in copying, give the body as it came in")]
    NotWholeBlocks(usize),
    /// More than any notification has.
    #[error("req_info is longer than 64 KiB; this is no refund notification")]
    TooLong,
}

impl ReqInfoFault {
    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Missing => "没有 req_info；请给出完整的退款通知原文".to_owned(),
            Self::NotBase64 => "req_info 不是 base64；复制时被截断或改动了，请给出通知原文".to_owned(),
            Self::NotWholeBlocks(bytes) => {
                format!("req_info 有 {bytes} 字节，不是 16 的倍数；复制时被截断了，请给出通知原文")
            }
            Self::TooLong => "req_info 超过 64 KiB，不是退款通知".to_owned(),
        }
    }
}

impl KeyProof {
    /// The sentence for people.
    pub fn words(&self) -> Words {
        match self {
            Self::Proven(Opened { form: AesKeyForm::LowerHex, .. }) => Words::new(
                "密钥已证实：req_info 用它解开了，它就是这个商户号的 API 密钥",
                "the key is proven: req_info opens under it, it is the API key of this merchant number",
            ),
            Self::Proven(Opened { form: AesKeyForm::UpperHex, .. }) => Words::new(
                "密钥是对的，但这条 req_info 是用大写的 md5 加密的，不是微信发来的；微信用小写",
                "the key is right, but this req_info was encrypted with md5 in upper case and not by WeChat, which uses lower case",
            ),
            Self::Proven(Opened { form: AesKeyForm::RawBytes, .. }) => Words::new(
                "密钥是对的，但这条 req_info 是用 md5 的 16 个字节（AES-128）加密的，不是微信发来的",
                "the key is right, but this req_info was encrypted with the 16 bytes of md5 (AES-128) and not by WeChat",
            ),
            Self::NotThisKey => Words::new(
                "这把密钥解不开 req_info：它不是这个商户号当前的 API 密钥（或通知发出后重置过）",
                "req_info does not open under this key: it is not the API key of this merchant number, or the key was reset since",
            ),
            Self::Malformed(fault) => Words::new(fault.chinese(), fault.to_string()),
        }
    }
}

/// Why merchants' own code fails on a `req_info` that opens here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pitfall {
    /// md5 of this key begins with this many zeros, which a big integer loses.
    LeadingZeros(usize),
    /// md5 of this key holds letters, so that upper case gives another AES key.
    UpperCase,
    /// The raw bytes of md5 in the place of its text.
    RawBytes,
}

impl Pitfall {
    /// The sentence for people.
    pub fn words(self) -> Words {
        match self {
            Self::LeadingZeros(count) => Words::new(
                format!(
                    "这把密钥的 md5 以 {count} 个 0 开头：new BigInteger(1, md5).toString(16) 会丢掉它们，AES 密钥就只有 {} 位；请每个字节输出两位",
                    32 - count.min(32)
                ),
                format!(
                    "md5 of this key begins with {count} zero(s), which new BigInteger(1, md5).toString(16) loses, leaving an AES key of {} characters; write two digits for every byte",
                    32 - count.min(32)
                ),
            ),
            Self::UpperCase => Words::new(
                "解密失败（BadPadding）多半是用了大写的 md5；AES 密钥是小写的 32 个字符",
                "a failure to decrypt (BadPadding) usually means md5 in upper case; the AES key is its 32 characters in lower case",
            ),
            Self::RawBytes => Words::new(
                "不要用 md5 的 16 个原始字节（AES-128）；用它的 32 个十六进制字符（AES-256）",
                "do not use the 16 raw bytes of md5 (AES-128) but its 32 hexadecimal characters (AES-256)",
            ),
        }
    }
}

/// What somebody's own decryption may stumble over with this key, the likeliest first.
pub fn pitfalls(key: &Secret) -> Vec<Pitfall> {
    let text = lower_hex_md5(key);
    let zeros = text.iter().take_while(|digit| **digit == b'0').count();
    let mut found = Vec::new();
    if zeros > 0 {
        found.push(Pitfall::LeadingZeros(zeros));
    }
    if text.iter().any(u8::is_ascii_lowercase) {
        found.push(Pitfall::UpperCase);
    }
    found.push(Pitfall::RawBytes);
    found
}

/// Tries a refund notification against a key.
pub fn prove(notice: &Input, key: &Secret) -> KeyProof {
    match notice.params.filled("req_info") {
        Some(req_info) => prove_text(req_info, key),
        None => KeyProof::Malformed(ReqInfoFault::Missing),
    }
}

/// As [`prove`], from the text of `req_info` itself; white space in it does not matter.
pub fn prove_text(req_info: &str, key: &Secret) -> KeyProof {
    let (sealed, plus_restored) = match decode(req_info) {
        Ok(decoded) => decoded,
        Err(fault) => return KeyProof::Malformed(fault),
    };
    let lower = lower_hex_md5(key);
    let upper = Zeroizing::new(lower.to_ascii_uppercase());
    let raw = Zeroizing::new(Md5::digest(key.expose()).to_vec());
    let opened = open::<Aes256>(&sealed, &lower)
        .map(|fields| (fields, AesKeyForm::LowerHex))
        .or_else(|| open::<Aes256>(&sealed, &upper).map(|fields| (fields, AesKeyForm::UpperHex)))
        .or_else(|| open::<Aes128>(&sealed, &raw).map(|fields| (fields, AesKeyForm::RawBytes)));
    match opened {
        Some((fields, form)) => KeyProof::Proven(Opened { fields, form, plus_restored }),
        None => KeyProof::NotThisKey,
    }
}

fn lower_hex_md5(key: &Secret) -> Zeroizing<Vec<u8>> {
    let digest = Zeroizing::new(Md5::digest(key.expose()).to_vec());
    let mut text = Zeroizing::new(Vec::with_capacity(32));
    for byte in digest.iter() {
        for nibble in [byte >> 4, byte & 15] {
            text.push(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
        }
    }
    text
}

fn decode(req_info: &str) -> Result<(Vec<u8>, bool), ReqInfoFault> {
    let trimmed = req_info.trim();
    if trimmed.is_empty() {
        return Err(ReqInfoFault::Missing);
    }
    if trimmed.len() > MAX_CHARS {
        return Err(ReqInfoFault::TooLong);
    }
    let plain: String = trimmed.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    if let Some(sealed) = whole_blocks(&plain) {
        return Ok((sealed, false));
    }
    let plus: String = trimmed
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n' | '\t'))
        .map(|letter| if letter == ' ' { '+' } else { letter })
        .collect();
    if plus != plain
        && let Some(sealed) = whole_blocks(&plus)
    {
        return Ok((sealed, true));
    }
    let bytes = from_base64(&plain).ok_or(ReqInfoFault::NotBase64)?;
    Err(ReqInfoFault::NotWholeBlocks(bytes.len()))
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, lenient).decode(text).ok()
}

fn whole_blocks(text: &str) -> Option<Vec<u8>> {
    from_base64(text).filter(|bytes| !bytes.is_empty() && bytes.len().is_multiple_of(BLOCK_BYTES))
}

/// The fields inside, if padding, encoding and document are all sound.
fn open<C: BlockCipherDecrypt + KeyInit>(sealed: &[u8], key: &[u8]) -> Option<Params> {
    let cipher = C::new_from_slice(key).ok()?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    for chunk in sealed.chunks_exact(BLOCK_BYTES) {
        let mut block = Array::try_from(chunk).ok()?;
        cipher.decrypt_block(&mut block);
        plain.extend_from_slice(&block);
    }
    let padding = usize::from(*plain.last()?);
    if padding == 0 || padding > BLOCK_BYTES {
        return None;
    }
    let (text, tail) = plain.split_at_checked(plain.len().checked_sub(padding)?)?;
    if tail.iter().any(|byte| usize::from(*byte) != padding) {
        return None;
    }
    xml::read(text, "root").ok()
}

#[cfg(test)]
#[path = "req_info_tests.rs"]
mod tests;

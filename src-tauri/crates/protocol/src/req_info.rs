//! `req_info` of refund notices (protocol page §7.2): base64 over AES-256-ECB with PKCS#7 padding, under the 32 characters of
//! md5(API key) in lower-case hexadecimal.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use crate::sign::upper_hex;
use crate::xml::{self, XmlError};
use crate::{Params, Secret};

const BLOCK_BYTES: usize = 16;

/// Why a `req_info` is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReqInfoFault {
    /// Not base64, or no whole number of blocks.
    #[error("req_info is not base64 of whole blocks; it was cut or changed on the way")]
    Shape,
    /// The padding is none: another key, or changed on the way.
    #[error("req_info does not open under this key")]
    Key,
    /// It opened, and what is inside is no message.
    #[error("the inside of req_info cannot be read: {0}")]
    Inside(#[from] XmlError),
}

/// Encrypts the document of a refund notice.
pub fn seal(document: &str, key: &Secret) -> String {
    let cipher = cipher(key);
    let padding = BLOCK_BYTES - document.len() % BLOCK_BYTES;
    let mut bytes = Vec::with_capacity(document.len() + padding);
    bytes.extend_from_slice(document.as_bytes());
    bytes.resize(document.len() + padding, u8::try_from(padding).unwrap_or_default());
    for block in bytes.chunks_exact_mut(BLOCK_BYTES) {
        if let Ok(block) = <&mut Array<u8, _>>::try_from(block) {
            cipher.encrypt_block(block);
        }
    }
    STANDARD.encode(bytes)
}

/// Decrypts the document of a refund notice and reads its fields.
pub fn open(req_info: &str, key: &Secret) -> Result<Params, ReqInfoFault> {
    let mut bytes = Zeroizing::new(STANDARD.decode(req_info).map_err(|_| ReqInfoFault::Shape)?);
    if bytes.is_empty() || bytes.len() % BLOCK_BYTES != 0 {
        return Err(ReqInfoFault::Shape);
    }
    let cipher = cipher(key);
    for block in bytes.chunks_exact_mut(BLOCK_BYTES) {
        if let Ok(block) = <&mut Array<u8, _>>::try_from(block) {
            cipher.decrypt_block(block);
        }
    }
    let padding = usize::from(bytes.last().copied().unwrap_or_default());
    let Some((document, rest)) = bytes.len().checked_sub(padding).and_then(|end| bytes.split_at_checked(end)) else {
        return Err(ReqInfoFault::Key);
    };
    if !(1..=BLOCK_BYTES).contains(&padding) || rest.iter().any(|byte| usize::from(*byte) != padding) {
        return Err(ReqInfoFault::Key);
    }
    Ok(xml::read(document, "root")?)
}

fn cipher(key: &Secret) -> Aes256 {
    let text = Zeroizing::new(upper_hex(&Md5::digest(key.expose())).to_lowercase());
    let mut bytes = Zeroizing::new([0u8; 32]);
    bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    Aes256::new((&*bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Secret {
        Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
    }

    #[test]
    fn the_small_vector_of_the_page_is_sealed_and_opened() {
        let sealed = seal("<root><a>1</a></root>", &key());
        assert_eq!(sealed, "+Y3F0DDaYSRfbfXPR3OBg/+EUFAv676BKNDWJjG/O+s=");
        assert_eq!(open(&sealed, &key()).unwrap().get("a"), Some("1"));
    }

    #[test]
    fn documents_of_every_length_around_a_block_come_back() {
        for length in 0..40 {
            let document = format!("<root><a>{}</a></root>", "x".repeat(length));
            assert_eq!(open(&seal(&document, &key()), &key()).unwrap().get("a"), Some(&*"x".repeat(length)));
        }
    }

    #[test]
    fn another_key_a_cut_or_a_changed_text_opens_nothing() {
        let sealed = seal("<root><a>1</a></root>", &key());
        let other = Secret::new(b"ffffffffffffffffffffffffffffffff".to_vec());
        assert_eq!(open(&sealed, &other).unwrap_err(), ReqInfoFault::Key);
        assert_eq!(open(&sealed[..20], &key()).unwrap_err(), ReqInfoFault::Shape);
        assert_eq!(open("", &key()).unwrap_err(), ReqInfoFault::Shape);
        assert_eq!(open("not base64", &key()).unwrap_err(), ReqInfoFault::Shape);
        assert!(matches!(open(&seal("no document", &key()), &key()), Err(ReqInfoFault::Inside(_))));
    }
}

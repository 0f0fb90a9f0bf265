//! A secret in memory: API key, AppSecret, passphrase.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Secret bytes, wiped when dropped. There is deliberately no `Debug`, `Display`, `Serialize` or `Clone`:
/// the only way to the bytes is the greppable [`Secret::expose`].
///
/// ```compile_fail
/// let secret = wxpay_protocol::Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
/// format!("{secret:?}");
/// ```
///
/// ```compile_fail
/// let secret = wxpay_protocol::Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
/// let copy = secret.clone();
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over; the caller's buffer is gone with them.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the contents of a key file: one trailing LF or CRLF and a UTF-8 byte order mark are dropped, nothing else.
    pub fn from_file_bytes(bytes: Vec<u8>) -> Self {
        let bytes = Zeroizing::new(bytes);
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let text = text.strip_suffix(b"\r\n").or_else(|| text.strip_suffix(b"\n")).unwrap_or(text);
        Self::new(text.to_vec())
    }

    /// The bytes themselves, for the signer and the vault only.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes; an API key has 32 (protocol page §8).
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last four characters for display (`••••6a2d`), or nothing where they would give away a quarter of it or more.
    pub fn tail(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        let count = text.chars().count();
        if count < 17 {
            return String::new();
        }
        text.chars().skip(count - 4).collect()
    }

    /// Eight hexadecimal digits that tell two secrets apart without giving either away.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"wxpay-desk fingerprint v1\0");
        hash.update(self.expose());
        crate::sign::upper_hex(hash.finalize().get(..4).unwrap_or_default()).to_lowercase()
    }

    /// Whether both hold the same bytes, compared in constant time.
    pub fn same_as(&self, other: &Secret) -> bool {
        use subtle::ConstantTimeEq;
        self.expose().ct_eq(other.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_loses_its_mark_and_one_line_end_and_nothing_else() {
        let read = |bytes: &[u8]| Secret::from_file_bytes(bytes.to_vec()).expose().to_vec();
        assert_eq!(read(b"\xEF\xBB\xBFkey\r\n"), b"key");
        assert_eq!(read(b"key\n\n"), b"key\n");
        assert_eq!(read(b" key \t\n"), b" key \t");
        assert_eq!(read(b"key"), b"key");
    }

    #[test]
    fn a_short_secret_shows_no_tail() {
        assert_eq!(Secret::new(b"0123456789abcdef".to_vec()).tail(), "");
        assert_eq!(Secret::new(b"192006250b4c09247ec02edce69f6a2d".to_vec()).tail(), "6a2d");
    }
}

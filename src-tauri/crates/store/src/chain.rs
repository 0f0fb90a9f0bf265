//! The chain of digests over the evidence of one order or refund, so that tampering is noticed.

use sha2::{Digest, Sha256};

/// A digest over fields, each with its length, so that no two lists of fields read alike.
pub(crate) struct Chain(Sha256);

impl Chain {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// The digest before this one.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn text(&mut self, text: Option<&str>) {
        match text {
            None => self.0.update([0]),
            Some(text) => {
                self.0.update([1]);
                self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                self.0.update(text.as_bytes());
            }
        }
    }

    pub(crate) fn number(&mut self, number: Option<i64>) {
        self.0.update([u8::from(number.is_some())]);
        self.0.update(number.unwrap_or_default().to_le_bytes());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    wxpay_protocol::sign::upper_hex(bytes).to_lowercase()
}
